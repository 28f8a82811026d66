"""When a disk will be full: a slope that outliers do not bend, and no guess where there is nothing to go by."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hienluong.kit import clock
from hienluong.monitoring import disk
from hienluong.monitoring.models import DiskSample

START = datetime(2026, 11, 1, tzinfo=UTC)
GIGA = 10**9


def _used(hours: int, per_day: float, *, every: float = 1.0) -> list[tuple[datetime, int]]:
    count = int(hours / every)
    return [
        (START + timedelta(hours=place * every), int(50 * GIGA + per_day * place * every / 24))
        for place in range(count + 1)
    ]


@pytest.mark.parametrize("hours", [0, 5, 23])
def test_too_short_a_time_says_nothing(hours: int) -> None:
    assert disk.growth_per_day(_used(hours, GIGA, every=0.1)) is None


def test_too_few_samples_say_nothing() -> None:
    assert disk.growth_per_day(_used(100, GIGA, every=10)) is None


def test_steady_growth_is_found() -> None:
    growth = disk.growth_per_day(_used(72, 2 * GIGA))
    assert growth == pytest.approx(2 * GIGA, rel=1e-6)
    assert disk.days_until_full(100 * GIGA, growth) == pytest.approx(50)


def test_backup_that_comes_and_goes_does_not_bend_it() -> None:
    used = [
        (at, size + (300 * GIGA if place % 24 in (2, 3) else 0))
        for place, (at, size) in enumerate(_used(168, GIGA))
    ]
    assert disk.growth_per_day(used) == pytest.approx(GIGA, rel=0.05)


def test_one_large_clearing_does_not_hide_the_growth() -> None:
    used = [
        (at, size - (20 * GIGA if place > 160 else 0)) for place, (at, size) in enumerate(_used(200, GIGA))
    ]
    assert disk.growth_per_day(used) == pytest.approx(GIGA, rel=0.2)


@pytest.mark.parametrize("per_day", [0, -GIGA])
def test_disk_that_does_not_fill_has_no_end(per_day: float) -> None:
    assert disk.days_until_full(GIGA, disk.growth_per_day(_used(72, per_day))) is None


def test_end_in_many_years_is_none() -> None:
    assert disk.days_until_full(10**13, 1000.0) is None


@settings(max_examples=30, deadline=None)
@given(
    per_day=st.floats(1e6, 1e11),
    seed=st.integers(0, 1000),
    bad=st.floats(0, 0.2),
    jump=st.floats(-1e12, 1e12),
)
def test_slope_withstands_a_fifth_of_wild_samples(per_day: float, seed: int, bad: float, jump: float) -> None:
    chance = random.Random(seed)
    used = [
        (at, int(size + (jump if chance.random() < bad * 0.7 else 0))) for at, size in _used(24 * 7, per_day)
    ]
    growth = disk.growth_per_day(used)
    assert growth is not None
    assert 0.2 * per_day < growth < 5 * per_day


@pytest.mark.django_db
def test_samples_are_taken_and_old_ones_dropped(settings: Any) -> None:
    now = clock.now()
    DiskSample.objects.create(at=now - timedelta(days=91), place="data", free=1, total=2, database=1)
    settings.DATA_DIR = settings.FILES_ROOT.parent
    settings.FILES_ROOT.mkdir(parents=True, exist_ok=True)
    assert disk.sample_disks(now=now) >= 1
    assert disk.sample_disks(now=now) >= 1  # a second worker at the same moment
    row = DiskSample.objects.get(place="data")
    assert row.at == now
    assert 0 < row.free <= row.total
    assert row.database > 1_000_000


@pytest.mark.django_db
def test_forecast_says_what_it_goes_by() -> None:
    now = START + timedelta(days=10)
    DiskSample.objects.bulk_create(
        DiskSample(
            at=now - timedelta(hours=hours),
            place="data",
            free=(100 + hours) * GIGA,
            total=500 * GIGA,
            database=7,
        )
        for hours in range(100)
    )
    (seen,) = disk.forecasts(now=now)
    assert (seen.free, seen.free_percent, seen.database, seen.at) == (100 * GIGA, 20, 7, now)
    assert seen.growth == pytest.approx(24 * GIGA)
    assert seen.days == pytest.approx(100 / 24)
    assert disk.forecasts(now=now + timedelta(days=15)) == []
    (early,) = disk.forecasts(now=now - timedelta(hours=95))
    assert (early.known, early.days) == (False, None)
