"""The letter that the demonstration sends: an authored PDF into which number and date are stamped, as at issuing."""

from __future__ import annotations

import io
from datetime import date
from importlib.resources import files

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

POINTS_PER_MM = 72 / 25.4
PAGE_HEIGHT = 297.0
LINE = 40.2  # millimetres from the page's upper edge to the line of number and date
NUMBER_ENDS, DAY, MONTH, YEAR = 61.6, 135.8, 155.3, 173.0  # millimetres from its left edge
SIZE = 11.0  # points
DIGIT_WIDTH = 0.5 * SIZE / POINTS_PER_MM  # every digit of Times is half its size wide


def issued_letter(number: str, day: date) -> bytes:
    """Returns the letter as issued under a number on a day: one page of PDF."""
    template = files(__package__).joinpath("data/letter.pdf").read_bytes()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(template)))
    writer.metadata = {"/Title": f"{number}/SNV-VP"}
    page = writer.pages[0]
    before_number = NUMBER_ENDS - len(number) * DIGIT_WIDTH
    texts = {before_number: number, DAY: f"{day:%d}", MONTH: f"{day:%m}", YEAR: f"{day:%Y}"}
    page.merge_page(_stamp(page, texts))
    page.compress_content_streams()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _stamp(page: PageObject, texts: dict[float, str]) -> PageObject:
    """Returns a page that holds only these texts, each at its distance from the left edge in millimetres."""
    stamp = PageObject.create_blank_page(width=page.mediabox.width, height=page.mediabox.height)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Times-Roman"),
        }
    )
    fonts = DictionaryObject({NameObject("/Stamp"): font})
    stamp[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    height = (PAGE_HEIGHT - LINE) * POINTS_PER_MM
    content = DecodedStreamObject()
    content.set_data(
        "".join(
            f"BT /Stamp {SIZE:g} Tf {left * POINTS_PER_MM:.2f} {height:.2f} Td ({text}) Tj ET\n"
            for left, text in texts.items()
        ).encode("ascii")
    )
    stamp[NameObject("/Contents")] = content
    return stamp
