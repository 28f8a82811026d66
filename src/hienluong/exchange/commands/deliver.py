"""Carries what is due to its recipients, in order, one drainer per recipient (decision 2)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.exchange import policy
from hienluong.exchange.channels.registry import channel
from hienluong.exchange.errors import DeliveryFailed, DeliveryNotFound
from hienluong.exchange.events import DeliveryFailedForGood, PacketDelivered
from hienluong.exchange.models import Delivery, DeliveryEvent, Recipient
from hienluong.exchange.queries import recipients_with_due
from hienluong.jobs import service as jobs
from hienluong.kit.crash import crash_point
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.events import publish
from hienluong.ledger import service as ledger

BATCH = 100
BEHIND_DEAD_LETTER = _("waits behind a failed packet about the same document")
AXIS = Actor.platform("exchange")


def drain_recipient(*, recipient_id: int, now: datetime) -> bool:
    """Delivers everything due for one recipient; returns False when another drainer holds the recipient."""
    while True:
        with transaction.atomic():
            if not Recipient.objects.select_for_update(skip_locked=True).filter(id=recipient_id).exists():
                return not Recipient.objects.filter(id=recipient_id).exists()
            done = _drain_batch(recipient_id, now)
            crash_point("drain.before_commit")
        if done < BATCH:
            return True


def _drain_batch(recipient_id: int, now: datetime) -> int:
    due = list(
        Delivery.objects.filter(recipient_id=recipient_id, due_at__lte=now)
        .select_related("packet", "transmission", "recipient__agency")
        .order_by("id")[:BATCH]
    )
    # Behind a failure that waits for its next attempt, the same sender's later packets wait until then.
    failed: dict[str, Delivery] = {}
    for row in (
        Delivery.objects.filter(recipient_id=recipient_id, due_at__gt=now)
        .select_related("packet")
        .order_by("-id")
    ):
        failed[row.packet.sender_code] = row
    documents = {delivery.packet.document_id for delivery in due}
    dead: dict[tuple[str, str], int] = {
        (sender, document): number
        for number, sender, document in Delivery.objects.filter(
            recipient_id=recipient_id, state=policy.DEAD, packet__document_id__in=documents
        )
        .order_by("-id")
        .values_list("id", "packet__sender_code", "packet__document_id")
    }
    delivered: list[Delivery] = []
    for delivery in due:
        sender = delivery.packet.sender_code
        key = (sender, delivery.packet.document_id)
        first_failed = failed.get(sender)
        if first_failed is not None and first_failed.id < delivery.id:
            delivery.due_at = first_failed.due_at
            delivery.save(update_fields=["due_at"])
            continue
        if dead.get(key, delivery.id) < delivery.id:
            _hold_behind_dead_letter(delivery, now)
            continue
        try:
            channel(delivery.recipient.channel).deliver(delivery)
        except DeliveryFailed as failure:
            if _note_failure(delivery, failure, now):
                failed[sender] = delivery
            else:
                dead[key] = delivery.id
            continue
        delivered.append(delivery)
    _mark_delivered(delivered, now)
    return len(due)


def _mark_delivered(deliveries: list[Delivery], now: datetime) -> None:
    if not deliveries:
        return
    ids = [delivery.id for delivery in deliveries]
    Delivery.objects.filter(id__in=ids).update(
        state=policy.DELIVERED, due_at=None, failure="", delivered_at=now, changed_at=now
    )
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(
            delivery=delivery,
            plane=DeliveryEvent.Plane.MAILBOX,
            before=delivery.state,
            after=policy.DELIVERED,
            at=now,
            actor=AXIS.name,
        )
        for delivery in deliveries
    )
    for delivery in deliveries:
        if delivery.recipient.agency_id is not None:
            publish(
                PacketDelivered(
                    delivery_id=delivery.id,
                    packet_id=delivery.packet_id,
                    agency_id=delivery.recipient.agency_id,
                    kind=delivery.packet.kind,
                    priority=delivery.packet.priority,
                    at=now,
                )
            )
    ledger.record_many(
        actor=AXIS.ref,
        acts=[
            ledger.Act(
                "exchange.packet-delivered",
                f"packet:{delivery.packet_id}",
                {"delivery": delivery.id, "recipient": delivery.recipient_code},
            )
            for delivery in deliveries
        ],
        now=now,
    )


def _note_failure(delivery: Delivery, failure: DeliveryFailed, now: datetime) -> bool:
    """Notes a failed attempt; returns whether it will be tried again."""
    delivery.attempts += 1
    delivery.failure = str(failure.params.get("reason", failure))
    delivery.due_at = policy.next_attempt(attempts=delivery.attempts, permanent=failure.permanent, now=now)
    delivery.changed_at = now
    if delivery.due_at is None:
        _bury(delivery, now)
        return False
    delivery.save(update_fields=["attempts", "failure", "due_at", "changed_at"])
    return True


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
    publish(DeliveryFailedForGood(delivery.id, delivery.packet_id, delivery.failure, now))
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


def _hold_behind_dead_letter(delivery: Delivery, now: datetime) -> None:
    """Leaves a packet waiting behind a dead letter about the same document; a retry of that one releases it."""
    delivery.failure = BEHIND_DEAD_LETTER
    delivery.due_at = None
    delivery.changed_at = now
    delivery.save(update_fields=["failure", "due_at", "changed_at"])


def wake_recipients(*, now: datetime) -> int:
    """Queues a wake-up for every recipient with something due, and returns how many."""
    recipients = recipients_with_due(now=now)
    jobs.defer_many("exchange.drain_recipient", ({"recipient_id": number} for number in recipients))
    return len(recipients)


@transaction.atomic
def retry_delivery(*, actor: Actor, delivery_id: int, now: datetime) -> Delivery:
    """Lets a failed or refused delivery be tried again, and releases what waited behind it.

    Raises:
        Forbidden: the actor is no operator.
        DeliveryNotFound: there is no such delivery.
        TransitionRefused: it did not fail.
    """
    require(actor, "exchange.retry_delivery")
    delivery = (
        Delivery.objects.select_for_update(of=["self"])
        .select_related("packet")
        .filter(id=delivery_id)
        .first()
    )
    if delivery is None:
        raise DeliveryNotFound(id=delivery_id)
    policy.require_mailbox_step(delivery.state, policy.WAITING)
    DeliveryEvent.objects.create(
        delivery=delivery,
        plane=DeliveryEvent.Plane.MAILBOX,
        before=delivery.state,
        after=policy.WAITING,
        at=now,
        actor=actor.name,
    )
    delivery.state, delivery.attempts, delivery.failure = policy.WAITING, 0, ""
    delivery.due_at = delivery.changed_at = now
    delivery.save()
    Delivery.objects.filter(
        recipient=delivery.recipient_id,
        state=policy.WAITING,
        due_at=None,
        packet__sender_code=delivery.packet.sender_code,
        packet__document_id=delivery.packet.document_id,
    ).update(due_at=now, failure="")
    jobs.defer("exchange.drain_recipient", recipient_id=delivery.recipient_id)
    ledger.record(
        actor=actor.ref,
        action="exchange.delivery-retried",
        subject=f"packet:{delivery.packet_id}",
        details={"delivery": delivery.id},
        now=now,
    )
    return delivery
