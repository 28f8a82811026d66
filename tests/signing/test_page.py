"""How signatures show: where the decree puts them, found from the text; images in real size, text in ten points."""

from __future__ import annotations

import io
import re
import struct
import subprocess
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from world import NAME, NOW, POST, World, letter

from hienluong.signing.errors import DocumentUnsignable, ImageUnfit
from hienluong.signing.formats import pades
from hienluong.signing.formats.appearance import (
    Box,
    Placed,
    attachment_lines,
    copy_lines,
    image_look,
    millimetres,
    moment,
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
from hienluong.signing.formats.report import Verdict

BLUE, RED = (20, 40, 180), (200, 20, 20)


def png(colour: tuple[int, int, int], width: int = 120, height: int = 60) -> bytes:
    """Returns an image: a frame in a colour, transparent inside."""
    rows = b""
    for y in range(height):
        rows += b"\0" + b"".join(
            bytes((*colour, 255 if min(x, y, width - 1 - x, height - 1 - y) < 6 else 0)) for x in range(width)
        )

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def rendered(pdf: bytes, place: Path, *, dots: int = 72) -> tuple[int, int, bytes]:
    """Returns the first page as poppler draws it: width, height, RGB."""
    (place / "page.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", str(dots), "-f", "1", "-l", "1", str(place / "page.pdf")]
    image = subprocess.run(command, check=True, capture_output=True).stdout
    head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", image)
    assert head
    return int(head[1]), int(head[2]), image[head.end() :]


def extent(image: tuple[int, int, bytes], colour: tuple[int, int, int]) -> Box:
    """Returns where a colour is, in points from the lower left corner, of a page drawn at 72 dots."""
    width, height, data = image
    found = [
        (number % width, height - 1 - number // width)
        for number in range(width * height)
        if all(abs(data[3 * number + part] - colour[part]) < 60 for part in range(3))
    ]
    assert found, "the colour is not on the page"
    columns, rows = [x for x, _y in found], [y for _x, y in found]
    return Box(min(columns), min(rows), max(columns) + 1, max(rows) + 1)


def near(box: Box, other: Box, within: float = 2.5) -> bool:
    pairs = zip(
        (box.left, box.bottom, box.right, box.top),
        (other.left, other.bottom, other.right, other.top),
        strict=True,
    )
    return all(abs(one - two) <= within for one, two in pairs)


def test_person_signs_between_post_and_name_in_the_middle(pdf: bytes) -> None:
    place = person_place(*lines_of(pdf), name=NAME, post=POST)
    assert (place.page, place.found, place.between) == (0, "post-and-name", (POST, NAME))
    assert (place.box.left + place.box.right) / 2 == pytest.approx(millimetres(145), abs=2)
    assert (place.box.width, place.box.height) == (
        pytest.approx(millimetres(40)),
        pytest.approx(millimetres(20)),
    )
    assert millimetres(297 - 215) < place.box.bottom < place.box.top < millimetres(297 - 181)


def test_seal_covers_the_left_third_of_the_persons_signature_in_real_size(pdf: bytes) -> None:
    person = person_place(*lines_of(pdf), name=NAME, post=POST)
    seal = seal_place(person, Sizes(seal=(36, 36)))
    assert (seal.box.width, seal.box.height) == (
        pytest.approx(millimetres(36)),
        pytest.approx(millimetres(36)),
    )
    assert seal.box.right - person.box.left == pytest.approx(person.box.width / 3)
    assert (seal.box.bottom + seal.box.top) / 2 == pytest.approx((person.box.bottom + person.box.top) / 2)


@pytest.mark.parametrize(
    ("name", "post", "found"),
    [
        (NAME.upper(), "", "post-and-name"),
        ("Nguyễn Văn An", POST.casefold(), "post-and-name"),
        ("Trần Thị Bình", "", "gap"),
    ],
)
def test_place_is_found_without_the_post_and_without_the_name(
    pdf: bytes, name: str, post: str, found: str
) -> None:
    known = person_place(*lines_of(pdf), name=NAME, post=POST)
    place = person_place(*lines_of(pdf), name=name, post=post)
    assert place.found == found
    assert near(place.box, known.box, within=4)


def test_title_before_the_name_does_not_hide_it() -> None:
    place = person_place(*lines_of(letter(name="TS. Nguyễn Văn An")), name=NAME)
    assert place.between[-1] == "TS. Nguyễn Văn An"


@pytest.mark.parametrize("lines", [[], [Line(0, "một dòng", Box(50, 700, 200, 712))]])
def test_page_without_the_block_gets_a_place_to_be_moved(lines: Sequence[Line]) -> None:
    place = person_place(lines, [Box(0, 0, 595, 842)], name=NAME)
    assert place.found == "page"
    assert place.box.left > 595 / 2


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"words", b"%PDF-1.7\n%%EOF"])
def test_file_without_text_is_told(content: bytes) -> None:
    with pytest.raises(DocumentUnsignable):
        lines_of(content)


