"""Takes packets out of an archive: each read by `edxml`, kept as history with its attachments, never delivered again.

Packets are taken one by one and committed a hundred at a time, so that an archive of any size needs the memory of one;
what was taken before an interruption is there already when the work begins anew. A file that cannot be taken is kept
aside, untouched, with the reason, unless it may hold a state secret: then only its name and hash are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext, override

from hienluong.directory.service import Actor, agencies_by_codes, require
from hienluong.edxml.errors import FormatError
from hienluong.edxml.identity import document_digest, status_key
from hienluong.edxml.packet import DocumentPacket, Packet, StatusPacket
from hienluong.edxml.reader import read_packet
from hienluong.edxml.safe_xml import Limits
from hienluong.edxml.secrecy import find_secrecy_markers
from hienluong.exchange import service as exchange
from hienluong.files import service as files
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import Translate, fill, untranslated
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.kit.jcs import canonical_json
from hienluong.kit.search_key import search_key
from hienluong.ledger import service as ledger
from hienluong.takeover.agencies import agency_for
from hienluong.takeover.commands.under_way import record_taken, require_under_way
from hienluong.takeover.errors import IntakeUnknown
from hienluong.takeover.formats import archives as reading
from hienluong.takeover.formats.archives import ArchivedFile, walk_folder
from hienluong.takeover.formats.registers import LENGTHS
from hienluong.takeover.models import AsideFile, Direction, Intake, State, TakenDocument

AT_ONCE = 100
ASIDE_KEPT = 2_000
"""So many files are kept aside and listed; more than that says that the archive as a whole is wrong."""

REASONS = {
    reading.TOO_LARGE: _("It is larger than a packet may be."),
    reading.ENCRYPTED: _("It is encrypted in the archive. Pack it without a password."),
    reading.DAMAGED: _("Its bytes in the archive are damaged. Pack it anew from the earlier system."),
    reading.BOMB: _("It unpacks to many times its size, as no packet does."),
    reading.NOT_A_FILE: _("It is a link or no ordinary file; links are not followed."),
    "unreadable": _("It is not edXML that can be read: {problem} Correct it and hand the archive in again."),
    "foreign": _("The agency neither sent nor received it: from {sender} to {receivers}."),
    "conflict": _("Another document with the same DocumentId is there already, with other content."),
    "overlong": _("Its DocumentId has more than {limit} characters."),
    "secret": _("It bears a mark of secrecy ({marker}); its bytes are not kept here."),
}


def _told(problem: FormatError, translate: Translate) -> str:
    facts = {**problem.params, "cause_text": problem.reason_text(translate)}
    return fill(translate(problem.detail), facts)


def file_limit() -> int:
    """Returns how many bytes one packet may have."""
    return int(settings.PACKET_MAX_BYTES)


def take_folder(
    *,
    actor: Actor | None,
    folder: Path,
    system: str,
    now: datetime,
    agency: str = "",
    dry_run: bool = False,
    at_once: int = AT_ONCE,
) -> Intake:
    """Takes the packets below a folder of the server over, committed `at_once` at a time.

    Raises:
        PermissionMissing, AgencyNotNamed.
        IntakeUnknown: there is no such folder.
        NotPossibleNow: it was undone meanwhile.
    """
    actor = require(actor, "takeover.manage_intakes")
    if not folder.is_dir():
        raise IntakeUnknown(id=folder)
    row = Intake(
        agency=agency_for(actor, agency),
        kind=Intake.Kind.ARCHIVE,
        system=system.strip()[:100],
        file_name=folder.name[-255:],
        sha256=b"",
        size=0,
        state=State.APPLYING,
        requested_by=actor.name,
        requested_by_id=str(actor.id),
        created_at=now,
    )
    if not dry_run:
        with transaction.atomic():
            row.save(force_insert=True)
            ledger.record(
                actor=actor.ref,
                action="takeover.folder-begun",
                subject=f"intake:{row.pk}",
                details={"agency": str(row.agency_id)},
                now=now,
            )
    take(row, walk_folder(folder, file_limit=file_limit()), now, dry_run=dry_run, at_once=at_once)
    with transaction.atomic():
        if not dry_run:
            require_under_way(row)
            row.state, row.applied_at = State.APPLIED, now
            row.save()
        ledger.record(
            actor=actor.ref,
            action="takeover.folder-taken",
            subject=f"intake:{row.pk}",
            details={"agency": str(row.agency_id), "counts": row.counts, "dry_run": dry_run},
            now=now,
        )
    return row


def take(
    row: Intake, walked: Iterable[ArchivedFile], now: datetime, *, dry_run: bool, at_once: int = AT_ONCE
) -> None:
    """Takes the packets of an archive, committed `at_once` at a time; sets the counts of the intake, and keeps aside what cannot be taken.

    Raises:
        ArchiveUnreadable: it cannot be walked through.
        NotPossibleNow: it was undone meanwhile.
    """
    taking, remaining = _Taking(row, now, dry_run=dry_run), iter(walked)
    while True:
        with transaction.atomic():
            walked_on = sum(taking.take(one) for one in islice(remaining, at_once))
            if not dry_run:
                require_under_way(row)
                taking.record()
        if not walked_on:
            break
    taking.finish()


class _Taking:
    """The taking of one archive: what is known of it so far."""

    def __init__(self, row: Intake, now: datetime, *, dry_run: bool) -> None:
        self.row, self.now, self.dry_run = row, now, dry_run
        self.counts = {"files": 0, "taken": 0, "there": 0, "broken": 0, "other": 0}
        self.recorded = 0  # of those taken
        self.seen: set[bytes] = set()
        self.aside: list[dict[str, Any]] = []
        self.digest, self.size = hashlib.sha256(), 0
        self.limits = Limits(
            file_bytes=settings.PACKET_MAX_BYTES, attachment_bytes=settings.ATTACHMENT_MAX_BYTES
        )

    def take(self, one: ArchivedFile) -> int:
        """Takes one file of the archive, or keeps it aside; returns that it is one."""
        self._take(one)
        return 1

    def _take(self, one: ArchivedFile) -> None:
        if not one.is_packet:
            self.counts["other"] += 1
            return
        self.counts["files"] += 1
        self.size += len(one.content)
        self.digest.update(hashlib.sha256(one.content).digest())
        if one.trouble:
            self._keep_aside(one, one.trouble, {}, keep=False)
            return
        try:
            wire = read_packet(one.content, limits=self.limits)
        except FormatError as problem:
            with override("vi"):  # whoever checks, by page or command line: readers in Vietnamese find theirs
                told = _told(problem, gettext)
            said = {"problem": told, "problem_en": _told(problem, untranslated)}
            self._keep_aside(one, "unreadable", said)
            return
        marker = _marker(wire)
        if marker:
            self._keep_aside(one, "secret", {"marker": marker}, keep=False)
            return
        self._take_packet(one, wire)

    def record(self) -> None:
        """Records what was taken since the last time: documents and their entry commit together."""
        taken = self.counts["taken"] - self.recorded
        record_taken(self.row, taken, self.now)
        self.recorded += taken

    def finish(self) -> None:
        if not self.dry_run:  # an earlier attempt may have been interrupted: what it took counts as taken
            mine = TakenDocument.objects.filter(intake=self.row)
            self.counts["taken"] = mine.values("file_id").distinct().count()
            self.counts["there"] = self.counts["files"] - self.counts["taken"] - self.counts["broken"]
        if self.row.file_id is None:
            self.row.sha256, self.row.size = self.digest.digest(), self.size
        self.row.counts = self.counts
        self.row.errors = self.aside if self.dry_run else []

    def _take_packet(self, one: ArchivedFile, wire: Packet) -> None:
        if len(wire.document_id) > LENGTHS["document_id"]:
            self._keep_aside(one, "overlong", {"limit": str(LENGTHS["document_id"])})
            return
        sides = self._directions(wire)
        if not sides:
            to = (
                [wire.receiver_id] if isinstance(wire, StatusPacket) else [o.organ_id for o in wire.receivers]
            )
            self._keep_aside(
                one, "foreign", {"sender": wire.sender.organ_id, "receivers": ", ".join(to[:20])}
            )
            return
        sha256 = hashlib.sha256(one.content).digest()
        identity = _identity(wire)
        if self._is_there(wire, sha256, identity):
            self.counts["there"] += 1
            return
        if _is_new_document(wire) and self._other_content(wire):
            self._keep_aside(one, "conflict", {})
            return
        self.counts["taken"] += 1
        self.seen.add(identity)
        if self.dry_run:
            return
        stored = files.store(one.content)
        files.hold(stored, holders=[self.row.agency_id], now=self.now)
        TakenDocument.objects.bulk_create(
            [self._document(one, wire, side, identity, stored.id, sha256) for side in sides]
        )

    def _directions(self, wire: Packet) -> list[Direction]:
        """Returns on which side of the packet the agency stands, by any code it ever had; both when it wrote to itself."""
        to = (
            [wire.receiver_id]
            if isinstance(wire, StatusPacket)
            else [organ.organ_id for organ in wire.receivers]
        )
        found = agencies_by_codes([wire.sender.organ_id, *to])
        ours = {code for code, known in found.items() if known.agency.pk == self.row.agency_id}
        return [
            *([Direction.OUTGOING] if wire.sender.organ_id in ours else []),
            *([Direction.INCOMING] if ours & set(to) else []),
        ]

    def _is_there(self, wire: Packet, sha256: bytes, identity: bytes) -> bool:
        if identity in self.seen:
            return True
        # The same bytes say the same, so they have the same identity; with every direction named, an index answers.
        taken = TakenDocument.objects.filter(
            agency=self.row.agency_id, direction__in=Direction.values, identity=identity
        )
        # The same bytes have the same id: only packets of this id are looked at, not all that the agency holds.
        carried = exchange.Packet.objects.filter(
            document_id=wire.document_id, holders__contains=[self.row.agency_id]
        ).filter(Q(digest=_digest(wire)) | Q(transmissions__sha256=sha256))
        return taken.exists() or carried.exists()

    def _other_content(self, wire: Packet) -> bool:
        """Returns whether a new document with this id is there that says something else; `_is_there` said no before."""
        of = {"document_id": wire.document_id, "kind": "edoc", "business": 0}
        taken = TakenDocument.objects.filter(agency=self.row.agency_id, **of)
        return (
            taken.exists()
            or exchange.Packet.objects.filter(holders__contains=[self.row.agency_id], **of).exists()
        )

    def _keep_aside(
        self, one: ArchivedFile, reason: str, params: dict[str, str], *, keep: bool = True
    ) -> None:
        self.counts["broken"] += 1
        if self.counts["broken"] > ASIDE_KEPT:
            return
        if self.dry_run:
            self.aside.append({"pointer": f"/{one.name}", "detail": REASONS[reason], "params": params})
            return
        sha256 = hashlib.sha256(one.content).digest() if one.content else None
        if AsideFile.objects.filter(intake=self.row, name=one.name).exists():
            return  # from before an interruption
        file_id: UUID | None = None
        if keep and one.content:
            stored = files.store(one.content)
            files.hold(stored, holders=[self.row.agency_id], now=self.now)
            file_id = stored.id
        AsideFile.objects.create(
            intake=self.row,
            name=one.name,
            reason=reason,
            explained=REASONS[reason],
            params=params,
            size=len(one.content),
            sha256=sha256,
            file_id=file_id,
        )

    def _document(
        self, one: ArchivedFile, wire: Packet, side: Direction, identity: bytes, file_id: UUID, sha256: bytes
    ) -> TakenDocument:
        facts = _status_facts(wire) if isinstance(wire, StatusPacket) else _document_facts(wire)
        if side == Direction.INCOMING:
            party, code = wire.sender.organ_name or wire.sender.organ_id, wire.sender.organ_id
        elif isinstance(wire, StatusPacket):
            party, code = wire.receiver_id, wire.receiver_id
        else:
            party = "; ".join(organ.organ_name or organ.organ_id for organ in wire.receivers)
            code = ", ".join(organ.organ_id for organ in wire.receivers)
        day = facts.pop("day") or in_vietnam(self.now).date()
        return TakenDocument(
            id=new_id(),
            intake=self.row,
            place=one.name,
            agency_id=self.row.agency_id,
            direction=side,
            identity=identity,
            kind=str(wire.kind),
            document_id=wire.document_id,
            day=day,
            party=party,
            party_code=code,
            search_key=search_key(
                f"{facts.get('number', '')} {facts.get('notation', '')}",
                str(facts.get("type_name", "")),
                str(facts.get("subject", "")),
                f"{party} {code}",
            ),
            file_id=file_id,
            file_sha256=sha256,
            **facts,
        )


def _is_new_document(wire: Packet) -> bool:
    return isinstance(wire, DocumentPacket) and int(wire.business_kind) == 0


def _digest(wire: Packet) -> bytes:
    if isinstance(wire, StatusPacket):
        return hashlib.sha256(canonical_json(list(status_key(wire)))).digest()
    return bytes.fromhex(document_digest(wire))


def _identity(wire: Packet) -> bytes:
    """Returns what makes a packet the same again: what it says, whoever carried it (decision 1)."""
    kind = "status" if isinstance(wire, StatusPacket) else str(int(wire.business_kind))
    facts = ["packet", wire.sender.organ_id, wire.document_id, kind, _digest(wire).hex()]
    return hashlib.sha256(canonical_json(facts)).digest()


def _marker(wire: Packet) -> str:
    if isinstance(wire, StatusPacket):
        return ""
    header = wire.header
    found = find_secrecy_markers(
        [header.subject, header.content or "", *(part.name or "" for part in wire.attachments)],
        markers=settings.SECRECY_MARKERS,
        notation_series=settings.SECRECY_SERIES,
        notation=header.code.notation or "",
    )
    return found[0].marker if found else ""


def _document_facts(wire: DocumentPacket) -> dict[str, Any]:
    header = wire.header
    date = header.promulgation.date
    dated_on = date.value if date else None
    hops = wire.trace.hops if wire.trace else ()
    arrived = next(
        (hop.timestamp.value for hop in reversed(hops) if hop.timestamp and hop.timestamp.value), None
    )
    registered_on = in_vietnam(arrived).date() if arrived else None
    return {
        "number": header.code.number or "",
        "notation": header.code.notation or "",
        "dated_on": dated_on,
        "registered_on": registered_on,
        "day": dated_on or registered_on,
        "type_name": header.document_type.type_name or "",
        "subject": header.subject,
        "signer": (header.signer.full_name or "") if header.signer else "",
        "business": int(wire.business_kind),
        "parts": [
            {
                "name": part.name or "",
                "type": part.content.media_type[:120],
                "size": part.content.size,
                "sha256": part.content.sha256,
            }
            for part in wire.attachments
        ],
    }


def _status_facts(wire: StatusPacket) -> dict[str, Any]:
    header = wire.header
    at = header.timestamp.value
    day = in_vietnam(at).date() if at else None
    return {
        "notation": header.response_for.code or "",
        "registered_on": day,
        "day": day,
        "status_code": header.status_code[:2],
        "subject": header.description or "",
    }
