"""The addresses of tiles (c2sp.org/tlog-tiles, “Merkle Tree”): level, number in groups of three digits, width of a partial one."""

from __future__ import annotations

import re

from hienluong.tlog.tree import TILE_WIDTH

HIGHEST_LEVEL = 63
_NUMBER = re.compile(r"((?:x\d{3}/){0,5}\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)


def tile_path(number: int, width: int = TILE_WIDTH) -> str:
    """Returns the end of a tile's address, as `x001/x234/067` or, of a partial tile, `x001/x234/067.p/8`."""
    text = f"{number % 1000:03}"
    while number := number // 1000:
        text = f"x{number % 1000:03}/{text}"
    return text if width == TILE_WIDTH else f"{text}.p/{width}"


def parse_tile_path(path: str) -> tuple[int, int] | None:
    """Returns number and width of such an address; None: it is none, or not written in its only form."""
    match = _NUMBER.fullmatch(path)
    if match is None:
        return None
    number = int(match[1].replace("x", "").replace("/", ""))
    width = int(match[2]) if match[2] else TILE_WIDTH
    return (number, width) if tile_path(number, width) == path and width <= TILE_WIDTH else None
