"""Transparency logs as others know them: the tree, signed notes, checkpoints, cosignatures, proofs (RFC 6962, c2sp.org).

Pure Python: no Django, no database. The ledger is kept in these formats, and who only checks a proof needs nothing else.
"""
