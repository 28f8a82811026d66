"""The agency's signature on a copy: kind, agency and time at the top right of its first page, no image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from hienluong.copies import queries
from hienluong.copies.commands.steps import keep, locked_as, recording_refusals, replace_file
from hienluong.copies.errors import CertificateUnfit, CopyChanged
from hienluong.copies.models import Copy, Step
from hienluong.copies.policy import STAMPED, require_step
from hienluong.directory.service import Actor, require
from hienluong.files import service as files
from hienluong.signing import service as signing
from hienluong.signing.errors import SigningCertificateNotFound
from hienluong.signing.service import Box, Level, Placed, PreparedSignature, SigningCertificate

ACTION: Final = "copies.copy-sealed"
_GAP: Final = 4.0
"""Points between the texts of two copies that stand one below the other."""


def seal_copy(*, actor: Actor | None, copy_id: UUID, certificate_id: UUID, now: datetime) -> Copy:
    """Signs a copy with a key of this installation. One that is signed already stays as it is.

    Raises:
        NotAuthenticated, PermissionMissing, CopyNotFound: the actor is no clerk of the agency.
        StepRefused: it was given up.
        CertificateUnfit, SigningCertificateNotFound: no certificate of the agency.
        and whatever `signing.sign_for_agency` raises; the copy waits on.
    """
    actor = require(actor, "copies.seal_copy")
    with recording_refusals(actor, ACTION, copy_id, now):
        one = queries.copy(actor, copy_id)
        actor = require(actor, "copies.seal_copy", one)
        if one.step == Step.SEALED:
            return one
        row, pdf, placed = _to_seal(actor, one, certificate_id, now)
        made = signing.sign_for_agency(
            actor=actor, certificate_id=row.pk, content=pdf, now=now, placed=placed
        )
        return _keep(actor, one, made.content, made.level, row.sha256, now)


def prepare_seal(
    *, actor: Actor | None, copy_id: UUID, certificate_id: UUID, now: datetime
) -> PreparedSignature:
    """Makes a copy ready for the agency's certificate on a device; errors as `seal_copy`."""
    actor = require(actor, "copies.seal_copy")
    with recording_refusals(actor, ACTION, copy_id, now):
        one = queries.copy(actor, copy_id)
        actor = require(actor, "copies.seal_copy", one)
        row, pdf, placed = _to_seal(actor, one, certificate_id, now)
        return signing.prepare_with(
            actor=actor,
            certificate_id=row.pk,
            content=pdf,
            level=signing.wanted_level(),
            now=now,
            name=f"{STAMPED[one.kind]} {one.of_reference}".strip(),
            placed=placed,
        )


def complete_seal(
    *, actor: Actor | None, copy_id: UUID, prepared_id: UUID, signature: bytes, now: datetime
) -> Copy:
    """Puts the agency's signature that came back into the copy. One that is signed already stays as it is.

    Raises:
        as `seal_copy` and `signing.complete_signature`.
        CopyChanged: it is not as it was prepared.
    """
    actor = require(actor, "copies.seal_copy")
    with recording_refusals(actor, ACTION, copy_id, now):
        one = queries.copy(actor, copy_id)
        actor = require(actor, "copies.seal_copy", one)
        if one.step == Step.SEALED:
            return one
        require_step(one.step, Step.SEALED)
        if signing.prepared(actor, prepared_id, now=now).file_sha256 != one.file_sha256:
            raise CopyChanged
        row = signing.complete_signature(actor=actor, prepared_id=prepared_id, signature=signature, now=now)
        _size, chunks = signing.signed_document(actor, prepared_id, now=now)
        return _keep(actor, one, b"".join(chunks), Level(row.level), row.certificate_sha256, now)


def _to_seal(
    actor: Actor, one: Copy, certificate_id: UUID, now: datetime
) -> tuple[SigningCertificate, bytes, Placed]:
    """Returns the certificate, the PDF of a copy that may be signed now, and the text on it with its place."""
    require_step(one.step, Step.SEALED)
    row = signing.certificate(actor, certificate_id, now=now)
    if not row.is_agency:
        raise CertificateUnfit(holder=row.holder_name)
    if row not in queries.certificates_for(actor, one, now=now):
        raise SigningCertificateNotFound(id=certificate_id)
    pdf = queries.file_bytes(one)
    lines = signing.copy_lines(STAMPED[one.kind], one.agency.name, now)
    placed = signing.placed_text(actor, pdf, lines)
    return row, pdf, replace(placed, box=_below(placed.box, one.facts["fields"]))


def _below(box: Box, taken: Sequence[Sequence[float]]) -> Box:
    """Returns the box, moved down so far that it covers nothing that shows there already, such as the text of an earlier copy."""
    for left, bottom, right, top in sorted(taken, key=lambda one: -one[3]):
        across = left < box.right and right > box.left
        if across and bottom < box.top and top > box.bottom:
            moved = Box(box.left, bottom - _GAP - box.height, box.right, bottom - _GAP)
            box = moved if moved.bottom > 0 else box
    return box


def _keep(actor: Actor, seen: Copy, pdf: bytes, level: Level, certificate: str, now: datetime) -> Copy:
    report = signing.validate_file(actor, pdf, now=now) if level is Level.LTA else None
    stored = files.store(pdf)
    with transaction.atomic():
        one = locked_as(actor, seen)
        replace_file(one, stored, now=now)
        one.step, one.sealed_by, one.sealed_at = Step.SEALED, actor.name[:200], now
        one.sealed_sha256, one.sealed_certificate, one.sealed_level = one.file_sha256, certificate, level
        one.renew_at = signing.renewal_in(report) if report else None
        keep(
            one,
            ACTION,
            actor=actor,
            now=now,
            source_sha256=one.source_sha256,
            certificate=certificate,
            level=level,
        )
    return one
