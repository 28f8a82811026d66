"""Writes: each one transaction, its permission checked first, its ledger entry last."""

from hienluong.recipients.commands.groups import change_group, create_group, end_group

__all__ = [
    "change_group",
    "create_group",
    "end_group",
]
