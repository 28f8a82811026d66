"""Writes the rows of an accepted packet: one statement for a new one, with all that the exchange keeps of it.

Every acceptance passes here, so the statements are written out: each one less is time that every packet saves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from hienluong.directory.service import FoundAgency
from hienluong.edxml.identity import document_digest, status_key
from hienluong.edxml.packet import DocumentPacket, StatusPacket
from hienluong.edxml.packet import Packet as WirePacket
from hienluong.exchange import policy
from hienluong.exchange.errors import DocumentConflict, SecretContent
from hienluong.exchange.models import Packet, Recipient, Transmission
from hienluong.files.service import StoredFile
from hienluong.kit.ids import new_id
from hienluong.kit.jcs import canonical_json
from hienluong.kit.search_key import search_key

SCANNED_TYPES = frozenset({"application/pdf", "text/plain"})
WARNINGS_KEPT = 50

# What follows stands after `packet(id)`: the row just inserted, or none where the packet is known.
_TRANSMISSION = """transmission AS (
    INSERT INTO exchange_transmission
        (id, packet_id, submitter, sha256, size, file_id, idempotency_key, hops, accepted_at, receipt)
    SELECT %s, packet.id, %s, %s, %s, %s, %s, %s, %s, %s FROM packet
    ON CONFLICT DO NOTHING RETURNING id
)"""
_DELIVERIES = """delivery AS (
    INSERT INTO exchange_delivery (packet_id, transmission_id, recipient_id, recipient_code, kind, promulgated_on, state,
        due_at, created_at, changed_at, taken_over, business_state, attempts, failure)
    SELECT packet.id, %s, recipient.id, one.code, %s, %s, one.state, CASE one.state WHEN %s THEN %s END,
        %s, %s, one.taken_over::jsonb, '', 0, ''
    FROM packet, unnest(%s::text[], %s::text[], %s::text[], %s::text[]) WITH ORDINALITY
        AS one (code, known_as, state, taken_over, place)
    JOIN exchange_recipient recipient ON recipient.code = one.known_as
    ORDER BY one.place
    ON CONFLICT (packet_id, recipient_id) DO NOTHING RETURNING id
)"""
_PARTS = """part AS (
    INSERT INTO exchange_part (packet_id, position, name, declared_type, real_type, size, sha256)
    SELECT packet.id, one.*
    FROM packet, unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bytea[]) AS one
), scan AS (
    INSERT INTO exchange_scan (packet_id, due_at, attempts) SELECT packet.id, %s, 0 FROM packet WHERE %s
)"""
_COUNTS = """ SELECT (SELECT count(*) FROM packet), (SELECT count(*) FROM transmission),
    (SELECT count(*) FROM delivery)"""


@dataclass(frozen=True, slots=True)
class Addressee:
    """One recipient as resolved: in the province (agency) or outside it (no agency)."""

    code: str
    name: str
    agency_id: UUID | None
    primary_code: str
    taken_over: list[dict[str, str]] = field(default_factory=list)
    """Per code that led here by succession: the agency asked for, and since when this one answers for it."""

    @property
    def routed(self) -> bool:
        """Whether there is a way to it."""
        return self.agency_id is not None

    @property
    def state(self) -> str:
        """The state in which its delivery begins."""
        return policy.WAITING if self.routed else policy.UNROUTED


@dataclass(slots=True)
class HandedIn:
    """One file as handed in: who submitted it, where it is stored, under which key, and its receipt."""

    submitter: UUID
    stored: StoredFile
    key: str | None
    receipt: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """Whether the packet's identity is new, and whether the file and its key are."""

    is_new: bool
    is_first: bool


