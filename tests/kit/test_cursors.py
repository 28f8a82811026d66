"""Lists in pages: what a page holds, and cursors that come back damaged or from another list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hienluong.kit.cursors import (
    Page,
    all_rows,
    page_of,
    read_cursor,
    read_id_cursor,
    read_moment_cursor,
    read_number_cursor,
    write_cursor,
    write_moment_cursor,
)
from hienluong.kit.errors import InvalidInput
from hienluong.kit.ids import LARGEST_NUMBER

MOMENT = datetime(2026, 11, 26, 1, 2, 3, 456789, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    """A row of a list."""

    pk: int


def test_page_says_where_the_next_begins_only_where_one_does() -> None:
    rows = [Row(number) for number in range(1, 4)]
    assert page_of(rows, 2) == Page(rows[:2], "2")
    assert page_of(rows, 3) == Page(rows, None)
    assert page_of(rows[:0], 3) == Page([], None)


def test_page_takes_the_cursor_that_the_list_writes() -> None:
    assert page_of([Row(7), Row(8)], 1, lambda row: write_cursor("rows", row.pk)).next == write_cursor(
        "rows", 7
    )


def test_list_is_read_to_its_end_page_by_page() -> None:
    rows, asked = [Row(number) for number in range(1, 6)], list[str]()

    def read(after: str) -> Page[Row]:
        asked.append(after)
        return page_of([row for row in rows if row.pk > int(after or 0)], 2)

    assert list(all_rows(read)) == rows
    assert asked == ["", "2", "4"]


@given(st.datetimes(timezones=st.just(UTC)), st.integers(0, LARGEST_NUMBER))
def test_moment_and_number_come_back_as_they_went(moment: datetime, number: int) -> None:
    assert read_moment_cursor("rows", write_moment_cursor("rows", moment, number), field="after") == (
        moment,
        number,
    )


@pytest.mark.parametrize(
    "place",
    ["", "~", "2026-11-26~1", "2026-11-26T01:02:03Z", "2026-11-26T01:02:03Z~-1", f"{MOMENT}~{2**63}", 5],
)
def test_moment_that_is_none_is_refused_by_the_parameters_name(place: str | int) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_moment_cursor("rows", write_cursor("rows", place), field="after")
    assert [error.pointer for error in refused.value.errors] == ["/after"]


@pytest.mark.parametrize("read", [read_cursor, read_id_cursor, read_number_cursor, read_moment_cursor])
@pytest.mark.parametrize("cursor", ["x", "é", "W10", "bnVsbA", write_cursor("others", 7), "[" * 300])
def test_cursor_of_elsewhere_is_refused(read: object, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        read("rows", cursor, field="before")  # type: ignore[operator]  # one of four readers
