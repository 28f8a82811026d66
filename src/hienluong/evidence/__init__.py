"""What people and agencies' systems do with the ledger: receipts and proofs, the auditor's search, bundles, the public page.

And who has looked at whose data. Standard: C2SP tlog-proof over RFC 6962. Legal ground: the history of sending and receiving
is kept (QĐ 28/2018, art. 10.2.p). Why so:
docs/decisions/0030.
"""
