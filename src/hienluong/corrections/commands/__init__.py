"""Writes about documents after they were sent; each is one transaction and writes the ledger entry last."""

from hienluong.corrections.commands.recalls import (
    Asked,
    correct_recipient,
    recall_document,
    revoke_document,
)
from hienluong.corrections.commands.references import settle_references

__all__ = [
    "Asked",
    "correct_recipient",
    "recall_document",
    "revoke_document",
    "settle_references",
]
