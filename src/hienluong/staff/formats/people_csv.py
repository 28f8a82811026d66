"""Reads the table of people that an administrator hands in: UTF-8, comma or semicolon, headings in the first row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.vietnamese import normalise

COLUMNS = (
    "full_name",
    "username",
    "email",
    "telephone",
    "agency_code",
    "role",
    "title",
    "unit",
    "leads_unit",
    "valid_from",
)
REQUIRED = ("full_name", "username", "agency_code", "role", "title")
MAX_BYTES, MAX_ROWS, MAX_CELL = 5 * 1024 * 1024, 5_000, 500


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row: a person and one post of theirs; `number` counts the rows below the headings from 1."""

    number: int
    values: dict[str, str]


class TableUnreadable(ValueError):
    """The file as a whole cannot be read; `error` says why."""

    def __init__(self, error: FieldError) -> None:
        super().__init__(error.text())
        self.error = error


def read_people(content: bytes) -> Iterator[PersonRow]:
    """Yields the rows of the table; cells are in their one written form, without control characters.

    Raises:
        TableUnreadable: too large, no UTF-8, no table, a column missing, unknown or named twice.
    """
    if len(content) > MAX_BYTES:
        raise TableUnreadable(
            FieldError("", _("The file is larger than {limit} MB."), {"limit": MAX_BYTES // 1024 // 1024})
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise TableUnreadable(
            FieldError(
                "", _("The file is not UTF-8; save it as “CSV UTF-8”. Byte {byte}."), {"byte": problem.start}
            )
        ) from problem
    lines = text.replace("\x00", "").splitlines(keepends=True)
    first = lines[0] if lines else ""
    reader = csv.reader(lines, delimiter=";" if first.count(";") > first.count(",") else ",", strict=True)
    try:
        headings = [normalise(cell).lower() for cell in next(reader, [])]
        _check_headings(headings)
        number = 0
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            number += 1
            if number > MAX_ROWS:
                raise TableUnreadable(FieldError("", _("At most {limit} rows."), {"limit": MAX_ROWS}))
            if len(cells) > len(headings):
                raise TableUnreadable(
                    FieldError(f"/{number}", _("The row has more cells than there are columns."))
                )
            values = {name: normalise(cell) for name, cell in zip(headings, cells, strict=False)}
            yield PersonRow(number, {name: values.get(name, "") for name in COLUMNS})
    except csv.Error as problem:
        raise TableUnreadable(
            FieldError("", _("Line {line} is no row of a CSV table."), {"line": reader.line_num})
        ) from problem


def _check_headings(headings: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in headings]
    unknown = [name for name in headings if name not in COLUMNS]
    if missing:
        raise TableUnreadable(FieldError("", _("Columns are missing: {names}."), {"names": missing}))
    if unknown or len(set(headings)) != len(headings):
        raise TableUnreadable(
            FieldError(
                "", _("Columns are unknown or named twice; known are: {names}."), {"names": list(COLUMNS)}
            )
        )
