"""Giving again: a system that lost what it fetched finds it by its usual means, and nothing else happens."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from personas import CABINET, DONG_HOI, HOME_AFFAIRS, KHE_SANH, System, deliver, problem

from hienluong.antivirus.models import Scan
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Actor
from hienluong.exchange.models import Delivery, DeliveryEvent, Packet
from hienluong.files import service as files
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry
from hienluong.monitoring import commands, queries
from hienluong.monitoring.cli import group
from hienluong.monitoring.errors import ChoiceRefused, NoMailbox
from hienluong.notices.models import Notice
from hienluong.webhooks.models import Message, Webhook

pytestmark = pytest.mark.django_db
Taken = Callable[..., Delivery]
Visit = Callable[..., Client]
PATH = "/exchange/monitor/again/"


@pytest.fixture
def taken(received: Callable[..., Delivery], dong_hoi: System) -> Taken:
    """Lets phường Đồng Hới fetch, confirm and tell the arrival of a document; gives the delivery."""

    def take(number: int = 15, **more: Any) -> Delivery:
        delivery = received(number, **more)
        fetch(dong_hoi, delivery)
        assert dong_hoi.post(f"/deliveries/{delivery.pk}/statuses", {"status": "01"}).status_code == 201
        deliver()
        delivery.refresh_from_db()
        return delivery

    return take


def fetch(system: System, delivery: Delivery) -> bytes:
    """Fetches and confirms an entry; returns the file."""
    answer = system.get(f"/inbox/{delivery.pk}/packet")
    assert answer.status_code == 200, answer.content
    assert system.post(f"/inbox/{delivery.pk}/confirm", {"outcome": "done"}).status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return bytes(content)


def give(actor: Actor, code: str = DONG_HOI, **which: Any) -> commands.GivenAgain:
    """Gives again what came today, or what is named."""
    now: datetime = which.pop("now", clock.now())
    recipient = queries.recipient_by_code(actor, code)
    if "packet_id" not in which:
        which = {"since": now - timedelta(hours=1), "until": now + timedelta(hours=1), **which}
    return commands.give_again(
        actor=actor,
        recipient=recipient.pk if recipient else 0,
        reason="máy chủ của phường khôi phục từ bản cũ",
        now=now,
        **which,
    )


def test_lost_packets_are_found_as_new_ones_are_and_are_the_same(
    taken: Taken, dong_hoi: System, operator: Actor
) -> None:
    first, second = taken(1), taken(2)
    resume = dong_hoi.get("/inbox").json()["resume"]
    assert dong_hoi.inbox() == []
    done = give(operator)
    assert (done.delivery_ids, done.gone, done.more) == ([first.pk, second.pk], 0, False)
    assert [one["id"] for one in dong_hoi.inbox()] == [first.pk, second.pk]
    page = dong_hoi.get("/inbox", {"after": resume}, Prefer="wait=20").json()
    assert [one["id"] for one in page["items"]] == [first.pk, second.pk]
    assert page["items"][0]["given_again_at"] is not None
    before = dong_hoi.get(f"/inbox/{first.pk}/packet").headers["ETag"]
    fetch(dong_hoi, first)
    assert dong_hoi.get(f"/inbox/{first.pk}/packet").headers["ETag"] == before
    assert [one["id"] for one in dong_hoi.inbox()] == [second.pk]


def test_systems_with_webhooks_are_called_again(taken: Taken, dong_hoi: System, operator: Actor) -> None:
    hook = Webhook.objects.create(
        system_id=dong_hoi.actor.id,
        url="https://phuong.example.vn/",
        kinds=["packet.delivered"],
        state=Webhook.State.ACTIVE,
        created_at=clock.now(),
    )
    delivery = taken()
    give(operator)
    first, again = Message.objects.filter(webhook=hook).order_by("pk").values_list("data", flat=True)
    assert again == {**first, "again": True}
    assert again["entry"] == delivery.pk


def test_business_and_the_sender_learn_nothing_new(
    taken: Taken, dong_hoi: System, home_affairs: System, operator: Actor
) -> None:
    delivery = taken()
    facts = ("business_state", "standing", "delivered_at", "fetched_at", "confirmed_at")
    before = Delivery.objects.filter(pk=delivery.pk).values(*facts).get()
    told, packets = home_affairs.inbox(), Packet.objects.count()
    notices = Notice.objects.exclude(code="monitoring.given_again").count()
    give(operator)
    fetch(dong_hoi, delivery)
    again = dong_hoi.post(f"/deliveries/{delivery.pk}/statuses", {"status": "01"})
    deliver()
    assert problem(again)["code"] == "exchange.status-refused"
    assert Delivery.objects.filter(pk=delivery.pk).values(*facts).get() == before
    assert (home_affairs.inbox(), Packet.objects.count()) == (told, packets)
    assert Notice.objects.exclude(code="monitoring.given_again").count() == notices
    steps = DeliveryEvent.objects.filter(delivery=delivery).order_by("pk").values_list("plane", "after")
    assert [step for step in steps if step[0] != "again"] == [
        ("mailbox", "delivered"),
        ("mailbox", "fetched"),
        ("mailbox", "confirmed"),
        ("business", "01"),
    ]
    assert [after for plane, after in steps if plane == "again"] == ["again", "fetched", "confirmed"]


def test_asking_again_gives_nothing_twice_and_goes_on_where_it_stopped(
    taken: Taken, dong_hoi: System, operator: Actor
) -> None:
    rows = [taken(number) for number in (1, 2, 3)]
    first = give(operator, most=2)
    for row in rows[:2]:
        fetch(dong_hoi, row)
    second, third = give(operator, most=2), give(operator, most=2)
    assert (first.delivery_ids, first.more) == ([rows[0].pk, rows[1].pk], True)
    assert (second.delivery_ids, second.more) == ([rows[2].pk], False)
    assert (third.delivery_ids, third.more) == ([], False)
    one = give(operator, packet_id=rows[0].packet_id)
    assert one.delivery_ids == [rows[0].pk], "whoever names a packet gets it"
    for row in rows:
        fetch(dong_hoi, row)
    later = clock.now() + timedelta(days=2)
    assert len(give(operator, now=later, since=later - timedelta(days=3), most=2).delivery_ids) == 2


def test_what_is_taken_back_refused_destroyed_or_infected_is_not_given(
    taken: Taken, operator: Actor, dong_hoi: System
) -> None:
    asked_back, refused, destroyed, infected, secret, kept = (taken(number) for number in range(1, 7))
    Delivery.objects.filter(pk=asked_back.pk).update(business_state="13")
    Delivery.objects.filter(pk=refused.pk).update(business_state="02")
    files.destroy(
        file_id=destroyed.transmission.file_id, holder=dong_hoi.agency.pk, reason="hết hạn", now=clock.now()
    )
    Scan.objects.create(packet_id=infected.packet_id, state="infected", asked_at=clock.now())
    Packet.objects.filter(pk=secret.packet_id).update(secrecy="quarantined")
    done = give(operator)
    assert (done.delivery_ids, done.gone) == ([kept.pk], 2)


def test_packet_that_was_given_again_is_never_withdrawn_as_if_nobody_had_it(
    taken: Taken, home_affairs: System, operator: Actor
) -> None:
    delivery = taken()
    give(operator)
    assert (
        home_affairs.post(
            f"/deliveries/{delivery.pk}/statuses", {"status": "13", "note": "gửi nhầm"}
        ).status_code
        == 201
    )
    deliver()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.business_state) == ("delivered", "13")


def test_flow_counts_a_delivery_once(taken: Taken, dong_hoi: System, operator: Actor) -> None:
    delivery = taken()
    counted = queries.overview(operator, now=clock.now()).flow.day
    give(operator)
    fetch(dong_hoi, delivery)
    assert queries.overview(operator, now=clock.now()).flow.day == counted


def test_agency_is_told_and_everything_is_recorded(taken: Taken, visit: Visit, operator: Actor) -> None:
    clerk = visit(DONG_HOI, "clerk")
    delivery = taken()
    give(operator)
    entries = [
        json.loads(bytes(row.entry)) for row in QueuedEntry.objects.filter(action__contains="given-again")
    ]
    assert [one["details"]["delivery"] for one in entries] == [delivery.pk]
    act = json.loads(bytes(QueuedEntry.objects.get(action="monitoring.give_again").entry))
    assert act["details"]["reason"] == "máy chủ của phường khôi phục từ bản cũ"
    assert act["subject"] == f"recipient:{DONG_HOI}"
    told = Notice.objects.get(code="monitoring.given_again")
    assert told.values == {"count": "1", "reason": "máy chủ của phường khôi phục từ bản cũ"}
    assert clerk.get(told.link).status_code == 200


@pytest.mark.parametrize("role", ["clerk", "head", "administrator", "auditor", None])
def test_only_operators_give_again(taken: Taken, home_affairs: System, role: str | None) -> None:
    delivery = taken()
    actor = home_affairs.clerk(role) if role else home_affairs.actor
    with pytest.raises(PermissionMissing):
        commands.give_again(
            actor=actor,
            recipient=delivery.recipient_id,
            packet_id=delivery.packet_id,
            reason="x",
            now=clock.now(),
        )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": " "}, "/reason"),
        ({"reason": "x" * 301}, "/reason"),
        ({"since": None}, "/since"),
        ({"until": None}, "/since"),
        ({"until": datetime(2020, 1, 1, tzinfo=clock.VIETNAM)}, "/until"),
        ({"packet_id": Packet().pk}, "/packet"),
    ],
)
def test_choice_that_is_none_is_refused(operator: Actor, given: dict[str, Any], field: str) -> None:
    now = clock.now()
    whole = {"reason": "x", "since": now - timedelta(days=1), "until": now, **given}
    with pytest.raises(ChoiceRefused) as refusal:
        commands.give_again(actor=operator, recipient=1, now=now, **whole)
    assert [error.pointer for error in refusal.value.errors] == [field]


@pytest.mark.parametrize("code", [CABINET, "nobody"])
def test_recipient_without_a_mailbox_is_refused(taken: Taken, operator: Actor, code: str) -> None:
    taken()
    with pytest.raises(NoMailbox):
        give(operator, code)


def test_system_of_the_operators_gives_again_once_per_key(
    taken: Taken, home_affairs: System, settings: Any
) -> None:
    delivery = taken()
    body = {"recipient": DONG_HOI, "packet": str(delivery.packet_id), "reason": "mất dữ liệu"}
    assert home_affairs.post("/monitor/again", body).status_code == 403
    settings.OPERATOR_SYSTEMS = [str(home_affairs.actor.id)]
    first = home_affairs.post("/monitor/again", body, **{"Idempotency-Key": "k1"})
    again = home_affairs.post("/monitor/again", body, **{"Idempotency-Key": "k1"})
    assert (first.status_code, first.json()) == (202, {"deliveries": [delivery.pk], "gone": 0, "more": False})
    assert again.json() == first.json()
    elsewhere = {**body, "recipient": KHE_SANH}
    assert problem(home_affairs.post("/monitor/again", elsewhere))["code"] == "monitoring.no-mailbox"
    days = {"recipient": DONG_HOI, "since": "2020-01-01T00:00:00", "reason": "x"}
    assert problem(home_affairs.post("/monitor/again", days))["status"] == 422


def test_operator_checks_before_it_is_done(visit: Visit, taken: Taken, dong_hoi: System) -> None:
    delivery = taken()
    today = f"{clock.in_vietnam(clock.now()):%d/%m/%Y}"
    operator = visit(HOME_AFFAIRS, "operator")
    assert PATH in operator.get("/exchange/monitor/").content.decode()
    form = {"to": DONG_HOI, "since": today, "until": today, "reason": "khôi phục từ bản cũ"}
    for wrong in ({"to": "H50.X"}, {"since": ""}, {"until": ""}, {"packet": str(delivery.packet_id)}):
        assert operator.post(PATH, {**form, **wrong, "step": "check"}).status_code == 422
    check = operator.post(PATH, {**form, "step": "check"})
    assert dong_hoi.agency.name in check.content.decode()
    assert dong_hoi.inbox() == []
    done = operator.post(PATH, {**form, "step": "send"}, follow=True)
    assert "1 packet lies in the mailbox again." in done.content.decode()
    assert [one["id"] for one in dong_hoi.inbox()] == [delivery.pk]


def test_command_line_gives_again(taken: Taken, dong_hoi: System) -> None:
    def run(*arguments: str) -> Any:
        return CliRunner().invoke(group, ["again", *arguments, "--json"], obj=nullcontext)

    delivery = taken()
    today = f"{clock.in_vietnam(clock.now()):%Y-%m-%d}"
    assert run(DONG_HOI, "--reason", "x").exit_code == 2
    assert run("nobody", "--since", today, "--until", today, "--reason", "x").exit_code == 2
    answer = run(DONG_HOI, "--since", today, "--until", today, "--reason", "x")
    assert json.loads(answer.output) == {"deliveries": [delivery.pk], "gone": 0, "more": False}
    assert [one["id"] for one in dong_hoi.inbox()] == [delivery.pk]
