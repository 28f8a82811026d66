"""Whatever comes in whatever order: no document is lost, nothing happens twice, and states change by the tables only."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

sys.path.append(str(Path(__file__).parent))  # its own packets, by their name

from changing import document_id, holds, replacement, revocation, update
from personas import DONG_HOI, HOME_AFFAIRS, KHE_SANH, SENT_AT, System, deliver, document, status_file

from hienluong.corrections import policy as recall_policy
from hienluong.corrections.commands import settle_references
from hienluong.corrections.models import Recall
from hienluong.exchange import policy
from hienluong.exchange.models import Delivery, DeliveryEvent, Packet
from hienluong.kit import clock

pytestmark = pytest.mark.django_db
ID = document_id(15)
_numbers = itertools.count(1000)

STEPS = some.lists(
    some.sampled_from(
        [
            *("send", "deliver", "settle", "fetch", "revoke", "update", "remove", "replace", "add"),
            *("01", "02", "03", "05", "06", "13", "15", "16"),
        ]
    ),
    min_size=1,
    max_size=9,
)


def _source(step: str, number: int) -> bytes:
    at = SENT_AT + timedelta(seconds=number)
    write: dict[str, Callable[[], bytes]] = {
        "send": lambda: document(15),
        "revoke": lambda: revocation(number, of=[ID]),
        "update": lambda: update(number, of=ID),
        "remove": lambda: update(number, KHE_SANH, of=ID, removed=[DONG_HOI]),
        "add": lambda: update(number, DONG_HOI, of=ID, added=[KHE_SANH]),
        "replace": lambda: replacement(number, of={ID: []}),
    }
    if step in write:
        return write[step]()
    who = {"of": HOME_AFFAIRS, "to": DONG_HOI} if step == "13" else {"of": DONG_HOI, "to": HOME_AFFAIRS}
    return status_file(step, **who, document_id=ID, at=at, note="lý do")


def _hand_in(systems: dict[str, System], step: str) -> None:
    """Hands a packet in twice: the second time is the first receipt again."""
    number = next(_numbers)
    source = _source(step, number)
    system = systems[DONG_HOI] if step in policy.BY_RECIPIENT else systems[HOME_AFFAIRS]
    first, again = system.hand_in(source), system.hand_in(source)
    assert first.status_code in {200, 201}, first.content
    assert (again.status_code, again.json()) == (200, first.json())


def _take(systems: dict[str, System], step: str) -> None:
    match step:
        case "deliver":
            deliver()
        case "settle":
            settle_references(now=clock.now())
        case "fetch":
            for entry in systems[DONG_HOI].inbox():
                assert systems[DONG_HOI].get(f"/inbox/{entry['id']}/packet").status_code == 200
        case _:
            _hand_in(systems, step)


def _check_tables(delivery: Delivery) -> None:
    tables: dict[str, Any] = {"mailbox": policy.MAILBOX, "standing": policy.STANDING}
    for plane, table in tables.items():
        state = None
        events = DeliveryEvent.objects.filter(delivery=delivery, plane=plane, in_order=True).order_by("id")
        for event in events:
            assert event.after in table[event.before], (plane, event.before, event.after)
            assert state in {None, event.before}
            state = event.after
    business = ""
    for event in DeliveryEvent.objects.filter(delivery=delivery, plane="business").order_by("id"):
        assert event.before == business
        step = policy.business_step(
            current=business,
            before_recall=_before_recall(delivery, event),
            code=event.after,
            business=delivery.packet.business,
        )
        assert step.in_order == event.in_order
        business = step.state
    assert business == delivery.business_state


def _before_recall(delivery: Delivery, event: DeliveryEvent) -> str:
    asked = delivery.events.filter(plane="business", after="13", in_order=True, id__lt=event.pk).order_by(
        "-id"
    )
    found = asked.first()
    return found.before if found else ""


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_no_sequence_loses_a_document_or_leaves_the_tables(
    home_affairs: System, dong_hoi: System, khe_sanh: System, steps: list[str]
) -> None:
    systems = {HOME_AFFAIRS: home_affairs, DONG_HOI: dong_hoi, KHE_SANH: khe_sanh}
    with transaction.atomic():  # every example begins with nothing
        for step in steps:
            _take(systems, step)
        settle_references(now=clock.now())
        deliver()
        _check(systems, steps)
        transaction.set_rollback(True)


def _check(systems: dict[str, System], steps: list[str]) -> None:
    sender = systems[HOME_AFFAIRS]
    for delivery in Delivery.objects.select_related("packet", "recipient", "transmission"):
        _check_tables(delivery)
        why = f"{delivery.failure!r}, due {delivery.due_at} at {clock.now()}, accepted {delivery.created_at}"
        assert delivery.state not in {policy.WAITING, policy.DEAD}, why
        if delivery.packet.sender_id != sender.agency.pk:
            continue
        assert holds(sender, delivery), "the sender keeps what it sent"
        # What the recipient cannot read any more was taken back, and a record says so.
        is_gone = delivery.state == policy.WITHDRAWN
        assert holds(systems[delivery.recipient.code], delivery) == (not is_gone)
        if is_gone and delivery.kind == "edoc":
            assert Recall.objects.filter(delivery=delivery, state__in=recall_policy.GONE).exists()
    if "send" in steps:
        assert Packet.objects.filter(document_id=ID, business=0, kind="edoc").count() == 1
        assert Delivery.objects.filter(packet__document_id=ID, packet__business=0).exists()


@pytest.mark.parametrize("table", [policy.MAILBOX, policy.STANDING, recall_policy.RECALL])
def test_table_knows_every_state_that_it_leads_to(table: dict[str, frozenset[str]]) -> None:
    assert set().union(*table.values()) <= set(table)


@pytest.mark.parametrize("state", sorted(policy.MAILBOX))
def test_what_nobody_has_can_always_be_withdrawn(state: str) -> None:
    if policy.nobody_has_it(state, None):
        assert policy.WITHDRAWN in policy.MAILBOX[state]
    assert not policy.nobody_has_it(state, clock.now())
