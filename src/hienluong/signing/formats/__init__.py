"""Signatures as others know them, without Django: PAdES, CAdES, XAdES, their validation, their look on the page."""
