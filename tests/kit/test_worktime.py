"""Legal working time is counted from dated rows: special days and sets of hours."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hienluong.kit.clock import VIETNAM
from hienluong.kit.worktime import (
    PROVISIONAL_HOURS,
    CalendarDay,
    DayKind,
    WorkCalendar,
    WorkHours,
    WorkingTimeUndefined,
    seed_calendar,
)

# The exchange of 2025: Friday 2 May is free, Saturday 26 April is worked for it.
DAYS = [
    CalendarDay(date(2025, 4, 26), DayKind.WORKING, "Làm bù", "test"),
    CalendarDay(date(2025, 4, 30), DayKind.HOLIDAY, "Ngày Chiến thắng", "test"),
    CalendarDay(date(2025, 5, 1), DayKind.HOLIDAY, "Quốc tế Lao động", "test"),
    CalendarDay(date(2025, 5, 2), DayKind.HOLIDAY, "Nghỉ đổi", "test"),
]
SATURDAY_MORNING = WorkHours(((time(7, 30), time(11)),), weekdays=frozenset({5}))
CALENDAR = WorkCalendar(DAYS)

moments = st.datetimes(datetime(2025, 1, 1), datetime(2025, 12, 31), timezones=st.just(VIETNAM))  # noqa: DTZ001 - zone given beside
amounts = st.timedeltas(timedelta(), timedelta(hours=200))
calendars = st.sampled_from([CALENDAR, WorkCalendar(DAYS, [PROVISIONAL_HOURS, SATURDAY_MORNING])])


def at(day: int, month: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2025, month, day, hour, minute, tzinfo=VIETNAM)


def test_weekends_and_holidays_rest_and_make_up_days_work() -> None:
    assert CALENDAR.is_working_day(date(2025, 4, 29))
    assert CALENDAR.is_working_day(date(2025, 4, 26))  # a Saturday
    assert not CALENDAR.is_working_day(date(2025, 4, 27))
    assert not CALENDAR.is_working_day(date(2025, 5, 2))  # a Friday


def test_next_working_day_skips_the_long_weekend() -> None:
    assert CALENDAR.next_working_day(date(2025, 4, 29)) == date(2025, 5, 5)
    assert CALENDAR.next_working_day(date(2025, 4, 25)) == date(2025, 4, 26)


def test_working_minutes_leave_out_the_noon_break_the_night_and_free_days() -> None:
    assert CALENDAR.working_minutes_between(at(29, 4, 11), at(29, 4, 14)) == 60
    assert CALENDAR.working_minutes_between(at(29, 4, 16), at(5, 5, 8)) == 120
    assert CALENDAR.working_minutes_between(at(1, 5, 0), at(2, 5, 23)) == 0


def test_added_working_time_runs_on_into_the_next_working_day() -> None:
    assert CALENDAR.add_working_time(at(29, 4, 16), timedelta(hours=2)) == at(5, 5, 8)
    assert CALENDAR.add_working_time(at(29, 4, 16), timedelta(hours=1)) == at(29, 4, 17)
    assert CALENDAR.add_working_time(at(1, 5, 12), timedelta(minutes=1)) == at(5, 5, 7, 1)


@given(calendars, moments, amounts)
def test_added_working_time_is_the_working_time_between(
    calendar: WorkCalendar, start: datetime, amount: timedelta
) -> None:
    end = calendar.add_working_time(start, amount)

    assert end >= start
    assert calendar.working_time_between(start, end) == amount
    if amount:  # and it is the first such moment
        assert calendar.working_time_between(start, end - timedelta(microseconds=1)) < amount


@given(calendars, moments, amounts, amounts)
def test_adding_twice_is_adding_the_sum(
    calendar: WorkCalendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    halfway = calendar.add_working_time(start, one)

    assert calendar.add_working_time(halfway, other) == calendar.add_working_time(start, one + other)


@given(calendars, moments, moments, moments)
def test_working_time_of_two_stretches_is_their_sum_and_turns_with_the_direction(
    calendar: WorkCalendar, one: datetime, two: datetime, three: datetime
) -> None:
    between = calendar.working_time_between

    assert between(one, two) + between(two, three) == between(one, three)
    assert between(one, two) == -between(two, one)
    assert calendar.working_minutes_between(one, two) == -calendar.working_minutes_between(two, one)
    assert abs(between(one, two)) <= abs(two - one)


@given(st.dates(date(2025, 1, 1), date(2025, 12, 31)))
def test_next_working_day_is_the_first_one_after(day: date) -> None:
    following = CALENDAR.next_working_day(day)
    skipped = [day + timedelta(days=step) for step in range(1, (following - day).days)]

    assert following > day
    assert CALENDAR.is_working_day(following)
    assert not any(CALENDAR.is_working_day(free) for free in skipped)


@pytest.mark.parametrize(
    ("signed_at", "deadline"),
    [
        (at(29, 4, 9), at(5, 5, 11, 30)),
        (at(28, 4, 16, 59), at(29, 4, 11, 30)),
        (at(25, 4, 22), at(26, 4, 11, 30)),  # the make-up Saturday is the next working day
        (at(3, 5, 10), at(5, 5, 11, 30)),  # signed on a Saturday
        (datetime(2025, 4, 28, 17, 30, tzinfo=UTC), at(5, 5, 11, 30)),  # already 29 April in Vietnam
    ],
)
def test_deadline_to_send_is_the_end_of_the_next_working_morning(
    signed_at: datetime, deadline: datetime
) -> None:
    assert CALENDAR.deadline_next_working_morning(signed_at) == deadline


@pytest.mark.parametrize(
    ("periods", "morning_ends"),
    [
        (((time(8), time(17)),), time(12)),
        (((time(6), time(8)), (time(9), time(11)), (time(14), time(18))), time(11)),
        (((time(13), time(17)),), time(17)),
    ],
)
def test_morning_ends_with_the_last_work_before_noon(
    periods: tuple[tuple[time, time], ...], morning_ends: time
) -> None:
    calendar = WorkCalendar((), [WorkHours(periods)])

    assert calendar.deadline_next_working_morning(at(28, 4, 9)).time() == morning_ends


def test_end_of_day_is_the_last_instant_in_vietnam() -> None:
    late_in_utc = datetime(2025, 4, 28, 17, 30, tzinfo=UTC)

    assert CALENDAR.end_of_day(late_in_utc) == datetime.combine(date(2025, 4, 29), time.max, VIETNAM)


def test_hours_of_a_day_are_those_in_force_on_it() -> None:
    winter = WorkHours(((time(7, 30), time(12)), (time(13), time(16, 30))), valid_from=date(2025, 10, 1))
    calendar = WorkCalendar((), [PROVISIONAL_HOURS, winter])

    assert calendar.deadline_next_working_morning(at(29, 9, 9)) == at(30, 9, 11, 30)
    assert calendar.deadline_next_working_morning(at(30, 9, 9)) == at(1, 10, 12)


def test_saturday_morning_is_worked_where_a_row_says_so_and_a_make_up_saturday_is_a_full_day() -> None:
    calendar = WorkCalendar(DAYS, [PROVISIONAL_HOURS, SATURDAY_MORNING])

    assert calendar.working_minutes_between(at(19, 4, 0), at(20, 4, 0)) == 210
    assert calendar.working_minutes_between(at(26, 4, 0), at(27, 4, 0)) == 480


@pytest.mark.parametrize(
    "hours",
    [[], [WorkHours(((time(7), time(11)),), valid_to=date(2020, 12, 31))]],
    ids=["none", "out of force"],
)
def test_deadline_without_hours_in_force_is_an_error_that_names_the_day(hours: list[WorkHours]) -> None:
    calendar = WorkCalendar((), hours)

    with pytest.raises(WorkingTimeUndefined, match="2025-04-30"):
        calendar.deadline_next_working_morning(at(29, 4, 9))
    assert calendar.working_minutes_between(at(29, 4, 9), at(30, 4, 9)) == 0


def test_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        CALENDAR.end_of_day(datetime(2025, 4, 29))  # noqa: DTZ001 - the fault under test


def test_negative_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        CALENDAR.add_working_time(at(29, 4, 9), timedelta(minutes=-1))


@pytest.mark.parametrize(
    "periods",
    [(), ((time(9), time(8)),), ((time(7), time(11)), (time(10), time(12)))],
    ids=["none", "back", "overlap"],
)
def test_periods_out_of_order_are_refused(periods: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="follow one another"):
        WorkHours(periods)


def test_weekday_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="from 0"):
        WorkHours(((time(7), time(11)),), weekdays=frozenset({7}))


def test_seeded_calendar_knows_holidays_and_exchanged_days_with_their_source() -> None:
    rows = {row.day: row for row in seed_calendar([2024, 2025])}

    assert rows[date(2025, 9, 2)].kind is DayKind.HOLIDAY
    assert rows[date(2025, 5, 2)].kind is DayKind.HOLIDAY
    assert rows[date(2025, 4, 26)].kind is DayKind.WORKING
    assert rows[date(2024, 5, 4)].kind is DayKind.WORKING
    assert {day.year for day in rows} == {2024, 2025}
    assert list(rows) == sorted(rows)
    assert all(row.source.startswith("PyPI holidays ") for row in rows.values())
    assert rows[date(2025, 1, 29)].name == "Tết Nguyên Đán"


def test_seeded_calendar_finds_a_make_up_day_of_an_exchange_over_new_year() -> None:
    assert [(row.day, row.kind) for row in seed_calendar([2019])][1] == (date(2019, 1, 5), DayKind.WORKING)


def test_seeded_calendar_of_no_year_is_empty() -> None:
    assert seed_calendar([]) == []
