"""Both systems side by side: counts by day and agency, what is missing where, and in which fields documents differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from earlier import csv_file
from personas import HOME_AFFAIRS, System

from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Actor
from hienluong.exchange.models import Delivery
from hienluong.kit import clock
from hienluong.kit.errors import InvalidInput
from hienluong.takeover import commands
from hienluong.takeover.errors import ColumnsMissing, IntakeUnknown
from hienluong.takeover.models import Comparison, Difference, State
from hienluong.takeover.queries.comparisons import comparison, difference_rows

pytestmark = pytest.mark.django_db

Received = Callable[..., Delivery]
HEADING = ("Ngày đến", "Tác giả", "Số, ký hiệu", "Ngày văn bản", "Trích yếu", "DocumentId")


@pytest.fixture
def clerk(dong_hoi: System) -> Actor:
    """The clerk of phường Đồng Hới."""
    return dong_hoi.clerk()


@pytest.fixture
def compare(clerk: Actor) -> Callable[..., Comparison]:
    """Compares rows of the earlier system's register with what came today."""

    def act(*rows: tuple[str, ...], direction: str = "incoming", **more: Any) -> Comparison:
        today = clock.in_vietnam(clock.now()).date()
        given = {"actor": clerk, "first_day": today, "last_day": today, "at_once": True, "now": clock.now()}
        return commands.stage_comparison(
            source=csv_file(rows, HEADING), file_name="so.csv", direction=direction, **{**given, **more}
        )

    return act


def _row(
    number: int,
    subject: str = "Thư",
    *,
    agency: str = "Sở Nội vụ",
    day: str = "24/11/2026",
    back: int = 0,
    **more: str,
) -> tuple[str, ...]:
    arrived = f"{clock.in_vietnam(clock.now()).date() - timedelta(days=back):%d/%m/%Y}"
    return (
        arrived,
        agency,
        more.get("reference", f"{number}/SNV-VP"),
        day,
        subject,
        more.get("document_id", ""),
    )


def _differences(row: Comparison) -> list[tuple[str, str, Any]]:
    return [
        (one.kind, one.number, one.found) for one in Difference.objects.filter(comparison=row).order_by("pk")
    ]


def test_only_a_clerk_compares_and_only_the_own_agency(
    compare: Callable[..., Comparison], clerk: Actor, khe_sanh: System
) -> None:
    for role in ("head", "administrator", "auditor"):
        with pytest.raises(PermissionMissing):
            compare(_row(1), actor=replace(clerk, role=role))
    row = compare(_row(1))
    with pytest.raises(IntakeUnknown):
        comparison(khe_sanh.clerk(), row.pk)


def test_same_documents_on_both_sides_differ_in_nothing(
    compare: Callable[..., Comparison], received: Received
) -> None:
    received(8, subject="Thư")
    received(9, subject="Phòng, chống bão")
    row = compare(_row(8, reference="08/snv-vp"), _row(9, "phong chong bao", agency="SO NOI VU"))
    assert _differences(row) == []
    assert {name: row.counts[name] for name in ("theirs", "ours", "same", "wrong")} == {
        "theirs": 2,
        "ours": 2,
        "same": 2,
        "wrong": 0,
    }


def test_what_is_missing_on_either_side_is_named(
    compare: Callable[..., Comparison], received: Received
) -> None:
    received(8, subject="Thư")
    received(9, subject="Chỉ ở đây")
    row = compare(_row(8), _row(77, "Chỉ ở đó"))
    assert _differences(row) == [("here", "77/SNV-VP", []), ("there", "9/SNV-VP", [])]
    assert (row.counts["missing_here"], row.counts["missing_there"]) == (1, 1)


def test_fields_that_differ_are_shown_with_both_values(
    compare: Callable[..., Comparison], received: Received
) -> None:
    received(8, subject="Thư mời")
    known = f"{HOME_AFFAIRS},2026/11/24,8/SNV-VP"
    row = compare(_row(8, "Thư mời họp", document_id=known, reference="18/SNV", day="23/11/2026"))
    assert _differences(row) == [
        ("differs", "8/SNV-VP", [
            ["number", "18", "8"], ["notation", "SNV", "SNV-VP"], ["dated_on", "23/11/2026", "24/11/2026"], ["subject", "Thư mời họp", "Thư mời"],
        ])
    ]  # fmt: skip


