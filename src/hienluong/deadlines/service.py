"""Public Python API of the deadlines: what other modules may call."""

from hienluong.deadlines.commands import announce_document, cancel_announcement
from hienluong.deadlines.models import Clock
from hienluong.deadlines.queries import Pressing, Tally, agencies, clocks, overdue_everywhere, pressing, tally

__all__ = [
    "Clock",
    "Pressing",
    "Tally",
    "agencies",
    "announce_document",
    "cancel_announcement",
    "clocks",
    "overdue_everywhere",
    "pressing",
    "tally",
]
