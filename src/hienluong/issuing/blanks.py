"""The places that a document leaves for its number and date, "Số:      /QĐ-UBND" and "ngày   tháng   năm 2026", and writing there.

Before any signature: what is written becomes part of the page.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTChar, LTContainer, LTTextLine
from pdfminer.pdfparser import PDFSyntaxError
from pdfminer.psparser import PSException
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from hienluong.issuing.errors import FileRefused
from hienluong.signing.service import Box, page_of_texts, text_width

DESCENT: Final = 0.216
"""How far Times' letters reach below their line, in parts of their size."""
_LOOKED_AT: Final = 1
"""Number and date stand on the first page (Decree 30/2020, App. I, boxes 3 and 4)."""
_NUMBER: Final = re.compile(r"Số\s*:")
_SAME_LINE: Final = 4.0
_LEAST_SIZE, _MOST_SIZE = 8.0, 20.0
_UNREADABLE: Final = (
    PDFSyntaxError,
    PSException,
    PyPdfError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    RecursionError,
    AssertionError,
)


@dataclass(frozen=True, slots=True)
class Blank:
    """A gap on a page, counted from 0, that something is to be written into, and the size of the letters around it."""

    page: int
    box: Box
    size: float


@dataclass(frozen=True, slots=True)
class Blanks:
    """The gaps for number, day, month and year; None where the page has none."""

    number: Blank | None = None
    day: Blank | None = None
    month: Blank | None = None
    year: Blank | None = None

    @property
    def dated(self) -> bool:
        """Whether day and month can be written."""
        return self.day is not None and self.month is not None


@dataclass(frozen=True, slots=True)
class _Letter:
    text: str
    box: Box
    size: float


def blanks_of(pdf: bytes) -> Blanks:
    """Returns the gaps of a document's first page.

    Raises:
        FileRefused: its text cannot be read.
    """
    rows = _rows(pdf)
    number: Blank | None = None
    dated: tuple[Blank | None, Blank | None, Blank | None] = (None, None, None)
    for row in rows:
        number = number or _number_in(row)
        if not any(dated):
            dated = _date_in(row)
    return Blanks(number, *dated)


def write_into(pdf: bytes, blanks: Blanks, *, number: str, dated_on: date) -> bytes:
    """Returns the PDF with number and date written into its gaps; day and month below 3 as two figures (App. I, II.4).

    Raises:
        FileRefused: the PDF cannot be written anew.
    """
    day = f"{dated_on.day:02}"
    month = f"{dated_on.month:02}" if dated_on.month < 3 else str(dated_on.month)  # noqa: PLR2004 - January and February
    wanted = (
        (blanks.number, number),
        (blanks.day, day),
        (blanks.month, month),
        (blanks.year, str(dated_on.year)),
    )
    writes = [(blank, words) for blank, words in wanted if blank is not None]
    if not writes:
        return pdf
    try:
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
        page = writer.pages[0]
        width, height = float(page.mediabox.right), float(page.mediabox.top)
        texts = [_centred(blank, words) for blank, words in writes]
        over = PdfReader(io.BytesIO(page_of_texts(width, height, texts))).pages[0]
        page.merge_page(over)
        target = io.BytesIO()
        writer.write(target)
    except _UNREADABLE as problem:
        raise FileRefused(name="") from problem
    return target.getvalue()


def says(pdf: bytes, *, number: str, notation: str, dated_on: date) -> tuple[bool, bool]:
    """Returns whether the first page says number and notation, and whether it says the date.

    Raises:
        FileRefused: its text cannot be read.
    """
    text = " ".join("".join(letter.text for letter in row) for row in _rows(pdf))
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    tight = text.replace(" ", "").casefold()  # what was written stands among the spaces of the gap
    has_number = re.search(
        rf"(?<!\d)0*{re.escape(number.lstrip('0').casefold())}/{re.escape(notation.replace(' ', '').casefold())}",
        tight,
    )
    day = rf"ngày0?{dated_on.day}tháng0?{dated_on.month}năm{dated_on.year}"
    short = rf"(?<!\d)0?{dated_on.day}[/.-]0?{dated_on.month}[/.-]{dated_on.year}"
    has_date = re.search(day, tight) or re.search(short, text)
    return bool(has_number), bool(has_date)


