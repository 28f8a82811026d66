"""Pages that lie or are cut: they look as before to another program, and what is put onto them lands where people see it."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from house import House, decision
from PIL import Image, ImageChops
from pypdf import PdfReader, PdfWriter, Transformation
from pypdf.generic import NameObject, NumberObject, RectangleObject

from hienluong.issuing import queries
from hienluong.issuing.places import PERSON, place_of
from hienluong.issuing.upright import upright

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftoppm") is None, reason="poppler-utils is not installed: apt-get install poppler-utils"
)


def lying(turn: int, *, cut: bool = False) -> bytes:
    """Returns the decision kept lying, with the note that it be turned by so many degrees; perhaps cut out of a larger page."""
    writer = PdfWriter(clone_from=BytesIO(decision()))
    page = writer.pages[0]
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    move = Transformation().rotate(turn)
    move = move.translate(*{0: (0, 0), 90: (height, 0), 180: (width, height), 270: (0, width)}[turn])
    box = (height, width) if turn % 180 else (width, height)
    corner = (40, 60) if cut else (0, 0)
    page.add_transformation(move.translate(*corner))
    seen = RectangleObject((*corner, corner[0] + box[0], corner[1] + box[1]))
    page.mediabox = RectangleObject((0, 0, box[0] + 100, box[1] + 100)) if cut else seen
    page.cropbox = seen
    page[NameObject("/Rotate")] = NumberObject(turn)
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def drawn(pdf: bytes, folder: Path, name: str) -> Image.Image:
    """Returns the first page as poppler shows it."""
    (folder / f"{name}.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-cropbox", "-r", "40", "-png", "-singlefile", f"{name}.pdf", name]
    subprocess.run(command, cwd=folder, check=True)
    return Image.open(folder / f"{name}.png").convert("L")


@needs_poppler
@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_page_looks_as_before_to_another_program(turn: int, cut: bool, tmp_path: Path) -> None:
    before = lying(turn, cut=cut)

    after = upright(before)

    page = PdfReader(BytesIO(after)).pages[0]
    assert (page.rotation, [round(float(one)) for one in page.cropbox[:2]]) == (0, [0, 0])
    seen, kept = drawn(before, tmp_path, "before"), drawn(after, tmp_path, "after")
    assert seen.size == kept.size
    assert seen.getextrema()[0] < 128  # there is something to see
    differing = ImageChops.difference(seen, kept).point(lambda value: 255 if value > 96 else 0)
    assert differing.histogram()[255] < 0.001 * seen.width * seen.height


def test_page_that_stands_is_left_byte_by_byte() -> None:
    assert upright(decision()) is decision()


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [90, 270])
def test_signature_goes_between_post_and_name_of_a_page_that_lay(house: House, turn: int) -> None:
    straight = house.number(house.hand_in())
    lay = house.number(house.hand_in(file=("scan.pdf", lying(turn, cut=True))), "16")

    stands, turned = (
        place_of(house.head, one, PERSON, queries.file_bytes(one)).box for one in (straight, lay)
    )

    assert turned.left == pytest.approx(stands.left, abs=2)
    assert turned.bottom == pytest.approx(stands.bottom, abs=2)
    assert house.sign(lay).step == "signed"
