"""A signed page beside the scheme of boxes of Decree 30/2020, Appendix I: box by box, in numbers and for people to look at.

The decree's own figure is not copied. The scheme is drawn from what its text says (margins of 20-25, 30-35 and 15-20 mm; 7c
between post and name; 8 over the left third of 7c; 14 at the top right of the first page); the other boxes stand where that text
puts them beside each other, their heights are ours. HIENLUONG_SHOTS names a directory for the pictures.
"""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from test_page import BLUE, RED, extent, rendered
from world import NAME, NOW, POST, World, letter

from hienluong.signing.formats import pades
from hienluong.signing.formats.appearance import (
    Box,
    Placed,
    attachment_lines,
    image_look,
    millimetres,
    text_look,
)
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.pades import Wanted
from hienluong.signing.formats.positions import (
    Line,
    Sizes,
    lines_of,
    person_place,
    seal_place,
    text_place,
)

pytestmark = pytest.mark.prove
DOTS = 150
FONT = Path(__file__).resolve().parents[2] / "src/hienluong/signing/data/Tinos-Regular.ttf"
SCHEME = {
    "1  Quốc hiệu, Tiêu ngữ": (108, 20, 192, 36),
    "2  Cơ quan ban hành": (30, 20, 100, 36),
    "3  Số, ký hiệu": (30, 38, 100, 45),
    "4  Địa danh, thời gian": (108, 38, 192, 45),
    "5b  Trích yếu (công văn)": (30, 47, 100, 55),
    "5a  Tên loại, trích yếu": (55, 57, 165, 70),
    "6  Nội dung": (30, 82, 192, 168),
    "9b  Nơi nhận": (30, 170, 95, 216),
    "7a  Quyền hạn, chức vụ": (108, 170, 182, 183),
    "7b  Họ và tên": (108, 209, 182, 217),
    "10a  Độ mật": (168, 47, 192, 55),
    "10b  Độ khẩn": (168, 57, 192, 65),
    "11  Phạm vi lưu hành": (108, 47, 165, 55),
    "9a  Kính gửi": (75, 72, 165, 80),
    "12  Người soạn, số bản": (30, 219, 95, 226),
    "13  Địa chỉ cơ quan": (30, 284, 192, 291),
    "14  Chữ ký số bản sao": (142, 6, 195, 18),
}
"""Left, top, right, bottom in millimetres from the upper left corner of A4; 7c and 8 are computed as the decree says."""


