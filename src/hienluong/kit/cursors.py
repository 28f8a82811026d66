"""Cursors of lists: where a page ended, as text that callers hand back and do not look into.

A cursor holds no right: lists are scoped to who asks, so a cursor made up or taken from elsewhere leads to another
place in one's own list at most.
"""

import base64
import binascii
import json

from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _

LONGEST = 200
MOST = 2**63 - 1


def write_cursor(name: str, place: str | int) -> str:
    """Returns the cursor of a place in the list of that name."""
    text = json.dumps([name, place], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(name: str, cursor: str, *, field: str) -> str | int:
    """Returns the place that a cursor of the list of that name holds.

    Raises:
        InvalidInput: it is no cursor of this list; `field` is the parameter named in the error.
    """
    try:
        if len(cursor) > LONGEST:
            raise ValueError("too long")
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        of, place = json.loads(text)
        if of != name or type(place) not in {str, int}:
            raise ValueError("of another list")
    except (ValueError, TypeError, RecursionError, binascii.Error) as problem:
        raise InvalidInput(
            [FieldError(f"/{field}", _("This is no cursor of this list: give one that an answer held."))]
        ) from problem
    found: str | int = place
    return found


def read_number_cursor(name: str, cursor: str, *, field: str) -> int:
    """Returns the whole number that a cursor holds; the beginning, 0, for an empty one.

    Raises:
        InvalidInput: as `read_cursor`.
    """
    if not cursor:
        return 0
    place = read_cursor(name, cursor, field=field)
    if not isinstance(place, int) or not 0 <= place <= MOST:
        return read_number_cursor(name, "!", field=field)
    return place
