"""Reads CSV as people, earlier systems and spreadsheet programs write it: line by line, in bounded memory.

UTF-8 with or without a mark, UTF-16 with a mark. Text in an older Vietnamese encoding (windows-1258, TCVN3, VNI) is
refused and said so: guessed letters would be wrong ones.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import BinaryIO

from hienluong.kit.errors import gettext_noop as _

SEPARATORS = ",;\t"
LONGEST_LINE = 100_000

NOT_TEXT = _(
    "It is neither UTF-8 nor UTF-16 text (byte {place}); it may be windows-1258, TCVN3 (ABC) or VNI. "
    "Open it in the program it comes from and save it again as “CSV UTF-8”."
)
HAS_NUL = _("There are NUL characters in it (line {line}).")
LINE_TOO_LONG = _("Line {line} is longer than {limit} characters: is a quotation mark not closed?")
BROKEN = _("The table is broken at line {line} ({problem}).")

Unreadable = Callable[..., Exception]
"""Makes the reader's own error of one of the sentences above and its parameters."""


def csv_lines(source: BinaryIO, unreadable: Unreadable) -> Iterator[str]:
    """Yields the lines of a file from its beginning; it stays open.

    Raises:
        what `unreadable` makes: it is no text, has NUL characters, or a line longer than `LONGEST_LINE`.
    """
    source.seek(0)
    start = source.read(4)
    source.seek(0)
    encoding = "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    text = io.TextIOWrapper(source, encoding=encoding, errors="strict", newline="")
    number = 0
    try:
        while line := text.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                raise unreadable(LINE_TOO_LONG, line=number, limit=LONGEST_LINE)
            if "\0" in line:
                raise unreadable(HAS_NUL, line=number)
            yield line
    except UnicodeError as problem:
        raise unreadable(NOT_TEXT, place=getattr(problem, "start", "?")) from problem
    finally:
        with suppress(ValueError):  # the caller closed the file meanwhile
            text.detach()  # it stays the caller's


def csv_rows(lines: Iterable[str], separator: str, unreadable: Unreadable) -> Iterator[tuple[int, list[str]]]:
    """Yields each row's cells with the number of its last line, the first of `lines` being 1.

    Raises:
        what `unreadable` makes: the quotation marks of a row do not fit.
    """
    table = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as problem:
            raise unreadable(BROKEN, line=table.line_num + 1, problem=str(problem)) from problem
        yield table.line_num, cells
