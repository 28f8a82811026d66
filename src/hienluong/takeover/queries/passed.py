"""Documents that passed here in a time, for a comparison; whoever asks has shown that it may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from hienluong.exchange.service import Delivery, Packet

Passed = tuple[UUID, str, str, str, date | None, str, str, str, datetime]
"""A document that passed: packet, document id, number, notation, date, sender's code and name, subject, when."""


def documents_between(agency_id: UUID, *, received: bool, begin: datetime, end: datetime) -> Iterator[Passed]:
    """Yields the documents that reached an agency, or that it sent, in a time; the caller has asked for the permission."""
    columns = (
        "document_id",
        "code_number",
        "code_notation",
        "promulgated_on",
        "sender_code",
        "sender_name",
        "subject",
    )
    if received:
        arrived = Delivery.objects.filter(
            recipient__agency_id=agency_id,
            kind=Packet.Kind.DOCUMENT,
            delivered_at__gte=begin,
            delivered_at__lt=end,
        ).filter(packet__secrecy="open")
        names = (f"packet__{name}" for name in columns)
        yield from arrived.values_list("packet_id", *names, "delivered_at").iterator(chunk_size=2000)
        return
    handed_in = Packet.objects.filter(
        sender_id=agency_id,
        kind=Packet.Kind.DOCUMENT,
        accepted_at__gte=begin,
        accepted_at__lt=end,
        secrecy="open",
    )
    yield from handed_in.values_list("id", *columns, "accepted_at").iterator(chunk_size=2000)
