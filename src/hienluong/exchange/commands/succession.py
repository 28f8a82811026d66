"""What the sender is told when a code leads to another agency than the one that had it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from hienluong.directory.service import FoundAgency
from hienluong.exchange.errors import RecipientEnded


def taken_over_by(code: str, found: FoundAgency) -> list[dict[str, str]]:
    """Returns who took over from the agency that had the code, and since when; nothing if it answers itself."""
    if not found.followed:
        return []
    asked, last = found.followed[0], found.followed[-1]
    facts = {
        "asked_code": code,
        "asked_name": asked.name,
        "ended_on": asked.valid_to.isoformat() if asked.valid_to else "",
        "by_code": found.primary_code,
        "by_name": found.agency.name,
        "since": last.valid_to.isoformat() if last.valid_to else "",
    }
    return [facts]


def refuse_ended(codes: Iterable[str], found: Mapping[str, FoundAgency], day: date) -> None:
    """Refuses recipients whose mailbox is here that have ended and that nobody succeeds: nobody would read the packet.

    Raises:
        RecipientEnded: their codes are named.
    """
    ended = [
        code
        for code in codes
        if (known := found.get(code)) is not None and known.agency.place != "outside" and known.ended(day)
    ]
    if ended:
        raise RecipientEnded(codes=ended)
