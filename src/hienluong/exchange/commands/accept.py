"""Takes a packet: read, check, make durable, answer (decisions 1, 3, 4, 5 and 7).

The file is on disk, and fsynced, before the transaction; the receipt goes back after its commit. Whatever fails
before the commit leaves at most an orphan file, which is swept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, FoundAgency, require
from hienluong.edxml.changes import added_receivers
from hienluong.edxml.identity import transmission_digest
from hienluong.edxml.packet import Packet as WirePacket
from hienluong.edxml.packet import StatusPacket
from hienluong.edxml.reader import read_packet
from hienluong.edxml.safe_xml import Limits
from hienluong.edxml.secrecy import find_secrecy_markers
from hienluong.exchange.audiences import keep_audiences
from hienluong.exchange.commands.accepted_rows import (
    Addressee,
    HandedIn,
    known_packet,
    packet_values,
    write_packet,
    write_transmission,
)
from hienluong.exchange.commands.status import apply_status
from hienluong.exchange.commands.succession import refuse_ended, taken_over_by
from hienluong.exchange.errors import (
    IdempotencyKeyReused,
    PacketRefused,
    PacketTooLarge,
    RecipientUnknown,
    SecrecyNotDeclared,
    SecretContent,
    SenderNotAllowed,
)
from hienluong.exchange.events import PacketAccepted
from hienluong.exchange.models import Audience
from hienluong.files import service as files
from hienluong.kit.clock import in_vietnam
from hienluong.kit.crash import crash_point
from hienluong.kit.events import publish
from hienluong.kit.jcs import canonical_json
from hienluong.kit.streams import from_the_start
from hienluong.ledger import service as ledger
from hienluong.systems.service import may_send_for

IDEMPOTENCY_KEY_MAX = 100
CODE_MAX = 60  # the law says 35 (Decision 20/2020); longer ones circulate
DOCUMENT_ID_MAX = 500
HERE = frozenset({"province", "sandbox"})  # places whose mailboxes are on this axis


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a transmission: its facts as JSON, and whether it was given before (a resend)."""

    facts: dict[str, Any]
    repeated: bool

    @property
    def packet_id(self) -> UUID:
        """The packet it is about."""
        return UUID(self.facts["packet"])


def accept_packet(
    *,
    actor: Actor,
    source: bytes | BinaryIO,
    declared_not_secret: bool,
    now: datetime,
    idempotency_key: str | None = None,
    audiences: Sequence[Audience] = (),
) -> Receipt:
    """Accepts one edXML file and returns its receipt; the same file or key again gets the first receipt again.

    A large file is given as an open one that can be read from any place: it is never held in memory.

    Raises:
        Forbidden, SenderNotAllowed: the actor may not send, or not for the agency in From (decision 4).
        SecrecyNotDeclared, SecretContent: decision 5.
        FormatError: the file is not edXML that can be read; element, line and reason are named.
        RecipientUnknown: codes of the province that nobody has or had.
        DocumentConflict: a new document (kind 0) with the id of another one.
        IdempotencyKeyReused: the key came with another file before.
        Unavailable: the disk is full; nothing was stored.
    """
    sha256 = bytes.fromhex(transmission_digest(from_the_start(source)))
    size = len(source) if isinstance(source, bytes) else source.tell()
    require(actor, "exchange.send_packet")
    with ledger.recording_refusals(
        actor=actor.ref,
        action="exchange.packet-refused",
        subject=f"file:{sha256.hex()}",
        details={"sha256": sha256.hex(), "size": size},
        now=now,
    ):
        if idempotency_key is not None and not _is_key(idempotency_key):
            raise PacketRefused(
                reason=f"an idempotency key has 1 to {IDEMPOTENCY_KEY_MAX} printable characters"
            )
        first = _first_receipt(actor, sha256, idempotency_key)
        if first is not None:
            return first
        if not declared_not_secret:
            raise SecrecyNotDeclared
        if size > settings.PACKET_MAX_BYTES:
            raise PacketTooLarge(limit=settings.PACKET_MAX_BYTES)
        wire = read_packet(from_the_start(source), limits=_limits())
        return _accept(actor, wire, source, idempotency_key, audiences, now)


def _is_key(text: str) -> bool:
    return 0 < len(text) <= IDEMPOTENCY_KEY_MAX and text.isprintable()


