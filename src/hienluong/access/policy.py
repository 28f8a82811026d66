"""Pure decisions: what becomes of a break-glass request, when a review is due."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from hienluong.kit.worktime import WorkCalendar

BREAK_GLASS: Final[dict[str, frozenset[str]]] = {
    "requested": frozenset({"approved", "declined", "retracted", "lapsed"}),
    "approved": frozenset({"ended", "expired"}),
    "declined": frozenset(),
    "retracted": frozenset(),
    "lapsed": frozenset(),
    "ended": frozenset(),
    "expired": frozenset(),
}
"""What may become of a break-glass request; `lapsed` and `expired` are the clock's, at the moment itself."""

GLASS_HOURS_MAX: Final = 24
GLASS_ANSWER_HOURS: Final = 24
GLASS_CHAIN_DAYS: Final = 30


def glass_state(state: str, *, answer_until: datetime, valid_until: datetime | None, now: datetime) -> str:
    """Returns the state of a break-glass request at a moment: what is stored, unless its time has run out since."""
    if state == "requested" and now >= answer_until:
        return "lapsed"
    if state == "approved" and (valid_until is None or now >= valid_until):
        return "expired"
    return state


def first_working_day(quarter: str, calendar: WorkCalendar) -> date:
    """Returns the first working day of a quarter as 2026-Q4."""
    first = quarter_start(quarter)
    return first if calendar.is_working_day(first) else calendar.next_working_day(first)


def quarter_of(day: date) -> str:
    """Returns the quarter a day lies in, as 2026-Q4."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def quarter_start(quarter: str) -> date:
    """Returns the first day of a quarter as 2026-Q4."""
    year, number = quarter.split("-Q")
    return date(int(year), int(number) * 3 - 2, 1)


def working_days_later(day: date, days: int, calendar: WorkCalendar) -> date:
    """Returns the day that lies the number of working days after a day."""
    for _ in range(days):
        day = calendar.next_working_day(day)
    return day


def working_days_before(day: date, days: int, calendar: WorkCalendar) -> date:
    """Returns the day that lies the number of working days before a day."""
    left = days
    while left:
        day -= timedelta(days=1)
        left -= calendar.is_working_day(day)
    return day
