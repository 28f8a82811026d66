"""Takes a packet: read, check, make durable, answer (decisions 1, 3, 4, 5 and 7).

The file is on disk, and fsynced, before the transaction; the receipt goes back after its commit. Whatever fails
before the commit leaves at most an orphan file, which is swept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from hienluong.directory import service as directory
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Actor, FoundAgency, require
from hienluong.exchange.commands.status import apply_status
from hienluong.exchange.errors import (
    DocumentConflict,
    IdempotencyKeyReused,
    PacketRefused,
    PacketTooLarge,
    RecipientUnknown,
    SecrecyNotDeclared,
    SecretContent,
    SenderNotAllowed,
)
from hienluong.exchange.events import PacketAccepted
from hienluong.exchange.formats.edxml import DocumentPacket, StatusPacket
from hienluong.exchange.formats.edxml import Packet as WirePacket
from hienluong.exchange.formats.identity import document_digest, status_key
from hienluong.exchange.formats.reader import read_packet
from hienluong.exchange.formats.safe_xml import Limits
from hienluong.exchange.formats.secrecy import find_secrecy_markers
from hienluong.exchange.models import Packet, Recipient
from hienluong.files import service as files
from hienluong.identity.service import may_send_for
from hienluong.jobs import service as jobs
from hienluong.kit.clock import in_vietnam
from hienluong.kit.crash import crash_point
from hienluong.kit.errors import HienluongError
from hienluong.kit.events import publish
from hienluong.kit.ids import new_id
from hienluong.kit.jcs import canonical_json
from hienluong.kit.vietnamese import fold
from hienluong.ledger import service as ledger

IDEMPOTENCY_KEY_MAX = 100
CODE_MAX = 60  # the law says 35 (Decision 20/2020); longer ones circulate
DOCUMENT_ID_MAX = 500
HERE = frozenset({"province", "sandbox"})  # places whose mailboxes are on this axis
SCANNED_TYPES = frozenset({"application/pdf", "text/plain"})


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a transmission: its facts as JSON, and whether it was given before (a resend)."""

    facts: dict[str, Any]
    repeated: bool

    @property
    def packet_id(self) -> UUID:
        """The packet it is about."""
        return UUID(self.facts["packet"])


@dataclass(frozen=True, slots=True)
class _Addressee:
    """One recipient as resolved: in the province (agency) or outside it (no agency)."""

    code: str
    name: str
    agency_id: UUID | None
    primary_code: str

    @property
    def routed(self) -> bool:
        return self.agency_id is not None


def accept_packet(
    *,
    actor: Actor,
    source: bytes,
    declared_not_secret: bool,
    now: datetime,
    idempotency_key: str | None = None,
) -> Receipt:
    """Accepts one edXML file and returns its receipt; the same file or key again gets the first receipt again.

    Raises:
        Forbidden, SenderNotAllowed: the actor may not send, or not for the agency in From (decision 4).
        SecrecyNotDeclared, SecretContent: decision 5.
        FormatError: the file is not edXML that can be read; element, line and reason are named.
        RecipientUnknown: codes of the province that nobody has or had.
        DocumentConflict: a new document (kind 0) with the id of another one.
        IdempotencyKeyReused: the key came with another file before.
        Unavailable: the disk is full; nothing was stored.
    """
    sha256 = hashlib.sha256(source).digest()
    try:
        require(actor, "exchange.send_packet")
        if idempotency_key is not None and not _is_key(idempotency_key):
            raise PacketRefused(
                reason=f"an idempotency key has 1 to {IDEMPOTENCY_KEY_MAX} printable characters"
            )
        first = _first_receipt(actor, sha256, idempotency_key)
        if first is not None:
            return first
        if not declared_not_secret:
            raise SecrecyNotDeclared
        if len(source) > settings.PACKET_MAX_BYTES:
            raise PacketTooLarge(limit=settings.PACKET_MAX_BYTES)
        wire = read_packet(source, limits=_limits())
        return _accept(actor, wire, source, idempotency_key, now)
    except PermissionMissing:
        raise  # every interface records these
    except HienluongError as refusal:
        ledger.record_refusal(
            actor=actor.ref,
            action="exchange.packet-refused",
            subject=f"file:{sha256.hex()}",
            details={"sha256": sha256.hex(), "size": len(source), "code": refusal.code},
            now=now,
        )
        raise


