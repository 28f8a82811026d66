"""Reads: periods in force, holds, what is over its time, disposals; each agency sees its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from hienluong.directory.service import Actor, require
from hienluong.exchange import service as exchange
from hienluong.exchange.errors import PacketNotFound
from hienluong.exchange.service import Packet
from hienluong.kit.cursors import Page, page_of
from hienluong.retention.errors import DisposalNotFound, HoldNotFound
from hienluong.retention.models import OPEN, Disposal, DisposalItem, Hold, Period
from hienluong.retention.policy import key_of

PAGE = 50
SEES_ALL = frozenset({"administrator", "auditor"})


def _sees_all(actor: Actor) -> bool:
    return actor.kind == "platform" or actor.role in SEES_ALL


def keeps_for(actor: Actor) -> UUID | None:
    """Returns whose copies a hold of the actor keeps; None: everybody's."""
    return None if _sees_all(actor) else actor.agency_id


def periods(actor: Actor | None) -> list[Period]:
    """Returns all periods: those in force first, by kind, then those that ended.

    Raises:
        NotAuthenticated, PermissionMissing: the actor has nothing to do with retention.
    """
    require(actor, "retention.view_retention")
    return list(Period.objects.order_by("valid_to", "type_key", "-valid_from"))


def find_period(actor: Actor | None, period_id: UUID) -> Period | None:
    """Returns one period, None where there is none."""
    require(actor, "retention.view_retention")
    return Period.objects.filter(pk=period_id).first()


def holds_visible_to(actor: Actor | None) -> QuerySet[Hold]:
    """Returns the holds on the agency's copies, and those on every copy of what it sent or received."""
    actor = require(actor, "retention.view_retention")
    found = Hold.objects.select_related("packet", "agency")
    if _sees_all(actor):
        return found
    visible = exchange.packets_visible_to(actor).values("pk")
    return found.filter(Q(agency=actor.agency_id) | Q(agency=None, packet__in=visible))


def holds(
    actor: Actor | None, *, lifted: bool = False, before: UUID | None = None, limit: int = PAGE
) -> Page[Hold]:
    """Returns holds in force, or those that were lifted, newest first."""
    found = holds_visible_to(actor).filter(lifted_at__isnull=not lifted)
    if before is not None:
        found = found.filter(pk__lt=before)
    return page_of(found.order_by("-pk"), limit)


def find_hold(actor: Actor | None, hold_id: UUID) -> Hold:
    """Returns one hold.

    Raises:
        HoldNotFound: there is none that the actor may see.
    """
    found = holds_visible_to(actor).filter(pk=hold_id).first()
    if found is None:
        raise HoldNotFound
    return found


def packet_to_hold(actor: Actor | None, packet_id: UUID) -> Packet:
    """Returns a packet that the actor may put under a hold: one of the agency, or for some any but of the sandbox.

    Raises:
        PermissionMissing: the actor may place none.
        PacketNotFound: there is none.
    """
    actor = require(actor, "retention.manage_holds")
    if _sees_all(actor):
        packet = (
            Packet.objects.select_related("sender").filter(pk=packet_id, kind=Packet.Kind.DOCUMENT).first()
        )
    else:
        packet = exchange.packet(actor, packet_id)
    if packet is None or packet.kind != Packet.Kind.DOCUMENT or (packet.sender and packet.sender.in_sandbox):
        raise PacketNotFound(id=packet_id)
    return packet


@dataclass(frozen=True, slots=True)
class OverTime:
    """A document that is over its time: the packet, by which period, and since when."""

    packet: UUID
    period: UUID
    due_on: date


