"""Sets failed deliveries on their way again: what the operator's retry does to the axis."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from hienluong.directory.service import Actor
from hienluong.exchange import policy
from hienluong.exchange.models import Delivery, DeliveryEvent, Packet
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
