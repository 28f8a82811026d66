"""Public Python API of access: alerts and cases, reviews, break-glass for modules with content."""

from hienluong.access.commands import (
    approve_break_glass,
    carry_out_review,
    close_case,
    confirm_alerts,
    decide_lines,
    decline_break_glass,
    dispute_alert,
    end_all_break_glass,
    end_break_glass,
    finish_review,
    open_review,
    record_look,
    request_break_glass,
    run_reviews,
    settle_break_glass,
)
from hienluong.access.commands.reviews import Decided
from hienluong.access.labels import quarter_name
from hienluong.access.models import BreakGlass
from hienluong.access.queries.alerts import alerts, open_case_count, unconfirmed_count
from hienluong.access.queries.break_glass import break_glass_about, glass_counts, opened_by_break_glass
from hienluong.access.queries.reviews import open_reviews
from hienluong.access.things import Thing, declare_thing

__all__ = [
    "BreakGlass",
    "Decided",
    "Thing",
    "alerts",
    "approve_break_glass",
    "break_glass_about",
    "carry_out_review",
    "close_case",
    "confirm_alerts",
    "decide_lines",
    "declare_thing",
    "decline_break_glass",
    "dispute_alert",
    "end_all_break_glass",
    "end_break_glass",
    "finish_review",
    "glass_counts",
    "open_case_count",
    "open_review",
    "open_reviews",
    "opened_by_break_glass",
    "quarter_name",
    "record_look",
    "request_break_glass",
    "run_reviews",
    "settle_break_glass",
    "unconfirmed_count",
]
