"""Public Python API of identity: sign-in of people and systems, systems' rights, alerts, reviews, break-glass."""

from hienluong.identity.accounts import create_one_time_sign_in, sweep_expired, use_one_time_sign_in
from hienluong.identity.commands import (
    approve_break_glass,
    carry_out_review,
    close_account,
    close_case,
    close_idle_accounts,
    confirm_alerts,
    decide_lines,
    decline_break_glass,
    dispute_alert,
    end_all_break_glass,
    end_break_glass,
    end_sending_right,
    end_system,
    finish_review,
    grant_sending_right,
    open_review,
    record_look,
    register_system,
    reopen_account,
    request_break_glass,
    rotate_system_secret,
    run_reviews,
    settle_break_glass,
)
from hienluong.identity.commands.reviews import Decided
from hienluong.identity.labels import sentence
from hienluong.identity.models import AgencySystem, BreakGlass
from hienluong.identity.policy import may_send_for
from hienluong.identity.queries.alerts import alerts, unconfirmed_count
from hienluong.identity.queries.break_glass import break_glass_about, opened_by_break_glass
from hienluong.identity.things import Thing, declare_thing
from hienluong.identity.tokens import SystemBearer, system_by_token

__all__ = [
    "AgencySystem",
    "BreakGlass",
    "Decided",
    "SystemBearer",
    "Thing",
    "alerts",
    "approve_break_glass",
    "break_glass_about",
    "carry_out_review",
    "close_account",
    "close_case",
    "close_idle_accounts",
    "confirm_alerts",
    "create_one_time_sign_in",
    "decide_lines",
    "declare_thing",
    "decline_break_glass",
    "dispute_alert",
    "end_all_break_glass",
    "end_break_glass",
    "end_sending_right",
    "end_system",
    "finish_review",
    "grant_sending_right",
    "may_send_for",
    "open_review",
    "opened_by_break_glass",
    "record_look",
    "register_system",
    "reopen_account",
    "request_break_glass",
    "rotate_system_secret",
    "run_reviews",
    "sentence",
    "settle_break_glass",
    "sweep_expired",
    "system_by_token",
    "unconfirmed_count",
    "use_one_time_sign_in",
]
