"""Writes lists as tables people open: CSV and XLSX; a cell is text and never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

import xlsxwriter

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CHUNK_ROWS = 500
_WIDEST = 60
SHEET_MAX_ROWS = 1_048_575
"""Rows below the heading that a sheet can hold."""


def harmless(text: str) -> str:
    """Returns a cell that a spreadsheet shows and does not run: an apostrophe goes before what looks like a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


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
        ValueError: more rows than a sheet holds.
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
                raise ValueError(f"A sheet holds {SHEET_MAX_ROWS} rows.")
            for column, cell in enumerate(row):
                sheet.write_string(last, column, cell)
        sheet.autofilter(0, 0, last, max(len(heading) - 1, 0))