# What an agency sent or has in its mailbox.
_MINE = """
WITH mine AS (
    SELECT p.id FROM exchange_packet p WHERE p.sender_id = %(agency)s::uuid AND p.kind = 'edoc'
    UNION
    SELECT d.packet_id FROM exchange_delivery d JOIN exchange_recipient r ON r.id = d.recipient_id
    WHERE r.agency_id = %(agency)s::uuid AND d.kind = 'edoc' AND d.delivered_at IS NOT NULL
        AND d.state <> 'withdrawn' AND d.business_state <> '13'
)
"""
_KINDS = _MINE + " SELECT DISTINCT p.type_name FROM exchange_packet p JOIN mine ON mine.id = p.id"  # noqa: S608 - our own
# Of that, what it still holds a copy of and is over the period in force on the day it was accepted. What is held, asked
# back, taken out of the exchange as secret, or on a list already is left out. `applies` says which rows are about which kind as written, its own ones first.
_OVER_TIME = (
    _MINE  # noqa: S608 - our own statement
    + """, applies AS (
    SELECT * FROM unnest(%(kinds)s::text[], %(periods)s::uuid[], %(own)s::boolean[]) AS row (kind, period_id, own)
), dated AS (
    SELECT p.id, p.accepted_at, (p.accepted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS accepted_on,
        p.type_name AS kind
    FROM exchange_packet p JOIN mine ON mine.id = p.id WHERE p.secrecy = 'open'
)
SELECT one.id, period.id, (one.accepted_on + make_interval(months => period.months))::date AS due_on
FROM dated one CROSS JOIN LATERAL (
    SELECT q.id, q.months FROM retention_period q JOIN applies ON applies.period_id = q.id
    WHERE applies.kind = one.kind AND q.valid_from <= one.accepted_on
        AND (q.valid_to IS NULL OR q.valid_to > one.accepted_on)
    ORDER BY applies.own DESC, q.valid_from DESC LIMIT 1
) period
WHERE period.months IS NOT NULL
    AND (one.accepted_on + make_interval(months => period.months))::date <= %(day)s::date
    AND EXISTS (
        SELECT 1 FROM exchange_transmission t JOIN files_holding h ON h.file_id = t.file_id
        WHERE t.packet_id = one.id AND h.holder = %(agency)s::uuid
    )
    AND NOT EXISTS (
        SELECT 1 FROM retention_hold h WHERE h.packet_id = one.id AND h.lifted_at IS NULL
            AND (h.agency_id IS NULL OR h.agency_id = %(agency)s::uuid)
    )
    AND NOT EXISTS (
        SELECT 1 FROM retention_disposalitem i JOIN retention_disposal d ON d.id = i.disposal_id
        WHERE i.packet_id = one.id AND d.agency_id = %(agency)s::uuid AND d.state = ANY(%(open)s::text[])
    )
ORDER BY one.accepted_at, one.id LIMIT %(limit)s::int
"""
)


def over_time(actor: Actor | None, *, on: date, limit: int) -> list[OverTime]:
    """Returns the agency's documents that are over their time on a day, oldest first.

    Raises:
        PermissionMissing: the actor has nothing to do with retention.
    """
    actor = require(actor, "retention.view_retention")
    values: dict[str, Any] = {"agency": actor.agency_id, "day": on, "open": list(OPEN), "limit": limit}
    rows = list(Period.objects.exclude(months=None).values_list("type_key", "pk"))
    if not rows:
        return []
    rows += Period.objects.filter(months=None).values_list("type_key", "pk")
    with connection.cursor() as cursor:
        cursor.execute(_KINDS, values)
        kinds = [str(kind) for [kind] in cursor.fetchall()]
        applies = [
            (kind, period, key != "") for kind in kinds for key, period in rows if key in {"", key_of(kind)}
        ]
        for name, column in (("kinds", 0), ("periods", 1), ("own", 2)):
            values[name] = [one[column] for one in applies]
        cursor.execute(_OVER_TIME, values)
        return [OverTime(*row) for row in cursor.fetchall()]


def disposals_visible_to(actor: Actor | None) -> QuerySet[Disposal]:
    """Returns the disposals of the actor's agency; administrators and auditors see all."""
    actor = require(actor, "retention.view_retention")
    found = Disposal.objects.select_related("agency")
    return found if _sees_all(actor) else found.filter(agency=actor.agency_id)


