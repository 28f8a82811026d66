"""Reads: what changes what, and what was taken back; scoped to what the actor's agency sent or received."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from hienluong.corrections.models import Recall, Reference
from hienluong.directory.service import Actor, require
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Delivery, DeliveryEvent, Packet
from hienluong.kit.cursors import Page, page_of
from hienluong.kit.errors import Forbidden

PAGE, PAGE_MAX = 50, 500
REFUSED = "02"


def recalls_visible_to(actor: Actor) -> QuerySet[Recall]:
    """Returns the recalls of documents that the actor's agency sent or that went to it, with what they are about."""
    if actor.agency_id is None:
        raise Forbidden
    return Recall.objects.filter(
        Q(delivery__packet__sender_id=actor.agency_id) | Q(delivery__recipient__agency_id=actor.agency_id),
        delivery__packet__secrecy="open",
    ).select_related("delivery__packet", "delivery__recipient", "sent_instead__recipient")


def recalls(
    actor: Actor | None,
    *,
    side: str = "",
    states: Sequence[str] = (),
    before: UUID | None = None,
    limit: int = PAGE,
) -> Page[Recall]:
    """Returns what was asked back, newest first.

    Args:
        actor: of an agency.
        side: "sent" what the agency asked back, "received" what was asked back from it, "" both.
        states: of `Recall.State`; none: all.
        before: the last id of the page before.
        limit: at most so many.

    Raises:
        PermissionMissing: the actor may not see them.
    """
    actor = require(actor, "corrections.view_recalls")
    found = recalls_visible_to(actor)
    assert actor.agency_id is not None  # noqa: S101 - the scope refuses whoever has no agency
    if side == "sent":
        found = found.filter(delivery__packet__sender_id=actor.agency_id)
    elif side == "received":
        found = found.filter(delivery__recipient__agency_id=actor.agency_id)
    if states:
        found = found.filter(state__in=states)
    if before is not None:
        found = found.filter(id__lt=before)
    return page_of(found.order_by("-id"), min(limit, PAGE_MAX))


def unanswered_count(actor: Actor | None) -> int:
    """Returns how many documents the agency asked back without an answer so far; errors as `recalls`."""
    actor = require(actor, "corrections.view_recalls")
    asked = recalls_visible_to(actor).filter(state=Recall.State.ASKED)
    return asked.filter(delivery__packet__sender_id=actor.agency_id).count()


@dataclass(frozen=True, slots=True)
class Link:
    """One end of a change, as seen from the other: `packet` is None where the document is not here, or not ours to see."""

    what: str
    forward: bool
    document_id: str
    packet: Packet | None
    reason: str


def changes(actor: Actor, packet_id: UUID) -> list[Link]:
    """Returns what a packet changes, and what changed it, as far as the actor may see both.

    Raises:
        PacketNotFound: the actor's agency neither sent nor received it.
    """
    return changes_of(actor, exchange.packet(actor, packet_id))


def changes_of(actor: Actor, packet: Packet) -> list[Link]:
    """Returns the same for a packet that the actor was shown."""
    rows = list(
        Reference.objects.filter(Q(packet=packet) | Q(target=packet))
        .select_related("packet", "target")
        .order_by("pk")
    )
    others = {row.packet_id for row in rows} | {row.target_id for row in rows if row.target_id}
    visible: set[Any] = set(
        exchange.packets_visible_to(actor).filter(pk__in=others).values_list("pk", flat=True)
    )
    links = []
    for row in rows:
        if row.packet_id == packet.pk:
            target = row.target if row.target_id in visible else None
            links.append(Link(row.what, True, row.document_id, target, row.reason))
        elif row.packet_id in visible:
            links.append(Link(row.what, False, row.packet.document_id, row.packet, row.reason))
    return links


def recalls_of(actor: Actor, packet: Packet) -> list[Recall]:
    """Returns the recalls of a packet that the actor was shown: the sender's all, a recipient's own."""
    return list(recalls_visible_to(actor).filter(delivery__packet=packet).order_by("asked_at", "id"))


def sent_delivery(actor: Actor, delivery_id: int) -> Delivery | None:
    """Returns the delivery of a document that the actor's agency sent, None where there is none."""
    found = Delivery.objects.filter(
        pk=delivery_id, kind=Packet.Kind.DOCUMENT, packet__in=exchange.packets_visible_to(actor)
    ).filter(packet__sender_id=actor.agency_id)
    return found.select_related("packet", "recipient").first()


def returned_because(deliveries: Sequence[Delivery]) -> dict[int, str]:
    """Returns, by delivery, the reason with which recipients returned documents (02)."""
    if not deliveries:
        return {}
    found = DeliveryEvent.objects.filter(
        delivery__in=deliveries, plane=DeliveryEvent.Plane.BUSINESS, after=REFUSED
    )
    return dict(found.order_by("id").values_list("delivery_id", "note"))


def has_reference_due() -> bool:
    """Returns whether the document of an open reference has come since."""
    return _due().exists()


def references_due(limit: int) -> list[int]:
    """Returns the open references whose document has come since."""
    return list(_due().order_by("pk").values_list("pk", flat=True)[:limit])


def _due() -> QuerySet[Reference]:
    later_version = Q(
        business=Packet.Business.UPDATE, pk__gt=OuterRef("packet_id")
    )  # it is not what was changed
    document = Packet.objects.filter(
        kind=Packet.Kind.DOCUMENT, document_id=OuterRef("document_id"), sender_code=OuterRef("sender_code")
    ).exclude(Q(business=Packet.Business.REVOKE) | Q(pk=OuterRef("packet_id")) | later_version)
    return Reference.objects.filter(Exists(document), settled_at=None)
