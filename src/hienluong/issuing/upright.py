"""Pages that stand as people see them: places on a page are measured from the corner that people see.

Scans are often kept lying, with a note to turn them (`Rotate`), or cut by a box that does not begin at the corner
(`CropBox`; ISO 32000-1, 7.7.3.3, 14.11.2). What is put onto such a page would land elsewhere. It is turned once, before
anybody has signed; afterwards nothing may be changed.
"""

from __future__ import annotations

from io import BytesIO

from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import RectangleObject

_BOXES = ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox")


def upright(pdf: bytes) -> bytes:
    """Returns a PDF all pages of which stand upright with their lower left corner at 0, 0; the same bytes if they do."""
    if all(_stands(page) for page in PdfReader(BytesIO(pdf)).pages):
        return pdf
    writer = PdfWriter(clone_from=BytesIO(pdf))
    for page in writer.pages:
        if not _stands(page):
            _set_up(page)
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def _stands(page: PageObject) -> bool:
    seen = page.cropbox
    at_corner = abs(float(seen.left)) < 1 and abs(float(seen.bottom)) < 1
    whole = (
        abs(float(seen.width - page.mediabox.width)) < 1
        and abs(float(seen.height - page.mediabox.height)) < 1
    )
    return page.rotation % 360 == 0 and at_corner and whole


def _set_up(page: PageObject) -> None:
    left, bottom = float(page.cropbox.left), float(page.cropbox.bottom)
    width, height = float(page.cropbox.width), float(page.cropbox.height)
    turns = page.rotation % 360 // 90
    move = Transformation().translate(-left, -bottom).rotate(-90 * turns)
    move = move.translate(*((0, 0), (0, width), (width, height), (height, 0))[turns])
    page.add_transformation(move)
    box = RectangleObject((0, 0, height, width) if turns % 2 else (0, 0, width, height))
    for name in _BOXES:
        page.pop(name, None)
    page.mediabox = box
    page.pop("/Rotate", None)
