"""Images of signatures and seals: a PNG with a transparent ground, looked at by what is drawn in it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final, Literal

from PIL import Image

from hienluong.signing.errors import ImageUnfit
from hienluong.signing.formats.appearance import check_image

Ink = Literal["blue", "red", "other"]
_LOOKED_AT: Final = 160
"""Pixels of the longer side at which the ink is looked at."""
_DRAWN: Final = 64
_APART: Final = 30


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that can be put on a page.

    Attributes:
        content: PNG, written anew: nothing is in it but its pixels.
        width, height: in pixels.
        ink: what most of what is drawn is coloured; NĐ 30/2020, Appendix I asks for blue of a person, for red of a seal.
    """

    content: bytes
    width: int
    height: int
    ink: Ink


def read_picture(png: bytes) -> Picture:
    """Reads an image of a signature or a seal.

    Raises:
        ImageUnfit: it is no PNG, too large, damaged, has no transparent ground, or nothing is drawn in it.
    """
    check_image(png)
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as opened:
            image = opened.convert("RGBA")
    except (OSError, SyntaxError, ValueError) as problem:
        raise ImageUnfit(reason="the file is damaged") from problem
    opacity = image.getchannel("A").tobytes()
    if min(opacity) == 255:  # noqa: PLR2004 - of a byte
        raise ImageUnfit(reason="no part of it is transparent")
    if max(opacity) < _DRAWN:
        raise ImageUnfit(reason="nothing is drawn in it")
    target = io.BytesIO()
    image.save(target, "PNG", optimize=True)
    return Picture(target.getvalue(), image.width, image.height, _ink(image))


def _ink(image: Image.Image) -> Ink:
    small = image.copy()
    small.thumbnail((_LOOKED_AT, _LOOKED_AT), Image.Resampling.NEAREST)
    pixels = small.tobytes()
    drawn = [pixels[at : at + 3] for at in range(0, len(pixels), 4) if pixels[at + 3] >= _DRAWN]
    blue = sum(1 for red, green, blue in drawn if blue > max(red, green) + _APART)
    red = sum(1 for red, green, blue in drawn if red > max(green, blue) + _APART)
    if 2 * blue > len(drawn):
        return "blue"
    return "red" if 2 * red > len(drawn) else "other"