def packet_values(
    wire: WirePacket, sender: FoundAgency | None, addressees: Sequence[Addressee], now: datetime
) -> dict[str, Any]:
    """Returns the row of a packet by column, under a new id."""
    name = (sender.agency.name if sender else wire.sender.organ_name) or wire.sender.organ_id
    code = (sender.primary_code if sender else "") or wire.sender.organ_id
    sender_words = f"{name} {code}"
    row: dict[str, Any] = {
        "id": new_id(),
        "kind": str(wire.kind),
        "sender_id": sender.agency.pk if sender else None,
        # The primary code, so that an agency's aliases are one sender; From as written stays in the file.
        "sender_code": code,
        "sender_name": name,
        "document_id": wire.document_id,
        "holders": sorted({*_agencies(addressees), *([sender.agency.pk] if sender else [])}),
        "secrecy": Packet.Secrecy.OPEN.value,
        "warnings": [
            {
                "code": warning.code,
                "path": warning.path,
                "line": warning.line,
                "params": {name: str(value) for name, value in warning.params.items()},
                "text": warning.text(),
            }
            for warning in wire.warnings[:WARNINGS_KEPT]
        ],
        "accepted_at": now,
    }
    if isinstance(wire, StatusPacket):
        return row | {
            "business": None,
            "digest": hashlib.sha256(canonical_json(list(status_key(wire)))).digest(),
            "code_number": "",
            "code_notation": wire.header.response_for.code or "",
            "promulgated_on": None,
            "promulgated_raw": "",
            "type_name": "",
            "subject": "",
            "search_key": search_key(wire.header.response_for.code or "", "", "", sender_words),
            "priority": 0,
            "status_code": wire.header.status_code,
            "status_note": wire.header.description or "",
        }
    header = wire.header
    raised = header.other.priority_level if header.other else None
    date = header.promulgation.date
    return row | {
        "business": int(wire.business_kind),
        "digest": bytes.fromhex(document_digest(wire)),
        "code_number": header.code.number or "",
        "code_notation": header.code.notation or "",
        "promulgated_on": date.value if date else None,
        "promulgated_raw": date.raw if date else "",
        "type_name": header.document_type.type_name or "",
        "subject": header.subject,
        "search_key": search_key(
            str(header.code), header.document_type.type_name or "", header.subject, sender_words
        ),
        "priority": int(raised) if raised is not None else 0,
        "status_code": "",
        "status_note": "",
    }


