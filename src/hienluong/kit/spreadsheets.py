"""Writes lists as tables people open: CSV and XLSX; a cell is text and never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import xlsxwriter

from hienluong.kit.errors import Conflict
from hienluong.kit.errors import gettext_noop as _

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet program takes for a formula begins with one of these."""
_CHUNK_ROWS = 500
_WIDEST = 60
SHEET_MAX_ROWS = 1_048_575
"""Rows below the heading that a sheet can hold."""


class ListTooLong(Conflict):
    """A sheet of a workbook cannot hold the list."""

    code = "spreadsheets.list-too-long"
    title = _("The list is too long for a workbook")
    detail = _("A sheet holds {limit} rows, and the list has more.")
    kept = _("No table was made.")
    todo = _("Narrow the search, for instance by dates, or take the list as CSV.")


def harmless(text: str) -> str:
    """Returns a cell that a spreadsheet shows and does not run: an apostrophe goes before what looks like a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_chunks(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Yields the table as CSV in UTF-8 with the mark that spreadsheet programs need to read Vietnamese."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    yield b"\xef\xbb\xbf"
    writer.writerow(heading)
    for number, row in enumerate(rows, start=1):
        writer.writerow([harmless(cell) for cell in row])
        if number % _CHUNK_ROWS == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def write_xlsx(target: BinaryIO, title: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes the table as one sheet, row by row in bounded memory; the heading stays in sight and filters.

    Raises:
        ListTooLong: more rows than a sheet holds.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(heading):
            sheet.set_column(column, column, min(_WIDEST, max(14, len(name) + 4)))
            sheet.write_string(0, column, name, bold)
        last = 0
        for last, row in enumerate(rows, start=1):
            if last > SHEET_MAX_ROWS:
                raise ListTooLong(limit=SHEET_MAX_ROWS)
            for column, cell in enumerate(row):
                sheet.write_string(last, column, cell)
        sheet.autofilter(0, 0, last, max(len(heading) - 1, 0))


def write_table(target: BinaryIO, title: str, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes the table to a file, XLSX if its name ends so, CSV otherwise.

    Raises:
        ListTooLong: more rows than a sheet holds.
    """
    if Path(target.name).suffix.lower() == ".xlsx":
        write_xlsx(target, title, heading, rows)
    else:
        target.writelines(csv_chunks(heading, rows))
