"""Writes of access: each one transaction, its permission checked first, its ledger entry last."""

from hienluong.access.commands.alerts import close_case, confirm_alerts, dispute_alert
from hienluong.access.commands.break_glass import (
    approve_break_glass,
    decline_break_glass,
    end_all_break_glass,
    end_break_glass,
    record_look,
    request_break_glass,
    settle_break_glass,
)
from hienluong.access.commands.reviews import (
    carry_out_review,
    decide_lines,
    finish_review,
    open_review,
    run_reviews,
)

__all__ = [
    "approve_break_glass",
    "carry_out_review",
    "close_case",
    "confirm_alerts",
    "decide_lines",
    "decline_break_glass",
    "dispute_alert",
    "end_all_break_glass",
    "end_break_glass",
    "finish_review",
    "open_review",
    "record_look",
    "request_break_glass",
    "run_reviews",
    "settle_break_glass",
]
