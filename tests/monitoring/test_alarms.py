"""Alarms: raised once, said again after a time, cleared with a message; silences; several workers and their deaths."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from personas import FINANCE, HOME_AFFAIRS, System, document

from hienluong.directory import service as directory
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Actor
from hienluong.exchange import service as exchange
from hienluong.exchange.models import Delivery
from hienluong.jobs import service as jobs
from hienluong.kit import clock
from hienluong.ledger import service as ledger
from hienluong.ledger.models import Contradiction, SignedCheckpoint, WitnessPolicy
from hienluong.monitoring import commands, conditions, queries
from hienluong.monitoring.errors import AlarmUnknown, ChoiceRefused, SilenceOver
from hienluong.monitoring.flow import Moved
from hienluong.monitoring.models import Alarm, DiskSample, Silence
from hienluong.notices import service as notices
from hienluong.notices.models import Notice
from hienluong.systems.models import AgencySystem
from hienluong.webhooks import commands as webhook_commands
from hienluong.webhooks.errors import WebhookRefused
from hienluong.webhooks.models import Message, Webhook

pytestmark = pytest.mark.django_db
Failed = Callable[..., Delivery]
PLATFORM = Actor.platform("specification")
MINUTE = timedelta(minutes=1)
LOOK = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "hienluong.config.settings"
import django
django.setup()
from hienluong.kit import clock
from hienluong.monitoring import commands
commands.evaluate_alarms(now=clock.now())
"""


@pytest.fixture
def people(agencies: Any) -> Any:
    """An operator with a mail address."""
    person = directory.create_person(
        actor=PLATFORM, full_name="Phan Vận", username="van.phan", email="van@example.vn", now=clock.now()
    )
    directory.assign_post(
        actor=PLATFORM,
        person=person,
        agency=agencies[FINANCE],
        role="operator",
        title="Vận hành",
        now=clock.now(),
    )
    return person


@pytest.fixture
def hook(home_affairs: System) -> Webhook:
    """The operators' own webhook."""
    made, _secret = webhook_commands.register_webhook(
        actor=PLATFORM,
        system=_system(home_affairs),
        url="https://alarms.example.vn/hook",
        kinds=["alarm.raised", "alarm.cleared"],
        now=clock.now(),
    )
    Webhook.objects.update(state="active", verified_at=clock.now())
    return made


def _system(system: System) -> Any:
    return AgencySystem.objects.get(pk=system.actor.id)


