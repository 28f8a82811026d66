"""What operators do to deliveries: sets those that failed on their way again, gives again those that were fetched."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from hienluong.directory.service import Actor
from hienluong.exchange import policy
from hienluong.exchange.commands.deliver import ARRIVALS, arrival_of
from hienluong.exchange.events import PacketsGivenAgain
from hienluong.exchange.models import Delivery, DeliveryEvent, Packet, Recipient
from hienluong.jobs import service as jobs
from hienluong.kit.events import publish
from hienluong.ledger import service as ledger


@transaction.atomic
def retry_deliveries(*, actor: Actor, delivery_ids: Collection[int], reason: str, now: datetime) -> list[int]:
    """Sets deliveries that failed, or that a recipient's system refused, on their way again, and returns which.

    Harmless when repeated: one that does not fail any more is passed over, and so is one that is asked back, frozen
    until its recipient answers, and one of a packet that was taken out of the exchange. One that waits for its next attempt has it now. What waited behind a dead letter
    follows. Who may is asked by the caller (`monitoring`).
    """
    rows = list(
        Delivery.objects.select_for_update(of=["self"], no_key=True)
        .filter(
            Q(state__in=[policy.DEAD, policy.REJECTED]) | Q(state=policy.WAITING, due_at__gt=now),
            id__in=delivery_ids,
            packet__secrecy=Packet.Secrecy.OPEN,
        )
        .exclude(business_state=policy.ASKED_BACK)
        .only("state", "packet_id")
        .order_by("id")
    )
    failed = [row for row in rows if row.state != policy.WAITING]
    for row in failed:
        policy.require_mailbox_step(row.state, policy.WAITING)
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(
            delivery=row,
            plane=DeliveryEvent.Plane.MAILBOX,
            before=row.state,
            after=policy.WAITING,
            at=now,
            actor=actor.name,
        )
        for row in failed
    )
    again = [row.pk for row in rows]
    Delivery.objects.filter(pk__in=[row.pk for row in failed]).update(
        state=policy.WAITING, attempts=0, failure="", changed_at=now
    )
    Delivery.objects.filter(pk__in=again).update(due_at=now)
    _release_followers([row.pk for row in failed], now)
    ledger.record_many(
        actor=actor.ref,
        acts=[
            ledger.Act(
                "exchange.delivery-retried",
                f"packet:{row.packet_id}",
                {"delivery": row.pk, "was": row.state, "reason": reason},
            )
            for row in rows
        ],
        now=now,
    )
    return again


def _release_followers(delivery_ids: list[int], now: datetime) -> None:
    """Lets later packets about the same documents go on that waited behind these as dead letters."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exchange_delivery h SET due_at = %s, failure = '' "
            "FROM exchange_packet hp, exchange_delivery d JOIN exchange_packet p ON p.id = d.packet_id "
            "WHERE d.id = ANY(%s::bigint[]) AND hp.document_id = p.document_id AND hp.sender_code = p.sender_code "
            "AND hp.secrecy = 'open' AND h.packet_id = hp.id AND h.recipient_id = d.recipient_id AND h.state = %s AND h.due_at IS NULL",
            [now, delivery_ids, policy.WAITING],
        )


@transaction.atomic
def give_deliveries_again(
    *, actor: Actor, delivery_ids: Collection[int], reason: str, now: datetime
) -> list[int]:
    """Puts packets that were fetched into their mailboxes once more, in the order they had, and returns which.

    They get new places there, so that whoever reads on from a place finds them; the business plane stays as it is.
    Passed over: what lies there, was asked back or refused. Who may is asked by the caller (`monitoring`).
    """
    given = Delivery.objects.filter(id__in=delivery_ids, state__in=[policy.FETCHED, policy.CONFIRMED])
    given = given.filter(packet__secrecy=Packet.Secrecy.OPEN)
    given = given.exclude(business_state__in=[policy.ASKED_BACK, policy.REFUSED])
    # As the drainer does: places grow in the order of commits.
    mailboxes = Recipient.objects.filter(id__in=given.values("recipient")).order_by("id")
    list(mailboxes.select_for_update(of=["self"], no_key=True))
    locked = given.select_for_update(of=["self"], no_key=True).select_related("packet", "recipient")
    rows = list(locked.order_by("position"))
    for row in rows:
        policy.require_mailbox_step(row.state, policy.DELIVERED)
    DeliveryEvent.objects.bulk_create(
        DeliveryEvent(
            delivery=row,
            plane=DeliveryEvent.Plane.AGAIN,
            before=row.state,
            after=policy.GIVEN_AGAIN,
            at=now,
            actor=actor.name[:200],
        )
        for row in rows
    )
    again = [row.pk for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exchange_delivery d SET state = %s, given_again_at = %s, position = placed.place FROM "
            "(SELECT id, nextval('exchange_position') AS place FROM unnest(%s::bigint[]) WITH ORDINALITY "
            "AS one (id, n) ORDER BY n) AS placed WHERE d.id = placed.id",
            [policy.DELIVERED, now, again],
        )
    jobs.tell(ARRIVALS, {row.recipient.agency_id.hex for row in rows if row.recipient.agency_id})
    publish(PacketsGivenAgain(tuple(map(arrival_of, rows)), now))
    details = {row.pk: {"delivery": row.pk, "was": row.state, "reason": reason} for row in rows}
    acts = [
        ledger.Act("exchange.delivery-given-again", f"packet:{row.packet_id}", details[row.pk])
        for row in rows
    ]
    ledger.record_many(actor=actor.ref, acts=acts, now=now)
    return again
