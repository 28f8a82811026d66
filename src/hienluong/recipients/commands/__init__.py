"""Writes: each one transaction, its permission checked first, its ledger entry last."""

from hienluong.recipients.commands.groups import add_standard_groups, change_group, create_group, end_group

__all__ = ["add_standard_groups", "change_group", "create_group", "end_group"]
