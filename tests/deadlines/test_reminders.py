"""Reminders: one a day for each person, none on days off, urgent ones at once; whoever is killed or comes twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db import connection, connections
from personas import DONG_HOI, FINANCE, HOME_AFFAIRS, KHE_SANH
from tests.deadlines.conftest import Axis, at, paper

from hienluong.deadlines import commands, queries, tasks
from hienluong.deadlines.models import Clock, Round
from hienluong.directory import service as directory
from hienluong.directory.commands import set_calendar_day
from hienluong.directory.models import Person
from hienluong.directory.service import Actor
from hienluong.exchange.models import Delivery
from hienluong.jobs.lookouts import registered
from hienluong.notices import service as notices
from hienluong.notices.models import Notice
from hienluong.notices.models import Push as PushOut

pytestmark = pytest.mark.django_db
Staffed = Callable[..., Person]
REMINDER, URGENT, OVERDUE = "deadlines.reminder", "deadlines.urgent", "deadlines.overdue"


def note(axis: Axis, number: str, signed_at: datetime, *, by: str = HOME_AFFAIRS) -> Clock:
    return commands.announce_document(
        actor=axis.actors[by], number=number, notation="VP", signed_at=signed_at, priority=0, now=signed_at
    )


def told(code: str = REMINDER) -> list[tuple[Any, dict[str, str]]]:
    return list(Notice.objects.filter(code=code).order_by("pk").values_list("reader", "values"))


def test_everybody_responsible_is_reminded_once_of_what_waits(axis: Axis, staffed: Staffed) -> None:
    sender = staffed(HOME_AFFAIRS, mail="hanh@example.vn")
    receivers = [staffed(DONG_HOI), staffed(DONG_HOI)]
    staffed(DONG_HOI, "head"), staffed(DONG_HOI, "officer"), staffed(FINANCE)
    head_alone = staffed(KHE_SANH, "head")
    note(axis, "15", at(16, day=23))
    note(axis, "16", at(16, day=23))
    axis.arrive(paper(DONG_HOI, KHE_SANH), at(9))
    failed = axis.arrive(paper(FINANCE), at(9))
    Delivery.objects.filter(pk=failed.pk).update(state="dead")
    Clock.objects.filter(delivery=failed).delete()

    assert commands.remind_people(now=at(10, 30)) == 4
    assert commands.remind_people(now=at(10, 31)) == 0

    nothing = {"unsent": "0", "untold": "0", "failed": "0"}
    assert dict(told()) == {
        sender.pk: {"unsent": "2", "untold": "0", "failed": "1"},
        **{one.pk: {**nothing, "untold": "1"} for one in receivers},
        head_alone.pk: {**nothing, "untold": "1"},  # no clerk there
    }
    assert notices.mail_waiting(now=at(10, 31)) >= 1
    assert any("Văn bản" in sent.body or "Documents" in sent.body for sent in mail.outbox)


def test_clerk_of_two_agencies_is_reminded_once_of_both(axis: Axis, agencies: Any, staffed: Staffed) -> None:
    person = staffed(HOME_AFFAIRS)
    directory.assign_post(
        actor=Actor.platform("specification"),
        person=person,
        agency=agencies[FINANCE],
        role="clerk",
        title="Văn thư",
        now=at(8, day=2),
    )
    note(axis, "15", at(16, day=23))
    note(axis, "15", at(16, day=23), by=FINANCE)
    assert commands.remind_people(now=at(10, 30)) == 1
    assert [values["unsent"] for _reader, values in told()] == ["2"]


def test_next_working_day_reminds_again_and_a_day_off_nobody(axis: Axis, staffed: Staffed) -> None:
    staffed(HOME_AFFAIRS)
    note(axis, "15", at(16, day=23))
    set_calendar_day(
        actor=Actor.platform("specification"),
        day=date(2026, 11, 25),
        kind="holiday",
        name="Nghỉ",
        source="QĐ",
        now=at(8),
    )
    directory.forget()
    assert commands.remind_people(now=at(10, 30)) == 1
    assert commands.remind_people(now=at(10, 30, day=25)) == 0  # the holiday
    assert commands.remind_people(now=at(10, 30, day=26)) == 1
    assert commands.remind_people(now=at(10, 30, day=28)) == 0  # Saturday
    assert [row.day.day for row in Round.objects.order_by("day")] == [24, 26]


def test_nobody_is_reminded_where_nothing_waits_and_the_day_is_settled(axis: Axis, staffed: Staffed) -> None:
    staffed(HOME_AFFAIRS)
    axis.report(axis.arrive(paper(), at(8)), "01", at(9))
    assert commands.remind_people(now=at(10, 30)) == 0
    assert queries.has_round(date(2026, 11, 24))


def test_hour_of_the_reminder_is_a_setting(axis: Axis, staffed: Staffed, settings: Any) -> None:
    from datetime import time  # noqa: PLC0415 - the conftest's names are its own

    staffed(HOME_AFFAIRS)
    note(axis, "15", at(16, day=23))
    settings.REMINDER_TIME = time(8)
    assert commands.remind_people(now=at(8)) == 1


def test_urgent_document_is_told_of_at_once_and_pushed(axis: Axis, staffed: Staffed) -> None:
    clerk = staffed(DONG_HOI, mail="hanh@example.vn")
    delivery = axis.arrive(paper(priority=2), at(9))
    axis.arrive(paper(), at(9))

    [(reader, values)] = told(URGENT)
    assert reader == clerk.pk
    assert values["due"] == "09:30 24/11/2026"
    notice = Notice.objects.get(code=URGENT)
    assert (notice.link, notice.address) == (f"/exchange/packets/{delivery.packet_id}/", "")
    assert Notice.objects.get(code="exchange.arrived", link=notice.link).address == "hanh@example.vn"


def test_urgent_document_whose_time_is_over_is_told_to_the_head_too_and_once(
    axis: Axis, staffed: Staffed
) -> None:
    clerk, head = staffed(DONG_HOI), staffed(DONG_HOI, "head")
    delivery = axis.arrive(paper(priority=2), at(9))
    assert queries.urgent_overdue(now=at(9, 29)) == []
    [number] = queries.urgent_overdue(now=at(9, 31))

    assert commands.warn_of_urgent(clock_ids=[number], now=at(9, 31)) == 1
    assert commands.warn_of_urgent(clock_ids=[number], now=at(9, 32)) == 0

    assert {reader for reader, _values in told(OVERDUE)} == {clerk.pk, head.pk}
    assert queries.urgent_overdue(now=at(9, 33)) == []
    axis.report(delivery, "01", at(9, 40))
    assert Clock.objects.get(delivery=delivery).late


def test_each_duty_about_an_urgent_document_is_warned_of(axis: Axis, staffed: Staffed) -> None:
    staffed(DONG_HOI)
    axis.arrive(paper(priority=2, answer_by="2026/11/25"), at(9))
    for moment in (at(9, 31), at(9, day=26)):
        commands.warn_of_urgent(clock_ids=queries.urgent_overdue(now=moment), now=moment)

    assert len(told(OVERDUE)) == 2


def test_urgent_document_told_in_time_warns_nobody(axis: Axis, staffed: Staffed) -> None:
    staffed(DONG_HOI)
    axis.report(axis.arrive(paper(priority=3), at(9)), "01", at(9, 10))
    assert queries.urgent_overdue(now=at(12)) == []


def test_subscribed_browser_is_woken_by_the_reminder(axis: Axis, staffed: Staffed, settings: Any) -> None:
    from tests.notices.conftest import Browser  # noqa: PLC0415 - only here

    person = staffed(HOME_AFFAIRS)
    given = Browser("https://fcm.googleapis.com/fcm/send/x").given
    notices.subscribe(reader=person.pk, browser="Firefox", now=at(8), **given)
    note(axis, "15", at(16, day=23))
    commands.remind_people(now=at(10, 30))
    commands.remind_people(now=at(10, 31))
    assert PushOut.objects.filter(notice__code=REMINDER).count() == 1


def test_worker_looks_out_for_rounds_and_for_urgent_documents(db: None) -> None:
    assert {"deadlines.remind", "deadlines.warn", "notices.push"} <= set(registered)
    assert tasks._urgent_due() == []


# --- Several workers, and workers that are killed --------------------------------------------------------------------------

REMIND = """
import django, sys
from datetime import datetime
django.setup()
from hienluong.deadlines.commands import remind_people
print(remind_people(now=datetime.fromisoformat(sys.argv[1])))
"""


def _in_process(**more: str) -> subprocess.CompletedProcess[str]:
    url = urlsplit(os.environ["HIENLUONG_DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return subprocess.run(
        [sys.executable, "-c", REMIND, at(10, 30).isoformat()],
        env={**os.environ, "HIENLUONG_DATABASE_URL": url.geturl(), **more},
        timeout=60,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.django_db(transaction=True)
def test_worker_killed_in_a_round_leaves_nothing_and_the_next_reminds_everybody_once(
    axis: Axis, staffed: Staffed
) -> None:
    for _number in range(3):
        staffed(HOME_AFFAIRS)
    note(axis, "15", at(16, day=23))

    killed = _in_process(HIENLUONG_CRASH_POINTS="deadlines.before_round=self")
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    assert (Round.objects.count(), len(told())) == (0, 0)

    def one_worker(_number: int) -> int:
        try:
            return commands.remind_people(now=at(10, 31))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        outcomes = sorted(workers.map(one_worker, range(4)))
    assert outcomes == [0, 0, 0, 3]
    assert (Round.objects.get().people, len(told())) == (3, 3)
