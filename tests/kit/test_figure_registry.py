"""Modules offer figures; a centre that knows no module computes them by name."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest

from hienluong.kit.figures import (
    Counted,
    Figure,
    FigureUnknown,
    Period,
    Rhythm,
    all_figures,
    compute,
    isolated_figures,
    offer,
)

JULY = Period.of_month(2025, 7)


@pytest.fixture(autouse=True)
def _empty_registry() -> Iterator[None]:
    with isolated_figures():
        yield


def share(
    name: str, count: Callable[[Period], Counted], unit: str = "%", denominator: str | None = "sent"
) -> Figure:
    return Figure(
        name, "On time", unit, "28/2018/QĐ-TTg art. 6.2", "sent on time", denominator, Rhythm.MONTH, count
    )


def test_share_of_a_hundred_is_computed_over_the_period_asked_for() -> None:
    asked: list[Period] = []

    def count(period: Period) -> Counted:
        asked.append(period)
        return Counted(3, 4)

    offer(share("exchange.sent_on_time", count))

    measurement = compute("exchange.sent_on_time", JULY)

    assert measurement.value == Decimal(75)
    assert (measurement.counted, measurement.period, asked) == (Counted(3, 4), JULY, [JULY])


def test_share_of_nothing_has_no_value() -> None:
    offer(share("a.share", lambda _period: Counted(0, 0)))

    assert compute("a.share", JULY).value is None


def test_plain_count_and_ratio_keep_their_unit() -> None:
    offer(share("a.count", lambda _period: Counted(12), unit="documents", denominator=None))
    offer(share("a.ratio", lambda _period: Counted(Decimal(3), 2), unit="hours"))

    assert compute("a.count", JULY).value == 12
    assert compute("a.ratio", JULY).value == Decimal("1.5")


def test_figure_whose_words_and_numbers_disagree_is_refused() -> None:
    offer(share("a.share", lambda _period: Counted(1)))

    with pytest.raises(ValueError, match=r"a\.share must count a denominator"):
        compute("a.share", JULY)


def test_second_figure_of_the_same_name_is_refused() -> None:
    offer(share("a.share", lambda _period: Counted(1, 2)))

    with pytest.raises(ValueError, match="offered already"):
        offer(share("a.share", lambda _period: Counted(1, 2)))


def test_unknown_figure_is_named_in_the_error() -> None:
    with pytest.raises(FigureUnknown, match=r"a\.missing"):
        compute("a.missing", JULY)


def test_all_figures_are_listed_by_name() -> None:
    for name in ("b.two", "a.one"):
        offer(share(name, lambda _period: Counted(1, 2)))

    assert [figure.name for figure in all_figures()] == ["a.one", "b.two"]


def test_period_holds_its_first_day_and_not_its_end() -> None:
    assert date(2025, 7, 1) in JULY
    assert date(2025, 7, 31) in JULY
    assert date(2025, 8, 1) not in JULY
    assert JULY.days == 31
    assert JULY.previous() == Period(date(2025, 5, 31), date(2025, 7, 1))
    assert Period.of_month(2025, 12).end == Period.of_year(2025).end == date(2026, 1, 1)


def test_period_that_does_not_end_after_its_start_is_refused() -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        Period(date(2025, 7, 1), date(2025, 7, 1))
