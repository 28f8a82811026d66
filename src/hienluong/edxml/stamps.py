"""Looks for stamps of secrecy inside attachments, in bounded memory: a stamp is a line of its own."""

import io
import logging
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pypdf

from hienluong.edxml.content import Content
from hienluong.edxml.reader import read_attachments
from hienluong.edxml.secrecy import find_secrecy_markers

log = logging.getLogger(__name__)
SCANNED_PAGES = 3  # the stamp stands on the first page; a cover letter may come before it
STAMP_LINE_MAX = 40  # running text speaks of secrets without being one
TEXT_PIECE, TEXT_LINES = 64 * 1024, 1000  # of a text, so much is looked at at once


def stamp_in(source: BinaryIO, *, markers: Sequence[str]) -> str | None:
    """Returns the first mark of secrecy that stands as a stamp in the attachments of an edXML file.

    The text of PDF files' first pages and of text files is looked at; pictures cannot be read.
    """
    for part in read_attachments(source):
        for lines in _short_lines(part.content):
            stamps = find_secrecy_markers(lines, markers=markers)
            if stamps:
                return stamps[0].marker
    return None


def _short_lines(content: Content) -> Iterator[list[str]]:
    """Yields the lines of an attachment that may be stamps, in groups; what is longer is running text."""
    for text in _texts_of(content):
        yield [line for line in text.splitlines() if len(line) <= STAMP_LINE_MAX]


def _texts_of(content: Content) -> Iterator[str]:
    """Yields the text of an attachment in pieces that end where a line ends; of a PDF, that of its first pages."""
    if content.media_type == "text/plain":
        with io.TextIOWrapper(content.open(), encoding="utf-8", errors="replace", newline="\n") as lines:
            short: list[str] = []
            inside = False  # of a line that is longer than a piece
            while piece := lines.readline(TEXT_PIECE):
                whole = piece.endswith("\n")
                if not inside and (whole or len(piece) < TEXT_PIECE):
                    short.append(piece)
                inside = not whole
                if len(short) == TEXT_LINES:
                    yield "".join(short)
                    short.clear()
            yield "".join(short)
    elif content.media_type == "application/pdf":
        try:
            reader = pypdf.PdfReader(content.open())
            yield "\n".join(page.extract_text() for page in reader.pages[:SCANNED_PAGES])
        except Exception:  # noqa: BLE001 - a PDF that cannot be read is no reason to lose the packet
            log.info("A PDF could not be searched for secrecy stamps.")
