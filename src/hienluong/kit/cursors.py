"""Cursors of lists: where a page ended, as text that callers hand back and do not look into.

A cursor holds no right: lists are scoped to who asks, so a cursor made up or taken from elsewhere leads to another
place in one's own list at most.
"""

import base64
import binascii
import json
from uuid import UUID

from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import LARGEST_NUMBER

LONGEST = 200


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
        raise _no_cursor(field)
    return place


def read_number_cursor(name: str, cursor: str, *, field: str) -> int:
    """Returns the whole number that a cursor holds; the beginning, 0, for an empty one.

    Raises:
        InvalidInput: as `read_cursor`.
    """
    place = read_cursor(name, cursor, field=field) if cursor else 0
    if not isinstance(place, int) or not 0 <= place <= LARGEST_NUMBER:
        raise _no_cursor(field)
    return place


def read_id_cursor(name: str, cursor: str, *, field: str) -> UUID | None:
    """Returns the id that a cursor holds; None for an empty one.

    Raises:
        InvalidInput: as `read_cursor`.
    """
    try:
        return UUID(str(read_cursor(name, cursor, field=field))) if cursor else None
    except ValueError as problem:
        raise _no_cursor(field) from problem


def _no_cursor(field: str) -> InvalidInput:
    return InvalidInput(
        [FieldError(f"/{field}", _("This is no cursor of this list: give one that an answer held."))]
    )