def write_packet(
    packet: dict[str, Any], wire: WirePacket, addressees: Sequence[Addressee], handed_in: HandedIn
) -> Written:
    """Inserts a packet with its transmission, parts and deliveries, unless its identity is known: then nothing.

    Waits for a transaction that is inserting the same one.
    """
    parts = wire.attachments if isinstance(wire, DocumentPacket) else ()
    values: list[Any] = [Jsonb(value) if name == "warnings" else value for name, value in packet.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH packet AS (INSERT INTO exchange_packet ({', '.join(packet)}) "  # noqa: S608 - our own column names
            f"VALUES ({', '.join(['%s'] * len(packet))}) ON CONFLICT DO NOTHING RETURNING id), "
            f"{_TRANSMISSION}, {_PARTS}, {_DELIVERIES} {_COUNTS}",
            [
                *values,
                *_transmission_values(packet, wire, handed_in),
                list(range(len(parts))),
                [part.name or "" for part in parts],
                [part.content_type or "" for part in parts],
                [part.content.media_type[:120] for part in parts],
                [part.content.size for part in parts],
                [bytes.fromhex(part.content.sha256) for part in parts],
                packet["accepted_at"],
                any(part.content.media_type in SCANNED_TYPES for part in parts),
                *_delivery_values(packet, addressees, handed_in),
            ],
        )
        packets, transmissions, deliveries = cursor.fetchone()
    if transmissions and deliveries < len(addressees):
        _make_recipients(addressees)
        _write_deliveries(packet, addressees, handed_in)
    return Written(bool(packets), bool(transmissions))


def write_transmission(
    packet: dict[str, Any], wire: WirePacket, addressees: Sequence[Addressee], handed_in: HandedIn
) -> Written:
    """Inserts another transmission of a known packet, and its deliveries to those that do not have it yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH packet (id) AS (VALUES (%s)), {_TRANSMISSION} SELECT count(*) FROM transmission",  # noqa: S608 - our own statement
            [packet["id"], *_transmission_values(packet, wire, handed_in)],
        )
        [is_first] = cursor.fetchone()
    if is_first and addressees:
        _deliver_to_more(packet, addressees, handed_in)
    return Written(is_new=False, is_first=bool(is_first))


def deliver_also(
    packet: Packet, transmission: Transmission, addressees: Sequence[Addressee], now: datetime
) -> None:
    """Inserts deliveries of a transmission that was accepted before, to recipients that were added to it."""
    stored = StoredFile(transmission.pk, transmission.size, bytes(transmission.sha256), b"")
    handed_in = HandedIn(transmission.submitter, stored, None, {})
    row = {"id": packet.pk, "kind": packet.kind, "promulgated_on": packet.promulgated_on, "accepted_at": now}
    _deliver_to_more(row, addressees, handed_in)


def _deliver_to_more(packet: dict[str, Any], addressees: Sequence[Addressee], handed_in: HandedIn) -> None:
    """Inserts deliveries of a packet that is there; its new recipients find it from now on."""
    _make_recipients(addressees)
    _write_deliveries(packet, addressees, handed_in)
    holders = _agencies(addressees)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE exchange_packet SET holders = ARRAY(SELECT DISTINCT unnest(holders || %s::uuid[])) "
            "WHERE id = %s AND NOT holders @> %s::uuid[]",
            [holders, packet["id"], holders],
        )


def _agencies(addressees: Sequence[Addressee]) -> list[UUID]:
    return [one.agency_id for one in addressees if one.agency_id]


def _write_deliveries(packet: dict[str, Any], addressees: Sequence[Addressee], handed_in: HandedIn) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH packet (id) AS (VALUES (%s)), {_DELIVERIES} SELECT count(*) FROM delivery",  # noqa: S608 - our own statement
            [packet["id"], *_delivery_values(packet, addressees, handed_in)],
        )


def _transmission_values(packet: dict[str, Any], wire: WirePacket, handed_in: HandedIn) -> list[Any]:
    hops = wire.trace.hops if isinstance(wire, DocumentPacket) and wire.trace else ()
    stored = handed_in.stored
    return [
        stored.id,
        handed_in.submitter,
        stored.sha256,
        stored.size,
        stored.id,
        handed_in.key,
        Jsonb(
            [
                {"organ_id": hop.organ_id or "", "timestamp": hop.timestamp.raw if hop.timestamp else ""}
                for hop in hops
            ]
        ),
        packet["accepted_at"],
        Jsonb(handed_in.receipt),
    ]


def _delivery_values(
    packet: dict[str, Any], addressees: Sequence[Addressee], handed_in: HandedIn
) -> list[Any]:
    now = packet["accepted_at"]
    return [
        handed_in.stored.id,
        packet["kind"],
        packet["promulgated_on"],
        *(policy.WAITING, now, now, now),
        [one.code for one in addressees],
        [one.primary_code for one in addressees],
        [one.state for one in addressees],
        [json.dumps(one.taken_over) for one in addressees],
    ]


def _make_recipients(addressees: Sequence[Addressee]) -> None:
    """Makes the rows of recipients that a packet comes to for the first time.

    Always in the same order, so that two first packets to the same agencies cannot wait for each other.
    """
    Recipient.objects.bulk_create(
        [
            Recipient(
                agency_id=one.agency_id,
                code=one.primary_code,
                name=one.name,
                search_key=search_key(f"{one.name} {one.primary_code}"),
                channel=Recipient.MAILBOX if one.routed else "",
            )
            for one in sorted(addressees, key=lambda one: one.primary_code)
        ],
        ignore_conflicts=True,
    )


def known_packet(packet: dict[str, Any]) -> tuple[UUID, set[str]]:
    """Returns the packet of this identity and the primary codes of the recipients that have it.

    Raises:
        DocumentConflict: kind 0, the same id, another digest.
        SecretContent: it was taken out of the exchange.
    """
    same = Packet.objects.filter(
        sender_code=packet["sender_code"],
        document_id=packet["document_id"],
        kind=packet["kind"],
        business=packet["business"],
    )
    known = same.filter(digest=packet["digest"]).first()
    if known is None:
        other = same.first()
        raise DocumentConflict(
            document_id=packet["document_id"],
            first=bytes(other.digest).hex() if other else "",
            second=packet["digest"].hex(),
        )
    if known.secrecy != Packet.Secrecy.OPEN:
        raise SecretContent(where="the document was taken out of the exchange before")
    return known.pk, set(known.deliveries.values_list("recipient__code", flat=True))