def test_images_stand_where_and_as_large_as_they_should(world: World, pdf: bytes, tmp_path: Path) -> None:
    person = person_place(*lines_of(pdf), name=NAME, post=POST)
    seal = seal_place(person)
    signed = pades.sign(
        pdf,
        world.person,
        Wanted(Level.B, NOW, Placed(person.page, person.box, image_look(png(BLUE), person.box))),
    )
    sealed = pades.sign(
        signed,
        world.seal,
        Wanted(Level.B, NOW, Placed(seal.page, seal.box, image_look(png(RED, 80, 80), seal.box))),
    )
    page = rendered(sealed, tmp_path)
    assert near(extent(page, RED), seal.box)
    assert near(extent(rendered(signed, tmp_path), BLUE), person.box)
    text = subprocess.run(
        ["pdftotext", str(tmp_path / "page.pdf"), "-"], check=True, capture_output=True
    ).stdout.decode()
    assert NAME in text
    report = world.check(sealed)
    assert (report.verdict, len(report.signatures)) == (Verdict.VALID, 2)


def test_text_of_an_attachment_stands_top_right_in_ten_points_with_every_letter(
    world: World, pdf: bytes, tmp_path: Path
) -> None:
    at = datetime(2026, 11, 26, 6, 45, 10, tzinfo=UTC)
    width, height, look = text_look(attachment_lines("15/QĐ-UBND", at))
    place = text_place(lines_of(pdf)[1], width, height)
    signed = pades.sign(pdf, world.seal, Wanted(Level.B, NOW, Placed(place.page, place.box, look)))
    (tmp_path / "page.pdf").write_bytes(signed)
    boxes = subprocess.run(
        ["pdftotext", "-bbox", str(tmp_path / "page.pdf"), "-"], check=True, capture_output=True
    ).stdout.decode()
    words = {
        found[3]: (float(found[1]), float(found[2]))
        for found in re.finditer(
            r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">([^<]+)<', boxes
        )
    }
    assert {"15/QĐ-UBND", "26-11-2026", "13:45:10", "+07:00"} <= set(words)
    assert words["+07:00"][1] == pytest.approx(595.3 - millimetres(15), abs=2)
    fonts = subprocess.run(["pdffonts", str(tmp_path / "page.pdf")], check=True, capture_output=True).stdout
    assert re.search(rb"\+Tinos\S*\s+TrueType\s+\S+\s+yes yes yes", fonts), (
        "embedded, as a part, with its letters"
    )


def test_words_of_copies_and_moments_are_those_of_the_decree() -> None:
    at = datetime(2026, 1, 2, 17, 4, 5, tzinfo=UTC)
    assert moment(at) == "03-01-2026 00:04:05 +07:00"
    assert copy_lines("SAO Y", "UBND tỉnh Quảng Trị", at) == ["SAO Y", "UBND tỉnh Quảng Trị", moment(at)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8\xff\xe0 a photograph",
        png(RED)[:20],
        png(RED)[:25] + b"\x02" + png(RED)[26:],
        png(RED) + bytes(3_000_000),
        png(RED)[:16] + struct.pack(">II", 60_000, 60_000) + png(RED)[24:],
    ],
)
def test_image_that_is_no_transparent_png_is_refused(content: bytes) -> None:
    with pytest.raises(ImageUnfit):
        image_look(content, Box(0, 0, 10, 10))


def test_look_keeps_the_proportions_of_its_image(tmp_path: Path) -> None:
    look = image_look(png(RED, 80, 80), Box(0, 0, 200, 100))
    found = extent(rendered(look, tmp_path), RED)
    assert found.width == pytest.approx(found.height, abs=2)
    assert io.BytesIO(look).read(5) == b"%PDF-"
