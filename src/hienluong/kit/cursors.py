"""Lists in pages, and their cursors: where a page ended, as text that callers hand back and do not look into.

A cursor holds no right: lists are scoped to who asks, so a cursor made up or taken from elsewhere leads to another
place in one's own list at most.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import LARGEST_NUMBER

LONGEST = 200
Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)


class Ordered(Protocol[Row_co]):
    """Rows of which a run can be read: a query of the ORM, or a list."""

    def __getitem__(self, run: slice, /) -> Iterable[Row_co]:
        """Returns the rows of the run."""
        ...


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list; `next` is the cursor of the following one, None on the last."""

    items: list[Row]
    next: str | None


def page_of(
    found: Ordered[Row],
    limit: int,
    place: Callable[[Row], object] = attrgetter("pk"),
) -> Page[Row]:
    """Returns the first rows of an ordered list as a page.

    Args:
        found: what stands behind the former page, in the list's order; one row more than shown is read of it.
        limit: how many rows the page holds.
        place: the cursor of a row; its id unless given.
    """
    rows = list(found[: limit + 1])
    shown = rows[:limit]
    return Page(shown, str(place(shown[-1])) if len(rows) > limit else None)


def all_rows(read: Callable[[str], Page[Row]]) -> Iterator[Row]:
    """Yields every row of a list, page by page; `read` gets the cursor of each page, "" for the first."""
    after: str | None = ""
    while after is not None:
        page = read(after)
        yield from page.items
        after = page.next


def write_cursor(name: str, place: str | int) -> str:
    """Returns the cursor of a place in the list of that name."""
    text = json.dumps([name, place], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(name: str, cursor: str, *, field: str) -> str | int:
    """Returns the place that a cursor of the list of that name holds.

    Raises:
        InvalidInput: it is no cursor of this list; `field` is the parameter named in the error.
    """
    place: str | int | None = None
    try:
        text = base64.b64decode(cursor[:LONGEST] + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        of, given = json.loads(text)
        place = given if of == name and type(given) in {str, int} else None
    except (ValueError, TypeError, RecursionError, binascii.Error):
        pass  # said below
    if place is None:
        raise no_cursor(field)
    return place


def read_number_cursor(name: str, cursor: str, *, field: str) -> int:
    """Returns the whole number that a cursor holds; the beginning, 0, for an empty one.

    Raises:
        InvalidInput: as `read_cursor`.
    """
    place = read_cursor(name, cursor, field=field) if cursor else 0
    if not isinstance(place, int) or not 0 <= place <= LARGEST_NUMBER:
        raise no_cursor(field)
    return place


def read_id_cursor(name: str, cursor: str, *, field: str) -> UUID | None:
    """Returns the id that a cursor holds; None for an empty one.

    Where no field is named, None too for one that is none: people who change an address come to the first page.

    Raises:
        InvalidInput: as `read_cursor`.
    """
    try:
        return UUID(str(read_cursor(name, cursor, field=field))) if cursor else None
    except (InvalidInput, ValueError) as problem:
        if not field:
            return None
        raise no_cursor(field) from problem


def write_moment_cursor(name: str, moment: datetime, number: int) -> str:
    """Returns the cursor of a row in a list by a moment; the number settles ties."""
    return write_cursor(name, f"{moment.isoformat()}~{number}")


def read_moment_cursor(name: str, cursor: str, *, field: str) -> tuple[datetime, int]:
    """Returns the moment and the number that a cursor holds.

    Raises:
        InvalidInput: as `read_cursor`.
    """
    moment, _tilde, number = str(read_cursor(name, cursor, field=field)).partition("~")
    try:
        place = datetime.fromisoformat(moment), int(number)
    except ValueError as problem:
        raise no_cursor(field) from problem
    if place[0].tzinfo is None or not 0 <= place[1] <= LARGEST_NUMBER:
        raise no_cursor(field)
    return place


def no_cursor(field: str) -> InvalidInput:
    """Returns what is said of a text that is no cursor of the list; `field` is the parameter that held it."""
    return InvalidInput(
        [FieldError(f"/{field}", _("This is no cursor of this list: give one that an answer held."))]
    )
