"""What recipients do: fetch, confirm, report a status; and what senders may report (13)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from hienluong.access import service as access
from hienluong.directory.service import Actor, allowed, require
from hienluong.edxml.content import Spool, SpoolSlice
from hienluong.edxml.packet import (
    ResponseFor,
    StaffInfo,
    StatusHeader,
    StatusPacket,
)
from hienluong.edxml.reader import read_attachments
from hienluong.edxml.trace import Insertion
from hienluong.edxml.wire_values import WireDate, WireTime
from hienluong.edxml.writer import find_trace_place, write_packet
from hienluong.exchange import policy
from hienluong.exchange.commands.accept import Receipt, accept_packet
from hienluong.exchange.commands.compose import own_organ
from hienluong.exchange.errors import DeliveryNotFound, PacketQuarantined, PartNotFound, StatusRefused
from hienluong.exchange.gates import refuse_closed
from hienluong.exchange.models import Delivery, DeliveryEvent, Packet, Transmission
from hienluong.exchange.permissions import GLASS_KIND
from hienluong.exchange.queries import entry, key_first_used_at, mailbox_of, packet_by_glass, reportable_now
from hienluong.exchange.queries import packet as find_packet
from hienluong.files import service as files
from hienluong.kit.clock import in_vietnam
from hienluong.kit.crash import crash_point
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.reasons import service as reasons

NOTE_MAX = 500


@dataclass(frozen=True, slots=True)
class Fetched:
    """A packet as handed to its recipient: the original bytes with the axis's own trace added (decision 3).

    Attributes:
        delivery: its entry.
        size: bytes, the trace included.
        etag: SHA-256 of the bytes, in hex.
    """

    delivery: Delivery
    size: int
    etag: str
    _original: SpoolSlice
    _trace: Insertion | None

    def chunks(self) -> Iterator[bytes]:
        """Yields the bytes in pieces; a large file is never held in memory."""
        return self._trace.chunks(self._original) if self._trace else self._original.chunks()


def fetch_packet(*, actor: Actor, delivery_id: int, now: datetime) -> Fetched:
    """Hands a packet to its recipient; fetching again gives the same bytes again.

    Raises:
        Forbidden: the actor may not fetch.
        DeliveryNotFound: it is not in the agency's mailbox.
        FileNotHeld, FileGone: its copy was destroyed, or is damaged.
    """
    require(actor, "exchange.confirm_delivery")
    with transaction.atomic():
        delivery = _locked_entry(actor, delivery_id)
        fetched = with_our_trace(actor, delivery)
        if delivery.state == policy.DELIVERED:
            step(delivery, policy.FETCHED, actor, now).save()
            delivery.fetched_at = delivery.fetched_at or now
            delivery.save(update_fields=["state", "changed_at", "fetched_at"])
            ledger.record(
                actor=actor.ref,
                action="exchange.packet-fetched",
                subject=f"packet:{delivery.packet_id}",
                details={"delivery": delivery.pk, "sha256": fetched.etag},
                now=now,
            )
    return fetched


def with_our_trace(actor: Actor, delivery: Delivery) -> Fetched:
    """Returns the original bytes plus one trace; its time is that of acceptance, so every fetch gives the same bytes.

    Raises:
        FileNotHeld, FileGone: as `fetch_packet`; and whatever a gate raises that keeps the packet closed.
    """
    if delivery.packet.kind == Packet.Kind.DOCUMENT:
        refuse_closed(delivery.packet_id)
    assert actor.agency_id is not None  # noqa: S101 - the mailbox is an agency's
    original = Spool.of(files.open_for(holder=actor.agency_id, file_id=delivery.transmission.file_id)).whole()
    trace = None
    if delivery.packet.kind == Packet.Kind.DOCUMENT:
        at = delivery.transmission.accepted_at
        trace = find_trace_place(original.open(), settings.AXIS_CODE, at)
    size = trace.size_of(original.size) if trace else original.size
    digest = hashlib.sha256()
    for chunk in trace.chunks(original) if trace else original.chunks():
        digest.update(chunk)
    return Fetched(delivery, size, digest.hexdigest(), original, trace)


def confirm_delivery(
    *, actor: Actor, delivery_id: int, outcome: Literal["done", "fail"], note: str = "", now: datetime
) -> Delivery:
    """Notes that the recipient's system has the packet (done) or cannot take it (fail); saying it again is harmless.

    This is the mailbox plane only: what becomes of the document is reported by statuses.

    Raises:
        Forbidden: the actor may not confirm.
        DeliveryNotFound: it is not in the agency's mailbox.
        TransitionRefused: it was confirmed with the other outcome before.
    """
    require(actor, "exchange.confirm_delivery")
    after = policy.CONFIRMED if outcome == "done" else policy.REJECTED
    with transaction.atomic():
        delivery = _locked_entry(actor, delivery_id)
        if delivery.state == after:
            return delivery
        step(delivery, after, actor, now, note).save()
        delivery.failure = note[:NOTE_MAX] if after == policy.REJECTED else ""
        delivery.confirmed_at = (delivery.confirmed_at or now) if after == policy.CONFIRMED else None
        delivery.save(update_fields=["state", "changed_at", "failure", "confirmed_at"])
        ledger.record(
            actor=actor.ref,
            action=f"exchange.packet-{after}",
            subject=f"packet:{delivery.packet_id}",
            details={"delivery": delivery.pk},
            now=now,
        )
        crash_point("confirm.before_commit")
    crash_point("confirm.after_commit")
    return delivery


def _locked_entry(actor: Actor, delivery_id: int) -> Delivery:
    delivery = (
        mailbox_of(actor)
        .select_related("packet", "recipient", "transmission")
        .select_for_update(of=["self"])
        .filter(id=delivery_id)
        .first()
    )
    if delivery is None:
        raise DeliveryNotFound(id=delivery_id)
    return delivery


def step(delivery: Delivery, after: str, actor: Actor, now: datetime, note: str = "") -> DeliveryEvent:
    """Takes a step of the mailbox plane in the row, and returns it as history; neither is written yet."""
    policy.require_mailbox_step(delivery.state, after)
    event = DeliveryEvent(
        delivery=delivery,
        plane=delivery.plane,
        before=delivery.state,
        after=after,
        at=now,
        actor=actor.name[:200],
        note=note[:NOTE_MAX],
    )
    delivery.state, delivery.changed_at = after, now
    return event


def report_status(
    *,
    actor: Actor,
    delivery_id: int,
    status: str,
    note: str = "",
    reason: str = "",
    staff: str = "",
    idempotency_key: str | None = None,
    now: datetime,
) -> Receipt:
    """Writes a status packet about a delivery and sends it along the main road; returns its receipt.

    Recipients report 01–06, 15 and 16; the sender asks back with 13. `reason` is a code of the maintained list; its
    words stand before the note.

    Raises:
        Forbidden: the actor may not report.
        DeliveryNotFound: the actor's agency neither sent nor received it.
        StatusRefused: the state table does not allow the status here, or a reason is missing.
        ReasonUnknown: the list offers no such reason for the status today.
    """
    require(actor, "exchange.confirm_delivery")
    note = reasons.phrase(act=status, code=reason, note=note, on=in_vietnam(now).date())
    delivery = (
        Delivery.objects.select_related("packet", "recipient")
        .filter(
            Q(recipient__agency_id=actor.agency_id) | Q(packet__sender_id=actor.agency_id), id=delivery_id
        )
        .filter(kind=Packet.Kind.DOCUMENT)
        .first()
    )
    if delivery is None or actor.agency_id is None:
        raise DeliveryNotFound(id=delivery_id)
    if delivery.packet.secrecy != Packet.Secrecy.OPEN:
        raise PacketQuarantined
    first_used_at = key_first_used_at(actor, idempotency_key)
    if first_used_at is None:  # else the same report comes again: what it changed does not speak against it
        _check_status(actor, delivery, status, note)
    by_recipient = delivery.recipient.agency_id == actor.agency_id and status not in policy.BY_SENDER
    packet = delivery.packet
    wire = StatusPacket(
        header=StatusHeader(
            sender=own_organ(actor),
            response_for=ResponseFor(
                organ_id=packet.sender_code if by_recipient else delivery.recipient.code,
                code="/".join(part for part in (packet.code_number, packet.code_notation) if part),
                promulgation_date=WireDate(packet.promulgated_raw) if packet.promulgated_on else None,
                document_id=packet.document_id,
            ),
            staff=StaffInfo(staff=staff or actor.name),
            status_code=status,
            description=note[:NOTE_MAX] or None,
            timestamp=WireTime.of(first_used_at or now),
        )
    )
    return accept_packet(
        actor=actor,
        source=write_packet(wire),
        declared_not_secret=True,
        idempotency_key=idempotency_key,
        now=now,
    )


def _check_status(actor: Actor, delivery: Delivery, status: str, note: str) -> None:
    allowed = reportable_now(actor, delivery)
    if status not in allowed:
        raise StatusRefused(
            [FieldError("/status", _("The present state allows: {allowed}."), {"allowed": allowed or "–"})],
            status=status,
            reason=f"the document is at “{delivery.business_state or '–'}”",
        )
    if status in policy.NEEDS_NOTE and not note.strip():
        raise StatusRefused(
            [FieldError("/note", _("Give the reason."))], status=status, reason="it needs a reason"
        )


def open_entry(*, actor: Actor, delivery_id: int, now: datetime) -> Delivery:
    """Opens an entry for a person: where the agency works in these pages, opening is fetching and confirming.

    The first opening also reports 01 (arrived) to the sender, which the law wants told within the day by a function
    of the system (Decree 30/2020, art. 21.2.c). Someone who may read but not confirm changes nothing.

    Raises:
        DeliveryNotFound: it is not in the agency's mailbox.
    """
    delivery = entry(actor, delivery_id)
    if not allowed(actor, "exchange.confirm_delivery"):
        return delivery
    if delivery.state == policy.DELIVERED:
        fetch_packet(actor=actor, delivery_id=delivery_id, now=now)
    if delivery.state in {policy.DELIVERED, policy.FETCHED}:
        confirm_delivery(actor=actor, delivery_id=delivery_id, outcome="done", now=now)
    if policy.ARRIVED in reportable_now(actor, delivery) and delivery.packet.kind == Packet.Kind.DOCUMENT:
        report_status(
            actor=actor,
            delivery_id=delivery_id,
            status=policy.ARRIVED,
            idempotency_key=f"arrived-{delivery_id}",
            now=now,
        )
    return entry(actor, delivery_id)


def _note_first_look(actor: Actor, packet: Packet, now: datetime) -> None:
    """Counts reading an attachment as fetching: what somebody has seen is not taken back without asking."""
    if packet.sender_id == actor.agency_id:
        return
    unseen = mailbox_of(actor).select_for_update(of=["self"]).filter(packet=packet, state=policy.DELIVERED)
    for delivery in unseen:
        step(delivery, policy.FETCHED, actor, now).save()
        delivery.fetched_at = delivery.fetched_at or now
        delivery.save(update_fields=["state", "changed_at", "fetched_at"])


@dataclass(frozen=True, slots=True)
class PartRead:
    """An attachment as its holder reads it: name, type by content, size, and its bytes in chunks."""

    name: str
    media_type: str
    size: int
    chunks: Iterator[bytes]


@transaction.atomic
def read_part(*, actor: Actor, packet_id: UUID, position: int, now: datetime) -> PartRead:
    """Hands an attachment to someone of an agency that holds the packet, or by break-glass, and records who looked.

    Raises:
        Forbidden: the actor may not see content.
        PacketNotFound, PacketQuarantined: see `queries.packet`.
        PartNotFound: the packet has no attachment of that position.
        and what a gate raises: nobody may have the content.
        FileNotHeld: the agency's copy was destroyed.
    """
    by_glass = not allowed(actor, "exchange.view_mailbox")
    packet = packet_by_glass(actor, packet_id, now=now) if by_glass else find_packet(actor, packet_id)
    refuse_closed(packet_id)
    if not by_glass:
        _note_first_look(actor, packet, now)
    part = packet.parts.filter(position=position).first()
    transmission, holder = _copy_for(actor, packet, by_glass=by_glass)
    if part is None or transmission is None or holder is None:
        raise PartNotFound(position=position, id=packet_id)
    if by_glass:
        what = f"attachment {position}"
        access.record_look(actor=actor, kind=GLASS_KIND, object_id=str(packet_id), what=what, now=now)
    attachments = read_attachments(files.stream_for(holder=holder, file_id=transmission.file_id))
    ledger.record(
        actor=actor.ref,
        action="exchange.part-read",
        subject=f"packet:{packet_id}",
        details={"position": position, "sha256": bytes(part.sha256).hex()},
        now=now,
    )
    content = attachments[position].content
    return PartRead(part.name, part.real_type, content.size, content.chunks())


def _copy_for(actor: Actor, packet: Packet, *, by_glass: bool) -> tuple[Transmission | None, UUID | None]:
    """Returns whose copy of which file the actor reads: the own agency's, or by break-glass one that is still held."""
    if by_glass:
        for transmission in packet.transmissions.order_by("accepted_at"):
            holders = files.holders_of(transmission.file_id)
            if holders:
                return transmission, holders[0]
        return None, None
    mine = packet.transmissions.filter(
        Q(submitter=actor.agency_id) | Q(deliveries__recipient__agency_id=actor.agency_id)
    )
    return mine.first() or packet.transmissions.first(), actor.agency_id
