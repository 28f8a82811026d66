"""While no worker is at work its alarms are said all the same, at once and once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from tests.monitoring.test_alarms import _beat, _look, hook, people

from hienluong.kit import clock
from hienluong.monitoring.models import Alarm
from hienluong.monitoring.service import stand_in
from hienluong.monitoring.standing_in import LOCK
from hienluong.notices import service as notices
from hienluong.webhooks.models import Message, Webhook

__all__ = ["hook", "people"]  # the fixtures
pytestmark = pytest.mark.django_db
SILENT = "tiến trình nền đã im lặng"


def _letters() -> list[str]:
    return [str(one.subject) for one in mail.outbox if SILENT in one.subject]


def test_silence_of_the_worker_is_mailed_and_called_at_once_and_not_again_when_it_comes_back(
    people: Any, hook: Webhook, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.example.vn"
    Message.objects.filter(kind="webhook.verification").delete()  # the address counts as verified
    now = clock.now()
    _beat(now - timedelta(minutes=10))
    assert "worker" in (stand_in(now=clock.now) or [])
    stand_in(now=clock.now)
    assert len(_letters()) == 1
    called = Message.objects.get(webhook=hook, kind="alarm.raised", data__condition="worker")
    assert called.attempts > 0, "the receiver was called, though nobody is there"
    _look(clock.now())
    notices.mail_waiting(now=clock.now())
    assert len(_letters()) == 1
    assert Alarm.objects.get(condition="worker").told == 1


def test_other_mails_wait_for_the_worker(people: Any, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example.vn"
    notices.tell(
        readers=[notices.Reader(people.pk, people.email)],
        code="exchange.arrived",
        values={"sender": "Sở Nội vụ", "document": "12/SNV"},
        link="/exchange/packets/1/",
        now=clock.now(),
    )
    _beat(clock.now() - timedelta(minutes=10))
    stand_in(now=clock.now)
    assert _letters()
    assert [one.subject for one in mail.outbox if "12/SNV" in one.subject] == []
    assert notices.mail_is_waiting()


@pytest.mark.django_db(transaction=True)
def test_one_at_a_time_stands_in(people: Any) -> None:
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s::bigint)", [LOCK])
                held.set()
                go_on.wait(10)
                cursor.execute("SELECT pg_advisory_unlock(%s::bigint)", [LOCK])
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(10)
    _beat(clock.now() - timedelta(minutes=10))
    assert stand_in(now=clock.now) is None
    assert not Alarm.objects.exists()
    go_on.set()
    other.join(10)
    assert "worker" in (stand_in(now=clock.now) or [])
