"""Carrying packets to their recipients: order, failures, dead letters (decision 2)."""

from __future__ import annotations

import shutil
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from personas import queries_of

from hienluong.directory.models import Agency, AgencyCode
from hienluong.directory.service import Actor
from hienluong.exchange import service
from hienluong.exchange.commands import drain_recipients
from hienluong.exchange.commands.deliver import BATCH
from hienluong.exchange.models import Delivery, DeliveryEvent, Packet, Recipient
from hienluong.exchange.queries import recipients_with_due
from hienluong.files import service as files
from hienluong.kit.vietnamese import fold, sort_key

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def agency(name: str, code: str) -> Actor:
    """Returns a clerk of a new agency of the province."""
    row = Agency.objects.create(
        name=name,
        sort_key=sort_key(name),
        search_key=fold(name),
        kind="department",
        valid_from=date(2025, 7, 1),
    )
    AgencyCode.objects.create(agency=row, scheme="qd20", code=code, primary=True, valid_from=date(2025, 7, 1))
    return Actor(
        kind="person",
        id=uuid.uuid4(),
        name=f"Văn thư {name}",
        agency_id=row.pk,
        agency_code=code,
        agency_name=name,
        role="clerk",
    )


@pytest.fixture
def home_affairs() -> Actor:
    return agency("Sở Nội vụ", "H50.S01")


@pytest.fixture
def finance() -> Actor:
    return agency("Sở Tài chính", "H50.S02")


@pytest.fixture
def khe_sanh() -> Actor:
    return agency("UBND xã Khe Sanh", "H50.C19429")


Send = Callable[..., Delivery]


@pytest.fixture
def send(khe_sanh: Actor) -> Send:
    """Sends one document to Khe Sanh and returns its delivery."""

    def send_one(sender: Actor, number: int, *, at: datetime = NOW) -> Delivery:
        receipt = service.send_document(
            actor=sender,
            draft=service.Draft(
                recipients=[khe_sanh.agency_code],
                type_name="Công văn",
                number=str(number),
                notation="VP",
                issued_on=date(2026, 11, 24),
                subject=f"V/v số {number}",
                signer_name="Lê Quang Ánh",
                attachments=[service.Attached("van-ban.pdf", b"%PDF-1.4 %%EOF")],
            ),
            declared_not_secret=True,
            now=at,
        )
        return Delivery.objects.get(packet_id=receipt.packet_id)

    return send_one


def drain(at: datetime = NOW) -> None:
    for recipient in Recipient.objects.all():
        assert drain_recipients(recipient_ids=[recipient.pk], now=at)


def hide_file(delivery: Delivery) -> Path:
    """Takes a packet's file out of the store, as a damaged disk would; returns where it was put."""
    file_id = delivery.transmission.file_id
    [path] = Path(files.vault().root).rglob(file_id.hex)
    aside = path.with_name(f"aside-{file_id.hex}")
    shutil.move(path, aside)
    return aside


def put_back(aside: Path) -> None:
    shutil.move(aside, aside.with_name(aside.name.removeprefix("aside-")))


def states(*deliveries: Delivery) -> list[str]:
    return [Delivery.objects.get(pk=delivery.pk).state for delivery in deliveries]


def test_everything_due_is_delivered_in_the_order_it_was_sent(home_affairs: Actor, send: Send) -> None:
    sent = [send(home_affairs, number) for number in range(1, 6)]
    drain()
    assert states(*sent) == ["delivered"] * 5
    events = DeliveryEvent.objects.filter(after="delivered").order_by("id")
    assert [event.delivery_id for event in events] == [delivery.pk for delivery in sent]


def test_drainer_gives_way_to_another_that_holds_the_recipient(home_affairs: Actor, send: Send) -> None:
    delivery = send(home_affairs, 1)
    answers: list[bool] = []

    def other() -> None:
        try:
            answers.append(drain_recipients(recipient_ids=[delivery.recipient_id], now=NOW))
        finally:
            connection.close()

    with transaction.atomic():
        Recipient.objects.select_for_update().get(pk=delivery.recipient_id)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(timeout=30)
    assert answers == [False]
    assert states(delivery) == ["waiting"]


