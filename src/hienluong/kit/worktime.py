"""Legal working time: working days, working hours and the deadlines that the law counts in them.

The rules come as dated rows that administrators edit; nothing here knows a holiday by itself. `seed_calendar`
proposes rows from the public data of the PyPI package `holidays`, to be checked against each year's official
announcement: swaps of working days are announced late and the package may lack them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from importlib.metadata import version
from itertools import pairwise

from hienluong.kit.clock import VIETNAM
from hienluong.kit.errors import HienluongError
from hienluong.kit.errors import gettext_noop as _

NOON = time(12)
MONDAY_TO_FRIDAY = frozenset(range(5))
_LONGEST_REST = 366
PUBLIC_LIST = "PyPI holidays"  # begins the source of a day that no decision stands behind yet


class WorkingTimeUndefined(HienluongError):
    """No row says when work is done, so a deadline in working time cannot be counted."""

    code = "worktime.undefined"
    status = 500
    title = _("Working time is not defined")
    detail = _("No working day and no working hours are in force within a year of {day}.")
    todo = _("Enter the working hours that are in force in the administration of the calendar.")


class DayKind(StrEnum):
    """What is special about a day."""

    HOLIDAY = "holiday"
    """A public holiday, its substitute, or a day off in exchange for a make-up day."""

    WORKING = "working"
    """A make-up day: worked although its weekday is free."""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One row of the calendar: a day that is not what its weekday says."""

    day: date
    kind: DayKind
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class WorkHours:
    """One row of working hours: which weekdays are worked and when, over a span of dates.

    Attributes:
        periods: (start, end) of each period of the day, in order, not overlapping.
        weekdays: the weekdays it holds for, Monday is 0. Rows for other weekdays (a Saturday morning) may stand
            beside it; of two rows for one weekday the one that came into force later counts.
        valid_from: first day in force.
        valid_to: last day in force, None while it has no end.
        source: the decision it rests on.
    """

    periods: tuple[tuple[time, time], ...]
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    valid_from: date = date.min
    valid_to: date | None = None
    source: str = ""

    def __post_init__(self) -> None:
        moments = [moment for period in self.periods for moment in period]
        if not moments or any(before >= after for before, after in pairwise(moments)):
            raise ValueError(f"Working periods follow one another and end after they start: {self.periods}.")
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError(f"Weekdays are numbers from 0 (Monday) to 6: {sorted(self.weekdays)}.")

    def in_force(self, day: date) -> bool:
        """Returns whether the row is in force on the day, whatever its weekday."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def length(self) -> timedelta:
        """The working time of one day."""
        return sum((_span(start, end) for start, end in self.periods), timedelta())


PROVISIONAL_HOURS = WorkHours(
    periods=((time(7), time(11, 30)), (time(13, 30), time(17))),
    source="provisional: to be replaced by the province's own decision on working hours",
)
"""Eight hours from Monday to Friday, until the province enters its own; no legal source is claimed."""


class WorkCalendar:
    """The working time of one province: pure, built from rows, safe to share between threads.

    Moments given must carry a zone; moments returned are in the calendar's zone.
    """

    def __init__(
        self,
        days: Iterable[CalendarDay] = (),
        hours: Iterable[WorkHours] = (PROVISIONAL_HOURS,),
        zone: tzinfo = VIETNAM,
    ) -> None:
        self._kinds = {row.day: row.kind for row in days}
        self._hours = sorted(hours, key=lambda row: row.valid_from, reverse=True)
        self._zone = zone

    def is_working_day(self, day: date) -> bool:
        """Returns whether work is done on the day."""
        return bool(self._periods(day))

    def next_working_day(self, day: date) -> date:
        """Returns the first working day after the day.

        Raises:
            WorkingTimeUndefined: there is none within a year.
        """
        return next(self._working_days_from(day + timedelta(days=1)))[0]

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Returns the working time from `start` to `end`; negative when `end` is the earlier one."""
        if end < start:
            return -self.working_time_between(end, start)
        total = timedelta()
        day, last = self._day(start), self._day(end)
        while day <= last:
            for opens, closes in self._spans(day):
                total += max(min(closes, end) - max(opens, start), timedelta())
            day += timedelta(days=1)
        return total

    def working_minutes_between(self, start: datetime, end: datetime) -> int:
        """Returns the full working minutes from `start` to `end`; negative when `end` is the earlier one."""
        minutes = abs(self.working_time_between(start, end)) // timedelta(minutes=1)
        return minutes if start <= end else -minutes

    def add_working_time(self, start: datetime, amount: timedelta) -> datetime:
        """Returns the first moment, not before `start`, at which the amount of working time has passed.

        Raises:
            ValueError: the amount is negative.
            WorkingTimeUndefined: a year passes without a working day.
        """
        if amount < timedelta():
            raise ValueError(f"Working time to add is not negative: {amount}.")
        if not amount:
            return start.astimezone(self._zone)
        for _day, spans in self._working_days_from(self._day(start)):
            for opens, closes in spans:
                begin = max(opens, start)
                available = closes - begin
                if available >= amount:
                    return (begin + amount).astimezone(self._zone)
                amount -= max(available, timedelta())
        raise AssertionError  # the working days end in WorkingTimeUndefined, never quietly

    def deadline_next_working_morning(self, signed_at: datetime) -> datetime:
        """Returns the last moment to send a signed electronic document: the next working day's morning ends.

        Decision 28/2018/QĐ-TTg art. 6.2: on the day of signing, at the latest in the morning of the next working
        day. The morning ends with the last work before noon; a day worked in the afternoon only has until the end
        of its first period.
        """
        _day, spans = next(self._working_days_from(self._day(signed_at) + timedelta(days=1)))
        noon = datetime.combine(spans[0][0].date(), NOON, self._zone)
        mornings = [min(closes, noon) for opens, closes in spans if opens < noon]
        return mornings[-1] if mornings else spans[0][1]

    def closes_at(self, day: date) -> datetime | None:
        """Returns when work ends on the day, None where none is done."""
        spans = self._spans(day)
        return spans[-1][1] if spans else None

    def end_of_day(self, moment: datetime) -> datetime:
        """Returns the last instant of the moment's calendar day.

        Decree 30/2020/NĐ-CP art. 21.2.c: the sender is told within the day that a document arrived.
        """
        return datetime.combine(self._day(moment), time.max, self._zone)

    def _working_days_from(self, first: date) -> Iterator[tuple[date, list[tuple[datetime, datetime]]]]:
        """Yields each working day from `first` on with its spans, and raises when none follows within a year."""
        day, idle = first, 0
        while idle < _LONGEST_REST:
            spans = self._spans(day)
            idle = 0 if spans else idle + 1
            if spans:
                yield day, spans
            day += timedelta(days=1)
        raise WorkingTimeUndefined(day=first)

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        combine = datetime.combine
        return [
            (combine(day, opens, self._zone), combine(day, closes, self._zone))
            for opens, closes in self._periods(day)
        ]

    def _periods(self, day: date) -> tuple[tuple[time, time], ...]:
        kind = self._kinds.get(day)
        if kind is DayKind.HOLIDAY:
            return ()
        in_force = [row for row in self._hours if row.in_force(day)]
        if kind is DayKind.WORKING:
            # A make-up day replaces an ordinary day: it has the hours of a full one, not of its own weekday.
            return max(in_force, key=lambda row: row.length).periods if in_force else ()
        return next((row.periods for row in in_force if day.weekday() in row.weekdays), ())

    def _day(self, moment: datetime) -> date:
        if moment.utcoffset() is None:
            raise ValueError(f"The moment {moment.isoformat()} carries no time zone.")
        return moment.astimezone(self._zone).date()


def seed_calendar(years: Iterable[int]) -> list[CalendarDay]:
    """Returns the holidays and make-up days of Vietnam in the given years, by day, as proposals to be checked.

    Names are Vietnamese. Holidays include substitutes and exchanged days off (Labour Code 45/2019/QH14 art. 112,
    as far as the PyPI package `holidays` knows them); each row names the package and its version as its source.
    """
    import holidays  # noqa: PLC0415 - slow to load and needed only when a calendar is seeded

    wanted = set(years)
    if not wanted:
        return []
    # An exchange at the turn of the year stands in the data of the neighbouring year.
    data = holidays.country_holidays("VN", years=range(min(wanted) - 1, max(wanted) + 2), language="vi")
    source = f"{PUBLIC_LIST} {version('holidays')}, VN"
    rows = [
        CalendarDay(day, DayKind.HOLIDAY, name, source) for day, name in data.items() if day.year in wanted
    ]
    rows += [
        CalendarDay(day, DayKind.WORKING, "Ngày làm bù", source)
        for day in data.weekend_workdays
        if day.year in wanted
    ]
    return sorted(rows, key=lambda row: row.day)


def _span(start: time, end: time) -> timedelta:
    return datetime.combine(date.min, end) - datetime.combine(date.min, start)
