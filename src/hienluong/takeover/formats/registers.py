"""One line of a register of incoming or outgoing documents (Decree 30/2020/NĐ-CP, App. IV), and what can be wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hienluong.kit.errors import RowFault
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.search_key import words_of
from hienluong.kit.vietnamese import normalise
from hienluong.takeover.formats.tables import Rows

FIELDS: Mapping[str, tuple[str, ...]] = {
    "reference": ("so ky hieu", "so va ky hieu", "so hieu", "so ky hieu van ban", "so va ky hieu van ban", "reference"),
    "number": ("so", "so van ban", "so di", "number", "codenumber"),
    "notation": ("ky hieu", "ky hieu van ban", "notation", "codenotation"),
    "dated_on": (
        "ngay thang van ban", "ngay thang nam van ban", "ngay van ban", "ngay ban hanh", "ngay ky", "ngay thang", "date", "promulgationdate",
    ),
    "registered_on": (
        "ngay den", "ngay thang den", "ngay di", "ngay chuyen", "ngay gui", "ngay vao so", "ngay nhan", "ngay dang ky", "registered", "arrivaldate",
    ),
    "arrival_number": ("so den", "so thu tu den", "arrivalnumber"),
    "type_name": ("loai van ban", "ten loai", "ten loai van ban", "hinh thuc van ban", "type", "typename"),
    "subject": (
        "trich yeu", "trich yeu noi dung", "ten loai va trich yeu noi dung van ban", "ten loai va trich yeu noi dung", "noi dung trich yeu",
        "ten loai va trich yeu", "noi dung", "subject",
    ),
    "party": (
        "tac gia", "co quan ban hanh", "co quan gui", "noi gui", "don vi gui", "noi ban hanh", "noi nhan van ban", "noi nhan", "don vi nhan",
        "co quan nhan", "agency", "sender", "recipient",
    ),
    "party_code": ("ma co quan", "ma dinh danh", "ma don vi gui", "ma don vi", "organid", "agency code"),
    "signer": ("nguoi ky", "signer"),
    "document_id": ("ma van ban", "dinh danh van ban", "id van ban", "documentid", "document id"),
}  # fmt: skip
"""What a register says, and the headings it is known by, as words without diacritics."""

NEEDED = ("reference or number", "subject", "dated_on or registered_on")
LENGTHS = {
    "number": 30,
    "notation": 60,
    "reference": 90,
    "arrival_number": 30,
    "party_code": 60,
    "document_id": 500,
}
LENGTH = 2_000
EARLIEST = date(1945, 9, 2)

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?")
_VIETNAMESE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[ ,].*)?")
_REFERENCE = re.compile(r"\s*(\d+[A-Za-z]?)\s*/\s*(.*)")

MISSING_COLUMNS = _("These columns are missing: {missing}. Say which column of the file holds them.")
EMPTY = _("This is empty. Fill it in, or leave the row out.")
TOO_LONG = _("At most {limit} characters; these are {length}. Shorten it.")
NO_DATE = _("“{value}” is no day. Write day/month/year (26/11/2026) or year-month-day (2026-11-26).")
SERIAL = _("“{value}” is a number. Format the column as a date in the spreadsheet program and save again.")
NO_SUCH_DAY = _("There is no day {value}.")
OUT_OF_TIME = _("The day {value} lies before 1945 or in the future.")
NO_DATES = _("The row has neither the document's date nor the day it was registered.")


@dataclass(frozen=True, slots=True)
class Line:
    """One document as a register has it; empty or None is "not said"."""

    row: int
    number: str
    notation: str
    subject: str
    dated_on: date | None
    registered_on: date | None
    arrival_number: str = ""
    type_name: str = ""
    party: str = ""
    party_code: str = ""
    signer: str = ""
    document_id: str = ""


def recognise(heading: Sequence[str]) -> dict[str, int]:
    """Returns the place of every field whose heading is known; the first of two with the same meaning counts."""
    found: dict[str, int] = {}
    for place, text in enumerate(heading):
        words = words_of(text)
        for name, known in FIELDS.items():
            if words in known and name not in found:
                found[name] = place
                break
    return found


def is_heading(cells: Sequence[str]) -> bool:
    """Returns whether a row looks like the heading of a register."""
    return len(recognise(cells)) >= 2  # noqa: PLR2004 - one word alone is a title as well


def missing(columns: Mapping[str, int]) -> list[str]:
    """Returns what a register must say and none of these columns holds."""
    return [one for one in NEEDED if not any(name in columns for name in one.split(" or "))]


def read_lines(rows: Rows, columns: Mapping[str, int], *, today: date) -> Iterator[Line | RowFault]:
    """Yields each row as a document, or what is wrong with it.

    Args:
        rows: below the heading.
        columns: the place of every field that the table has.
        today: a later day cannot have been registered.
    """
    for number, cells in rows:
        values = {
            name: normalise(cells[place]) if place < len(cells) else "" for name, place in columns.items()
        }
        yield _line(number, values, today)


def _line(row: int, values: Mapping[str, str], today: date) -> Line | RowFault:
    for name, text in values.items():
        limit = LENGTHS.get(name, LENGTH)
        if len(text) > limit:
            return RowFault(row, name, TOO_LONG, {"limit": limit, "length": len(text)})
    number, notation = values.get("number", ""), values.get("notation", "")
    if values.get("reference") and not (number and notation):
        number, notation = split_reference(values["reference"])
    if not number and not notation:
        return RowFault(row, "reference" if "reference" in values else "number", EMPTY)
    if not values.get("subject"):
        return RowFault(row, "subject", EMPTY)
    days: dict[str, date | None] = {}
    for name in ("dated_on", "registered_on"):
        day = _day(row, name, values.get(name, ""), today)
        if isinstance(day, RowFault):
            return day
        days[name] = day
    if days["dated_on"] is None and days["registered_on"] is None:
        return RowFault(row, "dated_on", NO_DATES)
    return Line(
        row=row,
        number=number,
        notation=notation,
        subject=values["subject"],
        dated_on=days["dated_on"],
        registered_on=days["registered_on"],
        **{
            name: values.get(name, "")
            for name in ("arrival_number", "type_name", "party", "party_code", "signer", "document_id")
        },
    )


def split_reference(text: str) -> tuple[str, str]:
    """Returns number and notation of "15/QĐ-UBND"; all of it is the notation where no number stands first."""
    found = _REFERENCE.fullmatch(text)
    if found:
        return found[1], found[2].strip()
    return (text.strip(), "") if text.strip().isdecimal() else ("", text.strip())


def _day(row: int, column: str, text: str, today: date) -> date | RowFault | None:
    if not text:
        return None
    if iso := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in iso.groups())
    elif vietnamese := _VIETNAMESE.fullmatch(text):
        day, month, year = (int(part) for part in vietnamese.groups())
    else:
        return RowFault(row, column, SERIAL if text.isdecimal() else NO_DATE, {"value": text[:40]})
    try:
        found = date(year, month, day)
    except ValueError:
        return RowFault(row, column, NO_SUCH_DAY, {"value": text[:40]})
    if not EARLIEST <= found <= today:
        return RowFault(row, column, OUT_OF_TIME, {"value": text[:40]})
    return found