def _beat(at: datetime) -> None:
    """Lets a worker say that it lives."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [at])


def _look(at: datetime) -> list[Alarm]:
    """Looks at every condition as the worker does, which is at work and has put the ledger in order."""
    _beat(at)
    ledger.sequence_waiting(now=at)
    return commands.evaluate_alarms(now=at)


def _standing() -> list[str]:
    return list(
        Alarm.objects.filter(cleared_at=None).order_by("condition").values_list("condition", flat=True)
    )


def _said() -> list[tuple[str, str]]:
    return list(
        Message.objects.exclude(kind="webhook.verification")
        .order_by("id")
        .values_list("kind", "data__condition")
    )


def test_alarm_is_raised_once_said_again_after_a_time_and_cleared_with_a_message(
    people: Any, hook: Webhook, failed: Failed
) -> None:
    delivery = failed()
    now = clock.now()
    for minutes in range(4):
        _look(now + minutes * MINUTE)
    assert _standing() == ["dead_letters"]
    assert _said() == [("alarm.raised", "dead_letters")]
    assert Notice.objects.filter(code="monitoring.raised.dead_letters").count() == 1

    _look(now + timedelta(hours=6, minutes=1))
    assert len(_said()) == 2
    Delivery.objects.filter(pk=delivery.pk).update(state="confirmed")
    again = now + timedelta(hours=6, minutes=2)
    _look(again)
    assert _standing() == ["dead_letters"]  # what flickers is not over yet
    _look(again + 3 * MINUTE)
    assert _standing() == []
    assert [kind for kind, _ in _said()] == ["alarm.raised", "alarm.raised", "alarm.cleared"]
    codes = list(Notice.objects.filter(reader=people.pk).order_by("id").values_list("code", flat=True))
    assert [code for code in codes if code.startswith("monitoring")] == [
        "monitoring.raised.dead_letters",
        "monitoring.raised.dead_letters",
        "monitoring.cleared.dead_letters",
    ]


def test_operators_are_told_by_mail(people: Any, failed: Failed, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example.vn"
    failed()
    _look(clock.now())
    notices.mail_waiting(now=clock.now())
    (letter,) = [one for one in mail.outbox if "1 gói tin không chuyển được" in one.subject]
    assert letter.to == ["van@example.vn"]
    assert "/exchange/monitor/alarms/?alarm=" in letter.body


def test_what_is_silenced_is_kept_and_not_said_until_the_silence_ends(
    people: Any, hook: Webhook, failed: Failed, operator: Actor
) -> None:
    failed()
    now = clock.now()
    silence = commands.silence_condition(
        actor=operator, condition="dead_letters", until=now + timedelta(hours=1), reason="đang sửa", now=now
    )
    _look(clock.now() + MINUTE)
    assert (_standing(), _said()) == (["dead_letters"], [])
    commands.end_silence(actor=operator, silence_id=silence.pk, now=now + 2 * MINUTE)
    _look(now + 3 * MINUTE)
    assert _said() == [("alarm.raised", "dead_letters")]
    with pytest.raises(SilenceOver):
        commands.end_silence(actor=operator, silence_id=silence.pk, now=now + 4 * MINUTE)


def test_alarm_that_nobody_heard_of_is_cleared_without_a_word(
    hook: Webhook, failed: Failed, operator: Actor
) -> None:
    delivery = failed()
    now = clock.now()
    commands.silence_condition(
        actor=operator, condition="dead_letters", until=now + timedelta(hours=1), reason="x", now=now
    )
    _look(clock.now() + MINUTE)
    Delivery.objects.filter(pk=delivery.pk).update(state="confirmed")
    _look(now + timedelta(hours=2))
    assert (_standing(), _said()) == ([], [])


def test_limit_of_the_page_goes_before_that_of_the_settings(
    failed: Failed, operator: Actor, settings: Any
) -> None:
    failed()
    settings.ALARM_DEAD_LETTERS = 1
    _look(clock.now())
    assert _standing() == []
    given: Any = {"condition": "dead_letters", "repeat_hours": 6, "reason": "x", "now": clock.now()}
    commands.set_limit(actor=operator, value=0, watched=True, **given)
    _look(clock.now())
    assert _standing() == ["dead_letters"]
    commands.set_limit(actor=operator, value=0, watched=False, **given)
    _look(clock.now() + 4 * MINUTE)
    assert _standing() == []


@pytest.mark.parametrize(
    ("value", "repeat", "reason", "field"),
    [
        (-1.0, 6, "x", "/value"),
        (float("nan"), 6, "x", "/value"),
        (101.0, 6, "x", "/value"),
        (5.0, 0, "x", "/repeat_hours"),
        (5.0, 6, "", "/reason"),
    ],
)
def test_limit_that_cannot_be_is_refused(
    operator: Actor, value: float, repeat: int, reason: str, field: str
) -> None:
    with pytest.raises(ChoiceRefused) as refusal:
        commands.set_limit(
            actor=operator,
            condition="failure_rate",
            value=value,
            watched=True,
            repeat_hours=repeat,
            reason=reason,
            now=clock.now(),
        )
    assert [error.pointer for error in refusal.value.errors] == [field]


@pytest.mark.parametrize("hours", [-1, 0, 24 * 30 + 1])
def test_silence_ends_within_a_month(operator: Actor, hours: int) -> None:
    now = clock.now()
    with pytest.raises(ChoiceRefused):
        commands.silence_condition(
            actor=operator, condition="worker", until=now + timedelta(hours=hours), reason="x", now=now
        )
    with pytest.raises(AlarmUnknown):
        commands.silence_condition(
            actor=operator, condition="weather", until=now + MINUTE, reason="x", now=now
        )


@pytest.mark.parametrize("role", ["clerk", "administrator", "auditor"])
def test_only_operators_manage_alarms(home_affairs: System, role: str) -> None:
    now = clock.now()
    for act in (
        lambda actor: commands.silence_condition(
            actor=actor, condition="worker", until=now + MINUTE, reason="x", now=now
        ),
        lambda actor: commands.end_silence(actor=actor, silence_id=1, now=now),
        lambda actor: commands.make_metrics_token(actor=actor, replace=False, now=now),
    ):
        with pytest.raises(PermissionMissing):
            act(home_affairs.clerk(role))


def _oldest(now: datetime) -> None:
    Delivery.objects.update(state="waiting", created_at=now - 45 * MINUTE, business_state="")


def _silence_worker() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")


def _note(at: datetime) -> None:
    ledger.record(actor=PLATFORM.ref, action="a.b", subject="c:d", details={}, now=at)


def _change_behind_the_ledger() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE exchange_packet SET subject = 'Khác'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    ledger.check_log(now=clock.now())


def _disk(now: datetime, free: int) -> None:
    DiskSample.objects.bulk_create(
        DiskSample(at=now - timedelta(hours=hours), place="data", free=free + hours, total=1000, database=1)
        for hours in range(30)
    )


def _signed(at: datetime) -> None:
    assert SignedCheckpoint.objects.update(signed_at=at) > 0


def _lack_cosignatures(now: datetime) -> None:
    WitnessPolicy.objects.create(quorum=1, changed_at=now)
    _signed(now - 16 * MINUTE)


def _lack_stamps(patch: pytest.MonkeyPatch, now: datetime) -> None:
    patch.setattr(settings, "TSA_URL", "https://tsa.example.vn")
    patch.setattr(settings, "TSA_CA_FILE", "/etc/ssl/tsa.pem")
    _signed(now - 181 * MINUTE)


def _contradict(now: datetime) -> None:
    Contradiction.objects.create(
        origin="hue.example.vn/log", kind="split-view", size=5, root=bytes(32), known_size=5, seen_at=now
    )


@pytest.mark.parametrize(
    ("condition", "arrange"),
    [
        ("waiting", lambda _patch, now: _oldest(now)),
        ("disk_days", lambda _patch, now: _disk(now, 300)),
        ("disk_free", lambda _patch, now: _disk(now, 50)),
        ("worker", lambda _patch, now: _beat(now - 5 * MINUTE)),
        ("worker", lambda _patch, _now: _silence_worker()),
        ("ledger", lambda _patch, now: _note(now - 6 * MINUTE)),
        ("ledger_faults", lambda _patch, _now: _change_behind_the_ledger()),
        ("witnesses", lambda _patch, now: _lack_cosignatures(now)),
        ("timestamps", _lack_stamps),
        ("contradictions", lambda _patch, now: _contradict(now)),
        ("backup", lambda patch, _now: patch.setitem(conditions._probes, "backup", lambda _at: 49.0)),
    ],
)
def test_condition_is_bad_past_its_limit(
    received: Callable[..., Delivery],
    monkeypatch: pytest.MonkeyPatch,
    condition: str,
    arrange: Callable[[pytest.MonkeyPatch, datetime], None],
) -> None:
    received()
    now = clock.now()
    _look(now)
    assert _standing() == []
    arrange(monkeypatch, now)
    commands.evaluate_alarms(now=now + timedelta(seconds=5))
    assert condition in _standing()


def test_share_that_failed_counts_from_twenty_deliveries_on(home_affairs: System) -> None:
    facts = conditions.Facts(clock.now())
    measure = conditions.BY_NAME["failure_rate"].measure
    facts.flow = replace(facts.flow, hour=Moved(delivered=10, failed=9))
    assert measure(facts) is None
    facts.flow = replace(facts.flow, hour=Moved(delivered=15, failed=5))
    assert measure(facts) == 25


def test_waiting_without_a_route_is_no_alarm(home_affairs: System) -> None:
    home_affairs.hand_in(document(1, "G22"))
    Delivery.objects.update(created_at=clock.now() - timedelta(days=9))
    _look(clock.now())
    assert _standing() == []


def test_waiting_of_what_was_taken_out_as_secret_is_no_alarm(home_affairs: System, operator: Actor) -> None:
    packet = home_affairs.hand_in(document(1)).json()["packet"]
    Delivery.objects.update(created_at=clock.now() - timedelta(days=9))
    exchange.quarantine_packet(
        actor=home_affairs.clerk(), packet_id=packet, reason="dấu Mật", now=clock.now()
    )
    _look(clock.now())
    assert _standing() == []
    assert queries.waiting(operator, now=clock.now()).items == []
    assert queries.failures(operator).items == []


def test_condition_that_nobody_watches_any_more_is_not_said_to_be_well(
    people: Any, failed: Failed, operator: Actor
) -> None:
    failed()
    _look(clock.now())
    commands.set_limit(
        actor=operator,
        condition="dead_letters",
        value=0,
        watched=False,
        repeat_hours=6,
        reason="x",
        now=clock.now(),
    )
    _look(clock.now() + 4 * MINUTE)
    assert _standing() == []
    assert not Notice.objects.filter(code="monitoring.cleared.dead_letters").exists()


def test_agencys_own_system_hears_of_no_alarm(home_affairs: System, hook: Webhook) -> None:
    clerk = home_affairs.clerk("head")
    for actor in (home_affairs.actor, clerk):
        with pytest.raises(WebhookRefused):
            webhook_commands.register_webhook(
                actor=actor,
                system=_system(home_affairs),
                url="https://other.example.vn/hook",
                kinds=["alarm.raised"],
                now=clock.now(),
            )
    changed = webhook_commands.change_webhook(
        actor=clerk, webhook=hook, kinds=["packet.delivered"], now=clock.now()
    )
    assert changed.kinds == ["packet.delivered", "alarm.raised", "alarm.cleared"]


def test_page_shows_conditions_silences_and_what_was(visit: Callable[..., Client], failed: Failed) -> None:
    delivery = failed()
    now = clock.now()
    _look(now)
    operator = visit(HOME_AFFAIRS, "operator")
    page = operator.get("/exchange/monitor/alarms/").content.decode()
    assert "Packets that failed for good" in page
    assert "alarm since" in page
    assert "not enough samples yet" not in page
    answer = operator.post(
        "/exchange/monitor/alarms/dead_letters/silence/",
        {"hours": "4", "reason": "Đang khôi phục", "step": "send"},
        follow=True,
    )
    assert "Đang khôi phục" in answer.content.decode()
    silence = Silence.objects.get()
    assert operator.post(f"/exchange/monitor/silences/{silence.pk}/end/", {"step": "send"}).status_code == 302
    assert operator.post(f"/exchange/monitor/silences/{silence.pk}/end/", {"step": "send"}).status_code == 404
    given = {"value": "3", "watched": "yes", "repeat_hours": "12", "reason": "x", "step": "send"}
    assert operator.post("/exchange/monitor/alarms/dead_letters/limit/", given).status_code == 302
    assert operator.get("/exchange/monitor/alarms/weather/limit/").status_code == 404
    Delivery.objects.filter(pk=delivery.pk).update(state="confirmed")
    _look(clock.now() + 5 * MINUTE)
    page = operator.get("/exchange/monitor/alarms/").content.decode()
    assert "Past alarms" in page
    assert "There was none" not in page


def test_past_alarms_go_on_from_a_place(operator: Actor) -> None:
    now = clock.now()
    for place in range(3):
        Alarm.objects.create(
            id=f"00000000-0000-7000-8000-00000000000{place}",
            condition="worker",
            raised_at=now,
            limit=3,
            seen_at=now,
            cleared_at=now,
        )
    first = queries.past_alarms(operator, limit=2)
    second = queries.past_alarms(operator, before=first.next or "", limit=2)
    assert (len(first.items), len(second.items), second.next) == (2, 1, None)


def _look_in_a_process(**variables: str) -> subprocess.CompletedProcess[str]:
    """Looks at every condition in a process of its own, on the same database."""
    given = connection.settings_dict
    address = f"postgresql://{given['USER']}:{given['PASSWORD']}@/{given['NAME']}?host={given['HOST']}&port={given['PORT']}"
    return subprocess.run(
        [sys.executable, "-c", LOOK],
        env={**os.environ, "HIENLUONG_TESTING": "1", "HIENLUONG_DATABASE_URL": address, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.django_db(transaction=True)
def test_two_workers_raise_one_alarm_and_a_killed_one_none(failed: Failed, hook: Webhook) -> None:
    failed()
    now = clock.now()
    _beat(now)
    ledger.sequence_waiting(now=now)
    killed = _look_in_a_process(HIENLUONG_CRASH_POINTS="monitoring.before_commit=self")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (_standing(), _said()) == ([], [])

    inside, go_on, found = threading.Event(), threading.Event(), []

    def look(*, hold: bool) -> None:
        try:
            with transaction.atomic():
                found.append(commands.evaluate_alarms(now=now))
                if hold:
                    inside.set()
                    go_on.wait(10)
        finally:
            connection.close()

    first = threading.Thread(target=look, kwargs={"hold": True})
    first.start()
    assert inside.wait(10)
    second = threading.Thread(target=look, kwargs={"hold": False})
    second.start()
    second.join(10)
    go_on.set()
    first.join(10)
    assert sorted(len(one) for one in found) == [0, 1]
    assert _said() == [("alarm.raised", "dead_letters")]
    _look(now + MINUTE)
    assert _said() == [("alarm.raised", "dead_letters")]


def test_heartbeat_and_queue_are_read_from_the_queue_itself() -> None:
    assert jobs.last_heartbeat() is None
    at = clock.now()
    _beat(at)
    assert jobs.last_heartbeat() == at
    assert {"todo", "doing", "failed"} <= set(jobs.queue_counts())
