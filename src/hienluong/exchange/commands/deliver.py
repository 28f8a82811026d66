"""Carries what is due to its recipients, in order, one drainer at a time for a recipient (decision 2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from hienluong.directory.service import Actor
from hienluong.exchange import policy
from hienluong.exchange.channels.registry import channel
from hienluong.exchange.errors import DeliveryFailed
from hienluong.exchange.events import Arrival, DeliveryFailedForGood, PacketsDelivered
from hienluong.exchange.gates import Hold, held_back
from hienluong.exchange.models import Delivery, DeliveryEvent, Packet, Recipient
from hienluong.jobs import service as jobs
from hienluong.kit.crash import crash_point
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.events import publish
from hienluong.ledger import service as ledger

BATCH = 200
BEHIND_DEAD_LETTER = _("waits behind a failed packet about the same document")
AXIS = Actor.platform("exchange")
ARRIVALS = "exchange.arrivals"
"""The topic of the news that a mailbox has something new; the key is the agency's id without dashes."""
_CARRIED = (
    *("state", "attempts", "due_at", "failure", "recipient", "recipient_code", "created_at", "changed_at"),
    *("packet__kind", "packet__priority", "packet__sender", "packet__sender_code", "packet__sender_name"),
    *("packet__document_id", "packet__code_number", "packet__code_notation"),
    *("transmission__file_id", "transmission__sha256"),
)
"""What a drainer and the channels look at; the packet's warnings and the receipt are long."""


def drain_recipients(*, recipient_ids: Collection[int], now: datetime) -> bool:
    """Delivers everything due for the recipients; returns False when another drainer holds one of them.

    Several recipients share the transaction, never the order: each stands behind its own failures only.
    """
    while True:
        with transaction.atomic():
            recipients = (
                Recipient.objects.select_for_update(of=["self"], skip_locked=True, no_key=True)
                .select_related("agency")
                .filter(id__in=recipient_ids)
                .order_by("id")
                .in_bulk()
            )
            done = _drain_batch(recipients, now)
            crash_point("drain.before_commit")
        if done < BATCH:
            return len(recipients) == len(recipient_ids)


def _drain_batch(recipients: dict[int, Recipient], now: datetime) -> int:
    due = list(
        Delivery.objects.select_for_update(of=["self"], no_key=True)
        .filter(recipient_id__in=recipients, due_at__lte=now)
        .select_related("packet", "transmission")
        .only(*_CARRIED)
        .order_by("id")[:BATCH]
    )
    if not due:
        return 0
    failed, dead = _in_the_way(list(recipients), {delivery.packet.document_id for delivery in due}, now)
    delivered: list[Delivery] = []
    held = held_back({one.packet_id for one in due if one.packet.kind == Packet.Kind.DOCUMENT}, now)
    for delivery in due:
        delivery.recipient = recipients[delivery.recipient_id]
        line = (delivery.recipient_id, delivery.packet.sender_code)
        document = (*line, delivery.packet.document_id)
        # Behind a failure that waits for its next attempt, the same sender's later packets wait until then.
        first_failed, again_at = failed.get(line, (delivery.pk, now))
        if first_failed < delivery.pk:
            delivery.due_at = again_at
            delivery.save(update_fields=["due_at"])
            continue
        if dead.get(document, delivery.pk) < delivery.pk:
            _put_off(delivery, None, BEHIND_DEAD_LETTER, now)  # a retry of that one releases it
            continue
        hold = held.get(delivery.packet_id)
        if hold is not None and not hold.for_good:
            _put_off(delivery, hold.until, hold.why, now)
            if hold.until is not None:
                failed[line] = (delivery.pk, hold.until)
            continue
        try:
            _hand_over(delivery, hold)
        except DeliveryFailed as failure:
            _note_failure(delivery, failure, now)
            if delivery.due_at is None:
                dead[document] = delivery.pk
            else:
                failed[line] = (delivery.pk, delivery.due_at)
            continue
        delivered.append(delivery)
    if delivered:
        _mark_delivered(delivered, now)
    return len(due)


def _hand_over(delivery: Delivery, hold: Hold | None) -> None:
    """Gives a packet to its channel; one that a gate holds for good fails instead."""
    if hold is not None:
        raise DeliveryFailed(reason=hold.why, permanent=True)
    channel(delivery.recipient.channel).deliver(delivery)


Line = tuple[int, str]
"""Recipient and sender: what order is promised for."""