def test_document_of_an_agency_under_another_name_differs_in_the_agency_alone(
    compare: Callable[..., Comparison], received: Received
) -> None:
    received(8, subject="Thư")
    [(kind, _number, found)] = _differences(compare(_row(8, agency="Sở Nội vụ Quảng Trị")))
    assert kind == "differs"
    assert [one[0] for one in found] == ["agency"]


def test_number_twice_is_matched_one_with_one(compare: Callable[..., Comparison], received: Received) -> None:
    received(8, subject="Thư")
    row = compare(_row(8), _row(8))
    assert [one[0] for one in _differences(row)] == ["here"]


def test_document_registered_on_another_day_is_no_difference(
    compare: Callable[..., Comparison], received: Received
) -> None:
    received(8, subject="Thư")
    row = compare(_row(8, back=2))
    assert _differences(row) == []
    assert compare(_row(55, back=2)).counts["missing_here"] == 0  # outside the days compared


def test_counts_stand_by_day_and_agency(
    compare: Callable[..., Comparison], received: Received, clerk: Actor
) -> None:
    received(8, subject="Thư")
    received(9, subject="Thư")
    row = compare(_row(8), _row(5, agency="Sở Y tế"))
    days = [(one.agency_name, one.theirs, one.ours) for one in comparison(clerk, row.pk).days]
    assert days == [("Sở Nội vụ", 1, 2), ("Sở Y tế", 1, 0)]


def test_what_was_sent_is_compared_whatever_the_recipients_are(
    compare: Callable[..., Comparison], received: Received, home_affairs: System
) -> None:
    received(8, subject="Thư")
    row = compare(
        _row(8, agency="UBND phường Đồng Hới; UBND xã Khe Sanh"),
        direction="outgoing",
        actor=home_affairs.clerk(),
    )
    assert _differences(row) == []
    assert row.counts["same"] == 1


def test_wrong_rows_are_listed_and_the_others_compared(
    compare: Callable[..., Comparison], received: Received, clerk: Actor
) -> None:
    received(8, subject="Thư")
    row = compare(_row(8), _row(9, day="hôm nay"))
    assert row.counts["wrong"] == 1
    assert [error.pointer for error in comparison(clerk, row.pk).errors] == ["/3/dated_on"]


def test_register_without_needed_columns_and_days_without_end_are_refused(
    compare: Callable[..., Comparison], clerk: Actor
) -> None:
    today = clock.in_vietnam(clock.now()).date()
    for first, last in ((today, today - timedelta(days=1)), (today - timedelta(days=62), today)):
        with pytest.raises(InvalidInput, match="62"):
            compare(first_day=first, last_day=last)
    with pytest.raises(ColumnsMissing):
        commands.stage_comparison(
            actor=clerk, source=csv_file([("1", "2")], ("Số, ký hiệu", "Tác giả")), file_name="x", direction="incoming",
            first_day=today, last_day=today, now=clock.now(),
        )  # fmt: skip


def test_job_compares_what_was_staged_and_does_it_once(
    compare: Callable[..., Comparison], received: Received
) -> None:
    received(8, subject="Thư")
    row = compare(_row(8), at_once=False)
    assert row.state == State.CHECKING
    for _twice in range(2):
        row = commands.compare(comparison_id=row.pk, now=clock.now())
        assert (row.state, row.counts["same"], row.file_id) == (State.APPLIED, 1, None)


def test_table_of_differences_has_a_row_for_every_field(
    compare: Callable[..., Comparison], received: Received, clerk: Actor
) -> None:
    received(8, subject="Thư")
    row = compare(_row(8, "Khác", day="24/11/2026"), _row(70, "=cmd"))
    rows = list(difference_rows(clerk, row.pk, {"here": "missing here", "subject": "Subject"}))
    assert [(one[0], one[2], one[6:]) for one in rows] == [
        ("differs", "8/SNV-VP", ["Subject", "Khác", "Thư"]),
        ("missing here", "70/SNV-VP", ["", "", ""]),
    ]


@pytest.mark.prove
def test_hundred_thousand_rows_are_compared_in_bounded_memory(
    compare: Callable[..., Comparison], record_property: Callable[[str, object], None]
) -> None:
    import resource  # noqa: PLC0415 - for this proof only
    import time  # noqa: PLC0415 - the same

    rows = tuple(_row(number, f"Thư số {number}") for number in range(1, 100_001))
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    row = compare(*rows)
    record_property("seconds for 100,000 rows", round(time.perf_counter() - began, 1))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    record_property("memory grown, MB", round(grown))
    assert row.counts["missing_here"] == 100_000
    assert grown < 120
