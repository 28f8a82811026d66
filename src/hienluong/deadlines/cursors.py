"""Where pages of the lists of deadlines end, as text: for pages, the API and the command line."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hienluong.deadlines.queries import Place
from hienluong.kit.cursors import read_cursor, write_cursor
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _

CLOCKS, AGENCIES = "deadlines", "deadlines-agencies"


def write_place(place: Place | None) -> str | None:
    """Returns the cursor of a place in a list of clocks; None at its end."""
    return write_cursor(CLOCKS, f"{place[0].isoformat()}~{place[1]}") if place else None


def read_place(cursor: str) -> Place | None:
    """Returns the place that a cursor holds; None for an empty one.

    Raises:
        InvalidInput: it is no cursor of this list.
    """
    if not cursor:
        return None
    moment, _tilde, number = str(read_cursor(CLOCKS, cursor, field="after")).partition("~")
    try:
        place = datetime.fromisoformat(moment), int(number)
    except ValueError as problem:
        raise _wrong() from problem
    if place[0].tzinfo is None or not 0 <= place[1] < 2**63:
        raise _wrong()
    return place


def write_rank(rank: tuple[int, UUID] | None) -> str | None:
    """Returns the cursor of a place in the list of agencies; None at its end."""
    return write_cursor(AGENCIES, f"{rank[0]}~{rank[1]}") if rank else None


def read_rank(cursor: str) -> tuple[int, UUID] | None:
    """Returns the place that a cursor holds; None for an empty one.

    Raises:
        InvalidInput: it is no cursor of this list.
    """
    if not cursor:
        return None
    missed, _tilde, agency = str(read_cursor(AGENCIES, cursor, field="after")).partition("~")
    try:
        rank = int(missed), UUID(agency)
    except ValueError as problem:
        raise _wrong() from problem
    if not 0 <= rank[0] < 2**63:
        raise _wrong()
    return rank


def _wrong() -> InvalidInput:
    return InvalidInput(
        [FieldError("/after", _("This is no cursor of this list: give one that an answer held."))]
    )
