"""Reads of the axis; every list is scoped to the actor's agency."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from hienluong.directory.service import Actor, allowed, require
from hienluong.exchange import policy
from hienluong.exchange.errors import DeliveryNotFound, PacketNotFound, PacketQuarantined
from hienluong.exchange.models import (
    Audience,
    Delivery,
    DeliveryEvent,
    Packet,
    Part,
    Recipient,
    Scan,
    Transmission,
)
from hienluong.exchange.permissions import handles, may_see_content
from hienluong.exchange.search import find_in_mailbox, find_sent
from hienluong.kit.criteria import NO_CRITERIA, Criteria
from hienluong.kit.cursors import Page, page_of
from hienluong.kit.errors import Forbidden

PAGE = 50
PAGE_MAX = 500
_position = attrgetter("position")


def agency_of(actor: Actor) -> UUID:
    """Returns the agency acted for.

    Raises:
        Forbidden: the platform itself has no agency and no mailbox.
    """
    if actor.agency_id is None:
        raise Forbidden
    return actor.agency_id


def mailbox_of(actor: Actor) -> QuerySet[Delivery]:
    """Returns the deliveries that reached the actor's agency; quarantined packets only for the secrecy officer."""
    # One recipient known by its id, not found by a join: only so does an index give its mailbox in the order of places.
    own = Subquery(Recipient.objects.filter(agency_id=agency_of(actor)).values("pk")[:1])
    found = Delivery.objects.filter(recipient_id=own, state__in=policy.IN_MAILBOX)
    found = found.select_related("packet", "recipient")
    return found if allowed(actor, "exchange.destroy_packet") else found.filter(packet__secrecy="open")


def packets_visible_to(actor: Actor) -> QuerySet[Packet]:
    """Returns the packets that the actor's agency sent or received; see `permissions.handles` for one of them."""
    received = Delivery.objects.filter(recipient__agency_id=agency_of(actor), state__in=policy.IN_MAILBOX)
    found = Packet.objects.filter(Q(sender_id=agency_of(actor)) | Q(id__in=received.values("packet_id")))
    return found if allowed(actor, "exchange.destroy_packet") else found.filter(secrecy="open")


