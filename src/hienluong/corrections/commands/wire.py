"""Writes what takes a document back, or sends it elsewhere: a revocation, and the document with other receivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from hienluong.directory.service import Actor
from hienluong.edxml.packet import (
    Business,
    DocumentPacket,
    ResponseFor,
    StaffInfo,
    TraceHeader,
    TraceHeaderList,
)
from hienluong.edxml.wire_values import WireTime
from hienluong.edxml.writer import write_packet
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Receipt
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _


def write_revocation(
    *,
    actor: Actor,
    packet_id: UUID,
    reason: str,
    recipients: Sequence[str] = (),
    idempotency_key: str | None = None,
    now: datetime,
) -> Receipt:
    """Writes a revocation (kind 1) of a document that the actor's agency sent, without attachments, and accepts it.

    It carries the header of the document, which stands in ResponseFor, and an id of its own, so that 15 and 16 say
    which of the two they answer. It goes to `recipients`, or to all that the document went to.

    Raises:
        PacketNotFound: the agency did not send it, or it is no document.
        InvalidInput: no reason; or nobody is left to tell.
        and whatever `accept_packet` raises.
    """
    if not reason.strip():
        raise InvalidInput([FieldError("/reason", _("Give the reason."))])
    packet, original = exchange.own_document(actor, packet_id)
    key = idempotency_key or f"revoke-{uuid4()}"
    codes = list(recipients) or list(
        packet.deliveries.order_by("id").values_list("recipient__code", flat=True)
    )
    written_at = exchange.key_first_used_at(actor, idempotency_key) or now
    header = replace(
        original.header,
        sender=exchange.own_organ(actor),
        receivers=exchange.receivers(actor, codes),
        document_id=str(uuid5(NAMESPACE_OID, f"{actor.agency_id} {key}")),
        responses_for=(
            ResponseFor(
                organ_id=actor.agency_code,
                code=str(original.header.code),
                document_id=original.document_id,
                promulgation_date=original.header.promulgation.date,
            ),
        ),
    )
    wire = DocumentPacket(
        header=header,
        trace=TraceHeaderList(
            hops=(TraceHeader(organ_id=actor.agency_code, timestamp=WireTime.of(written_at)),),
            business=Business(kind_code="1", reason=reason, paper="0", staff=(StaffInfo(staff=actor.name),)),
        ),
    )
    return exchange.accept_packet(
        actor=actor, source=write_packet(wire), declared_not_secret=True, idempotency_key=key, now=now
    )


def readdress_document(
    *,
    actor: Actor,
    packet_id: UUID,
    recipients: Sequence[str],
    idempotency_key: str | None = None,
    now: datetime,
) -> Receipt:
    """Sends a document of the actor's agency, unchanged but for its receivers, to further agencies.

    It stays the same document (decision 1): nobody gets it twice.

    Raises:
        PacketNotFound: the agency did not send it, or it is no document.
        RecipientUnknown: a code that the directory does not know.
        and whatever `accept_packet` raises.
    """
    _packet, original = exchange.own_document(actor, packet_id)
    hop = TraceHeader(
        organ_id=actor.agency_code,
        timestamp=WireTime.of(exchange.key_first_used_at(actor, idempotency_key) or now),
    )
    trace = original.trace or TraceHeaderList()
    wire = replace(
        original,
        header=replace(original.header, receivers=exchange.receivers(actor, recipients)),
        trace=replace(trace, hops=(*trace.hops, hop)),
    )
    return exchange.accept_packet(
        actor=actor,
        source=write_packet(wire),
        declared_not_secret=True,
        idempotency_key=idempotency_key or f"readdress-{uuid4()}",
        now=now,
    )
