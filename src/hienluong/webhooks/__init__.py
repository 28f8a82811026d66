"""Signed webhooks: agencies' systems are told at their own https address what happened to their packets.

Messages are those of Standard Webhooks 1.0 (webhook-id, webhook-timestamp, webhook-signature v1 with HMAC-SHA256). They
carry metadata only: whoever receives one fetches the packet with the system's own token.
"""
