"""How full the disks are, and when they will be full: samples by the clock, and a slope that outliers do not bend."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path

from django.conf import settings
from django.db import connection

from hienluong.monitoring.models import DiskSample

DAY = timedelta(days=1)
LOOK_BACK = timedelta(days=14)
POINTS = 160
"""So many samples make the slope: 12,720 pairs, a few milliseconds."""
LEAST_SAMPLES = 12
LEAST_SPAN = DAY
FAR = 3650.0
"""Days from which on "when" says nothing any more: the disk does not fill."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to be expected of one disk.

    Attributes:
        place: what lies on it.
        free, total, database: bytes, as last sampled.
        at: when that was.
        growth: bytes a day by which it fills (negative: it empties); None: not enough samples yet.
        days: until it is full at that pace; None: it does not fill, or not enough samples yet.
    """

    place: str
    free: int
    total: int
    database: int
    at: datetime
    growth: float | None
    days: float | None

    @property
    def free_percent(self) -> float:
        """How much of the disk is free."""
        return 100 * self.free / self.total if self.total else 0.0

    @property
    def known(self) -> bool:
        """Whether there are samples enough to say anything of the future."""
        return self.growth is not None


def places() -> dict[str, Path]:
    """Returns what is watched: the data directory, and the files where they lie on a disk of their own."""
    found = {"data": Path(settings.DATA_DIR)}
    files = Path(settings.FILES_ROOT)
    if files.exists() and found["data"].exists() and files.stat().st_dev != found["data"].stat().st_dev:
        found["files"] = files
    return {name: path for name, path in found.items() if path.exists()}


def sample_disks(*, now: datetime) -> int:
    """Notes how full each disk is, and how large the database; drops what is past DISK_SAMPLE_DAYS."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        database = int(cursor.fetchone()[0])
    rows = []
    for name, path in places().items():
        usage = shutil.disk_usage(path)
        rows.append(DiskSample(at=now, place=name, free=usage.free, total=usage.total, database=database))
    DiskSample.objects.bulk_create(rows, ignore_conflicts=True)
    DiskSample.objects.filter(at__lt=now - timedelta(days=settings.DISK_SAMPLE_DAYS)).delete()
    return len(rows)


def forecasts(*, now: datetime) -> list[Forecast]:
    """Returns what is to be expected of each disk that was sampled in the last two weeks."""
    rows = DiskSample.objects.filter(at__gt=now - LOOK_BACK, at__lte=now).order_by("at")
    by_place: dict[str, list[tuple[datetime, int, int, int]]] = {}
    for place, at, free, total, database in rows.values_list("place", "at", "free", "total", "database"):
        by_place.setdefault(place, []).append((at, free, total, database))
    found = []
    for place, samples in sorted(by_place.items()):
        at, free, total, database = samples[-1]
        growth = growth_per_day([(when, total_then - left) for when, left, total_then, _size in samples])
        found.append(Forecast(place, free, total, database, at, growth, days_until_full(free, growth)))
    return found


def growth_per_day(used: Sequence[tuple[datetime, int]]) -> float | None:
    """Returns the bytes a day by which a disk fills: the median slope of all pairs of samples (Theil-Sen).

    A backup that comes and goes, or one large import, does not bend it as a mean would. None: not enough samples yet,
    which is fewer than twelve or less than a day of them.
    """
    if len(used) < LEAST_SAMPLES or used[-1][0] - used[0][0] < LEAST_SPAN:
        return None
    step = max(1, len(used) // POINTS)
    points = [(when.timestamp(), size) for when, size in used[::-step]]
    slopes = _slopes(points)
    return statistics.median(slopes) * DAY.total_seconds() if slopes else None


def days_until_full(free: int, growth: float | None) -> float | None:
    """Returns in how many days a disk is full at this pace; None: it is not known, or it does not fill."""
    if growth is None or growth <= 0:
        return None
    days = free / growth
    return days if days < FAR else None


def _slopes(points: Iterable[tuple[float, int]]) -> list[float]:
    return [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for earlier, later in combinations(sorted(points), 2)
        if later[0] > earlier[0]
    ]
