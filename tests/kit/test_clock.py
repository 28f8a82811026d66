"""Times on the wire are Vietnamese times without a zone; odd and impossible ones are read or kept, never refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hienluong.kit.clock import (
    WARN_DAY_FIRST,
    WARN_FORM,
    WARN_IMPOSSIBLE,
    WARN_UNREADABLE,
    in_vietnam,
    now,
    parse_wire_date,
    parse_wire_timestamp,
    wire_date,
    wire_timestamp,
)

NOON = datetime(2018, 8, 29, 5, 0, 0, tzinfo=UTC)  # 12:00 in Vietnam


def test_now_is_in_utc_with_its_zone() -> None:
    assert now().utcoffset() == timedelta()


def test_wire_timestamp_is_vietnamese_time_without_zone() -> None:
    assert wire_timestamp(NOON) == "2018/08/29 12:00:00"


def test_wire_timestamp_of_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        wire_timestamp(datetime(2018, 8, 29))  # noqa: DTZ001 - the fault under test


@given(st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 30)))  # noqa: DTZ001 - zone added below
def test_timestamp_written_and_read_again_is_the_same_second(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC, microsecond=0)

    read, warning = parse_wire_timestamp(wire_timestamp(aware))

    assert warning is None
    assert read is not None
    # Vietnam changed its offset several times before 1976: within one hour a wall clock names two moments.
    assert abs(read - aware) <= timedelta(hours=1)
    assert wire_timestamp(read) == wire_timestamp(aware)


@given(st.dates())
def test_date_written_and_read_again_is_the_same_day(day: date) -> None:
    assert parse_wire_date(wire_date(day)) == (day, None)


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("2018/08/29 12:00:00", None),
        (" 2018/08/29 12:00:00 ", None),
        ("29/08/2018 12:00:00", WARN_DAY_FIRST),
        ("2018-08-29T12:00:00", WARN_FORM),
        ("2018-08-29T05:00:00Z", WARN_FORM),
        ("2018-08-29T05:00:00.123+00:00", WARN_FORM),
        ("2018-08-29 12:00:00 +0700", WARN_FORM),
        ("2018/8/29 12:00", WARN_FORM),
    ],
)
def test_timestamp_in_a_form_seen_in_real_packets_is_read(text: str, warning: str | None) -> None:
    assert parse_wire_timestamp(text) == (NOON, warning)


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("2018/02/31 08:00:00", WARN_IMPOSSIBLE),
        ("2018/08/29 25:00:00", WARN_IMPOSSIBLE),
        ("2018/13/01", WARN_IMPOSSIBLE),
        ("0001/01/01 00:00:00", WARN_IMPOSSIBLE),
        ("29 tháng 8", WARN_UNREADABLE),
        ("2018/08/29 sáng", WARN_UNREADABLE),
        ("٢٠١٨/٠٨/٢٩", WARN_UNREADABLE),
        ("", None),
        ("  ", None),
    ],
)
def test_timestamp_that_cannot_be_read_gives_nothing_and_says_why(text: str, warning: str | None) -> None:
    assert parse_wire_timestamp(text) == (None, warning)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018/08/29", (date(2018, 8, 29), None)),
        ("29/08/2018", (date(2018, 8, 29), WARN_DAY_FIRST)),
        ("29-8-2018", (date(2018, 8, 29), WARN_DAY_FIRST)),
        ("2018/08/29 11:35:41", (date(2018, 8, 29), WARN_FORM)),
        ("2018/02/31", (None, WARN_IMPOSSIBLE)),
        ("20180829", (None, WARN_UNREADABLE)),
        ("2018/08/291", (None, WARN_UNREADABLE)),
        ("", (None, None)),
    ],
)
def test_date_in_any_form_is_read_or_gives_a_warning(
    text: str, expected: tuple[date | None, str | None]
) -> None:
    assert parse_wire_date(text) == expected


@given(st.text())
def test_reading_any_text_as_date_or_timestamp_never_raises(text: str) -> None:
    parse_wire_date(text)
    parse_wire_timestamp(text)


def test_in_vietnam_shows_the_moment_in_the_zone_of_the_law() -> None:
    assert in_vietnam(NOON).isoformat() == "2018-08-29T12:00:00+07:00"