def inbox(
    actor: Actor,
    *,
    states: Sequence[str] = (policy.DELIVERED, policy.FETCHED),
    business_states: Sequence[str] = (),
    kind: str | None = None,
    only: Sequence[int] = (),
    criteria: Criteria = NO_CRITERIA,
    after: int | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> Page[Delivery]:
    """Returns the agency's mailbox: oldest first from `after` (systems pull), or newest first from `before` (people).

    Both are places in the mailbox (`Delivery.position`), never ids: a packet accepted early may be delivered late, and
    what comes into a mailbox always comes behind what is visible there.

    Raises:
        Forbidden: the actor may not see the mailbox.
    """
    require(actor, "exchange.view_mailbox")
    limit = min(limit, PAGE_MAX)
    if criteria:
        ids = find_in_mailbox(
            criteria,
            holder=agency_of(actor),
            states=states,
            business_states=business_states,
            kind=kind,
            after=after,
            before=before,
            limit=limit + 1,
            only_open=not allowed(actor, "exchange.destroy_packet"),
        )
        order = "position" if after is not None else "-position"
        return page_of(mailbox_of(actor).filter(id__in=ids).order_by(order), limit, _position)
    found = mailbox_of(actor).filter(state__in=states)
    if business_states:
        found = found.filter(business_state__in=business_states)
    if kind:
        found = found.filter(kind=kind)
    if only:
        found = found.filter(pk__in=only)
    if after is not None:
        found = found.filter(position__gt=after).order_by("position")
    else:
        found = (found.filter(position__lt=before) if before is not None else found).order_by("-position")
    return page_of(found, limit, _position)


def sent(
    actor: Actor,
    *,
    criteria: Criteria = NO_CRITERIA,
    kind: str | None = Packet.Kind.DOCUMENT,
    before: UUID | None = None,
    limit: int = PAGE,
) -> Page[Packet]:
    """Returns what the agency sent, newest first, each with its deliveries; identifiers grow with time."""
    require(actor, "exchange.view_mailbox")
    found = Packet.objects.filter(sender_id=agency_of(actor), secrecy="open")
    if kind:
        found = found.filter(kind=kind)
    limit = min(limit, PAGE_MAX)
    if criteria:
        ids = find_sent(criteria, holder=agency_of(actor), kind=kind, before=before, limit=limit + 1)
        found = Packet.objects.filter(id__in=ids)
    elif before is not None:
        found = found.filter(id__lt=before)
    deliveries = Prefetch("deliveries", Delivery.objects.select_related("recipient").order_by("id"))
    found = found.order_by("-id").prefetch_related(deliveries)
    return page_of(found, limit)


def entry(actor: Actor, delivery_id: int) -> Delivery:
    """Returns one entry of the agency's mailbox.

    Raises:
        DeliveryNotFound: it is not there, or not for this agency.
    """
    require(actor, "exchange.view_mailbox")
    found = mailbox_of(actor).select_related("transmission").filter(id=delivery_id).first()
    if found is None:
        raise DeliveryNotFound(id=delivery_id)
    return found


def packet(actor: Actor, packet_id: UUID) -> Packet:
    """Returns one packet that the agency sent or received.

    Raises:
        PacketNotFound: there is none, or the actor may not see it.
        PacketQuarantined: it was taken out of the exchange.
    """
    require(actor, "exchange.view_mailbox")
    found = Packet.objects.filter(id=packet_id).first()
    if found is None:
        raise PacketNotFound(id=packet_id)
    if not handles(actor, found):
        if packets_visible_to_secrecy_officer(actor).filter(id=packet_id).exists():
            raise PacketQuarantined
        raise PacketNotFound(id=packet_id)
    return found


def packet_by_glass(actor: Actor, packet_id: UUID, *, now: datetime) -> Packet:
    """Returns one packet to whoever sees its content by break-glass at this moment.

    Raises:
        PermissionMissing: the actor sees no content, and no access of theirs to this packet is running.
    """
    found = Packet.objects.filter(id=packet_id).first()
    if found is None or not may_see_content(actor, found, now=now):
        require(actor, "exchange.view_mailbox")
        raise PacketNotFound(id=packet_id)
    return found


def packets_visible_to_secrecy_officer(actor: Actor) -> QuerySet[Packet]:
    """Returns the quarantined packets of the actor's agency, sent or received."""
    return Packet.objects.exclude(secrecy="open").filter(
        Q(sender_id=agency_of(actor)) | Q(deliveries__recipient__agency_id=agency_of(actor))
    )


def deliveries_of(actor: Actor, found: Packet) -> list[Delivery]:
    """Returns the journeys of a packet that the actor may follow: the sender all of them, a recipient its own.

    Whoever sees it by break-glass follows all of them too.
    """
    rows = found.deliveries.select_related("recipient").order_by("id")
    if _is_recipient(actor, found):
        rows = rows.filter(recipient__agency_id=agency_of(actor))
    return list(rows)


def _is_recipient(actor: Actor, found: Packet) -> bool:
    """Returns whether the actor sees the packet because the agency received it: then only its own part of the way."""
    return found.sender_id != actor.agency_id and allowed(actor, "exchange.view_mailbox")


def parts_of(found: Packet) -> list[Part]:
    """Returns the attachments of a packet in their order."""
    return list(found.parts.order_by("position"))


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a packet's journey, in the order of time.

    `step` is trace (a hop before us), accepted, or a state of one of the two planes; `party` is whom it concerns.
    """

    at: datetime | None
    at_written: str
    plane: str
    step: str
    party: str
    actor: str
    note: str
    in_order: bool = True
    delivery_id: int | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """A packet, its deliveries and every hop of it; for the sender, the groups it was sent to as they were then."""

    packet: Packet
    deliveries: list[Delivery]
    transmissions: list[Transmission]
    parts: list[Part]
    hops: list[Hop]
    audiences: list[Audience]


def journey(actor: Actor, packet_id: UUID) -> Journey:
    """Returns everything the actor may know of a packet's way: traces, acceptance, deliveries, statuses."""
    return way_of(actor, packet(actor, packet_id))


def way_of(actor: Actor, found: Packet) -> Journey:
    """Returns the way of a packet that the actor was let see."""
    deliveries = deliveries_of(actor, found)
    transmissions = list(found.transmissions.order_by("accepted_at"))
    if _is_recipient(actor, found):
        mine = {delivery.transmission_id for delivery in deliveries}
        transmissions = [row for row in transmissions if row.id in mine]
    ours = found.sender_id == actor.agency_id
    audiences = list(Audience.objects.filter(transmission__in=transmissions).order_by("pk")) if ours else []
    hops = list(_hops(transmissions, deliveries))
    return Journey(found, deliveries, transmissions, parts_of(found), hops, audiences)


def _hops(transmissions: list[Transmission], deliveries: list[Delivery]) -> Iterator[Hop]:
    for transmission in transmissions:
        for hop in transmission.hops:
            yield Hop(None, hop["timestamp"], "trace", "trace", hop["organ_id"], "", "")
        yield Hop(transmission.accepted_at, "", "mailbox", "accepted", transmission.receipt["sender"], "", "")
    events = (
        DeliveryEvent.objects.filter(delivery__in=deliveries)
        .select_related("delivery__recipient")
        .order_by("at", "id")
    )
    for event in events:
        yield Hop(
            event.at,
            "",
            event.plane,
            event.after,
            event.delivery.recipient.name,
            event.actor,
            event.note,
            event.in_order,
            event.delivery_id,
        )


def receipt(actor: Actor, transmission_id: UUID) -> dict[str, Any]:
    """Returns the receipt of a transmission to the agency that handed it in.

    Raises:
        PacketNotFound: there is none for this agency.
        PacketQuarantined: the packet was destroyed, and its receipt with it.
    """
    require(actor, "exchange.view_mailbox")
    found = Transmission.objects.filter(id=transmission_id, submitter=agency_of(actor)).first()
    if found is None:
        raise PacketNotFound(id=transmission_id)
    if found.receipt.get("destroyed"):
        raise PacketQuarantined
    return dict(found.receipt)


def key_first_used_at(actor: Actor, idempotency_key: str | None) -> datetime | None:
    """Returns when the agency first used an idempotency key, or None.

    A packet that is written here carries that time, so that the same request made again gives the same file.
    """
    if idempotency_key is None:
        return None
    found = Transmission.objects.filter(submitter=agency_of(actor), idempotency_key=idempotency_key)
    return found.values_list("accepted_at", flat=True).first()


def audiences_of_key(actor: Actor, idempotency_key: str | None) -> list[Audience]:
    """Returns the groups that the agency addressed with an idempotency key before, as they were then."""
    if idempotency_key is None:
        return []
    sent_before = Audience.objects.filter(
        transmission__submitter=agency_of(actor), transmission__idempotency_key=idempotency_key
    )
    return list(sent_before.order_by("pk"))


TOGETHER = 100
"""So many mailboxes are drained in one transaction."""


def recipients_with_due(*, now: datetime) -> list[tuple[int, ...]]:
    """Returns the recipients that have something due, in groups to be drained together; asked several times a second.

    Mailboxes share a group. A recipient outside is alone: its channel may be slow.
    """
    due = Delivery.objects.filter(recipient=OuterRef("pk"), due_at__lte=now)
    found = Recipient.objects.filter(Exists(due)).order_by("id").values_list("id", "channel")
    mailboxes = [number for number, channel in found if channel == Recipient.MAILBOX]
    return [
        *(tuple(mailboxes[at : at + TOGETHER]) for at in range(0, len(mailboxes), TOGETHER)),
        *((number,) for number, channel in found if channel != Recipient.MAILBOX),
    ]


def files_of(packet_id: UUID) -> list[UUID]:
    """Returns the files of a packet in the vault, one for each time it was handed in."""
    found = Transmission.objects.filter(packet=packet_id).order_by("accepted_at", "id")
    return list(found.values_list("file_id", flat=True))


def has_scan_due(*, now: datetime) -> bool:
    """Returns whether attachments wait to be searched for marks of secrecy."""
    return Scan.objects.filter(due_at__lte=now).exists()


def reportable_now(actor: Actor, delivery: Delivery) -> list[str]:
    """Returns the statuses the actor may report next about a delivery, "" never among them."""
    if not allowed(actor, "exchange.confirm_delivery"):
        return []
    by_recipient = delivery.recipient.agency_id == actor.agency_id
    return policy.reportable(
        current=delivery.business_state, business=delivery.packet.business, by_recipient=by_recipient
    )


def asked_back_from(sender: UUID, document_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Returns (document id, recipient) of an agency's documents that are being asked back: they are frozen."""
    found = Delivery.objects.filter(
        packet__sender_id=sender,
        packet__document_id__in=document_ids,
        kind=Packet.Kind.DOCUMENT,
        business_state=policy.ASKED_BACK,
    ).exclude(state=policy.WITHDRAWN)
    return list(found.order_by("id").values_list("packet__document_id", "recipient__name"))


def latest_before_recall(delivery: Delivery) -> str:
    """Returns the business state before the recall in force, for a 16 that returns to it."""
    event = (
        delivery.events.filter(plane=DeliveryEvent.Plane.BUSINESS, after=policy.ASKED_BACK, in_order=True)
        .order_by("-id")
        .values_list(F("before"), flat=True)
        .first()
    )
    return event or ""
