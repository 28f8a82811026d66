"""Trying again does what it says, harms nothing when repeated, and is for operators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from personas import CABINET, DONG_HOI, KHE_SANH, System, deliver, document, problem

from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Actor
from hienluong.exchange.channels.mailbox import FILE_MISSING, NO_MAILBOX
from hienluong.exchange.channels.registry import NO_CHANNEL
from hienluong.exchange.commands.deliver import BEHIND_DEAD_LETTER
from hienluong.exchange.models import Delivery
from hienluong.exchange.service import quarantine_packet
from hienluong.kit import clock
from hienluong.monitoring import commands, queries
from hienluong.monitoring.causes import CAUSES
from hienluong.monitoring.cli import CAUSES as CLI_CAUSES
from hienluong.monitoring.cli import CONDITIONS as CLI_CONDITIONS
from hienluong.monitoring.conditions import CONDITIONS
from hienluong.monitoring.errors import ChoiceRefused, DeliveryGone
from hienluong.monitoring.schemas import CauseCode, ConditionName
from hienluong.monitoring.telling import CLEARED, RAISED

pytestmark = pytest.mark.django_db
Failed = Callable[..., Delivery]


@pytest.mark.parametrize(
    ("state", "failure", "cause"),
    [
        ("rejected", "tệp hỏng", "refused"),
        ("dead", NO_MAILBOX, "no-mailbox"),
        ("waiting", FILE_MISSING, "file-missing"),
        ("dead", NO_CHANNEL, "no-channel"),
        ("waiting", BEHIND_DEAD_LETTER, "behind-dead-letter"),
        ("dead", "", "other"),
    ],
)
def test_failure_has_its_cause(failed: Failed, operator: Actor, state: str, failure: str, cause: str) -> None:
    delivery = failed(state=state, failure=failure)
    assert [row.cause.code for row in queries.failures(operator).items] == [cause]
    assert queries.failure(operator, delivery.pk).cause.code == cause
    assert [(row.cause.code, row.count) for row in queries.failure_groups(operator).items] == [(cause, 1)]


def test_names_are_the_same_everywhere() -> None:
    codes = [cause.code for cause in CAUSES]
    names = [condition.name for condition in CONDITIONS]
    assert list(CauseCode.__args__) == codes == CLI_CAUSES  # type: ignore[attr-defined]  # of typing
    assert list(ConditionName.__args__) == names == CLI_CONDITIONS  # type: ignore[attr-defined]  # the same
    assert list(RAISED) == list(CLEARED) == names


def test_groups_go_on_from_a_place(failed: Failed, operator: Actor) -> None:
    for number, failure in enumerate((FILE_MISSING, NO_CHANNEL, "answered 500", FILE_MISSING)):
        failed(number + 1, failure=failure)
    seen, after = [], ""
    while True:
        page = queries.failure_groups(operator, after=after, limit=1)
        seen += [(row.cause.code, row.count) for row in page.items]
        if page.next is None:
            break
        after = page.next
    assert sorted(seen) == [("file-missing", 2), ("no-channel", 1), ("other", 1)]


@pytest.mark.parametrize("role", ["clerk", "head", "administrator", "auditor", None])
def test_only_operators_try_again(failed: Failed, home_affairs: System, role: str | None) -> None:
    delivery = failed()
    actor = home_affairs.clerk(role) if role else home_affairs.actor
    with pytest.raises(PermissionMissing):
        commands.retry_failures(actor=actor, delivery_id=delivery.pk, reason="x", now=clock.now())


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": " ", "everything": True}, "/reason"),
        ({"reason": "x" * 301, "everything": True}, "/reason"),
        ({"reason": "x"}, "/delivery"),
        ({"reason": "x", "cause": "weather"}, "/cause"),
    ],
)
def test_choice_that_is_none_is_refused(operator: Actor, given: dict[str, Any], field: str) -> None:
    with pytest.raises(ChoiceRefused) as refusal:
        commands.retry_failures(actor=operator, now=clock.now(), **given)
    assert [error.pointer for error in refusal.value.errors] == [field]


def test_delivery_that_is_not_there_is_said(operator: Actor) -> None:
    with pytest.raises(DeliveryGone):
        commands.retry_failures(actor=operator, delivery_id=4711, reason="x", now=clock.now())


def test_delivery_that_waits_for_its_next_attempt_has_it_now(failed: Failed, operator: Actor) -> None:
    now = clock.now()
    delivery = failed(state="waiting", failure=FILE_MISSING)
    Delivery.objects.filter(pk=delivery.pk).update(due_at=now + timedelta(minutes=8), attempts=5)
    done = commands.retry_failures(actor=operator, delivery_id=delivery.pk, reason="x", now=now)
    delivery.refresh_from_db()
    assert (done.delivery_ids, delivery.due_at, delivery.attempts) == ([delivery.pk], now, 5)


def test_what_is_held_back_for_a_moment_does_not_fail(failed: Failed, operator: Actor) -> None:
    delivery = failed(state="waiting", failure="waits until its attachments are scanned for malware")
    Delivery.objects.filter(pk=delivery.pk).update(attempts=0, due_at=clock.now() + timedelta(minutes=1))
    assert queries.failures(operator).items == []
    assert queries.glance(operator, now=clock.now()).failing == 0
    Delivery.objects.filter(pk=delivery.pk).update(due_at=None)  # kept apart: somebody has to decide
    assert [row.delivery_id for row in queries.failures(operator).items] == [delivery.pk]


def test_what_was_taken_out_as_secret_is_not_tried_again(
    failed: Failed, operator: Actor, home_affairs: System
) -> None:
    delivery = failed()
    quarantine_packet(
        actor=home_affairs.clerk(), packet_id=delivery.packet_id, reason="dấu Mật", now=clock.now()
    )
    done = commands.retry_failures(actor=operator, delivery_id=delivery.pk, reason="x", now=clock.now())
    delivery.refresh_from_db()
    assert (done.delivery_ids, delivery.state) == ([], "dead")


def test_more_than_go_at_once_are_said(failed: Failed, operator: Actor) -> None:
    rows = [failed(number) for number in (1, 2, 3)]
    first = commands.retry_failures(actor=operator, everything=True, most=2, reason="x", now=clock.now())
    assert (first.delivery_ids, first.more) == ([rows[0].pk, rows[1].pk], True)
    second = commands.retry_failures(actor=operator, everything=True, most=2, reason="x", now=clock.now())
    assert (second.delivery_ids, second.more) == ([rows[2].pk], False)


def test_system_watches_and_acts_only_where_the_setting_names_it(
    failed: Failed, home_affairs: System, finance: System, settings: Any
) -> None:
    delivery = failed()
    body = {"delivery": delivery.pk, "reason": "mended"}
    assert home_affairs.post("/monitor/retry", body).status_code == 403
    settings.OPERATOR_SYSTEMS = [str(home_affairs.actor.id)]
    for path in ("waiting", "failures", "failures/groups", "alarms"):
        assert home_affairs.get(f"/monitor/{path}").status_code == 200
        assert finance.get(f"/monitor/{path}").status_code == 403
    first = home_affairs.post("/monitor/retry", body, **{"Idempotency-Key": "k1"})
    again = home_affairs.post("/monitor/retry", body, **{"Idempotency-Key": "k1"})
    other = home_affairs.post("/monitor/retry", body)
    assert (first.status_code, again.json(), other.status_code) == (202, first.json(), 202)
    assert (first.json()["deliveries"], other.json()["deliveries"]) == ([delivery.pk], [])


def test_sandbox_never_operates(home_affairs: System, settings: Any) -> None:
    settings.OPERATOR_SYSTEMS = [str(home_affairs.actor.id)]
    with pytest.raises(PermissionMissing):
        queries.failures(replace(home_affairs.actor, sandbox=True))


def test_api_lists_metadata_by_page(home_affairs: System, failed: Failed, settings: Any) -> None:
    settings.OPERATOR_SYSTEMS = [str(home_affairs.actor.id)]
    rows = [failed(number, failure=FILE_MISSING) for number in (1, 2)]
    home_affairs.hand_in(document(30, CABINET, KHE_SANH))
    first = home_affairs.get("/monitor/failures", {"limit": 1, "recipient": DONG_HOI}).json()
    second = home_affairs.get("/monitor/failures", {"limit": 1, "before": first["next"]}).json()
    ids = [one["delivery_id"] for one in first["items"] + second["items"]]
    assert ids == [rows[1].pk, rows[0].pk]
    assert second["next"] is None
    assert "subject" not in first["items"][0]
    assert home_affairs.get("/monitor/failures", {"recipient": "nobody"}).json()["items"] == []
    waiting = home_affairs.get("/monitor/waiting").json()["items"]
    assert {one["recipient_code"] for one in waiting} == {CABINET, KHE_SANH}
    assert problem(home_affairs.get("/monitor/waiting", {"after": "x"}))["status"] == 422


def test_what_was_taken_out_as_secret_does_not_follow_a_dead_letter(failed: Failed, operator: Actor) -> None:
    first, later = failed(15), failed(16)
    packet = later.packet
    packet.document_id, packet.business, packet.secrecy = first.packet.document_id, 2, "quarantined"
    packet.save()
    Delivery.objects.filter(pk=later.pk).update(state="waiting", due_at=None, attempts=0)
    commands.retry_failures(actor=operator, delivery_id=first.pk, reason="mended", now=clock.now())
    deliver()
    assert set(Delivery.objects.values_list("pk", "state")) == {
        (first.pk, "delivered"),
        (later.pk, "waiting"),
    }