def test_failure_is_tried_again_and_holds_back_only_the_same_sender(
    home_affairs: Actor, finance: Actor, send: Send
) -> None:
    first, second, other = send(home_affairs, 1), send(home_affairs, 2), send(finance, 3)
    aside = hide_file(first)
    drain()
    assert states(first, second, other) == ["waiting", "waiting", "delivered"]
    failed = Delivery.objects.get(pk=first.pk)
    assert failed.attempts == 1
    assert "missing" in failed.failure
    assert failed.due_at == NOW + timedelta(seconds=30)

    late = send(home_affairs, 4, at=NOW + timedelta(seconds=5))
    drain(NOW + timedelta(seconds=6))
    assert states(late) == ["waiting"], "a later packet of the same sender does not overtake"

    put_back(aside)
    drain(NOW + timedelta(seconds=31))
    assert states(first, second, late) == ["delivered"] * 3
    order = DeliveryEvent.objects.filter(after="delivered", delivery__packet__sender_code="H50.S01").order_by(
        "id"
    )
    assert [event.delivery_id for event in order] == [first.pk, second.pk, late.pk]


def test_dead_letter_releases_the_rest_but_not_the_same_document(home_affairs: Actor, send: Send) -> None:
    first, second = send(home_affairs, 1), send(home_affairs, 2)
    aside = hide_file(first)
    at = NOW
    for seconds in (0, 30, 60, 120, 240, 480):
        at += timedelta(seconds=seconds)
        drain(at)
    assert states(first, second) == ["dead", "delivered"]

    again = Delivery.objects.get(pk=first.pk)
    same_document = Delivery.objects.create(
        packet=_update_of(again),
        transmission=again.transmission,
        recipient=again.recipient,
        recipient_code=again.recipient_code,
        kind="edoc",
        state="waiting",
        due_at=at,
        created_at=at,
        changed_at=at,
    )
    drain(at)
    assert states(same_document) == ["waiting"]
    assert "same document" in Delivery.objects.get(pk=same_document.pk).failure

    put_back(aside)
    operator = Actor(kind="person", id=uuid.uuid4(), name="Vận hành", agency_id=uuid.uuid4(), role="operator")
    service.retry_deliveries(actor=operator, delivery_ids=[first.pk], reason="mended", now=at)
    drain(at)
    assert states(first, same_document) == ["delivered", "delivered"]


def _update_of(delivery: Delivery) -> Packet:
    """Returns an update (kind 2) of the delivery's document, as accepted from the same sender."""
    packet = delivery.packet
    packet.pk = uuid.uuid4()
    packet.business = 2
    packet._state.adding = True
    packet.save()
    return packet


def test_ended_agency_is_a_dead_letter_at_once(home_affairs: Actor, send: Send) -> None:
    delivery = send(home_affairs, 1)
    Agency.objects.filter(recipient__isnull=False).update(valid_to=date(2026, 11, 1))
    drain()
    assert states(delivery) == ["dead"]
    assert "no mailbox" in Delivery.objects.get(pk=delivery.pk).failure


def test_agency_ends_at_midnight_of_vietnam(home_affairs: Actor, send: Send) -> None:
    before, after = send(home_affairs, 1), send(home_affairs, 2)
    midnight = datetime(2026, 11, 9, 17, tzinfo=UTC)
    for delivery, moment in ((before, midnight - timedelta(minutes=1)), (after, midnight)):
        Delivery.objects.filter(pk=delivery.pk).update(created_at=moment)
    Agency.objects.filter(recipient__isnull=False).update(valid_to=date(2026, 11, 10))
    drain()
    assert states(before, after) == ["delivered", "dead"]


def test_recipient_is_looked_up_as_long_as_something_is_due(home_affairs: Actor, send: Send) -> None:
    delivery = send(home_affairs, 1)
    assert recipients_with_due(now=NOW - timedelta(seconds=1)) == []
    assert recipients_with_due(now=NOW) == [(delivery.recipient_id,)]
    drain()
    assert states(delivery) == ["delivered"]
    assert recipients_with_due(now=NOW) == []


def test_retry_leaves_what_does_not_fail(home_affairs: Actor, send: Send) -> None:
    delivery = send(home_affairs, 1)
    operator = Actor(kind="person", id=uuid.uuid4(), name="Vận hành", agency_id=uuid.uuid4(), role="operator")
    assert service.retry_deliveries(actor=operator, delivery_ids=[delivery.pk], reason="x", now=NOW) == []


def test_more_than_one_batch_is_drained_in_one_go(home_affairs: Actor, send: Send) -> None:
    sent = [send(home_affairs, number) for number in range(1, BATCH + 3)]
    drain()
    assert set(states(*sent)) == {"delivered"}


def test_draining_many_asks_as_many_questions_as_draining_two(home_affairs: Actor, send: Send) -> None:
    def drained(*numbers: int) -> int:
        for number in numbers:
            send(home_affairs, number)
        return queries_of(drain)

    drained(5)  # what is remembered for a few seconds, as the calendar, is remembered now
    assert drained(*range(10, 30)) == drained(1, 2)
