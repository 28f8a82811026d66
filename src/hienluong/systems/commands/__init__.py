"""Writes about systems: each one transaction, its permission checked first, its ledger entry last."""

from hienluong.systems.commands.keys import end_system_secret, rotate_system_secret, tell_of_ending_secrets
from hienluong.systems.commands.rights import (
    end_sending_right,
    grant_sending_right,
    grant_sending_rights,
)
from hienluong.systems.commands.sandbox import open_sandbox
from hienluong.systems.commands.systems import end_system, register_system, set_system_networks

__all__ = [
    "end_sending_right",
    "end_system",
    "end_system_secret",
    "grant_sending_right",
    "grant_sending_rights",
    "open_sandbox",
    "register_system",
    "rotate_system_secret",
    "set_system_networks",
    "tell_of_ending_secrets",
]
