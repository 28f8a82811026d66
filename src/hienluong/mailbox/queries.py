"""What waits in the lists, and their rows as tables: read page by page, so that any length needs the memory of one page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from hienluong.directory.service import Actor, allowed, require
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Delivery, Packet, policy
from hienluong.kit.clock import in_vietnam
from hienluong.kit.cursors import Page, all_rows, page_of
from hienluong.kit.ids import as_number, as_uuid

PAGE, AT_ONCE = 50, 500
CELL_MAX = 32_000
"""A cell of a workbook holds 32,767 characters."""

Words = Mapping[str, Mapping[Any, str]]
"""Names of states and priorities in the reader's language, settled before the rows are read."""


SENT_VIEWS = ("waiting", "refused")
REFUSED_DAYS = 30
"""A refusal is shown among what waits for so many days; nothing else takes it away."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many documents of an agency wait, of each sort; `urgent` are those of the new ones with a degree of urgency."""

    new: int
    urgent: int
    to_register: int
    asked_back: int
    undelivered: int
    refused: int


def waiting(actor: Actor | None, *, now: datetime) -> Waiting | None:
    """Returns what waits in the actor's mailbox and of what was sent, None for whoever has no mailbox.

    Each count reads an index of just these rows, however large the mailbox has grown.
    """
    if actor is None or not allowed(actor, "exchange.view_mailbox"):
        return None
    mine = exchange.mailbox_of(actor).filter(kind=Packet.Kind.DOCUMENT)
    new = mine.filter(state=policy.DELIVERED).aggregate(
        all=Count("pk"), urgent=Count("pk", filter=Q(packet__priority__gt=0))
    )
    opened = mine.filter(state__in=[policy.FETCHED, policy.CONFIRMED])
    return Waiting(
        new["all"],
        new["urgent"],
        to_register=opened.filter(business_state__in=["", policy.ARRIVED]).count(),
        asked_back=mine.filter(business_state=policy.ASKED_BACK).count(),
        undelivered=_sent_in(actor, "waiting", now).values("packet").distinct().count(),
        refused=_sent_in(actor, "refused", now).values("packet").distinct().count(),
    )


def _sent_in(actor: Actor, view: str, now: datetime) -> QuerySet[Delivery]:
    """Returns the deliveries of documents that the agency sent and that are not delivered, or were refused lately."""
    found = Delivery.objects.filter(
        packet__sender_id=exchange.agency_of(actor), packet__secrecy="open", kind=Packet.Kind.DOCUMENT
    )
    if view == "refused":
        since = now - timedelta(days=REFUSED_DAYS)
        return found.filter(business_state=policy.REFUSED, changed_at__gt=since)
    return found.filter(state__in=[policy.WAITING, policy.UNROUTED, policy.DEAD])


def sent_in(
    actor: Actor | None, view: str, *, now: datetime, before: UUID | None = None, limit: int = PAGE
) -> Page[Packet]:
    """Returns what the agency sent that is not delivered everywhere, or was refused somewhere; newest first.

    Args:
        actor: of the agency.
        view: one of `SENT_VIEWS`.
        now: the moment that tells which refusals are recent.
        before: go on below this packet.
        limit: at most so many.

    Raises:
        PermissionMissing: the actor does not see the mailbox.
    """
    actor = require(actor, "exchange.view_mailbox")
    found = Packet.objects.filter(pk__in=_sent_in(actor, view, now).values("packet"))
    if before is not None:
        found = found.filter(pk__lt=before)
    deliveries = Prefetch("deliveries", Delivery.objects.select_related("recipient").order_by("id"))
    return page_of(found.order_by("-pk").prefetch_related(deliveries), limit)


def entries_of(actor: Actor, ids: Sequence[int]) -> list[Delivery]:
    """Returns these entries of the agency's mailbox as they stand in its list, newest first; what is not there is left out."""
    require(actor, "exchange.view_mailbox")
    if not ids:
        return []
    page = exchange.inbox(actor, states=policy.ALL_STATES, only=ids, limit=AT_ONCE)
    return page.items


def inbox_rows(
    actor: Actor, query: Mapping[str, Any], words: Words, *, at_once: int = AT_ONCE
) -> Iterator[list[str]]:
    """Yields what came in, newest first, as a person's list has it; what was taken out of the exchange is left out."""
    require(actor, "exchange.view_mailbox")
    for delivery in all_rows(
        lambda before: exchange.inbox(actor, **query, before=as_number(before), limit=at_once)
    ):
        if delivery.packet.secrecy == Packet.Secrecy.OPEN:
            yield _inbox_row(delivery, words)


def sent_rows(
    actor: Actor, query: Mapping[str, Any], words: Words, *, at_once: int = AT_ONCE
) -> Iterator[list[str]]:
    """Yields what was sent, newest first, each with its recipients and how far it is at each."""
    require(actor, "exchange.view_mailbox")
    for packet in all_rows(
        lambda before: exchange.sent(actor, **query, before=as_uuid(before), limit=at_once)
    ):
        yield _sent_row(packet, words)


def _inbox_row(delivery: Delivery, words: Words) -> list[str]:
    packet = delivery.packet
    return [
        *_document(packet, words),
        packet.sender_name,
        packet.sender_code,
        _moment(delivery.delivered_at),
        _how_far(delivery, words),
        words["standing"].get(delivery.standing, ""),
        packet.document_id,
    ]


def _sent_row(packet: Packet, words: Words) -> list[str]:
    deliveries = list(packet.deliveries.all())
    recipients = "; ".join(f"{one.recipient.name}: {_how_far(one, words)}" for one in deliveries)
    return [
        *_document(packet, words),
        _moment(packet.accepted_at),
        str(len(deliveries)),
        recipients[:CELL_MAX],
        packet.document_id,
    ]


def _document(packet: Packet, words: Words) -> list[str]:
    is_status = packet.kind == Packet.Kind.STATUS
    said = words["business"].get(packet.status_code, packet.status_code) if is_status else packet.subject
    return [
        packet.code_number,
        packet.code_notation,
        _day(packet.promulgated_on) or packet.promulgated_raw,
        packet.type_name,
        said[:CELL_MAX],
        words["priority"].get(packet.priority, str(packet.priority)),
    ]


def _how_far(delivery: Delivery, words: Words) -> str:
    if delivery.business_state:
        return words["business"].get(delivery.business_state, delivery.business_state)
    return words["mailbox"].get(delivery.state, delivery.state)


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _moment(at: datetime | None) -> str:
    return f"{in_vietnam(at):%d/%m/%Y %H:%M}" if at else ""
