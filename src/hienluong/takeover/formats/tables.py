"""Reads a table row by row, CSV or XLSX, as earlier systems and spreadsheet programs write it.

CSV: as `kit.csv_text` reads it; comma, semicolon or tab. XLSX: the first sheet, read as a stream; what a formula gave is
its value. The heading is the first row with at least two cells that are known.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import BinaryIO

import openpyxl
from defusedxml.common import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from hienluong.kit.csv_text import SEPARATORS, csv_lines, csv_rows
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.takeover.formats.archives import directory_bytes

MAX_BYTES = 200_000_000
MAX_ROWS = 500_000
MAX_COLUMNS = 200
SHEET_ROWS = 1_048_576
"""As many rows as a sheet has; what says that it stands further down is not looked for."""
HEADING_WITHIN = 20
"""A register has titles above its heading; so many rows are looked at for it."""
INFLATED_MAX = 1_000_000_000
DIRECTORY_MAX = 1_000_000
"""Bytes of the directory inside a workbook, which has a few dozen parts."""
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"

OLD_EXCEL = _("It is a workbook of the old kind (.xls). Open it and save it again as XLSX or as “CSV UTF-8”.")
TOO_MANY = _("It has more than {limit} rows: hand it in year by year.")
NOT_A_WORKBOOK = _("It cannot be read as a workbook ({problem}).")
INFLATES = _("It unpacks to more than {limit} bytes.")
NO_HEADING = _(
    "No row among the first {rows} names columns of a register, such as “Số, ký hiệu” and “Trích yếu”."
)


class TableUnreadable(InvalidInput):
    """The file as a whole is no table we can read; nothing of it was taken."""

    code = "takeover.table-unreadable"
    title = _("The table cannot be read")
    detail = _("The file is not a table that can be read.")
    kept = _("Nothing was taken over.")
    todo = _("Correct what is named below and hand the file in again.")


def unreadable(detail: str, **params: object) -> TableUnreadable:
    """Returns the error for a table that is wrong as a whole, with the sentence that says why."""
    return TableUnreadable([FieldError("", detail, params)])


Rows = Iterator[tuple[int, list[str]]]
"""The number of a row in the file, as a spreadsheet program shows it, and its cells."""


def read_rows(source: BinaryIO, *, directory: int = DIRECTORY_MAX) -> Rows:
    """Yields every row that is not empty.

    Raises:
        TableUnreadable: it is no table, or larger than the limits.
    """
    source.seek(0)
    start = source.read(4)
    source.seek(0)
    if start == _OLD_EXCEL:
        raise unreadable(OLD_EXCEL)
    rows = _workbook_rows(source, directory) if start == _ZIP else _csv_rows(source)
    count = 0
    for number, cells in rows:
        if not any(cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise unreadable(TOO_MANY, limit=MAX_ROWS)
        yield number, cells


def split_heading(rows: Rows, is_heading: Callable[[Sequence[str]], bool]) -> tuple[list[str], Rows]:
    """Returns the heading and the rows below it.

    Raises:
        TableUnreadable: none of the first rows is a heading.
    """
    for _place, (_number, cells) in zip(range(HEADING_WITHIN), rows, strict=False):
        if is_heading(cells):
            return cells, rows
    raise unreadable(NO_HEADING, rows=HEADING_WITHIN)


def _csv_rows(source: BinaryIO) -> Rows:
    lines = csv_lines(source, unreadable)
    first = list(islice(lines, HEADING_WITHIN))
    separator = max(SEPARATORS, key="".join(first).count)
    for number, cells in csv_rows(chain(first, lines), separator, unreadable):
        yield number, [cell.strip() for cell in cells[:MAX_COLUMNS]]


def _workbook_rows(source: BinaryIO, directory: int) -> Rows:
    try:
        if directory_bytes(source) > directory:
            raise unreadable(NOT_A_WORKBOOK, problem="directory")
        with zipfile.ZipFile(source) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > INFLATED_MAX:
                raise unreadable(INFLATES, limit=INFLATED_MAX)
        source.seek(0)
        book = openpyxl.load_workbook(source, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own extent is often wrong: rows beyond it would be missing
        rows = sheet.iter_rows(values_only=True, max_row=SHEET_ROWS, max_col=MAX_COLUMNS)
        for number, cells in enumerate(rows, start=1):
            if cells.count(None) < len(cells):  # a gap of a million rows costs a second, not a minute
                yield number, [_text(cell) for cell in cells]
    except TableUnreadable:
        raise
    except (
        InvalidFileException,
        DefusedXmlException,
        zipfile.BadZipFile,
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        OSError,
        SyntaxError,
    ) as problem:
        raise unreadable(NOT_A_WORKBOOK, problem=str(problem)[:200]) from problem


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return (
            cell.isoformat(sep=" ") if (cell.hour or cell.minute or cell.second) else cell.date().isoformat()
        )
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