def _is_key(text: str) -> bool:
    return 0 < len(text) <= IDEMPOTENCY_KEY_MAX and text.isprintable()


def _limits() -> Limits:
    return Limits(file_bytes=settings.PACKET_MAX_BYTES, attachment_bytes=settings.ATTACHMENT_MAX_BYTES)


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


def _accept(actor: Actor, wire: WirePacket, source: bytes, key: str | None, now: datetime) -> Receipt:
    to_codes = _to_codes(wire)
    _refuse_overlong(wire, to_codes)
    day = in_vietnam(now).date()
    found = directory.agencies_in_reach([wire.sender.organ_id, *to_codes], sandbox=actor.sandbox, on=day)
    sender = found.get(wire.sender.organ_id)
    if not may_send_for(actor, sender.agency if sender else None, wire.sender.organ_id, day):
        raise SenderNotAllowed(actor=actor.agency_name or actor.name, sender=wire.sender.organ_id)
    addressees = _addressees(actor, wire, to_codes, found)
    _refuse_secrets(wire)
    stored = files.store(source)
    crash_point("accept.after_fsync")
    with transaction.atomic():
        receipt = _write(actor, wire, sender, addressees, stored, key, now)
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
    return list(dict.fromkeys(organ.organ_id for organ in wire.receivers))


def _addressees(
    actor: Actor, wire: WirePacket, codes: Sequence[str], found: dict[str, FoundAgency]
) -> list[_Addressee]:
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
    addressees: dict[object, _Addressee] = {}
    for code in codes:
        known = found.get(code)
        if known is not None and known.agency.place in HERE:
            one = _Addressee(code, known.agency.name, known.agency.pk, known.primary_code)
            addressees.setdefault(known.agency.pk, one)
        else:
            name = known.agency.name if known else names.get(code, "")
            primary = (known.primary_code if known else "") or code
            addressees.setdefault(primary, _Addressee(code, name, None, primary))
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
    addressees: list[_Addressee],
    stored: files.StoredFile,
    key: str | None,
    now: datetime,
) -> Receipt:
    assert actor.agency_id is not None  # noqa: S101 - may_send_for lets nobody through without an agency
    recipients = _recipients(addressees)
    row = _packet_row(wire, sender, now)
    is_new = _insert_packet(row)
    already: set[int] = set()
    if not is_new:
        row, already = _known_packet(row)
    fresh = [one for one in addressees if recipients[one.primary_code] not in already]
    act = ledger.Act(
        "exchange.packet-accepted",
        f"packet:{row['id']}",
        {
            "transmission": stored.id.hex,
            "sha256": stored.sha256.hex(),
            "digest": row["digest"].hex(),
            "size": stored.size,
            "sender": row["sender_code"],
            "recipients": len(addressees),
            "recipients_sha256": hashlib.sha256(canonical_json([one.code for one in addressees])).hexdigest(),
        },
    )
    facts: dict[str, Any] = {
        "receipt": str(stored.id),
        "packet": str(row["id"]),
        "kind": row["kind"],
        "business": row["business"],
        "document_id": row["document_id"],
        "sender": row["sender_code"],
        "sha256": stored.sha256.hex(),
        "digest": row["digest"].hex(),
        "size": stored.size,
        "accepted_at": now.isoformat(timespec="milliseconds"),
        "recipients": [
            {
                "code": one.code,
                "name": one.name,
                "state": "waiting" if one.routed else "unrouted",
                "delivered_before": one not in fresh,
            }
            for one in addressees
        ],
        "warnings": row["warnings"],
        "ledger_entry": str(act.id),
    }
    if not _insert_transmission(actor.agency_id, row["id"], stored, wire, key, facts, now):
        first = _first_receipt(actor, stored.sha256, key)  # it came in by another connection a moment ago
        transaction.set_rollback(True)
        if first is None:
            raise PacketRefused(reason="the same file is being handed in by another connection")
        return first
    if is_new:
        _insert_parts(row["id"], wire)
    _insert_deliveries(row, stored.id, fresh, recipients, now)
    holders = {actor.agency_id, *(one.agency_id for one in fresh if one.agency_id)}
    if sender is not None and sender.agency.place in HERE:
        holders.add(sender.agency.pk)
    files.hold(stored, holders=holders, now=now)
    if isinstance(wire, StatusPacket) and is_new:
        apply_status(wire=wire, packet_id=row["id"], sender=sender, actor_name=row["sender_name"], now=now)
    jobs.defer_many(
        "exchange.drain_recipient",
        ({"recipient_id": recipients[one.primary_code]} for one in fresh if one.routed),
    )
    if isinstance(wire, DocumentPacket) and any(
        p.content.media_type in SCANNED_TYPES for p in wire.attachments
    ):
        jobs.defer("exchange.scan_packet", packet_id=str(row["id"]))
    publish(PacketAccepted(row["id"], sender.agency.pk if sender else None, now))
    ledger.record_many(actor=actor.ref, acts=[act], now=now)
    return Receipt(facts, repeated=False)


