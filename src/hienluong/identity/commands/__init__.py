"""Writes of identity: each one transaction, its permission checked first, its ledger entry last."""

from hienluong.identity.commands.sessions import end_own_other_sessions, end_own_session, end_sessions
from hienluong.identity.commands.systems import (
    end_sending_right,
    end_system,
    grant_sending_right,
    register_system,
    rotate_system_secret,
)

__all__ = [
    "end_own_other_sessions",
    "end_own_session",
    "end_sending_right",
    "end_sessions",
    "end_system",
    "grant_sending_right",
    "register_system",
    "rotate_system_secret",
]
