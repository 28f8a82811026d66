"""Writes of identity: each one transaction, its permission checked first, its ledger entry last."""

from hienluong.identity.commands.accounts import close_account, close_idle_accounts, reopen_account
from hienluong.identity.commands.alerts import close_case, confirm_alerts, dispute_alert
from hienluong.identity.commands.break_glass import (
    approve_break_glass,
    decline_break_glass,
    end_all_break_glass,
    end_break_glass,
    record_look,
    request_break_glass,
    settle_break_glass,
)
from hienluong.identity.commands.reviews import (
    carry_out_review,
    decide_lines,
    finish_review,
    open_review,
    run_reviews,
)
from hienluong.identity.commands.systems import (
    end_sending_right,
    end_system,
    grant_sending_right,
    register_system,
    rotate_system_secret,
)

__all__ = [
    "approve_break_glass",
    "carry_out_review",
    "close_account",
    "close_case",
    "close_idle_accounts",
    "confirm_alerts",
    "decide_lines",
    "decline_break_glass",
    "dispute_alert",
    "end_all_break_glass",
    "end_break_glass",
    "end_sending_right",
    "end_system",
    "finish_review",
    "grant_sending_right",
    "open_review",
    "record_look",
    "register_system",
    "reopen_account",
    "request_break_glass",
    "rotate_system_secret",
    "run_reviews",
    "settle_break_glass",
]
