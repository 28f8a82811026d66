"""Reads a table of agencies (CSV) as people and other systems write it.

Encodings: UTF-8 with or without a mark, UTF-16 with a mark (what spreadsheet programs save). Separators: comma,
semicolon, tab; the heading row tells. A cell that a spreadsheet would run as a formula is refused: it is no name.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from hienluong.imports.formats.records import (
    MAX_ROWS,
    AgencyRecord,
    checked_code,
    checked_text,
    unreadable,
)
from hienluong.kit.csv_text import SEPARATORS, csv_lines, csv_rows
from hienluong.kit.errors import RowFault
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.spreadsheets import FORMULA_STARTS
from hienluong.kit.vietnamese import fold

COLUMNS = {
    "code": ("code", "ma", "ma dinh danh", "ma co quan"),
    "name": ("name", "ten", "ten co quan", "ten don vi"),
    "parent": ("parent", "parent_code", "ma cha", "ma co quan cap tren"),
    "old_code": ("old_code", "code102", "ma cu", "ma qcvn 102"),
    "english_name": ("english_name", "ten tieng anh"),
    "kind": ("kind", "loai"),
    "address": ("address", "dia chi"),
    "email": ("email", "mail", "thu dien tu"),
    "telephone": ("telephone", "dien thoai"),
    "fax": ("fax",),
    "website": ("website", "trang tin"),
}
"""Our columns, and the headings they are known by, without diacritics."""

NEEDED = ("code", "name")
CODES = ("code", "parent", "old_code")
_MAY_BEGIN_WITH_PLUS = ("telephone", "fax")

FORMULA = _("The cell begins like a formula of a spreadsheet: {value}")
KIND_UNKNOWN = _("{value} is no kind of agency; known are {known}.")
WRONG_WIDTH = _("The row has {found} cells; the heading has {wanted}.")
NO_HEADING = _("The first line must name the columns; these are missing: {missing}.")
TOO_MANY = _("It has more than {limit} rows.")
TWICE = _("The column {column} is there twice.")


def read_csv(source: BinaryIO, *, kinds: Sequence[str] = ()) -> Iterator[AgencyRecord | RowFault]:
    """Yields each row's agency, or what is wrong with the row; reads line by line.

    Args:
        source: the file; it must be seekable.
        kinds: the values that the column “kind” may have.

    Raises:
        FileUnreadable: no heading, no text, or more than `records.MAX_ROWS` rows.
    """
    lines = csv_lines(source, unreadable)
    heading = next(lines, "")
    separator = max(SEPARATORS, key=lambda mark: len(_columns(_cells(heading, mark)).keys() & set(NEEDED)))
    names = _columns(_cells(heading, separator))
    if missing := [name for name in NEEDED if name not in names]:
        raise unreadable(NO_HEADING, missing=missing)
    width = len(_cells(heading, separator))
    number = 0
    for _line, cells in csv_rows(lines, separator, unreadable):
        if not any(cell.strip() for cell in cells):
            continue
        number += 1
        if number > MAX_ROWS:
            raise unreadable(TOO_MANY, limit=MAX_ROWS)
        if len(cells) != width:
            yield RowFault(number, "code", WRONG_WIDTH, {"found": len(cells), "wanted": width})
            continue
        yield _record(number, {name: cells[place] for name, place in names.items()}, kinds)


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error:
        return []


def _columns(heading: Sequence[str]) -> dict[str, int]:
    """Returns the place of every column we know."""
    places: dict[str, int] = {}
    for place, text in enumerate(heading):
        folded = fold(text)
        for name, known_as in COLUMNS.items():
            if folded in known_as:
                if name in places:
                    raise unreadable(TWICE, column=name)
                places[name] = place
    return places


def _record(row: int, cells: Mapping[str, str], kinds: Sequence[str]) -> AgencyRecord | RowFault:
    values: dict[str, str] = {}
    for column, text in cells.items():
        plain = text.strip()
        if plain.startswith(FORMULA_STARTS) and not (plain[0] == "+" and column in _MAY_BEGIN_WITH_PLUS):
            return RowFault(row, column, FORMULA, {"value": plain[:40]})
        check = checked_code if column in CODES else checked_text
        value = check(row, column, text, needed=column in NEEDED)
        if isinstance(value, RowFault):
            return value
        values[column] = value
    kind = values.get("kind", "")
    if kind and kind not in kinds:
        return RowFault(row, "kind", KIND_UNKNOWN, {"value": kind, "known": list(kinds)})
    record = AgencyRecord(row, values["code"], values["name"], is_unit=kind == "unit" if kind else None)
    more: dict[str, Any] = {name: value for name, value in values.items() if name not in NEEDED}
    return replace(record, **more)
