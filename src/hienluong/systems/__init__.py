"""Agencies' systems: their keys (OAuth2 client credentials, RFC 6749), rights to send for others, and a sandbox.

Who may send for whom is decision 4 of the architecture.
"""
