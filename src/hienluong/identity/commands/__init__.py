"""Writes of identity: each one transaction, its permission checked first, its ledger entry last."""

from hienluong.identity.commands.accounts import reset_second_factor, unlock_account
from hienluong.identity.commands.closures import close_account, close_idle_accounts, reopen_account
from hienluong.identity.commands.identities import unlink_identity
from hienluong.identity.commands.passwords import ask_for_password_link, change_own_password
from hienluong.identity.commands.reminders import (
    remove_own_browser,
    set_own_ways,
    subscribe_own_browser,
)
from hienluong.identity.commands.sessions import end_own_other_sessions, end_own_session, end_sessions
from hienluong.identity.commands.sign_on import (
    end_sign_on_client,
    register_sign_on_client,
    rotate_sign_on_secret,
    sign_on,
)

__all__ = [
    "ask_for_password_link",
    "change_own_password",
    "close_account",
    "close_idle_accounts",
    "end_own_other_sessions",
    "end_own_session",
    "end_sessions",
    "end_sign_on_client",
    "register_sign_on_client",
    "remove_own_browser",
    "reopen_account",
    "reset_second_factor",
    "rotate_sign_on_secret",
    "set_own_ways",
    "sign_on",
    "subscribe_own_browser",
    "unlink_identity",
    "unlock_account",
]
