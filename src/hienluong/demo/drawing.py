"""Images for the demonstration: a signature in blue, a seal in red, each with the word that says what it is."""

from __future__ import annotations

import hashlib
import io
import math
from importlib.resources import files
from typing import Final

from PIL import Image, ImageDraw, ImageFont

MARK: Final = "TRÌNH DIỄN"
_BLUE: Final = (20, 50, 170, 255)
_RED: Final = (205, 25, 35, 255)
_CLEAR: Final = (255, 255, 255, 0)


def signature(name: str) -> bytes:
    """Returns a stroke in blue, another for every name, as PNG of 600 x 300 pixels."""
    image = Image.new("RGBA", (600, 300), _CLEAR)
    canvas = ImageDraw.Draw(image)
    seed = hashlib.sha256(name.encode()).digest()
    waves = [
        (1 + seed[number] % 5, 18 + seed[number + 1] % 40, seed[number + 2] / 40) for number in (0, 3, 6)
    ]
    points = []
    for step in range(240):
        along = step / 239
        height = sum(size * math.sin(turns * math.tau * along + start) for turns, size, start in waves)
        points.append((50 + 500 * along + 22 * math.sin(9 * along + seed[9]), 130 + height * (1 - along / 3)))
    canvas.line(points, fill=_BLUE, width=7, joint="curve")
    canvas.line([(70, 245), (530, 215)], fill=_BLUE, width=5)
    canvas.text((300, 285), MARK, fill=_BLUE, font=_font(26), anchor="mb")
    return _png(image)


def seal(name: str) -> bytes:
    """Returns a round seal in red with an agency's name, as PNG of 600 x 600 pixels; it is like none of a real agency."""
    image = Image.new("RGBA", (600, 600), _CLEAR)
    canvas = ImageDraw.Draw(image)
    for inset, width in ((10, 12), (34, 4), (170, 4)):
        canvas.ellipse([inset, inset, 600 - inset, 600 - inset], outline=_RED, width=width)
    _around(image, f"• {MARK} • {name.upper()}"[:60])
    canvas.text((300, 270), MARK, fill=_RED, font=_font(38), anchor="mm")
    canvas.text((300, 325), "KHÔNG CÓ", fill=_RED, font=_font(26), anchor="mm")
    canvas.text((300, 360), "GIÁ TRỊ PHÁP LÝ", fill=_RED, font=_font(26), anchor="mm")
    return _png(image)


def _around(image: Image.Image, text: str) -> None:
    """Writes along a circle, clockwise from the left."""
    font, turn = _font(44), 330 / max(len(text), 1)
    for number, letter in enumerate(text):
        angle = -165 + turn * (number + 0.5)
        tile = Image.new("RGBA", (80, 80), _CLEAR)
        ImageDraw.Draw(tile).text((40, 40), letter, fill=_RED, font=font, anchor="mm")
        turned = tile.rotate(-angle, resample=Image.Resampling.BICUBIC)
        x, y = 300 + 228 * math.sin(math.radians(angle)), 300 - 228 * math.cos(math.radians(angle))
        image.alpha_composite(turned, (round(x - 40), round(y - 40)))


def _font(size: int) -> ImageFont.FreeTypeFont:
    content = files("hienluong.signing").joinpath("data", "Tinos-Regular.ttf").read_bytes()
    return ImageFont.truetype(io.BytesIO(content), size)


def _png(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "PNG", optimize=True)
    return target.getvalue()
