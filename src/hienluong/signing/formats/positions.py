"""Where signature, seal and text go on the page, found from the text of the PDF; proposals that a person may move.

The person's signature stands between the line of the post and the line of the name; the agency's seal over its left third
(Decree 30/2020/NĐ-CP, Appendix I, boxes 7c and 8). The text of attachments and copies stands at the top right of the first page.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from pdfminer.high_level import extract_pages
from pdfminer.layout import LAParams, LTContainer, LTTextLine
from pdfminer.pdfparser import PDFSyntaxError
from pdfminer.psparser import PSException

from hienluong.signing.errors import DocumentUnsignable
from hienluong.signing.formats.appearance import Box, millimetres

PAGES_MOST: Final = 500
LEAST_GAP: Final = 28.0
"""Points between post and name that are room for a signature: about a centimetre."""
_A4: Final = (595.0, 842.0)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes on paper in millimetres; the decree gives none but “real size”, so they are settings.

    Attributes:
        person: width and height of a person's signature.
        seal: width and height of the agency's seal.
        text_right, text_top: from the text of attachments and copies to the edges of the page.
    """

    person: tuple[float, float] = (40.0, 20.0)
    seal: tuple[float, float] = (36.0, 36.0)
    text_right: float = 15.0
    text_top: float = 8.0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text on a page, counted from 0."""

    page: int
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where something goes.

    Attributes:
        page: counted from 0.
        box: in points.
        found: what it goes by: "post-and-name", "name", "gap" or "page" (nothing was found; a person must move it).
        between: the lines it stands between, the upper one first.
    """

    page: int
    box: Box
    found: str
    between: tuple[str, ...] = ()


def lines_of(pdf: bytes) -> tuple[list[Line], list[Box]]:
    """Returns the lines of text of a PDF, from its top, and the boxes of its pages; of the first 500 of them.

    Raises:
        DocumentUnsignable: the file cannot be read, is encrypted, or has no pages.
    """
    lines: list[Line] = []
    pages: list[Box] = []
    try:
        for number, page in enumerate(extract_pages(io.BytesIO(pdf), laparams=LAParams(char_margin=4.0))):
            if number >= PAGES_MOST:
                break
            pages.append(Box(*page.bbox))
            lines += sorted(_lines(page, number), key=lambda line: -line.box.top)
    except (
        PDFSyntaxError,
        PSException,
        ValueError,
        TypeError,
        KeyError,
        RecursionError,
        AssertionError,
    ) as problem:
        raise DocumentUnsignable(reason="its text cannot be read") from problem
    if not pages:
        raise DocumentUnsignable(reason="it has no pages")
    return lines, pages


def person_place(
    lines: Sequence[Line], pages: Sequence[Box], *, name: str, post: str = "", sizes: Sizes | None = None
) -> Proposal:
    """Returns where a person's signature goes: above the last line that is the name, below the post; in the middle of both.

    Args:
        lines: of `lines_of`.
        pages: the same.
        name: of the signer, as it stands on the page.
        post: as it stands there; empty: the line above with room below it.
        sizes: on paper.
    """
    sizes = sizes or Sizes()
    width, height = (millimetres(length) for length in sizes.person)
    below = _last(lines, name)
    if below is None:
        return _lowest_gap(lines, pages, width, height)
    above = _above(lines, below, post)
    middle = _middle(below.box)
    if above is None:
        bottom = below.box.top + 2
        return Proposal(below.page, _around(middle, bottom, width, height), "name", (below.text,))
    room = above.box.bottom - below.box.top
    scale = min(1.0, max(room - 2, 1) / height)
    middle = (_middle(above.box) + middle) / 2
    bottom = below.box.top + (room - height * scale) / 2
    box = _around(middle, bottom, width * scale, height * scale)
    return Proposal(below.page, box, "post-and-name", (above.text, below.text))


def seal_place(person: Proposal, sizes: Sizes | None = None) -> Proposal:
    """Returns where the agency's seal goes: real size, over the left third of the person's signature."""
    width, height = (millimetres(length) for length in (sizes or Sizes()).seal)
    right = person.box.left + person.box.width / 3
    bottom = (person.box.bottom + person.box.top - height) / 2
    return Proposal(
        person.page, Box(right - width, bottom, right, bottom + height), person.found, person.between
    )


def text_place(pages: Sequence[Box], width: float, height: float, sizes: Sizes | None = None) -> Proposal:
    """Returns where the text of an attachment or a copy goes: at the top right of the first page."""
    sizes = sizes or Sizes()
    page = pages[0] if pages else Box(0, 0, *_A4)
    right = page.right - millimetres(sizes.text_right)
    top = page.top - millimetres(sizes.text_top)
    return Proposal(0, Box(right - width, top - height, right, top), "page")


def _lines(container: Any, page: int) -> Iterator[Line]:
    for item in container:
        if isinstance(item, LTTextLine):
            text = " ".join(item.get_text().split())
            if text:
                yield Line(page, unicodedata.normalize("NFC", text), Box(*item.bbox))
        elif isinstance(item, LTContainer):
            yield from _lines(item, page)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _last(lines: Sequence[Line], name: str) -> Line | None:
    """Returns the last line that is the name, else the last that ends with it (a title stands before it)."""
    wanted = _plain(name)
    for fits in (str.__eq__, str.endswith):
        found = [line for line in lines if wanted and fits(_plain(line.text), wanted)]
        if found:
            return found[-1]
    return None


def _above(lines: Sequence[Line], below: Line, post: str) -> Line | None:
    """Returns the line of the post above the name: the one given, else the nearest that leaves room."""
    over = [
        line
        for line in lines
        if line.page == below.page
        and line.box.bottom >= below.box.top
        and line.box.left < below.box.right + below.box.width
        and line.box.right > below.box.left - below.box.width
    ]
    wanted = _plain(post)
    named = [line for line in over if wanted and _plain(line.text).endswith(wanted)]
    nearest = min(named or over, key=lambda line: line.box.bottom, default=None)
    if nearest is None or nearest.box.bottom - below.box.top < LEAST_GAP:
        return None
    return nearest


def _lowest_gap(lines: Sequence[Line], pages: Sequence[Box], width: float, height: float) -> Proposal:
    """Returns the lowest gap in the right half of the last page with text, where the decree's form has the signature."""
    last = lines[-1].page if lines else max(len(pages) - 1, 0)
    page = pages[last] if pages else Box(0, 0, *_A4)
    half = (page.left + page.right) / 2
    right = [line for line in lines if line.page == last and _middle(line.box) > half]
    gaps = [
        (upper.box.bottom - lower.box.top, upper, lower)
        for upper, lower in pairwise(right)
        if upper.box.bottom - lower.box.top >= LEAST_GAP
    ]
    if not gaps:
        bottom = page.bottom + page.height / 4
        return Proposal(last, _around((half + page.right) / 2, bottom, width, height), "page")
    room, upper, lower = gaps[-1]
    scale = min(1.0, (room - 2) / height)
    bottom = lower.box.top + (room - height * scale) / 2
    box = _around((_middle(upper.box) + _middle(lower.box)) / 2, bottom, width * scale, height * scale)
    return Proposal(last, box, "gap", (upper.text, lower.text))


def _middle(box: Box) -> float:
    return (box.left + box.right) / 2


def _around(middle: float, bottom: float, width: float, height: float) -> Box:
    return Box(middle - width / 2, bottom, middle + width / 2, bottom + height)
