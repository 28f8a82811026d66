"""The registry of figures: what each module can count, offered to centres and reports that know no module.

A module offers its figures in `AppConfig.ready()`; the operations centre and the indices read the registry.
Every figure says what it counts over what, and on which legal or technical basis, so that a number on a screen
can always be explained.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from hienluong.kit.clock import VIETNAM
from hienluong.kit.errors import NotFound
from hienluong.kit.errors import gettext_noop as _

Number = int | Decimal

PERCENT = "%"


class FigureUnknown(NotFound):
    """No module offers a figure of this name."""

    code = "figures.unknown"
    title = _("Figure unknown")
    detail = _("No module that is switched on offers the figure {name}.")
    todo = _("Choose a figure from the list of figures.")


class Rhythm(StrEnum):
    """How often a figure is usually read; it may be computed over any period."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `start` up to but not including `end`, in the Vietnamese zone."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"A period ends after it starts; {self.end} is not after {self.start}.")

    @classmethod
    def of_month(cls, year: int, month: int) -> "Period":
        """Returns the period of one calendar month."""
        following = date(year + month // 12, month % 12 + 1, 1)
        return cls(date(year, month, 1), following)

    @classmethod
    def of_year(cls, year: int) -> "Period":
        """Returns the period of one calendar year."""
        return cls(date(year, 1, 1), date(year + 1, 1, 1))

    @property
    def days(self) -> int:
        """The number of days in the period."""
        return (self.end - self.start).days

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """The moment it begins, and the first that it no longer holds."""
        return datetime.combine(self.start, time(), VIETNAM), datetime.combine(self.end, time(), VIETNAM)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def previous(self) -> "Period":
        """Returns the period of as many days that ends where this one starts."""
        return Period(self.start - timedelta(days=self.days), self.start)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a figure's function found: the numerator, and the denominator where the figure is a ratio."""

    numerator: Number
    denominator: Number | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure a module offers.

    Attributes:
        name: stable name `module.what_is_counted`.
        title: English source string, translated where it is shown.
        unit: what one is: "documents", "hours", or "%" for a share of a hundred.
        basis: the standard, circular or article that defines it, or "own" for a figure of ours.
        numerator: what is counted above the line, in words.
        denominator: what is counted below the line, in words; None where the figure is a plain count.
        period: how often it is usually read.
        function: counts over a period; reads only, in the caller's transaction.
    """

    name: str
    title: str
    unit: str
    basis: str
    numerator: str
    denominator: str | None
    period: Rhythm
    function: Callable[[Period], Counted]


@dataclass(frozen=True, slots=True)
class Measurement:
    """A figure computed over a period."""

    figure: Figure
    period: Period
    counted: Counted

    @property
    def value(self) -> Decimal | None:
        """The figure in its unit; None where nothing stands below the line."""
        numerator, denominator = Decimal(self.counted.numerator), self.counted.denominator
        if denominator is None:
            return numerator
        if denominator == 0:
            return None
        return numerator / Decimal(denominator) * (100 if self.figure.unit == PERCENT else 1)


_figures: dict[str, Figure] = {}


def offer(figure: Figure) -> None:
    """Adds a figure to the registry.

    Raises:
        ValueError: a figure of this name is offered already.
    """
    if figure.name in _figures:
        raise ValueError(f"The figure {figure.name} is offered already.")
    _figures[figure.name] = figure


def all_figures() -> tuple[Figure, ...]:
    """Returns every figure offered, by name."""
    return tuple(_figures[name] for name in sorted(_figures))


def compute(name: str, period: Period) -> Measurement:
    """Returns the figure of this name over the period.

    Raises:
        FigureUnknown: no module offers it.
        ValueError: its function and its words disagree on whether there is a denominator.
    """
    figure = _figures.get(name)
    if figure is None:
        raise FigureUnknown(name=name)
    counted = figure.function(period)
    if (counted.denominator is None) != (figure.denominator is None):
        raise ValueError(f"The figure {name} must count a denominator exactly where it names one.")
    return Measurement(figure, period, counted)


@contextmanager
def isolated_figures() -> Iterator[None]:
    """Runs a test with an empty registry and restores the registry after it."""
    before = dict(_figures)
    _figures.clear()
    try:
        yield
    finally:
        _figures.clear()
        _figures.update(before)
