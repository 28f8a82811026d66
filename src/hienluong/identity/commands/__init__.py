"""Writes of identity: each one transaction, its permission checked first, its ledger entry last."""

from hienluong.identity.commands.systems import (
    end_sending_right,
    end_system,
    grant_sending_right,
    register_system,
    rotate_system_secret,
)

__all__ = [
    "end_sending_right",
    "end_system",
    "grant_sending_right",
    "register_system",
    "rotate_system_secret",
]
