"""Writes about deadlines; each is one transaction and writes the ledger entry last."""

from hienluong.deadlines.commands.announcements import announce_document, cancel_announcement
from hienluong.deadlines.commands.reckoning import reckon_running_clocks
from hienluong.deadlines.commands.rounds import remind_people, warn_of_urgent

__all__ = [
    "announce_document",
    "cancel_announcement",
    "reckon_running_clocks",
    "remind_people",
    "warn_of_urgent",
]
