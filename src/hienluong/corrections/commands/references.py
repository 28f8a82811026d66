"""Takes what a packet says it changes, and lets it take effect on the documents that are here, now or when they come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hienluong.corrections import queries
from hienluong.corrections.errors import ChangeNotAllowed
from hienluong.corrections.models import Reference
from hienluong.directory import service as directory
from hienluong.directory.service import Agency, FoundAgency
from hienluong.edxml.changes import added_receivers, changed_documents, removed_receivers
from hienluong.edxml.packet import DocumentPacket
from hienluong.edxml.statuses import BusinessKind
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Delivery, Packet
from hienluong.ledger import service as ledger

SETTLED_AT_ONCE = 100
AXIS = directory.Actor.platform("corrections")
WHAT = {
    BusinessKind.REVOCATION: Reference.What.REVOKED,
    BusinessKind.UPDATE: Reference.What.UPDATED,
    BusinessKind.REPLACEMENT: Reference.What.REPLACED,
}
REMOVED = "removed"


def take_changes(*, packet_id: UUID, sender_code: str, wire: DocumentPacket, now: datetime) -> None:
    """Keeps what a packet changes, and applies it to what is here; the same packet again changes nothing more.

    Runs in the transaction of the packet's acceptance.

    Raises:
        ChangeNotAllowed: a document that it names was sent by another agency.
    """
    packet = Packet.objects.get(pk=packet_id)
    named = changed_documents(wire)
    added, removed = added_receivers(wire), removed_receivers(wire)
    primary = _primary_codes([*added, *removed, *(code for one in named for code in one.only_for)], packet)
    for one in named:
        reference, _made = Reference.objects.get_or_create(
            packet=packet,
            document_id=one.document_id,
            defaults={
                "what": WHAT[wire.business_kind],
                "sender_code": sender_code,
                "only_for": [primary[code] for code in one.only_for],
                "added": [primary[code] for code in added],
                "removed": [primary[code] for code in removed],
                "reason": (wire.business.reason or "") if wire.business else "",
            },
        )
        own, others = _documents(reference)
        if own:
            _settle(reference, own, now)
        elif others:
            raise ChangeNotAllowed(sender=packet.sender_name, document_id=one.document_id)


@transaction.atomic
def settle_references(*, now: datetime) -> int:
    """Lets open references take effect whose document has come meanwhile; returns how many."""
    due = Reference.objects.select_for_update(skip_locked=True, of=["self"]).filter(
        pk__in=queries.references_due(SETTLED_AT_ONCE), settled_at=None
    )
    settled = 0
    for reference in due.select_related("packet").order_by("pk"):
        own, _others = _documents(reference)
        if own:
            _settle(reference, own, now)
            settled += 1
    return settled


def _documents(reference: Reference) -> tuple[list[Packet], list[Packet]]:
    """Returns the packets that brought the document named: those of the same sender, and those of others."""
    found = (
        Packet.objects.filter(kind=Packet.Kind.DOCUMENT, document_id=reference.document_id)
        .exclude(pk=reference.packet_id)
        .exclude(business=Packet.Business.REVOKE)
        .select_related("sender__successor")
        .order_by("pk")
    )
    own: list[Packet] = []
    others: list[Packet] = []
    for one in found:
        if one.business == Packet.Business.UPDATE and one.pk > reference.packet_id:
            continue  # a later version of the same document is not what this one changes
        (own if _same_sender(one, reference) else others).append(one)
    return own, others


def _same_sender(document: Packet, reference: Reference) -> bool:
    """Returns whether the agency that changes a document sent it, or has taken over from the one that did."""
    if document.sender_code == reference.sender_code:
        return True
    changer = reference.packet.sender_id
    agency: Agency | None = document.sender
    seen: set[UUID] = set()
    while agency is not None and changer is not None and agency.pk not in seen:
        if agency.pk == changer:
            return True
        seen.add(agency.pk)
        agency = agency.successor
    return False


def _settle(reference: Reference, own: Sequence[Packet], now: datetime) -> None:
    told = set(reference.packet.deliveries.values_list("recipient__code", flat=True))
    concerned = Delivery.objects.filter(packet__in=own).order_by("id").values_list("id", "recipient__code")
    for delivery_id, code in concerned:
        if code in reference.removed:
            standing = REMOVED
        elif code in told and (not reference.only_for or code in reference.only_for):
            standing = str(reference.what)
        else:
            continue
        exchange.change_delivery(
            delivery_id=delivery_id,
            standing=standing,
            by=reference.packet,
            reason=reference.reason,
            now=now,
        )
    first = next((one for one in own if one.business != Packet.Business.UPDATE), own[0])
    if reference.added and reference.settled_at is None:
        exchange.add_recipients(packet_id=first.pk, found=_agencies(reference.added, first), now=now)
    if reference.settled_at is None:
        reference.target, reference.settled_at = first, now
        reference.save(update_fields=["target", "settled_at"])
        ledger.record(
            actor=AXIS.ref,
            action="corrections.change-settled",
            subject=f"packet:{first.pk}",
            details={"by": str(reference.packet_id), "what": str(reference.what)},
            now=now,
        )


def _agencies(codes: Sequence[str], packet: Packet) -> list[FoundAgency]:
    in_sandbox = packet.sender is not None and packet.sender.in_sandbox
    return list(directory.agencies_in_reach(codes, sandbox=in_sandbox).values())


def _primary_codes(codes: Sequence[str], packet: Packet) -> dict[str, str]:
    """Returns each code's primary one, itself where the directory does not know it."""
    in_sandbox = packet.sender is not None and packet.sender.in_sandbox
    found = directory.agencies_in_reach(set(codes), sandbox=in_sandbox)
    return {code: (found[code].primary_code if code in found else "") or code for code in codes}
