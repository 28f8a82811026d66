"""Rows as CSV (RFC 4180) and as an Office Open XML workbook (ECMA-376), safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

import xlsxwriter

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be run as a formula: what people typed must stay text (OWASP, CSV injection)."""


def _plain(value: object) -> str:
    if value is None:
        return ""
    return {True: "1", False: "0"}[value] if isinstance(value, bool) else str(value)


def write_csv(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yields a CSV file row by row, UTF-8 with a byte order mark; a cell that looks like a formula gets an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    yield b"\xef\xbb\xbf"
    writer.writerow(titles)
    yield _taken(text)
    for values in rows:
        cells = [_plain(value) for value in values]
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell for cell in cells])
        yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    content = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return content


def write_workbook(name: str, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Returns a workbook with one sheet; every cell is text, so nothing in it is ever run."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(name[:31])
        bold = book.add_format({"bold": True})
        for column, title in enumerate(titles):
            sheet.write_string(0, column, title, bold)
        for number, values in enumerate(rows, start=1):
            for column, value in enumerate(values):
                sheet.write_string(number, column, _plain(value))
        sheet.freeze_panes(1, 0)
    return target.getvalue()
