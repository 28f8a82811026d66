"""What becomes a message: events of the axis, told to the systems of the agencies they concern.

In the transaction of the event, so that what happened is told, and what was rolled back is not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from hienluong.exchange.events import (
    Arrival,
    DeliveryFailedForGood,
    PacketsDelivered,
    PacketsGivenAgain,
    StatusRecorded,
)
from hienluong.kit.events import subscribe
from hienluong.kit.ids import new_id
from hienluong.webhooks import policy
from hienluong.webhooks.models import Message, Webhook

News = tuple[UUID, dict[str, Any]]
"""The agency it concerns, and what is said: ids and codes, never a subject, a name or a content."""


@subscribe(PacketsDelivered)
def tell_of_packets(event: PacketsDelivered) -> None:
    """Tells recipients' systems what came into the mailbox."""
    _write(policy.PACKET_DELIVERED, _arrived(event.arrivals), event.at)


@subscribe(PacketsGivenAgain)
def tell_of_packets_again(event: PacketsGivenAgain) -> None:
    """Tells recipients' systems what an operator put into the mailbox once more, in the same words and `again`."""
    _write(policy.PACKET_DELIVERED, _arrived(event.arrivals, again=True), event.at)


def _arrived(arrivals: Iterable[Arrival], **more: Any) -> list[News]:
    return [
        (
            one.agency_id,
            {
                "entry": one.delivery_id,
                "packet": str(one.packet_id),
                "kind": one.kind,
                "priority": one.priority,
                **more,
            },
        )
        for one in arrivals
        if one.agency_id is not None
    ]


@subscribe(StatusRecorded)
def tell_of_status(event: StatusRecorded) -> None:
    """Tells the systems of both sides that a delivery has a new business state."""
    data = {"delivery": event.delivery_id, "packet": str(event.packet_id), "status": event.code}
    sides = {event.sender_id, event.recipient_id} - {None}
    _write(policy.STATUS_RECORDED, [(side, data) for side in sides if side is not None], event.at)


@subscribe(DeliveryFailedForGood)
def tell_of_failure(event: DeliveryFailedForGood) -> None:
    """Tells the sender's systems that a packet did not reach a recipient."""
    data = {"delivery": event.delivery_id, "packet": str(event.packet_id)}
    if event.sender_id is not None:
        _write(policy.DELIVERY_FAILED, [(event.sender_id, data)], event.at)


def tell_operators(*, kind: str, data: dict[str, Any], now: datetime) -> None:
    """Writes an event of the platform itself, in the caller's transaction, for every webhook that may hear of it."""
    rows = Webhook.objects.filter(
        system__valid_to=None,
        kinds__contains=[kind],
        state__in=[Webhook.State.ACTIVE, Webhook.State.DISABLED],
    )
    _messages(kind, [(hook, state, data) for hook, state in rows.values_list("pk", "state")], now)


def _write(kind: str, news: Iterable[News], at: datetime) -> None:
    """Writes a message for every webhook that wants to hear it; one that is stopped gets it when it is replayed."""
    told = list(news)
    hooks: defaultdict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    rows = Webhook.objects.filter(
        system__agency__in={agency for agency, _data in told},
        system__valid_to=None,
        kinds__contains=[kind],
        state__in=[Webhook.State.ACTIVE, Webhook.State.DISABLED],
    ).values_list("system__agency", "pk", "state")
    for agency, hook, state in rows:
        hooks[agency].append((hook, state))
    if hooks:
        _messages(
            kind,
            [(hook, state, data) for agency, data in told for hook, state in hooks.get(agency, ())],
            at,
        )


def _messages(kind: str, told: Iterable[tuple[UUID, str, dict[str, Any]]], at: datetime) -> None:
    give_up_at = at + timedelta(hours=settings.WEBHOOK_GIVE_UP_HOURS)
    Message.objects.bulk_create(
        Message(
            id=new_id(),
            webhook_id=hook,
            kind=kind,
            data=data,
            occurred_at=at,
            due_at=at if state == Webhook.State.ACTIVE else None,
            state=Message.State.WAITING if state == Webhook.State.ACTIVE else Message.State.FAILED,
            give_up_at=give_up_at,
        )
        for hook, state, data in told
    )
