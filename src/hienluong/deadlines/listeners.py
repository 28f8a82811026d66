"""What begins and ends clocks: documents accepted, delivered, reported on, withdrawn; and a changed calendar."""

from __future__ import annotations

from django.db import transaction

from hienluong.deadlines import clocks, policy
from hienluong.deadlines.clocks import reckons, reference_of
from hienluong.deadlines.reminders import tell_of_urgent
from hienluong.directory import service as directory
from hienluong.directory.events import CalendarChanged
from hienluong.directory.service import is_province_code, is_sandbox_code
from hienluong.edxml.packet import DocumentPacket
from hienluong.edxml.statuses import BusinessKind
from hienluong.exchange.events import (
    DeliveryWithdrawn,
    PacketAccepted,
    PacketQuarantined,
    PacketsDelivered,
    StatusRecorded,
)
from hienluong.exchange.service import Packet
from hienluong.jobs import service as jobs
from hienluong.kit.clock import in_vietnam
from hienluong.kit.events import subscribe

WITH_A_DATE_OF_ITS_OWN = frozenset({BusinessKind.NEW, BusinessKind.REPLACEMENT})
"""Revocations and updates repeat the date of the document they change."""


@subscribe(PacketAccepted)
def measure_sending(event: PacketAccepted) -> None:
    """Measures how soon after its date a document was sent, and notes by when its sender wants an answer."""
    if not isinstance(event.wire, DocumentPacket) or is_sandbox_code(event.sender_code):
        return
    header, sender = event.wire.header, event.sender_id
    today = in_vietnam(event.at).date()
    if header.due_date is not None and header.due_date.value is not None:
        clocks.keep_answer_date(packet=event.packet_id, answer_by=header.due_date.value, today=today)
    if sender is None or not is_province_code(event.sender_code):
        return
    if header.responses_for:
        answered = [one.document_id for one in header.responses_for if one.document_id]
        clocks.stop(at=event.at, agency=sender, duty=policy.ANSWER, packet__document_id__in=answered)
    dated = header.promulgation.date
    if event.wire.business_kind not in WITH_A_DATE_OF_ITS_OWN or dated is None or dated.value is None:
        return
    level = header.other.priority_level if header.other else None
    with reckons(f"sending packet {event.packet_id}"):
        clocks.begin_sending(
            agency=sender,
            packet=event.packet_id,
            reference=reference_of(header.code.number or "", header.code.notation or "", header.document_id),
            issued_on=dated.value,
            priority=int(level or 0),
            sent_at=event.at,
        )


@subscribe(PacketsDelivered)
def begin_on_arrival(event: PacketsDelivered) -> None:
    """Begins the clocks of what reached agencies of the province; of what is urgent people are told at once."""
    arrivals = [one for one in event.arrivals if one.kind == Packet.Kind.DOCUMENT and one.agency_id]
    if not arrivals:
        return
    with reckons(f"{len(arrivals)} arrivals"):
        clocks.begin_receipts(arrivals, event.at)
    if any(policy.is_urgent(one.priority) for one in arrivals):
        tell_of_urgent([one for one in arrivals if policy.is_urgent(one.priority)], event.at)


@subscribe(StatusRecorded)
def stop_on_status(event: StatusRecorded) -> None:
    """Stops the clocks that a status of the recipient ends."""
    if event.code in policy.TELLS_RECEIPT:
        duties = [policy.RECEIPT, *([policy.ANSWER] if event.code in policy.ENDS_ANSWER else [])]
        clocks.stop(at=event.at, delivery=event.delivery_id, duty__in=duties)


@subscribe(DeliveryWithdrawn)
def end_what_was_withdrawn(event: DeliveryWithdrawn) -> None:
    """Ends the clocks of a delivery that was taken back: nothing is due any more."""
    clocks.void(at=event.at, delivery=event.delivery_id)


@subscribe(PacketQuarantined)
def end_what_was_taken_out(event: PacketQuarantined) -> None:
    """Ends the clocks of a packet that nobody can open any more."""
    clocks.void(at=event.at, packet=event.packet_id)
    clocks.forget_reference(event.packet_id)


@subscribe(CalendarChanged)
def reckon_again(event: CalendarChanged) -> None:  # noqa: ARG001 - any change may move any clock
    """Has the clocks that run reckoned again, after the change has committed."""
    transaction.on_commit(directory.forget)
    jobs.defer("deadlines.reckon")
