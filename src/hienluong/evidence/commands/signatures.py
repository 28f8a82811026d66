"""Checks the signatures of what a packet carries, for those who may read it; what was found is kept for the day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.evidence.models import CheckedFile
from hienluong.exchange import service as exchange
from hienluong.kit.clock import in_vietnam
from hienluong.ledger import service as ledger
from hienluong.signing import service as signing
from hienluong.signing.service import FileReport, Reason

PASSING = frozenset({Reason.REVOCATION_UNKNOWN, Reason.TOO_COSTLY, Reason.UNDECIDED})
"""Reasons that may be others when it is checked again: such a report is not kept."""
_BESIDE = (".p7s", ".sig", ".p7m")


@dataclass(frozen=True, slots=True)
class PartChecked:
    """An attachment and what was found about its signatures."""

    position: int
    name: str
    report: FileReport


def check_packet(
    *, actor: Actor | None, packet_id: UUID, now: datetime
) -> tuple[exchange.Packet, list[PartChecked]]:
    """Returns a packet and what is found about the signatures of each of its attachments; that somebody asked is an entry.

    A signature in a file of its own (.p7s) is checked with the attachment of the same name without that ending. What was
    found is kept by the file's hash for the day and the trust list; a file that must be read anew is an entry, too.

    Raises:
        NotAuthenticated, PermissionMissing, PacketNotFound, PacketQuarantined: the actor may not read it.
        and what a gate raises: nobody may have the content.
    """
    actor = require(actor, "signing.validate_file")
    journey = exchange.open_packet(actor=actor, packet_id=packet_id, now=now).journey
    exchange.refuse_closed(packet_id)
    beside = {part.name: part for part in journey.parts}
    trust = f"{signing.trust_state(now=now)} {in_vietnam(now):%Y-%m-%d}"
    found = []
    for part in journey.parts:
        ending = next((one for one in _BESIDE if part.name.lower().endswith(one)), "")
        other = beside.get(part.name[: -len(ending)]) if ending else None
        names = [bytes(one.sha256) for one in (part, other) if one is not None]
        key = hashlib.sha256(b"".join([*names, trust.encode()])).digest()
        report = _kept(key)
        if report is None:
            content, signed = (
                _read(actor, packet_id, one.position, now) if one is not None else None
                for one in (part, other)
            )
            report = signing.validate_file(actor, content or b"", now=now, name=part.name, signed=signed)
            _keep(key, report, now)
        found.append(PartChecked(part.position, part.name, replace(report, name=part.name)))
    with transaction.atomic():
        ledger.record(
            actor=actor.ref,
            action="evidence.signatures-checked",
            subject=f"packet:{packet_id}",
            details={str(one.position): str(one.report.verdict) for one in found},
            now=now,
        )
    return journey.packet, found


def _read(actor: Actor, packet_id: UUID, position: int, now: datetime) -> bytes:
    return b"".join(exchange.read_part(actor=actor, packet_id=packet_id, position=position, now=now).chunks)


def _kept(key: bytes) -> FileReport | None:
    row = CheckedFile.objects.filter(pk=key).first()
    return FileReport.from_json(row.report) if row is not None else None


def _keep(key: bytes, report: FileReport, now: datetime) -> None:
    if PASSING.isdisjoint(_reasons(report)):
        CheckedFile.objects.get_or_create(pk=key, defaults={"report": report.as_json(), "checked_at": now})


def _reasons(report: FileReport) -> set[Reason]:
    return {*report.reasons, *(reason for one in report.files for reason in _reasons(one))}
