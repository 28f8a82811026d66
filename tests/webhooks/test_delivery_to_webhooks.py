"""From an event of the axis to the receiver: signed, at least once, and harmless whatever the receiver does."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from standardwebhooks import Webhook as StandardWebhook
from standardwebhooks import WebhookVerificationError
from tests.webhooks.conftest import Caller, Peer

from hienluong.exchange.events import Arrival, DeliveryFailedForGood, PacketsDelivered, StatusRecorded
from hienluong.kit import clock
from hienluong.kit.events import publish
from hienluong.kit.http import Limits
from hienluong.notices.models import Notice
from hienluong.systems import service as systems
from hienluong.webhooks import attempts, commands, listeners, policy, queries, sending, tasks
from hienluong.webhooks.models import Attempt, Message, Webhook

pytestmark = pytest.mark.django_db
Subscribed = Callable[..., tuple[Webhook, Peer]]
PACKET = uuid.UUID(int=15)


def arrive(agency: uuid.UUID, *entries: int) -> None:
    """Lets packets reach the agency."""
    publish(
        PacketsDelivered(
            tuple(
                Arrival(number, PACKET, agency, "edoc", 1, "Sở Tư pháp", f"{number}/STP-VP")
                for number in entries
            ),
            clock.now(),
        )
    )


def later(**span: float) -> None:
    """Lets time pass for everything that waits."""
    back = timedelta(**span)
    for row in Message.objects.exclude(due_at=None):
        row.due_at -= back
        row.save()
    for hook in Webhook.objects.exclude(rest_until=None):
        hook.rest_until -= back
        hook.save()


# --- what is told -------------------------------------------------------------------------------------------------


def test_arrival_is_told_to_the_recipients_system_signed_as_standard_webhooks_says(
    caller: Callable[..., Caller], subscribed: Subscribed
) -> None:
    system = caller().system
    hook, peer = subscribed(system)
    arrive(system.agency_id, 4711)

    assert tasks.deliver_due(hook.pk) == 1

    [(headers, body)] = peer.got
    told = StandardWebhook(peer.secrets[0]).verify(body, headers)
    assert told["type"] == "packet.delivered"
    assert told["data"] == {"entry": 4711, "packet": str(PACKET), "kind": "edoc", "priority": 1}
    assert headers["Content-Type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        StandardWebhook("whsec_" + "A" * 43 + "=").verify(body, headers)
    assert peer.taken == [told]
    message = hook.messages.exclude(kind=policy.VERIFICATION).get()
    assert (message.state, message.due_at) == ("delivered", None)
    assert [(one.status, one.error) for one in message.log.all()] == [(204, "")]


def test_message_holds_no_subject_no_name_and_no_content(
    caller: Callable[..., Caller], subscribed: Subscribed
) -> None:
    system = caller().system
    hook, peer = subscribed(system)
    arrive(system.agency_id, 1)
    tasks.deliver_due(hook.pk)

    assert "Tư pháp" not in peer.got[0][1].decode()
    assert "STP" not in peer.got[0][1].decode()


def test_status_is_told_to_both_sides_and_a_failure_to_the_sender(
    caller: Callable[..., Caller], subscribed: Subscribed
) -> None:
    sender, recipient, other = (caller(code) for code in ("H50.S01", "H50.S02", "H50.S03"))
    hooks = {one: subscribed(one.system) for one in (sender, recipient, other)}
    moment = clock.now()
    ids = sender.system.agency_id, recipient.system.agency_id
    listeners.tell_of_status(
        StatusRecorded(9, PACKET, *ids, "03", "01", True, "", "Sở Tài chính", (), moment)
    )
    listeners.tell_of_failure(DeliveryFailedForGood(9, PACKET, "Không tìm thấy", moment, ids[0]))

    def heard(one: Caller) -> list[tuple[str, dict[str, Any]]]:
        hook, peer = hooks[one]
        tasks.deliver_due(hook.pk)
        return sorted((json.loads(body)["type"], json.loads(body)["data"]) for _headers, body in peer.got)

    status = ("status.recorded", {"delivery": 9, "packet": str(PACKET), "status": "03"})
    failure = ("delivery.failed", {"delivery": 9, "packet": str(PACKET)})
    assert heard(sender) == [failure, status]
    assert heard(recipient) == [status]
    assert heard(other) == []


def test_alarm_is_told_to_the_operators_webhook_signed_and_to_no_other(
    caller: Callable[..., Caller], subscribed: Subscribed
) -> None:
    hook, peer = subscribed(caller().system, "alarm.raised")
    other, silent = subscribed(caller("H50.S02").system)
    listeners.tell_operators(kind="alarm.raised", data={"condition": "worker"}, now=clock.now())

    assert (tasks.deliver_due(hook.pk), tasks.deliver_due(other.pk)) == (1, 0)
    [(headers, body)] = peer.got
    told = StandardWebhook(peer.secrets[0]).verify(body, headers)
    assert (told["type"], told["data"]) == ("alarm.raised", {"condition": "worker"})
    assert silent.got == []


def test_only_chosen_kinds_are_told(caller: Callable[..., Caller], subscribed: Subscribed) -> None:
    system = caller().system
    hook, _peer = subscribed(system, "delivery.failed")
    arrive(system.agency_id, 1)

    assert tasks.deliver_due(hook.pk) == 0


def test_nothing_is_told_of_what_was_rolled_back(
    caller: Callable[..., Caller], subscribed: Subscribed
) -> None:
    system = caller().system
    hook, _peer = subscribed(system)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        arrive(system.agency_id, 1)
        raise ZeroDivisionError

    assert tasks.deliver_due(hook.pk) == 0


def test_event_costs_one_question_when_nobody_listens_and_two_for_a_hundred_listening(
    caller: Callable[..., Caller], subscribed: Subscribed, django_assert_num_queries: Any
) -> None:
    system = caller().system
    event = PacketsDelivered(
        tuple(Arrival(n, PACKET, system.agency_id, "edoc", 0, "x", "y") for n in range(100)), clock.now()
    )
    with django_assert_num_queries(1):
        listeners.tell_of_packets(event)
    subscribed(system)
    with django_assert_num_queries(2):
        listeners.tell_of_packets(event)


# --- verification -------------------------------------------------------------------------------------------------


def test_nothing_but_the_challenge_is_sent_before_the_address_has_answered_it(
    caller: Callable[..., Caller], receive: Callable[..., Peer], platform: Any
) -> None:
    system, peer = caller().system, receive()
    hook, secret = commands.register_webhook(
        actor=platform, system=system, url=peer.url, kinds=["packet.delivered"], now=clock.now()
    )
    peer.secrets.append(secret)
    peer.answers = lambda _headers, _body: (200, b'{"challenge": "something else"}')
    arrive(system.agency_id, 1)
    tasks.deliver_due(hook.pk)

    hook.refresh_from_db()
    assert [json.loads(body)["type"] for _headers, body in peer.got] == ["webhook.verification"]
    assert (hook.state, hook.failures) == ("unverified", 1)
    assert Attempt.objects.get().error == "webhooks.challenge-not-answered"
    for _more in range(5):
        later(hours=1)
        tasks.deliver_due(hook.pk)
    assert len(peer.got) == policy.VERIFICATION_ATTEMPTS
    peer.answers = None
    commands.verify_webhook(actor=platform, webhook=hook, now=clock.now())
    tasks.deliver_due(hook.pk)
    hook.refresh_from_db()
    assert (hook.state, hook.failures) == ("active", 0)


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.216.34/hook",
        "https://127.0.0.1/hook",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://user:secret@example.vn/",
        "https://example.vn:22/",
        "https://example.vn/#x",
        "https:///x",
        "ftp://example.vn/",
        "https://example.vn/ x",
        "https://example.vn/" + "x" * 500,
        "https://ví-dụ.vn/",
        "",
    ],
)
def test_address_that_must_not_be_called_is_not_registered(caller: Callable[..., Caller], url: str) -> None:
    answer = caller().call("post", "/webhooks", {"url": url, "kinds": ["packet.delivered"]})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].endswith("/url")
    assert Webhook.objects.count() == 0


def test_name_that_leads_to_a_private_address_is_not_called(
    caller: Callable[..., Caller], platform: Any, settings: Any
) -> None:
    settings.WEBHOOK_PORTS = [443]
    hook, _secret = commands.register_webhook(
        actor=platform,
        system=caller().system,
        url="https://localhost/hook",
        kinds=["packet.delivered"],
        now=clock.now(),
    )
    tasks.deliver_due(hook.pk)

    assert Attempt.objects.get().error == "http.address-refused"


# --- failures -----------------------------------------------------------------------------------------------------


def test_message_that_was_not_taken_comes_again_later_under_the_same_id(
    caller: Callable[..., Caller], subscribed: Subscribed
) -> None:
    system = caller().system
    hook, peer = subscribed(system)
    peer.answers = lambda _headers, _body: (503, b"")
    arrive(system.agency_id, 1)
    tasks.deliver_due(hook.pk)
    assert queries.webhooks_with_due(failing=True, now=clock.now()) == []
    peer.answers = None
    later(seconds=policy.RETRY_SECONDS[0])
    assert queries.webhooks_with_due(failing=True, now=clock.now()) == [hook.pk]
    assert queries.webhooks_with_due(failing=False, now=clock.now()) == []
    tasks.deliver_due(hook.pk)

    assert len(peer.ids()) == 2
    assert len(set(peer.ids())) == 1
    message = hook.messages.exclude(kind=policy.VERIFICATION).get()
    assert message.state == "delivered"
    assert [(one.status, one.error) for one in message.log.order_by("pk")] == [
        (503, "http.peer-refused"),
        (204, ""),
    ]
    hook.refresh_from_db()
    assert (hook.failures, hook.failing_since) == (0, None)


def test_pauses_grow_to_a_cap() -> None:
    pauses = [policy.retry_after(attempts).total_seconds() for attempts in range(1, 12)]

    assert pauses == sorted(pauses)
    assert pauses[-1] == pauses[-2] == 14400
    assert policy.rest_after(50).total_seconds() == policy.REST_MAX_SECONDS


def test_receiver_that_asks_for_patience_gets_it_within_reason(
    caller: Callable[..., Caller], subscribed: Subscribed
) -> None:
    system = caller().system
    hook, peer = subscribed(system)
    arrive(system.agency_id, 1)
    message = hook.messages.exclude(kind=policy.VERIFICATION).get()
    for asked, wait in ((120, 120), (999_999, policy.REST_MAX_SECONDS)):
        moment = clock.now()
        result = attempts.Result(429, 5, "http.peer-refused", asked)
        Webhook.objects.update(failures=0)
        attempts.record_attempt(message=message, result=result, now=moment)
        hook.refresh_from_db()
        assert hook.rest_until == moment + timedelta(seconds=wait)
    assert peer.got == []


def test_webhook_that_fails_for_too_long_is_stopped_and_its_agency_told(
    caller: Callable[..., Caller], subscribed: Subscribed, employ: Any, platform: Any, settings: Any
) -> None:
    system = caller().system
    employ("Nguyễn Thị Hạnh", ("H50.S01", "clerk"))
    employ("Lê Thị Xa", ("H50.S02", "clerk"))
    hook, peer = subscribed(system)
    peer.answers = lambda _headers, _body: (500, b"")
    arrive(system.agency_id, 1, 2)
    tasks.deliver_due(hook.pk)
    Webhook.objects.update(failing_since=clock.now() - timedelta(hours=settings.WEBHOOK_GIVE_UP_HOURS))
    later(hours=5)
    tasks.deliver_due(hook.pk)

    hook.refresh_from_db()
    assert hook.state == "disabled"
    assert set(hook.messages.exclude(kind=policy.VERIFICATION).values_list("state", "due_at")) == {
        ("failed", None)
    }
    assert Notice.objects.filter(code="webhooks.stopped").count() == 1
    called = len(peer.got)
    arrive(system.agency_id, 3)  # kept, not sent
    later(hours=5)
    assert tasks.deliver_due(hook.pk) == 0
    assert len(peer.got) == called
    peer.answers = None
    commands.enable_webhook(actor=platform, webhook=hook, now=clock.now())
    assert commands.replay_messages(actor=platform, webhook=hook, only_failed=True, now=clock.now()) == 3
    tasks.deliver_due(hook.pk)
    assert sorted(one["data"]["entry"] for one in peer.taken) == [1, 2, 3]


def test_webhook_that_is_stopped_a_second_time_is_told_again(
    caller: Callable[..., Caller], subscribed: Subscribed, employ: Any, platform: Any
) -> None:
    system = caller().system
    employ("Nguyễn Thị Hạnh", ("H50.S01", "clerk"))
    hook, peer = subscribed(system)
    peer.answers = lambda _headers, _body: (410, b"")
    for entry in (1, 2):
        arrive(system.agency_id, entry)
        tasks.deliver_due(hook.pk)
        commands.enable_webhook(actor=platform, webhook=hook, now=clock.now())

    assert Notice.objects.filter(code="webhooks.stopped").count() == 2


def test_address_that_says_it_is_gone_is_stopped_at_once(
    caller: Callable[..., Caller], subscribed: Subscribed
) -> None:
    system = caller().system
    hook, peer = subscribed(system)
    peer.answers = lambda _headers, _body: (410, b"")
    arrive(system.agency_id, 1)
    tasks.deliver_due(hook.pk)

    hook.refresh_from_db()
    assert hook.state == "disabled"


def test_nothing_is_sent_for_a_system_that_has_ended(
    caller: Callable[..., Caller], subscribed: Subscribed, platform: Any
) -> None:
    system = caller().system
    hook, peer = subscribed(system)
    arrive(system.agency_id, 1)
    systems.end_system(actor=platform, system=system, now=clock.now())

    assert queries.webhooks_with_due(failing=False, now=clock.now()) == []
    assert tasks.deliver_due(hook.pk) == 0
    assert peer.got == []


def _drip(peer: ssl.SSLSocket, stop: threading.Event) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while not stop.wait(0.1):
        peer.sendall(b"x")


def _flood(peer: ssl.SSLSocket, _stop: threading.Event) -> None:
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n")
    for _block in range(1600):
        peer.sendall(b"x" * 65536)


def _says(answer: bytes) -> Callable[[ssl.SSLSocket, threading.Event], None]:
    def say(peer: ssl.SSLSocket, stop: threading.Event) -> None:
        peer.sendall(answer)
        stop.wait(5)

    return say


MISBEHAVIOUR: dict[str, Callable[[ssl.SSLSocket, threading.Event], Any]] = {
    "hangs": lambda _peer, stop: stop.wait(5),
    "drips": _drip,
    "floods": _flood,
    "redirects": _says(b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
    "compresses": _says(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nxxxxx"),
    "hangs up": lambda _peer, _stop: None,
}


@pytest.mark.parametrize("way", MISBEHAVIOUR)
def test_receiver_cannot_hold_the_worker_or_fill_its_memory(
    caller: Callable[..., Caller],
    subscribed: Subscribed,
    platform: Any,
    certificate: Any,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    monkeypatch.setattr(sending, "LIMITS", Limits(connect=1, read=0.5, total=1.0, answer_bytes=64 * 1024))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    stop = threading.Event()

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            plain, _address = listener.accept()
            try:
                with plain, context.wrap_socket(plain, server_side=True) as peer:
                    peer.recv(65536)
                    MISBEHAVIOUR[way](peer, stop)
            except OSError:
                return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        settings.WEBHOOK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
        settings.WEBHOOK_PORTS = [listener.getsockname()[1]]
        settings.WEBHOOK_CA_FILE = str(certificate)
        hook, _secret = commands.register_webhook(
            actor=platform,
            system=caller().system,
            url=f"https://127.0.0.1:{listener.getsockname()[1]}/",
            kinds=["packet.delivered"],
            now=clock.now(),
        )
        began = time.monotonic()
        tasks.deliver_due(hook.pk)
        took = time.monotonic() - began
        stop.set()
        thread.join(5)

    attempt = Attempt.objects.get()
    assert took < 3
    assert (
        attempt.error
        == {
            "hangs": "http.peer-too-slow",
            "drips": "http.peer-too-slow",
            "floods": "http.answer-too-large",
            "redirects": "http.peer-refused",
            "compresses": "http.answer-encoded",
            "hangs up": "http.peer-unreachable",
        }[way]
    )
    hook.refresh_from_db()
    assert (hook.state, hook.failures) == ("unverified", 1)


def test_failing_webhook_waits_among_its_like(caller: Callable[..., Caller], subscribed: Subscribed) -> None:
    system = caller().system
    well, _peer = subscribed(system)
    ill, ill_peer = subscribed(system)
    ill_peer.answers = lambda _headers, _body: (500, b"")
    arrive(system.agency_id, 1)
    tasks.deliver_due(ill.pk)
    later(minutes=1)

    assert (tasks._well(), tasks._failing()) == ([well.pk], [ill.pk])


def test_rate_is_bounded(caller: Callable[..., Caller], subscribed: Subscribed, settings: Any) -> None:
    system = caller().system
    hook, peer = subscribed(system)
    settings.WEBHOOK_RATE_PER_SECOND = 20
    arrive(system.agency_id, *range(1, 7))
    later(seconds=1)
    began = time.monotonic()
    tasks.deliver_due(hook.pk)

    assert len(peer.taken) == 6
    assert time.monotonic() - began >= 5 / 20


def test_signed_with_both_secrets_while_one_takes_over(
    caller: Callable[..., Caller], subscribed: Subscribed, platform: Any
) -> None:
    system = caller().system
    hook, peer = subscribed(system)
    former = peer.secrets[0]
    new = commands.rotate_webhook_secret(actor=platform, webhook=hook, now=clock.now())
    arrive(system.agency_id, 1)
    tasks.deliver_due(hook.pk)
    [(headers, body)] = peer.got
    assert StandardWebhook(former).verify(body, headers) == StandardWebhook(new).verify(body, headers)

    commands.rotate_webhook_secret(actor=platform, webhook=hook, now=clock.now(), former_ends_at=clock.now())
    arrive(system.agency_id, 2)
    later(seconds=1)
    tasks.deliver_due(hook.pk)
    for ended in (former, new):
        with pytest.raises(WebhookVerificationError):
            StandardWebhook(ended).verify(peer.got[-1][1], peer.got[-1][0])


def test_log_is_kept_for_the_days_set(
    caller: Callable[..., Caller], subscribed: Subscribed, settings: Any
) -> None:
    system = caller().system
    hook, _peer = subscribed(system)
    arrive(system.agency_id, 1)
    tasks.deliver_due(hook.pk)
    arrive(system.agency_id, 2)  # still waits: never deleted
    settings.WEBHOOK_LOG_DAYS = 3
    now = clock.now()

    assert attempts.sweep_log(now=now + timedelta(days=2)) == 0
    assert attempts.sweep_log(now=now + timedelta(days=4)) == 2
    assert (Message.objects.get().data["entry"], Attempt.objects.count()) == (2, 0)


# --- a worker that dies -------------------------------------------------------------------------------------------

WORKER = """
import django
django.setup()
from hienluong.jobs import service
service.run_worker()
"""


@pytest.mark.django_db(transaction=True)
def test_worker_killed_after_the_call_and_before_noting_it_loses_nothing(
    caller: Callable[..., Caller], subscribed: Subscribed, certificate: Any
) -> None:
    system = caller().system
    hook, peer = subscribed(system)
    port = peer.url.split(":")[2].split("/")[0]
    url = urlsplit(os.environ["HIENLUONG_DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = {
        **os.environ,
        "HIENLUONG_DATABASE_URL": url.geturl(),
        "HIENLUONG_WEBHOOK_NETWORKS": "127.0.0.0/8",
        "HIENLUONG_WEBHOOK_PORTS": port,
        "HIENLUONG_WEBHOOK_CA_FILE": str(certificate),
    }
    arrive(system.agency_id, 1)
    Webhook.objects.update(rest_until=None)
    command = [sys.executable, "-c", WORKER]
    killed = subprocess.run(
        command,
        env={**environment, "HIENLUONG_CRASH_POINTS": "webhooks.after_call=self"},
        timeout=60,
        check=False,
        capture_output=True,
    )

    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    message = hook.messages.exclude(kind=policy.VERIFICATION).get()
    assert (message.state, message.attempts, len(peer.ids())) == ("waiting", 1, 1)
    later(seconds=attempts.LEASE.total_seconds())
    worker = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 45
        while message.state != "delivered" and time.monotonic() < until:
            time.sleep(0.2)
            message.refresh_from_db()
    finally:
        worker.terminate()
        worker.wait(30)

    assert message.state == "delivered"
    assert len(peer.ids()) == 2
    assert len(set(peer.ids())) == 1
    assert len(peer.taken) == 1  # the receiver knows the id again