def _recipients(addressees: Iterable[_Addressee]) -> dict[str, int]:
    """Returns the recipients' row ids by code; a recipient's row is made when the first packet for it comes."""
    wanted = {one.primary_code: one for one in addressees}
    known = dict(Recipient.objects.filter(code__in=wanted).values_list("code", "id"))
    # Always in the same order, so that two first packets to the same agencies cannot wait for each other.
    missing = [wanted[code] for code in sorted(wanted) if code not in known]
    if missing:
        Recipient.objects.bulk_create(
            [
                Recipient(
                    agency_id=one.agency_id,
                    code=one.primary_code,
                    name=one.name,
                    channel="mailbox" if one.routed else "",
                )
                for one in missing
            ],
            ignore_conflicts=True,
        )
        known = dict(Recipient.objects.filter(code__in=wanted).values_list("code", "id"))
    return known


def _packet_row(wire: WirePacket, sender: FoundAgency | None, now: datetime) -> dict[str, Any]:
    name = (sender.agency.name if sender else wire.sender.organ_name) or wire.sender.organ_id
    row: dict[str, Any] = {
        "id": new_id(),
        "kind": str(wire.kind),
        "sender_id": sender.agency.pk if sender else None,
        # The primary code, so that an agency's aliases are one sender; From as written stays in the file.
        "sender_code": (sender.primary_code if sender else "") or wire.sender.organ_id,
        "sender_name": name,
        "document_id": wire.document_id,
        "secrecy": Packet.Secrecy.OPEN.value,
        "warnings": [
            {
                "code": warning.code,
                "path": warning.path,
                "line": warning.line,
                "params": {name: str(value) for name, value in warning.params.items()},
                "text": warning.text(),
            }
            for warning in wire.warnings[:50]
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
            "search_key": fold(f"{wire.header.response_for.code or ''} {name}"),
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
        "search_key": fold(f"{header.code} {header.document_type.type_name or ''} {header.subject} {name}"),
        "priority": int(raised) if raised is not None else 0,
        "status_code": "",
        "status_note": "",
    }


def _insert_packet(row: dict[str, Any]) -> bool:
    """Inserts the packet unless its identity is known; waits for a transaction that is inserting the same one."""
    columns = ", ".join(row)
    values: list[Any] = [Jsonb(value) if name == "warnings" else value for name, value in row.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO exchange_packet ({columns}) VALUES ({', '.join(['%s'] * len(row))}) "  # noqa: S608 - our own column names
            "ON CONFLICT DO NOTHING RETURNING id",
            values,
        )
        return cursor.fetchone() is not None


def _known_packet(row: dict[str, Any]) -> tuple[dict[str, Any], set[int]]:
    """Returns the packet of this identity and the recipients that have it.

    Raises:
        DocumentConflict: kind 0, the same id, another digest.
    """
    same = Packet.objects.filter(
        sender_code=row["sender_code"],
        document_id=row["document_id"],
        kind=row["kind"],
        business=row["business"],
    )
    known = same.filter(digest=row["digest"]).first()
    if known is None:
        other = same.first()
        raise DocumentConflict(
            document_id=row["document_id"],
            first=bytes(other.digest).hex() if other else "",
            second=row["digest"].hex(),
        )
    if known.secrecy != Packet.Secrecy.OPEN:
        raise SecretContent(where="the document was taken out of the exchange before")
    return row | {"id": known.pk}, set(known.deliveries.values_list("recipient_id", flat=True))


def _insert_transmission(
    submitter: UUID,
    packet_id: UUID,
    stored: files.StoredFile,
    wire: WirePacket,
    key: str | None,
    facts: dict[str, Any],
    now: datetime,
) -> bool:
    hops = (
        [
            {"organ_id": hop.organ_id or "", "timestamp": hop.timestamp.raw if hop.timestamp else ""}
            for hop in wire.trace.hops
        ]
        if isinstance(wire, DocumentPacket) and wire.trace
        else []
    )
    values: list[Any] = [
        stored.id,
        packet_id,
        submitter,
        stored.sha256,
        stored.size,
        stored.id,
        key,
        Jsonb(hops),
        now,
        Jsonb(facts),
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_transmission (id, packet_id, submitter, sha256, size, file_id, idempotency_key, "
            "hops, accepted_at, receipt) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s) ON CONFLICT DO NOTHING",
            values,
        )
        return bool(cursor.rowcount == 1)


def _insert_parts(packet_id: UUID, wire: WirePacket) -> None:
    if isinstance(wire, StatusPacket) or not wire.attachments:
        return
    values: list[Any] = []
    for position, part in enumerate(wire.attachments):
        content = part.content
        values += [
            packet_id,
            position,
            part.name or "",
            part.content_type or "",
            content.media_type[:120],
            content.size,
            bytes.fromhex(content.sha256),
        ]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_part (packet_id, position, name, declared_type, real_type, size, sha256) VALUES "  # noqa: S608 - only placeholders are joined
            + ",".join(["(%s,%s,%s,%s,%s,%s,%s)"] * len(wire.attachments)),
            values,
        )


def _insert_deliveries(
    packet: dict[str, Any],
    transmission_id: UUID,
    addressees: list[_Addressee],
    recipients: dict[str, int],
    now: datetime,
) -> None:
    if not addressees:
        return
    packet_id, kind = packet["id"], packet["kind"]
    values: list[Any] = []
    for one in addressees:
        state = "waiting" if one.routed else "unrouted"
        due = now if one.routed else None
        values += [
            packet_id,
            transmission_id,
            recipients[one.primary_code],
            one.code,
            kind,
            state,
            due,
            now,
            now,
        ]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_delivery (packet_id, transmission_id, recipient_id, recipient_code, kind, "  # noqa: S608 - only placeholders are joined
            "state, due_at, created_at, changed_at, business_state, attempts, failure) VALUES "
            + ",".join(["(%s,%s,%s,%s,%s,%s,%s,%s,%s,'',0,'')"] * len(addressees))
            + " ON CONFLICT (packet_id, recipient_id) DO NOTHING",
            values,
        )
