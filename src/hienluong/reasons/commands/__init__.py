"""Writes of the list of reasons; each is one transaction, takes its actor, and writes the ledger entry last."""

from hienluong.reasons.commands.reasons import add_reason, add_standard_reasons, change_reason, end_reason

__all__ = ["add_reason", "add_standard_reasons", "change_reason", "end_reason"]
