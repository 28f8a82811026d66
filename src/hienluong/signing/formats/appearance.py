"""How signatures show on the page, as Decree 30/2020/NĐ-CP, Appendix I lays it down: images in real size, text in 10 points.

A look is one small page of PDF, which becomes the appearance of the signature's field. Sizes on paper are millimetres,
boxes are points (1/72 inch) from the lower left corner of the page, as in PDF.
"""

from __future__ import annotations

import binascii
import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final
from uuid import uuid4

from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.stamp import StaticStampStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from hienluong.kit.clock import in_vietnam
from hienluong.signing.errors import ImageUnfit

TEXT_POINTS: Final = 10.0
LINE_POINTS: Final = 12.0
IMAGE_BYTES: Final = 2 * 1024 * 1024
IMAGE_PIXELS: Final = 4_000 * 4_000
_FONT = "Tinos"
_WITH_ALPHA: Final = {4, 6}
"""Kinds of colour in a PNG that have an alpha channel (ISO/IEC 15948, 11.2.2)."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Returns the width in points."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Returns the height in points."""
        return self.top - self.bottom

    def rounded(self) -> tuple[int, int, int, int]:
        """Returns it in whole points, as PDF's fields have it."""
        return (round(self.left), round(self.bottom), round(self.right), round(self.top))


@dataclass(frozen=True, slots=True)
class Placed:
    """A look at its place: the page counted from 0 (-1: the last), the box, one page of PDF that fills it."""

    page: int
    box: Box
    look: bytes


class ImportedPage(PdfContent):
    """A page of PDF in memory as content of another file."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__()
        self._pdf = pdf

    @classmethod
    def style(cls, pdf: bytes) -> StaticStampStyle:
        """Returns pyHanko's style of a field that shows nothing but the page, as large as the field."""
        filled = SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MID,
            y_align=AxisAlignment.ALIGN_MID,
            margins=Margins.uniform(0),
            inner_content_scaling=InnerScaling.STRETCH_FILL,
        )
        return StaticStampStyle(background=cls(pdf), border_width=0, background_layout=filled)

    def render(self) -> bytes:
        """Returns the operators that draw the page."""
        page = self._ensure_writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._pdf)))
        name = b"/Look" + binascii.hexlify(uuid4().bytes)
        self.resources.xobject[name.decode("ascii")] = page
        left, bottom, right, top = page.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return name + b" Do"


def image_look(png: bytes, box: Box) -> bytes:
    """Returns an image in a box: as large as fits, in its own proportions, in the middle; what is transparent stays so.

    Raises:
        ImageUnfit: it is no PNG, has no transparency, or is too large.
    """
    check_image(png)
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(box.width, box.height), invariant=1)
    canvas.drawImage(
        ImageReader(io.BytesIO(png)),
        0,
        0,
        box.width,
        box.height,
        mask="auto",
        preserveAspectRatio=True,
        anchor="c",
    )
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def check_image(png: bytes) -> tuple[int, int]:
    """Returns width and height of an image in pixels, once it is a PNG with transparency and not too large.

    Raises:
        ImageUnfit: it is none.
    """
    if len(png) > IMAGE_BYTES:
        raise ImageUnfit(reason=f"{len(png)} bytes, at most {IMAGE_BYTES}")
    if png[:8] != b"\x89PNG\r\n\x1a\n" or png[12:16] != b"IHDR" or len(png) < 33:  # noqa: PLR2004 - the header's length
        raise ImageUnfit(reason="no PNG")
    width, height, _depth, colour = struct.unpack(">IIBB", png[16:26])
    if not 0 < width * height <= IMAGE_PIXELS:
        raise ImageUnfit(reason=f"{width} x {height} pixels")
    if colour not in _WITH_ALPHA and b"tRNS" not in png[:4096]:
        raise ImageUnfit(reason="no transparency")
    return width, height


def text_look(lines: Sequence[str]) -> tuple[float, float, bytes]:
    """Returns a block of text in Times' metrics, upright, 10 points, black: width, height and the page.

    Source: Decree 30/2020/NĐ-CP, Appendix I, II.8 and Part II.
    """
    _register()
    width = max(pdfmetrics.stringWidth(line, _FONT, TEXT_POINTS) for line in lines) + 2
    height = LINE_POINTS * len(lines) + 2
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(width, height), invariant=1)
    canvas.setFont(_FONT, TEXT_POINTS)
    for number, line in enumerate(lines, start=1):
        canvas.drawString(1, height - LINE_POINTS * number + 2, line)
    canvas.showPage()
    canvas.save()
    return width, height, target.getvalue()


def page_of_texts(width: float, height: float, texts: Sequence[tuple[float, float, float, str]]) -> bytes:
    """Returns a page of PDF with nothing on it but texts in Times' metrics, upright, black.

    Args:
        width: of the page in points.
        height: the same.
        texts: left end, baseline and size in points, and the words.
    """
    _register()
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(width, height), invariant=1)
    for left, baseline, size, words in texts:
        canvas.setFont(_FONT, size)
        canvas.drawString(left, baseline, words)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def text_width(words: str, size: float) -> float:
    """Returns how wide words are in points at a size."""
    _register()
    return float(pdfmetrics.stringWidth(words, _FONT, size))


def attachment_lines(number: str, at: datetime) -> list[str]:
    """Returns what stands on an attachment in a file of its own: number and notation; when it was signed.

    Source: Decree 30/2020/NĐ-CP, Appendix I.
    """
    return [number, moment(at)]


def copy_lines(kind: str, agency: str, at: datetime) -> list[str]:
    """Returns what stands on an electronic copy: its kind (SAO Y, SAO LỤC, TRÍCH SAO), who made it, when."""
    return [kind, agency, moment(at)]


def moment(at: datetime) -> str:
    """Returns a moment as the text of a signature has it: day, month, year, time and the zone of Vietnam."""
    return f"{in_vietnam(at):%d-%m-%Y %H:%M:%S} +07:00"


def millimetres(length: float) -> float:
    """Returns a length in points."""
    return float(length * mm)


@cache
def _register() -> None:
    font = files("hienluong.signing").joinpath("data", "Tinos-Regular.ttf").read_bytes()
    pdfmetrics.registerFont(TTFont(_FONT, io.BytesIO(font)))
