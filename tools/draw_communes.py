"""Draws the outlines of the communes as SVG paths: `python3 tools/draw_communes.py communes.geojson > outlines.csv`.

Equirectangular at the province's middle latitude, 1500 units from north to south (about 130 m each), whole numbers:
neighbours share their corners and therefore their rounded corners. Corners that fall together are left out.
"""

import csv
import json
import math
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

WEST, NORTH, SOUTH = 105.608, 18.091, 16.299
HEIGHT = 1500
SCALE = HEIGHT / (NORTH - SOUTH)
NARROWING = math.cos(math.radians((NORTH + SOUTH) / 2))

Point = tuple[int, int]


def project(longitude: float, latitude: float) -> Point:
    """Returns the place on the map of a place on earth (WGS 84)."""
    return round((longitude - WEST) * NARROWING * SCALE), round((NORTH - latitude) * SCALE)


def ring_path(ring: Sequence[Sequence[float]]) -> str:
    """Returns a closed path of relative steps; nothing for a ring that shrank to a line."""
    points: list[Point] = []
    for longitude, latitude in ring:
        point = project(longitude, latitude)
        if not points or points[-1] != point:
            points.append(point)
    if points and points[0] == points[-1]:
        points.pop()
    if len(points) < 3:  # noqa: PLR2004 - a triangle at least
        return ""
    steps = [f"{x - before_x} {y - before_y}" for (before_x, before_y), (x, y) in pairwise(points)]
    return f"M{points[0][0]} {points[0][1]}l{' '.join(steps).replace(' -', '-')}z"


def outlines(source: Path) -> Iterator[tuple[str, str]]:
    """Yields (code, path) per commune."""
    for feature in json.loads(source.read_text(encoding="utf-8"))["features"]:
        polygons = feature["geometry"]["coordinates"]
        yield (
            feature["properties"]["code"],
            "".join(ring_path(ring) for polygon in polygons for ring in polygon),
        )


if __name__ == "__main__":
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["code", "path"])
    table.writerows(sorted(outlines(Path(sys.argv[1]))))
