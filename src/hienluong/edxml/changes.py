"""What a document does to earlier ones: which it revokes (1), updates (2) or replaces (3), and for whom.

The targets stand in three places of the wire, one per kind: ResponseFor of the header, DocumentId of Bussiness, and
ReplacementInfoList (the national axis's samples; reference §1.5).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hienluong.edxml.packet import DocumentPacket, Receiver
from hienluong.edxml.statuses import BusinessKind

REMOVED, ADDED = "0", "1"


@dataclass(frozen=True, slots=True)
class ChangedDocument:
    """A document that a packet changes; `only_for` are the agencies it is changed for, none: every receiver."""

    document_id: str
    only_for: tuple[str, ...] = ()


def changed_documents(packet: DocumentPacket) -> list[ChangedDocument]:
    """Returns the documents that a packet revokes, updates or replaces, each once, as it names them.

    An update that names none is a new version of its own document: implementers keep the id.
    """
    found = {one.document_id: one for one in _named(packet) if one.document_id}
    if packet.business_kind is BusinessKind.UPDATE and not found:
        found[packet.document_id] = ChangedDocument(packet.document_id)
    return list(found.values())


def _named(packet: DocumentPacket) -> Iterator[ChangedDocument]:
    business = packet.business
    if packet.business_kind is BusinessKind.REVOCATION:
        for answered in packet.header.responses_for:
            yield ChangedDocument((answered.document_id or "").strip())
    elif packet.business_kind is BusinessKind.UPDATE and business:
        yield ChangedDocument((business.document_id or "").strip())
    elif packet.business_kind is BusinessKind.REPLACEMENT and business:
        for listed in business.replacement_lists:
            for one in listed.replacements:
                codes = one.organ_id_list.organ_ids if one.organ_id_list else ()
                yield ChangedDocument(
                    (one.document_id or "").strip(), tuple(code.strip() for code in codes if code.strip())
                )


def removed_receivers(packet: DocumentPacket) -> list[str]:
    """Returns the agencies that an update takes off the receivers."""
    return [(one.organ_id or "").strip() for one in _receivers(packet) if one.receiver_type == REMOVED]


def added_receivers(packet: DocumentPacket) -> list[str]:
    """Returns the agencies that an update adds to the receivers."""
    return [(one.organ_id or "").strip() for one in _receivers(packet) if one.receiver_type == ADDED]


def _receivers(packet: DocumentPacket) -> Iterator[Receiver]:
    if packet.business_kind is BusinessKind.UPDATE and packet.business:
        for info in packet.business.document_infos:
            for one in info.receiver_list.receivers if info.receiver_list else ():
                if (one.organ_id or "").strip():
                    yield one
