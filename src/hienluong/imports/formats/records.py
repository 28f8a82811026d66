"""One agency as a file states it, and what can be wrong with a row or with the whole file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from hienluong.kit.errors import FieldError, InvalidInput, RowFault
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.vietnamese import normalise

MAX_BYTES = 200_000_000
"""The national list had 111,339 agencies in 10/2025, about 25 MB; the limit leaves room for eight times that."""

MAX_ROWS = 500_000
LENGTHS = {
    "code": 35,  # Decision 20/2020/QĐ-TTg
    "old_code": 35,
    "parent": 35,
    "name": 200,
    "english_name": 200,
    "address": 500,
    "email": 100,
    "telephone": 60,
    "fax": 60,
    "website": 200,
    "id": 40,
    "pid": 40,
}
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

EMPTY = _("This must be given.")
TOO_LONG = _("At most {limit} characters; these are {length}.")
CONTROL = _("There are control characters in it.")
NOT_A_CODE = _("{value} cannot be an agency code: letters, digits, dots and hyphens only.")


class FileUnreadable(InvalidInput):
    """The file as a whole is not what it is said to be; nothing of it was taken."""

    code = "imports.file-unreadable"
    title = _("The file cannot be read")
    detail = _("The file is not a list of agencies in this format.")
    kept = _("Nothing was imported.")
    todo = _("Check the format, or export the file again as UTF-8, and hand it in once more.")


def unreadable(detail: str, **params: object) -> FileUnreadable:
    """Returns the error for a file that is wrong as a whole, with the sentence that says why."""
    return FileUnreadable([FieldError("", detail, params)])


@dataclass(frozen=True, slots=True)
class AgencyRecord:
    """One agency as a row states it; None or empty means "not stated", never "none".

    Attributes:
        row: number of the row; the first row of data is 1.
        code: the code it is to be written with.
        old_code: a further code it is known by, of the older scheme.
        parent: code of the agency above it (tables).
        reference: its id in the national directory.
        parent_reference: the id of the one above it there.
        version: version of the row there; older rows than the known one are no news.
        ended: it is no more.
        is_unit: a part of an agency, not one itself; None: not stated.
        changed_on: the day the row says it changed.
    """

    row: int
    code: str
    name: str
    old_code: str = ""
    parent: str = ""
    reference: str = ""
    parent_reference: str = ""
    english_name: str = ""
    kind: str = ""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""
    version: int | None = None
    ended: bool = False
    is_unit: bool | None = None
    changed_on: date | None = None


def checked_text(row: int, column: str, text: str, *, needed: bool = False) -> str | RowFault:
    """Returns the cell in its stored form, or what is wrong with it."""
    if _CONTROL.search(text):
        return RowFault(row, column, CONTROL)
    value = normalise(text)
    if needed and not value:
        return RowFault(row, column, EMPTY)
    limit = LENGTHS.get(column, 200)
    if len(value) > limit:
        return RowFault(row, column, TOO_LONG, {"limit": limit, "length": len(value)})
    return value


def checked_code(row: int, column: str, text: str, *, needed: bool = False) -> str | RowFault:
    """Returns an agency code as a row states it, or what is wrong with it; forms beyond the schemes do circulate."""
    value = checked_text(row, column, text, needed=needed)
    if isinstance(value, str) and value and not _CODE.fullmatch(value):
        return RowFault(row, column, NOT_A_CODE, {"value": value})
    return value