def _in_the_way(
    recipient_ids: list[int], documents: Collection[str], now: datetime
) -> tuple[dict[Line, tuple[int, datetime]], dict[tuple[int, str, str], int]]:
    """Returns what holds others back: per line the first failure and its next attempt; per document the first dead letter."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id, d.recipient_id, p.sender_code, p.document_id, d.due_at "
            "FROM exchange_delivery d JOIN exchange_packet p ON p.id = d.packet_id "
            "WHERE d.recipient_id = ANY(%s) AND d.due_at > %s "
            "UNION ALL SELECT d.id, d.recipient_id, p.sender_code, p.document_id, NULL "
            "FROM exchange_delivery d JOIN exchange_packet p ON p.id = d.packet_id "
            "WHERE d.recipient_id = ANY(%s) AND d.state = %s AND p.document_id = ANY(%s) ORDER BY 1 DESC",
            [recipient_ids, now, recipient_ids, policy.DEAD, list(documents)],
        )
        rows = cursor.fetchall()
    failed = {(to, sender): (number, at) for number, to, sender, _, at in rows if at is not None}
    dead = {(to, sender, document): number for number, to, sender, document, at in rows if at is None}
    return failed, dead


def _mark_delivered(deliveries: list[Delivery], now: datetime) -> None:
    """Puts deliveries into their mailboxes and wakes who waits at one.

    The rows of the recipients are locked until the commit, so within one mailbox the places given here grow in the
    order of commits: nobody who reads on from a place passes over an entry.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH placed AS (SELECT id, nextval('exchange_position') AS place "
            "FROM unnest(%s::bigint[]) WITH ORDINALITY AS one (id, n) ORDER BY n), "
            "moved AS (UPDATE exchange_delivery d SET state = %s, due_at = NULL, failure = '', "
            "delivered_at = %s, changed_at = %s, position = placed.place FROM placed WHERE d.id = placed.id "
            "RETURNING d.id) "
            "INSERT INTO exchange_deliveryevent (delivery_id, plane, before, after, at, actor, note, in_order) "
            "SELECT id, %s, %s, %s, %s, %s, '', true FROM moved ORDER BY id",
            [
                [delivery.pk for delivery in deliveries],
                *(policy.DELIVERED, now, now),
                *(DeliveryEvent.Plane.MAILBOX.value, policy.WAITING, policy.DELIVERED, now, AXIS.name),
            ],
        )
    agencies = {delivery.recipient.agency_id for delivery in deliveries}
    jobs.tell(ARRIVALS, {agency.hex for agency in agencies if agency is not None})
    publish(PacketsDelivered(tuple(map(arrival_of, deliveries)), now))
    ledger.record_many(
        actor=AXIS.ref,
        acts=[
            ledger.Act(
                "exchange.packet-delivered",
                f"packet:{it.packet_id}",
                {"delivery": it.pk, "recipient": it.recipient_code, "sha256": it.transmission.sha256.hex()},
            )
            for it in deliveries
        ],
        now=now,
    )


def arrival_of(delivery: Delivery) -> Arrival:
    """Returns what is said of a packet in its mailbox."""
    packet = delivery.packet
    return Arrival(
        delivery_id=delivery.pk,
        packet_id=packet.pk,
        agency_id=delivery.recipient.agency_id,
        kind=packet.kind,
        priority=packet.priority,
        sender_name=packet.sender_name,
        code=f"{packet.code_number}/{packet.code_notation}",
    )


def _note_failure(delivery: Delivery, failure: DeliveryFailed, now: datetime) -> None:
    """Notes a failed attempt: `due_at` says when it comes again; None is the end."""
    delivery.attempts += 1
    delivery.failure = str(failure.params.get("reason", failure))
    delivery.due_at = policy.next_attempt(attempts=delivery.attempts, permanent=failure.permanent, now=now)
    delivery.changed_at = now
    if delivery.due_at is None:
        _bury(delivery, now)
    else:
        delivery.save(update_fields=["attempts", "failure", "due_at", "changed_at"])


def _bury(delivery: Delivery, now: datetime) -> None:
    DeliveryEvent.objects.create(
        delivery=delivery,
        plane=DeliveryEvent.Plane.MAILBOX,
        before=delivery.state,
        after=policy.DEAD,
        at=now,
        actor=AXIS.name,
        note=delivery.failure,
    )
    policy.require_mailbox_step(delivery.state, policy.DEAD)
    delivery.state = policy.DEAD
    delivery.save(update_fields=["state", "attempts", "failure", "due_at", "changed_at"])
    publish(
        DeliveryFailedForGood(
            delivery.id, delivery.packet_id, delivery.failure, now, delivery.packet.sender_id
        )
    )
    ledger.record(
        actor=AXIS.ref,
        action="exchange.delivery-failed",
        subject=f"packet:{delivery.packet_id}",
        details={
            "delivery": delivery.id,
            "recipient": delivery.recipient_code,
            "reason": delivery.failure[:500],
        },
        now=now,
    )


def _put_off(delivery: Delivery, until: datetime | None, why: str, now: datetime) -> None:
    """Leaves a packet waiting: until then, or until it is woken."""
    delivery.failure = why
    delivery.due_at = until
    delivery.changed_at = now
    delivery.save(update_fields=["failure", "due_at", "changed_at"])


@transaction.atomic
def wake_packet(*, packet_id: UUID, now: datetime) -> None:
    """Lets the drainer look again at once at a packet that a gate held back, and at what waits behind it."""
    if Packet.objects.filter(pk=packet_id).exclude(secrecy=Packet.Secrecy.OPEN).exists():
        return
    waiting = Delivery.objects.filter(state=policy.WAITING)
    lines = waiting.filter(packet=packet_id).values("recipient")
    behind = waiting.filter(recipient__in=lines, due_at__gt=now, attempts=0)
    to_wake = waiting.filter(packet=packet_id) | behind
    # In the drainer's order, so that neither waits for the other for ever.
    locked = to_wake.select_for_update(of=["self"], no_key=True).order_by("id").values_list("id", flat=True)
    Delivery.objects.filter(id__in=list(locked)).update(due_at=now, failure="")


@transaction.atomic
def fail_packet(*, packet_id: UUID, reason: str, now: datetime) -> int:
    """Sends every delivery of a packet that still waits to the dead letters; returns how many."""
    waiting = (
        Delivery.objects.select_for_update(of=["self"])
        .select_related("packet")
        .filter(packet=packet_id, state=policy.WAITING)
        .order_by("id")
    )
    count = 0
    for delivery in waiting:
        delivery.failure, delivery.due_at, delivery.changed_at = reason, None, now
        _bury(delivery, now)
        count += 1
    return count
