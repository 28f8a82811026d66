"""Reads: entries as an auditor and as the parties of a packet see them, receipts with their proofs, looks, the public head."""