def _centred(blank: Blank, words: str) -> tuple[float, float, float, str]:
    size = blank.size
    room = blank.box.width
    width = text_width(words, size)
    if width > room > 0:
        size = max(_LEAST_SIZE, size * room / width)
        width = text_width(words, size)
    left = blank.box.left + max(0.0, (room - width) / 2)
    return left, blank.box.bottom + DESCENT * blank.size, size, words


def _rows(pdf: bytes) -> list[list[_Letter]]:
    """Returns the letters of the first page by lines on the paper: what stands at the same height, from left to right."""
    letters: list[_Letter] = []
    try:
        for page in extract_pages(io.BytesIO(pdf), maxpages=_LOOKED_AT, laparams=LAParams(char_margin=4.0)):
            letters += _letters(page)
    except _UNREADABLE as problem:
        raise FileRefused(name="") from problem
    rows: list[list[_Letter]] = []
    for letter in sorted(letters, key=lambda one: -one.box.bottom):
        if rows and abs(rows[-1][0].box.bottom - letter.box.bottom) <= _SAME_LINE:
            rows[-1].append(letter)
        else:
            rows.append([letter])
    return [sorted(row, key=lambda one: one.box.left) for row in rows]


def _letters(container: Any) -> Iterator[_Letter]:
    for item in container:
        if isinstance(item, LTTextLine):
            for one in item:
                if isinstance(one, LTChar):
                    size = min(max(float(one.size), _LEAST_SIZE), _MOST_SIZE)
                    yield _Letter(unicodedata.normalize("NFC", one.get_text()), Box(*one.bbox), size)
        elif isinstance(item, LTContainer):
            yield from _letters(item)


def _text(row: Sequence[_Letter]) -> tuple[str, list[int]]:
    """Returns the text of a row and, for each of its characters, the letter it is of."""
    text, owner = "", []
    for position, letter in enumerate(row):
        text += letter.text
        owner += [position] * len(letter.text)
    return text, owner


def _between(row: Sequence[_Letter], first: int, last: int) -> Blank | None:
    """Returns the gap between two letters of a row; None where there is no room."""
    left, right = row[first].box.right, row[last].box.left
    size = row[first].size
    if right - left < size / 2:
        return None
    return Blank(0, Box(left, row[first].box.bottom, right, row[first].box.top), size)


def _is_blank(text: str) -> bool:
    return not text.strip(" .…_\u00a0")


def _number_in(row: Sequence[_Letter]) -> Blank | None:
    text, owner = _text(row)
    found = _NUMBER.search(text)
    if found is None:
        return None
    slash = text.find("/", found.end())
    if slash < 0 or not _is_blank(text[found.end() : slash]):
        return None
    return _between(row, owner[found.end() - 1], owner[slash])


def _date_in(row: Sequence[_Letter]) -> tuple[Blank | None, Blank | None, Blank | None]:
    text, owner = _text(row)
    found = re.search(r"ngày([\s.…_]*)tháng([\s.…_]*)năm([\s.…_]*)(\d{4})?", text)
    if found is None:
        return None, None, None
    day = _between(row, owner[found.start(1) - 1], owner[found.end(1)])
    month = _between(row, owner[found.start(2) - 1], owner[found.end(2)])
    year = None
    if not found.group(4):
        last = row[owner[found.start(3) - 1]]
        width = text_width("0000", last.size) + last.size / 2
        left = last.box.right + last.size / 4
        year = Blank(0, Box(left, last.box.bottom, left + width, last.box.top), last.size)
    return day, month, year
