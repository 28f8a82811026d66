"""When things are due: the law's words in days and hours, and what the province says where the law gives no number."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.deadlines.conftest import at

from hienluong.deadlines import policy
from hienluong.deadlines.policy import AtOnce
from hienluong.kit.worktime import CalendarDay, DayKind, WorkCalendar

TET = CalendarDay(date(2026, 11, 25), DayKind.HOLIDAY, "Ngày nghỉ", "specification")
MADE_UP = CalendarDay(date(2026, 11, 28), DayKind.WORKING, "Ngày làm bù", "specification")
ORDINARY, WITH_DAYS = WorkCalendar(), WorkCalendar([TET, MADE_UP])
AT_ONCE = AtOnce(minutes=30, at_night=frozenset({3, 4}))


@pytest.mark.parametrize(
    ("calendar", "signed", "due"),
    [
        (ORDINARY, at(9), at(11, 30, day=25)),
        (ORDINARY, at(16, 59), at(11, 30, day=25)),
        (ORDINARY, at(9, day=27), at(11, 30, day=30)),  # Friday: Monday morning
        (WITH_DAYS, at(9), at(11, 30, day=26)),  # a holiday lies between
        (WITH_DAYS, at(9, day=27), at(11, 30, day=28)),  # Saturday is worked
    ],
)
def test_signed_document_is_due_on_the_next_working_morning(
    calendar: WorkCalendar, signed: datetime, due: datetime
) -> None:
    found = policy.due_to_send(calendar, AT_ONCE, signed_at=signed, by_day=False, priority=0)
    assert found == due
    assert found == policy.due_to_send(calendar, AT_ONCE, signed_at=signed, by_day=True, priority=0)


@pytest.mark.parametrize(
    ("signed", "priority", "due"),
    [
        (at(9), 1, at(9, 30)),
        (at(11, 20), 1, at(13, 50)),  # ten minutes before the noon break, twenty after it
        (at(17, 30), 2, at(7, 30, day=25)),
        (at(17, 30), 3, at(18)),  # express runs day and night here
        (at(23, 50), 4, at(0, 20, day=25)),
    ],
)
def test_urgent_document_is_due_at_once_as_the_province_counts_it(
    signed: datetime, priority: int, due: datetime
) -> None:
    assert policy.due_to_send(ORDINARY, AT_ONCE, signed_at=signed, by_day=False, priority=priority) == due
    assert policy.due_to_tell(ORDINARY, AT_ONCE, arrived_at=signed, priority=priority) == due


def test_urgent_document_of_which_only_the_day_is_known_is_measured_by_that_day() -> None:
    found = policy.due_to_send(ORDINARY, AT_ONCE, signed_at=at(0), by_day=True, priority=3)
    assert (found.date(), found.time()) == (date(2026, 11, 24), time.max)


@pytest.mark.parametrize(
    ("calendar", "arrived", "day"),
    [
        (ORDINARY, at(7), 24),
        (ORDINARY, at(17), 24),
        (ORDINARY, at(17, 1), 25),  # after work: the next working day
        (ORDINARY, at(9, day=28), 30),  # Saturday
        (WITH_DAYS, at(17, 1), 26),
        (WITH_DAYS, at(9, day=28), 28),
    ],
)
def test_arrival_is_told_within_the_working_day(calendar: WorkCalendar, arrived: datetime, day: int) -> None:
    found = policy.due_to_tell(calendar, AT_ONCE, arrived_at=arrived, priority=0)
    assert (found.date(), found.time()) == (date(2026, 11, day), time.max)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone comes with it
    st.integers(0, 4),
    st.integers(1, 600),
)
def test_nothing_is_due_before_it_begins(moment: datetime, priority: int, minutes: int) -> None:
    at_once = AtOnce(minutes, frozenset({3, 4}))
    sent = policy.due_to_send(WITH_DAYS, at_once, signed_at=moment, by_day=False, priority=priority)
    told = policy.due_to_tell(WITH_DAYS, at_once, arrived_at=moment, priority=priority)
    assert moment < sent < moment + timedelta(days=12)
    assert moment < told < moment + timedelta(days=12)


@pytest.mark.parametrize(
    ("now", "reminds"),
    [
        (at(10, 29), False),
        (at(10, 30), True),
        (at(16, 59), True),  # the server was down in the morning: late is better than never
        (at(17), False),
        (at(10, 30, day=25), False),  # a holiday
        (at(10, 30, day=29), False),  # Sunday
        (at(10, 30, day=28), True),  # a Saturday that is worked
    ],
)
def test_people_are_reminded_on_working_days_between_the_hour_and_the_end_of_work(
    now: datetime, reminds: bool
) -> None:
    assert policy.reminds_at(WITH_DAYS, now.date(), time(10, 30), now) is reminds


def test_every_duty_says_where_it_stands() -> None:
    assert set(policy.BASIS) == {
        (duty, urgent) for duty in ("send", "receipt", "answer") for urgent in (True, False)
    }