def handwriting() -> bytes:
    """Returns a stroke in blue, transparent around it."""
    image = Image.new("RGBA", (800, 400), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    points = [(20, 300), (120, 60), (180, 340), (300, 120), (360, 300), (470, 90), (540, 310), (780, 200)]
    pen.line(points, fill=(*BLUE, 255), width=14, joint="curve")
    pen.line([(120, 330), (700, 360)], fill=(*BLUE, 255), width=9)
    pen.rectangle((2, 2, 797, 397), outline=(*BLUE, 1))
    return _png(image)


def seal_image() -> bytes:
    """Returns two rings and a star in red, transparent around them."""
    image = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    for inset, width in ((2, 14), (120, 8)):
        pen.ellipse((inset, inset, 598 - inset, 598 - inset), outline=(*RED, 255), width=width)
    pen.regular_polygon((300, 300, 90), 5, fill=(*RED, 255))
    return _png(image)


def _png(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def test_signatures_stand_where_the_decrees_scheme_has_them(world: World, tmp_path: Path) -> None:
    lines, pages = lines_of(letter())
    person = person_place(lines, pages, name=NAME, post=POST)
    seal = seal_place(person)
    signed = pades.sign(
        letter(),
        world.person,
        Wanted(Level.B, NOW, Placed(0, person.box, image_look(handwriting(), person.box))),
    )
    sealed = pades.sign(
        signed, world.seal, Wanted(Level.B, NOW, Placed(0, seal.box, image_look(seal_image(), seal.box)))
    )
    post = next(line for line in lines if line.text == POST)
    name = next(line for line in reversed(lines) if line.text == NAME)
    page = rendered(sealed, tmp_path)
    drawn, stamped = extent(rendered(signed, tmp_path), BLUE), extent(page, RED)
    _compare(drawn, stamped, post, name, Sizes())
    _pair(sealed, person.box, seal.box, tmp_path, "figure-main")


def _compare(drawn: Box, stamped: Box, post: Line, name: Line, sizes: Sizes) -> None:
    middle = (drawn.left + drawn.right) / 2
    assert name.box.top <= drawn.bottom < drawn.top <= post.box.bottom, "7c stands between 7a and 7b"
    assert abs(middle - (name.box.left + name.box.right) / 2) < millimetres(1), "7c is in the middle of 7b"
    assert abs(middle - (post.box.left + post.box.right) / 2) < millimetres(1), "7c is in the middle of 7a"
    assert abs(stamped.width - millimetres(sizes.seal[0])) < millimetres(1), "8 has its real size"
    covered = (stamped.right - drawn.left) / drawn.width
    assert abs(covered - 1 / 3) < 0.05, f"8 covers {covered:.2f} of 7c, from the left"
    assert stamped.left < drawn.left, "8 begins left of 7c"
    assert stamped.bottom < (drawn.bottom + drawn.top) / 2 < stamped.top, "8 lies over 7c"


def test_text_of_an_attachment_stands_where_the_decrees_scheme_has_it(world: World, tmp_path: Path) -> None:
    width, height, look = text_look(attachment_lines("15/UBND-VP", NOW))
    _lines, pages = lines_of(letter())
    box = text_place(pages, width, height).box
    signed = pades.sign(letter(), world.seal, Wanted(Level.B, NOW, Placed(0, box, look)))
    found = extent(rendered(signed, tmp_path), (0, 0, 0))
    page = pages[0]
    assert found.top > page.top - millimetres(20), "14 stands above the upper margin"
    assert page.right - millimetres(20) <= box.right <= page.right - millimetres(15), (
        "14 ends at the right margin"
    )
    text = subprocess.run(
        ["pdftotext", "-x", str(round(box.left)), "-y", "0", "-W", str(round(width) + 4), "-H", "60", "-r", "72",
         str(tmp_path / "page.pdf"), "-"],
        check=True, capture_output=True,
    ).stdout.decode()  # fmt: skip
    assert "15/UBND-VP" in text
    assert "+07:00" in text
    _pair(signed, None, None, tmp_path, "figure-attachment")


def _pair(pdf: bytes, person: Box | None, seal: Box | None, tmp_path: Path, name: str) -> None:
    """Draws the scheme and the page beside each other, where somebody wants to look."""
    place = Path(os.environ.get("HIENLUONG_SHOTS", tmp_path))
    width, height, data = rendered(pdf, tmp_path, dots=DOTS)
    page = Image.frombytes("RGB", (width, height), data)
    scheme = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(scheme)
    font = ImageFont.truetype(str(FONT), 22)

    def dots(length: float) -> float:
        return length / 25.4 * DOTS

    def box(corners: tuple[float, float, float, float], text: str, colour: str = "black") -> None:
        left, top, right, bottom = map(dots, corners)
        pen.rectangle((left, top, right, bottom), outline=colour, width=2)
        pen.text((left + 6, top + 3), text, fill=colour, font=font)

    for text, corners in SCHEME.items():
        box(corners, text)
    between = SCHEME["7a  Quyền hạn, chức vụ"][3], SCHEME["7b  Họ và tên"][1]
    middle, sizes = (108 + 182) / 2, Sizes()
    top = (sum(between) - sizes.person[1]) / 2
    signature = (middle - sizes.person[0] / 2, top, middle + sizes.person[0] / 2, top + sizes.person[1])
    right = signature[0] + sizes.person[0] / 3
    level = top + sizes.person[1] / 2
    box(signature, "7c", "blue")
    box((right - sizes.seal[0], level - sizes.seal[1] / 2, right, level + sizes.seal[1] / 2), "8", "red")
    pair = Image.new("RGB", (2 * width + 20, height), "grey")
    pair.paste(scheme, (0, 0))
    pair.paste(page, (width + 20, 0))
    pair.save(place / f"{name}.png")
