"""A letter for the demonstration, laid out as Decree 30/2020, App. I has a công văn, with gaps for number and date."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from hienluong.directory.service import Post

_FONT: Final = "Demonstration"
TO: Final = "Kính gửi: Ủy ban nhân dân các xã, phường."
_BOLD: Final = 2
"""How PDF draws letters: filled and outlined."""
LEFT, RIGHT = 62.0, 143.0
"""Middle of the two columns of the head, in millimetres from the left edge."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter is about, and what it says, a blank line between paragraphs."""

    subject: str
    text: str


def draw(letter: Letter, head: Post, notation: str) -> bytes:
    """Returns the letter as one page of PDF, of Sở Nội vụ, for its head to sign."""
    _register()
    target = io.BytesIO()
    page = _Page(Canvas(target, pagesize=A4, invariant=1))
    page.middle(LEFT, 24, "UBND TỈNH QUẢNG TRỊ", 12)
    page.middle(LEFT, 30, "SỞ NỘI VỤ", 12, bold=True)
    page.line(LEFT, 32, 22)
    page.middle(LEFT, 40, f"Số:        /{notation}", 13)
    below = 46.0
    for line in simpleSplit(f"V/v {letter.subject[0].lower()}{letter.subject[1:]}", _FONT, 12, 60 * mm):
        page.middle(LEFT, below, line, 12)
        below += 5.2
    page.middle(RIGHT, 24, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, bold=True)
    page.middle(RIGHT, 30, "Độc lập - Tự do - Hạnh phúc", 13, bold=True)
    page.line(RIGHT, 32, 58)
    page.middle(RIGHT, 40, "Quảng Trị, ngày       tháng       năm", 13, shift=-5)
    page.middle(105, 76, TO, 14)
    below = page.paragraphs(84, f"{letter.text.strip()}/.".split("\n\n")) + 12
    page.middle(RIGHT, below, "GIÁM ĐỐC", 14, bold=True)
    page.middle(RIGHT, below + 40, head.person.full_name, 14, bold=True)
    page.left(30, below, "Nơi nhận:", 12, bold=True)
    page.left(30, below + 5.5, "- Như trên;", 11)
    page.left(30, below + 10.5, "- Lưu: VT, VTLT.", 11)
    return page.done(target)


class _Page:
    """A page that is written on in millimetres from its upper left corner."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas

    def left(self, x: float, y: float, words: str, size: float, *, bold: bool = False) -> None:
        """Writes words that begin at a point."""
        text = self._canvas.beginText(x * mm, A4[1] - y * mm)
        text.setFont(_FONT, size)
        text.setTextRenderMode(_BOLD if bold else 0)
        self._canvas.setLineWidth(size / 36)
        text.textOut(words)
        text.setTextRenderMode(0)
        self._canvas.drawText(text)

    def middle(
        self, x: float, y: float, words: str, size: float, *, bold: bool = False, shift: float = 0
    ) -> None:
        """Writes words around a point."""
        width = pdfmetrics.stringWidth(words, _FONT, size) / mm
        self.left(x - width / 2 + shift, y, words, size, bold=bold)

    def line(self, x: float, y: float, length: float) -> None:
        """Draws a line of a length around a point."""
        self._canvas.setLineWidth(0.7)
        height = A4[1] - y * mm
        self._canvas.line((x - length / 2) * mm, height, (x + length / 2) * mm, height)

    def paragraphs(self, y: float, texts: Sequence[str]) -> float:
        """Writes paragraphs between the margins, and returns where the last one ends."""
        style = ParagraphStyle(
            "body", fontName=_FONT, fontSize=14, leading=20, alignment=TA_JUSTIFY, firstLineIndent=10 * mm
        )
        for words in texts:
            paragraph = Paragraph(words, style)
            _width, height = paragraph.wrap(160 * mm, 200 * mm)
            y += height / mm
            paragraph.drawOn(self._canvas, 30 * mm, A4[1] - y * mm)
            y += 2
        return y

    def done(self, target: io.BytesIO) -> bytes:
        """Returns the PDF."""
        self._canvas.showPage()
        self._canvas.save()
        return target.getvalue()


@cache
def _register() -> None:
    font = files("hienluong.signing").joinpath("data", "Tinos-Regular.ttf").read_bytes()
    pdfmetrics.registerFont(TTFont(_FONT, io.BytesIO(font)))
