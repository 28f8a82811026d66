"""Clocks begin and stop with what happens on the axis."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

import pytest
from personas import CABINET, DONG_HOI, FINANCE, HOME_AFFAIRS, KHE_SANH, queries_of
from tests.deadlines.conftest import Axis, at, paper

from hienluong.deadlines import commands
from hienluong.deadlines.errors import (
    AnnouncedBefore,
    AnnouncementOver,
    AnnouncementRefused,
    ClockNotFound,
)
from hienluong.deadlines.models import AnswerDate, Clock
from hienluong.directory.commands import remove_calendar_day, set_calendar_day, set_working_hours
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.exchange.commands import quarantine_packet
from hienluong.kit.clock import VIETNAM

pytestmark = pytest.mark.django_db
SETUP = Actor.platform("specification")


def clock(duty: str, **more: Any) -> Clock:
    return Clock.objects.get(duty=duty, **more)


def facts(one: Clock) -> tuple[str, bool]:
    one.refresh_from_db()
    return one.outcome, one.late


# --- Sending ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("issued", "priority", "sent_at", "late"),
    [
        ("2026/11/24", 0, at(16), False),
        ("2026/11/24", 0, at(11, 29, day=25), False),
        ("2026/11/24", 0, at(11, 31, day=25), True),
        ("2026/11/20", 0, at(11, day=23), False),  # Friday; sent on Monday morning
        ("2026/11/20", 0, at(14, day=23), True),
        ("2026/11/24", 2, at(23), False),
        ("2026/11/24", 2, at(8, day=25), True),
    ],
)
def test_sending_is_measured_from_the_date_of_the_document(
    axis: Axis, issued: str, priority: int, sent_at: datetime, late: bool
) -> None:
    axis.send(paper(issued=issued, priority=priority), sent_at)
    found = clock("send")
    assert (found.outcome, found.late, found.stopped_at) == ("done", late, sent_at)
    assert found.agency.name == "Sở Nội vụ"


@pytest.mark.parametrize("issued", ["2026/02/30", "2019/11/24", "9999/12/31", "0001/01/01"])
def test_date_that_is_a_slip_or_long_past_is_not_measured(axis: Axis, issued: str) -> None:
    axis.send(paper(issued=issued), at(9))
    assert not Clock.objects.exists()


def test_document_of_an_agency_outside_has_no_clock_for_sending(axis: Axis, agencies: Any) -> None:
    from dataclasses import replace  # noqa: PLC0415 - only here

    from hienluong.directory.service import SendingRightRef  # noqa: PLC0415 - the same

    upstream = replace(axis.actors[CABINET], rights=(SendingRightRef("outside", None, date(2026, 1, 1)),))
    Axis({**axis.actors, CABINET: upstream}).arrive(paper(sender=CABINET), at(9), by=CABINET)
    assert [one.duty for one in Clock.objects.all()] == ["receipt"]


def test_document_sent_again_to_others_keeps_its_first_time(axis: Axis) -> None:
    axis.send(paper(DONG_HOI, number=7), at(9))
    axis.send(paper(KHE_SANH, number=7), at(9, day=26))
    found = clock("send")
    assert (found.stopped_at, found.late) == (at(9), False)


def test_signed_document_waits_until_it_is_sent(axis: Axis) -> None:
    actor = axis.actors[HOME_AFFAIRS]
    noted = commands.announce_document(
        actor=actor, number="15", notation="SNV-VP", signed_at=at(16), priority=0, now=at(16, 5)
    )
    assert (noted.due_at, noted.outcome, noted.packet_id) == (at(11, 30, day=25), "", None)

    packet = axis.send(paper(number=15), at(14, day=25))

    found = clock("send")
    assert (found.pk, found.outcome, found.late, found.packet_id) == (noted.pk, "done", True, packet)
    with pytest.raises(AnnouncementOver):
        commands.cancel_announcement(actor=actor, clock_id=noted.pk, reason="nhầm", now=at(15, day=25))


def test_signed_document_is_noted_once_and_taken_off_with_a_reason(axis: Axis) -> None:
    actor, other = axis.actors[HOME_AFFAIRS], axis.actors[FINANCE]
    given: dict[str, Any] = {"number": "15", "notation": "SNV-VP", "signed_at": at(9), "priority": 0}
    noted = commands.announce_document(actor=actor, now=at(9, 5), **given)
    with pytest.raises(AnnouncedBefore):
        commands.announce_document(actor=actor, now=at(9, 6), **given)
    commands.announce_document(actor=other, now=at(9, 6), **given)  # another agency's number 15

    with pytest.raises(ClockNotFound):
        commands.cancel_announcement(actor=other, clock_id=noted.pk, reason="nhầm", now=at(10))
    with pytest.raises(AnnouncementRefused):
        commands.cancel_announcement(actor=actor, clock_id=noted.pk, reason=" ", now=at(10))
    commands.cancel_announcement(actor=actor, clock_id=noted.pk, reason="gửi bản giấy", now=at(10))

    assert facts(noted) == ("void", False)
    axis.send(paper(number=15), at(10, 30))  # it was sent after all
    assert Clock.objects.filter(duty="send", agency=actor.agency_id, outcome="done").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": ""},
        {"notation": "x" * 91},
        {"number": "1\n5"},
        {"priority": 5},
        {"signed_at": at(9, day=26)},
        {"signed_at": datetime(2025, 1, 2, 9, tzinfo=VIETNAM)},
    ],
)
def test_what_cannot_be_a_signed_document_is_refused(axis: Axis, wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"number": "15", "notation": "SNV-VP", "signed_at": at(9), "priority": 0}
    with pytest.raises(AnnouncementRefused):
        commands.announce_document(actor=axis.actors[HOME_AFFAIRS], now=at(10), **(given | wrong))
    assert not Clock.objects.exists()


@pytest.mark.parametrize("role", ["head", "deputy", "officer", "auditor", "operator", "administrator"])
def test_only_clerks_and_systems_note_signed_documents(agencies: Mapping[str, Agency], role: str) -> None:
    actor = Actor(kind="person", id="x", name="Lê An", agency_id=agencies[HOME_AFFAIRS].pk, role=role)
    with pytest.raises(PermissionMissing):
        commands.announce_document(
            actor=actor, number="15", notation="SNV", signed_at=at(9), priority=0, now=at(9)
        )


# --- Telling and answering ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told_at", "late"), [(at(16), False), (at(23, 59), False), (at(0, 1, day=25), True)]
)
def test_arrival_told_stops_the_clock(axis: Axis, told_at: datetime, late: bool) -> None:
    delivery = axis.arrive(paper(), at(9))
    found = clock("receipt")
    assert (found.begun_at, found.outcome, found.agency.name) == (
        at(9),
        "",
        "Ủy ban nhân dân phường Đồng Hới",
    )
    axis.report(delivery, "01", told_at)
    assert facts(found) == ("done", late)
    axis.report(delivery, "03", at(9, day=27))  # what comes later changes nothing
    assert facts(found) == ("done", late)


def test_refusal_tells_too_but_a_recall_by_the_sender_does_not(axis: Axis) -> None:
    first, second = axis.arrive(paper(), at(9)), axis.arrive(paper(), at(9))
    axis.report(first, "02", at(10))
    axis.report(second, "13", at(10), by=HOME_AFFAIRS)
    assert facts(clock("receipt", delivery=first)) == ("done", False)
    assert facts(clock("receipt", delivery=second)) == ("void", False)  # nobody had fetched it: withdrawn


def test_answer_is_wanted_by_the_date_the_sender_set(axis: Axis) -> None:
    delivery = axis.arrive(paper(answer_by="2026/11/27"), at(9))
    found = clock("answer")
    assert found.due_at.astimezone(VIETNAM) == datetime.combine(date(2026, 11, 27), time.max, VIETNAM)
    axis.report(delivery, "01", at(10))
    axis.report(delivery, "03", at(10))
    assert facts(found) == ("", False)
    axis.report(delivery, "06", at(9, day=30))
    assert facts(found) == ("done", True)


def test_document_that_answers_stops_the_clock_of_the_answer(axis: Axis) -> None:
    asked = axis.arrive(paper(answer_by="2026/11/27"), at(9))
    other = axis.arrive(paper(answer_by="2026/11/27"), at(9))
    answer = paper(HOME_AFFAIRS, answers=asked.packet.document_id, sender=DONG_HOI)
    axis.send(answer, at(9, day=26), by=DONG_HOI)
    assert facts(clock("answer", delivery=asked)) == ("done", False)
    assert facts(clock("answer", delivery=other)) == ("", False)


def test_date_for_the_answer_that_is_a_slip_is_left_out(axis: Axis) -> None:
    axis.arrive(paper(answer_by="2962/11/27"), at(9))
    assert not AnswerDate.objects.exists()


def test_packet_taken_out_stops_all_its_clocks_and_its_number_is_forgotten(axis: Axis) -> None:
    delivery = axis.arrive(paper(DONG_HOI, KHE_SANH, number=15), at(9))
    clerk = Actor(
        kind="person", id="x", name="Lê An", agency_id=axis.actors[DONG_HOI].agency_id, role="clerk"
    )
    quarantine_packet(actor=clerk, packet_id=delivery.packet_id, reason="dấu Mật", now=at(10))
    assert set(Clock.objects.values_list("duty", "outcome")) == {("send", "done"), ("receipt", "void")}
    assert set(Clock.objects.values_list("reference", flat=True)) == {str(delivery.packet_id)}


def test_packet_to_many_costs_two_statements_more_whatever_their_number(
    axis: Axis, monkeypatch: pytest.MonkeyPatch
) -> None:
    axis.arrive(paper(DONG_HOI, KHE_SANH, FINANCE), at(8))  # what is remembered is remembered now
    one, three = paper(DONG_HOI), paper(DONG_HOI, KHE_SANH, FINANCE)
    accepting = queries_of(lambda: axis.send(one, at(9))), queries_of(lambda: axis.send(three, at(9, 1)))
    assert accepting[0] == accepting[1]
    axis.deliver(at(9, 2))
    axis.send(paper(DONG_HOI), at(9, 3))
    single = queries_of(lambda: axis.deliver(at(9, 4)))
    axis.send(paper(DONG_HOI, KHE_SANH, FINANCE), at(9, 5))
    assert queries_of(lambda: axis.deliver(at(9, 6))) == single


# --- The calendar ---------------------------------------------------------------------------------------------------------


def reckon() -> None:
    assert commands.reckon_running_clocks(after=0, now=at(9)) is None


def test_changed_calendar_moves_what_runs_and_leaves_what_is_done(axis: Axis) -> None:
    actor = axis.actors[HOME_AFFAIRS]
    noted = commands.announce_document(
        actor=actor, number="15", notation="SNV", signed_at=at(16), priority=0, now=at(16)
    )
    axis.send(paper(), at(9))
    axis.deliver(at(17, 30))  # after work: counts for Wednesday
    told = clock("receipt")
    done = Clock.objects.get(duty="send", outcome="done")

    row = set_calendar_day(
        actor=SETUP, day=date(2026, 11, 25), kind="holiday", name="Nghỉ", source="QĐ", now=at(18)
    )
    from hienluong.directory import service as directory  # noqa: PLC0415 - after its commit, another process forgets too

    directory.forget()
    reckon()
    noted.refresh_from_db()
    told.refresh_from_db()
    assert noted.due_at == at(11, 30, day=26)
    assert told.due_at.astimezone(VIETNAM).date() == date(2026, 11, 26)
    assert Clock.objects.get(pk=done.pk).due_at == done.due_at

    remove_calendar_day(actor=SETUP, day_id=row.pk, now=at(18))
    set_working_hours(
        actor=SETUP,
        valid_from=date(2026, 11, 1),
        morning=(time(8), time(12)),
        afternoon=(time(13), time(17)),
        source="QĐ",
        now=at(18),
    )
    directory.forget()
    reckon()
    noted.refresh_from_db()
    assert noted.due_at == at(12, day=25)


def test_change_of_the_calendar_queues_the_reckoning_with_it(db: None) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob  # noqa: PLC0415 - only here

    set_calendar_day(
        actor=SETUP, day=date(2026, 11, 25), kind="holiday", name="Nghỉ", source="QĐ", now=at(18)
    )
    assert ProcrastinateJob.objects.filter(task_name="deadlines.reckon").count() == 1


def test_calendar_without_working_hours_never_holds_up_a_document(
    axis: Axis, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hienluong.deadlines import clocks  # noqa: PLC0415 - only here
    from hienluong.kit.worktime import CalendarDay, DayKind, WorkCalendar  # noqa: PLC0415 - the same

    empty = WorkCalendar(
        [CalendarDay(date.fromordinal(day), DayKind.HOLIDAY, "", "") for day in range(739000, 741000)]
    )
    clocks._calendars.put({2026: empty}, version=clocks._calendars.version)
    delivery = axis.arrive(paper(), at(9))
    assert delivery.state == "delivered"
    assert not Clock.objects.exists()