def _limits() -> Limits:
    return Limits(
        file_bytes=settings.PACKET_MAX_BYTES,
        attachment_bytes=settings.ATTACHMENT_MAX_BYTES,
        attachments=settings.ATTACHMENTS_MAX,
    )


def _first_receipt(actor: Actor, sha256: bytes, key: str | None) -> Receipt | None:
    """Returns the receipt given before for this file or key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sha256, idempotency_key, receipt FROM exchange_transmission "
            "WHERE submitter = %s AND (sha256 = %s OR idempotency_key = %s)",
            [actor.agency_id, sha256, key],
        )
        rows = cursor.fetchall()
    for known, known_key, _ in rows:
        if key is not None and known_key == key and bytes(known) != sha256:
            raise IdempotencyKeyReused(key=key, first=bytes(known).hex(), second=sha256.hex())
    if not rows:
        return None
    facts = _load(rows[0][2])
    if facts.get("destroyed"):
        raise SecretContent(where="the document was taken out of the exchange before")
    return Receipt(facts, repeated=True)


def _load(receipt: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(receipt)  # Django has its driver hand JSON out as text
    return facts


def _accept(
    actor: Actor,
    wire: WirePacket,
    source: bytes | BinaryIO,
    key: str | None,
    audiences: Sequence[Audience],
    now: datetime,
) -> Receipt:
    to_codes = _to_codes(wire)
    _refuse_overlong(wire, to_codes)
    day = in_vietnam(now).date()
    found = directory.agencies_in_reach([wire.sender.organ_id, *to_codes], sandbox=actor.sandbox, on=day)
    sender = found.get(wire.sender.organ_id)
    if not may_send_for(actor, sender.agency if sender else None, wire.sender.organ_id, day):
        raise SenderNotAllowed(actor=actor.agency_name or actor.name, sender=wire.sender.organ_id)
    addressees = _addressees(actor, wire, to_codes, found, day)
    _refuse_secrets(wire)
    stored = files.store(from_the_start(source))
    crash_point("accept.after_fsync")
    with transaction.atomic():
        receipt = _write(actor, wire, sender, addressees, stored, key, audiences, now)
        crash_point("accept.before_commit")
    crash_point("accept.after_commit")
    return receipt


def _refuse_overlong(wire: WirePacket, to_codes: Sequence[str]) -> None:
    """Refuses identifiers that no index can hold; every other value is kept at any length."""
    if any(len(code) > CODE_MAX for code in (wire.sender.organ_id, *to_codes)):
        raise PacketRefused(reason=f"an agency code has at most {CODE_MAX} characters")
    if len(wire.document_id) > DOCUMENT_ID_MAX:
        raise PacketRefused(reason=f"a DocumentId has at most {DOCUMENT_ID_MAX} characters")


def _to_codes(wire: WirePacket) -> list[str]:
    if isinstance(wire, StatusPacket):
        if not wire.receiver_id or not wire.document_id:
            raise PacketRefused(
                reason="a status names the agency it is for and the document it is about (ResponseFor)"
            )
        return [wire.receiver_id]
    return list(dict.fromkeys([*(organ.organ_id for organ in wire.receivers), *added_receivers(wire)]))


def _addressees(
    actor: Actor, wire: WirePacket, codes: Sequence[str], found: dict[str, FoundAgency], day: date
) -> list[Addressee]:
    """Resolves the recipients; outside the province a code the directory does not know still waits for its route.

    Nothing leaves the sandbox and nothing enters it: a code of the other side is as unknown as one of nobody.
    """
    names = {} if isinstance(wire, StatusPacket) else {o.organ_id: o.organ_name or "" for o in wire.receivers}
    unknown = [
        code
        for code in codes
        if code not in found
        and (actor.sandbox or directory.is_sandbox_code(code) or directory.is_province_code(code))
    ]
    if unknown:
        raise RecipientUnknown(codes=unknown)
    if not isinstance(wire, StatusPacket):  # what became of a document is still recorded, whoever may read it
        refuse_ended(codes, found, day)
    addressees: dict[object, Addressee] = {}
    for code in codes:
        known = found.get(code)
        if known is not None and known.agency.place in HERE:
            one = Addressee(code, known.agency.name, known.agency.pk, known.primary_code)
            addressees.setdefault(known.agency.pk, one).taken_over.extend(taken_over_by(code, known))
        else:
            name = known.agency.name if known else names.get(code, "")
            primary = (known.primary_code if known else "") or code
            addressees.setdefault(primary, Addressee(code, name, None, primary))
    return list(addressees.values())


def _refuse_secrets(wire: WirePacket) -> None:
    """Refuses a packet with a mark of secrecy in what people wrote (decision 5); attachments are scanned after."""
    if isinstance(wire, StatusPacket):
        return
    header = wire.header
    findings = find_secrecy_markers(
        [header.subject, header.content or "", *(part.name or "" for part in wire.attachments)],
        markers=settings.SECRECY_MARKERS,
        notation_series=settings.SECRECY_SERIES,
        notation=header.code.notation or "",
    )
    if findings:
        raise SecretContent(where=", ".join(sorted({finding.marker for finding in findings})))


def _write(
    actor: Actor,
    wire: WirePacket,
    sender: FoundAgency | None,
    addressees: list[Addressee],
    stored: files.StoredFile,
    key: str | None,
    audiences: Sequence[Audience],
    now: datetime,
) -> Receipt:
    assert actor.agency_id is not None  # noqa: S101 - may_send_for lets nobody through without an agency
    packet = packet_values(wire, sender, addressees, now)
    act, facts = _told(packet, addressees, stored, set())
    handed_in = HandedIn(actor.agency_id, stored, key, facts)
    written = write_packet(packet, wire, addressees, handed_in)
    fresh = addressees
    if not written.is_new:
        packet["id"], have = known_packet(packet)
        act, handed_in.receipt = _told(packet, addressees, stored, have)
        fresh = [one for one in addressees if one.primary_code not in have]
        written = write_transmission(packet, wire, fresh, handed_in)
    if not written.is_first:
        first = _first_receipt(actor, stored.sha256, key)  # it came in by another connection a moment ago
        transaction.set_rollback(True)
        if first is None:
            raise PacketRefused(reason="the same file is being handed in by another connection")
        return first
    holders = {actor.agency_id, *(one.agency_id for one in fresh if one.agency_id)}
    if sender is not None and sender.agency.place in HERE:
        holders.add(sender.agency.pk)
    files.hold(stored, holders=holders, now=now)
    if isinstance(wire, StatusPacket) and written.is_new:
        apply_status(
            wire=wire, packet_id=packet["id"], sender=sender, actor_name=packet["sender_name"], now=now
        )
    sender_id = sender.agency.pk if sender else None
    publish(PacketAccepted(packet["id"], sender_id, packet["sender_code"], wire, now, key))
    acts = [*keep_audiences(audiences, stored.id, packet["id"]), act] if audiences else [act]
    ledger.record_many(actor=actor.ref, acts=acts, now=now)
    return Receipt(handed_in.receipt, repeated=False)


def _told(
    packet: dict[str, Any], addressees: Sequence[Addressee], stored: files.StoredFile, have: Collection[str]
) -> tuple[ledger.Act, dict[str, Any]]:
    """Returns the ledger's entry and the receipt; `have` are the primary codes of those that have the document."""
    common = {
        "sha256": stored.sha256.hex(),
        "digest": packet["digest"].hex(),
        "size": stored.size,
        "sender": packet["sender_code"],
    }
    codes = canonical_json([one.code for one in addressees])
    act = ledger.Act(
        "exchange.packet-accepted",
        f"packet:{packet['id']}",
        {
            **common,
            "transmission": stored.id.hex,
            "recipients": len(addressees),
            "recipients_sha256": hashlib.sha256(codes).hexdigest(),
        },
    )
    facts: dict[str, Any] = {
        **common,
        "receipt": str(stored.id),
        "packet": str(packet["id"]),
        "kind": packet["kind"],
        "business": packet["business"],
        "document_id": packet["document_id"],
        "accepted_at": packet["accepted_at"].isoformat(timespec="milliseconds"),
        "recipients": [
            {
                "code": one.code,
                "name": one.name,
                "state": one.state,
                "delivered_before": one.primary_code in have,
                "taken_over": one.taken_over,
            }
            for one in addressees
        ],
        "warnings": packet["warnings"],
        "ledger_entry": str(act.id),
    }
    return act, facts
