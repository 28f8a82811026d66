"""The record of acts and refusals: each act queues its entry in its own transaction; one sequencer gives the index.

The public leaf is only SHA-256(salt ‖ entry), so nothing public tells who writes to whom (decision 8 of the
architecture). The Merkle tree over the leaves (RFC 6962) is a later issue; its input is complete from the first day.
"""