@dataclass(frozen=True, slots=True)
class Proposed:
    """How many disposals wait for a second person: proposed by others, and by the actor."""

    by_others: int
    by_actor: int


def proposed(actor: Actor | None) -> Proposed:
    """Returns the disposals that wait for a second person; errors as `disposals_visible_to`."""
    waiting = disposals_visible_to(actor).filter(state=Disposal.State.PROPOSED)
    mine = Q(proposer=actor.person_id if actor else None)
    return Proposed(
        **waiting.aggregate(by_others=Count("pk", filter=~mine), by_actor=Count("pk", filter=mine))
    )


def holds_in_force(actor: Actor | None) -> int:
    """Returns how many legal holds are in force that the actor may see; errors as `holds_visible_to`."""
    return holds_visible_to(actor).filter(lifted_at=None).count()


def disposals(
    actor: Actor | None, *, show: str = "", before: UUID | None = None, limit: int = PAGE
) -> Page[Disposal]:
    """Returns disposals, newest first, each with `count`, how many documents are in it.

    Args:
        actor: who asks.
        show: "proposed" for those that wait for a second person; of these "others" that others proposed, "own" the actor.
        before: go on below this id.
        limit: at most so many.
    """
    found = disposals_visible_to(actor).annotate(count=Count("items"))
    mine = Q(proposer=actor.person_id if actor else None)
    of_these = {"proposed": Q(), "others": ~mine, "own": mine}
    if show in of_these:
        found = found.filter(of_these[show], state=Disposal.State.PROPOSED)
    if before is not None:
        found = found.filter(pk__lt=before)
    return page_of(found.order_by("-pk"), limit)


def find_disposal(actor: Actor | None, disposal_id: UUID) -> Disposal:
    """Returns one disposal.

    Raises:
        DisposalNotFound: there is none that the actor may see.
    """
    found = disposals_visible_to(actor).filter(pk=disposal_id).first()
    if found is None:
        raise DisposalNotFound
    return found


def items_of(
    actor: Actor | None, disposal: Disposal, *, after: int | None = None, limit: int = PAGE
) -> Page[DisposalItem]:
    """Returns the documents of a disposal in their order."""
    require(actor, "retention.view_retention")
    found = disposal.items.select_related("packet", "period").order_by("pk")
    if after is not None:
        found = found.filter(pk__gt=after)
    return page_of(found, limit)


def outcomes_of(disposal: Disposal) -> dict[str, int]:
    """Returns how many documents of a disposal came to which outcome."""
    rows = disposal.items.values_list("outcome").annotate(count=Count("pk"))
    return {str(outcome): int(count) for outcome, count in rows}


def disposals_to_carry_out() -> list[UUID]:
    """Returns the disposals that were approved and are not done."""
    return list(Disposal.objects.filter(state=Disposal.State.APPROVED).values_list("pk", flat=True))


CERTIFICATE = (
    "document_id",
    "number",
    "type",
    "date",
    "sender",
    "accepted",
    "kept_months",
    "source",
    "due_on",
    "outcome",
    "at",
    "size",
    "sha256",
)
"""The columns of a certificate: metadata that stays; the subject is content and is none."""


def certificate_rows(actor: Actor | None, disposal: Disposal) -> Iterator[list[Any]]:
    """Yields one row per document of a disposal, with the columns of `CERTIFICATE`."""
    require(actor, "retention.view_retention")
    for item in disposal.items.select_related("packet", "period").order_by("pk").iterator(chunk_size=500):
        packet = item.packet
        yield [
            packet.document_id,
            f"{packet.code_number}/{packet.code_notation}",
            packet.type_name,
            packet.promulgated_on,
            packet.sender_name,
            packet.accepted_at,
            item.period.months,
            item.period.source,
            item.due_on,
            item.outcome,
            item.at,
            item.size,
            bytes(item.sha256).hex() if item.sha256 else "",
        ]
