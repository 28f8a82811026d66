"""The agency's signature: the clerk puts it over what an authorised person signed, and over nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.files import service as files
from hienluong.files.service import StoredFile
from hienluong.issuing import queries
from hienluong.issuing.authority import require_right_of
from hienluong.issuing.commands.steps import locked_as, recording_refusals, replace_file, take_step
from hienluong.issuing.errors import DocumentChanged, FilesFirst
from hienluong.issuing.models import AttachedFile, Document, Step
from hienluong.issuing.places import SEAL, place_of
from hienluong.issuing.policy import require_step
from hienluong.issuing.signatures import (
    placed_image,
    placed_text,
    renewal_of,
    require_certificate,
    require_sound,
)
from hienluong.kit.clock import in_vietnam
from hienluong.signing import service as signing
from hienluong.signing.service import Level, Placed, PreparedSignature, Signed, SigningCertificate

ACTION = "issuing.document-sealed"


def seal_document(*, actor: Actor | None, document_id: UUID, certificate_id: UUID, now: datetime) -> Document:
    """Seals a document and the PDFs beside it with a key of this installation. One that is sealed already stays as it is.

    Raises:
        NotAuthenticated, PermissionMissing, DocumentNotFound: the actor is no clerk of the agency.
        StepRefused: nobody signed it yet.
        SignatureDoubtful: the bytes are not those that were signed, or the signature does not hold at this moment.
        AuthorityMissing: whoever signed had no right to on that day.
        CertificateUnfit, SigningCertificateNotFound: no certificate of the agency.
        and whatever `signing.sign_with` raises; the document waits on.
    """
    actor = require(actor, "issuing.seal_document")
    with recording_refusals(actor, ACTION, document_id, now):
        document = queries.document(actor, document_id)
        actor = require(actor, "issuing.seal_document", document)
        if document.step in (Step.SEALED, Step.ISSUED):
            return document
        pdf = _to_seal(actor, document, now)
        row = require_certificate(actor, certificate_id, agency=True, now=now)
        beside = []
        for one in queries.files_of(document):
            if one.is_pdf and one.sealed is None:
                content = queries.attached_bytes(document, one)
                placed = placed_text(actor, content, document.reference, now)
                beside.append((one, _sign(actor, row, content, placed, now)))
        main = _sign(actor, row, pdf, placed_image(row, place_of(actor, document, SEAL, pdf)), now)
        return _keep(actor, document, row.sha256, main, beside, now)


def prepare_seal(
    *,
    actor: Actor | None,
    document_id: UUID,
    certificate_id: UUID,
    now: datetime,
    position: int | None = None,
) -> PreparedSignature:
    """Makes a document, or a PDF beside it, ready for the agency's certificate on a device; errors as `seal_document`.

    Args:
        actor: a clerk of the agency.
        document_id: which.
        certificate_id: of the agency.
        now: the moment.
        position: of the file beside it; None: the document itself.
    """
    actor = require(actor, "issuing.seal_document")
    with recording_refusals(actor, ACTION, document_id, now):
        document = queries.document(actor, document_id)
        actor = require(actor, "issuing.seal_document", document)
        pdf = _to_seal(actor, document, now)
        row = require_certificate(actor, certificate_id, agency=True, now=now)
        if position is None:
            content = pdf
            placed = placed_image(row, place_of(actor, document, SEAL, pdf))
        else:
            _document, one = queries.attached_file(actor, document_id, position)
            content = queries.attached_bytes(document, one)
            placed = placed_text(actor, content, document.reference, now)
        return signing.prepare_with(
            actor=actor,
            certificate_id=row.pk,
            content=content,
            level=signing.wanted_level(),
            now=now,
            name=document.reference,
            placed=placed,
        )


def complete_seal(
    *,
    actor: Actor | None,
    document_id: UUID,
    prepared_id: UUID,
    signature: bytes,
    now: datetime,
    position: int | None = None,
) -> Document:
    """Puts the agency's signature that came back into the document or a file beside it; the document itself comes last.

    Raises:
        as `seal_document` and `signing.complete_signature`.
        DocumentChanged: it is not as it was prepared. FilesFirst: a PDF beside it has no signature of the agency yet.
    """
    actor = require(actor, "issuing.seal_document")
    with recording_refusals(actor, ACTION, document_id, now):
        document = queries.document(actor, document_id)
        actor = require(actor, "issuing.seal_document", document)
        one = None if position is None else queries.attached_file(actor, document_id, position)[1]
        if document.step in (Step.SEALED, Step.ISSUED) or (one is not None and one.sealed is not None):
            return document
        _to_seal(actor, document, now)
        if one is None:
            for waiting in queries.files_of(document):
                if waiting.is_pdf and waiting.sealed is None:
                    raise FilesFirst(name=waiting.name)
        before = signing.prepared(actor, prepared_id, now=now)
        if before.file_sha256 != (document.file_sha256 if one is None else one.original_sha256):
            raise DocumentChanged
        row = signing.complete_signature(actor=actor, prepared_id=prepared_id, signature=signature, now=now)
        _size, chunks = signing.signed_document(actor, prepared_id, now=now)
        made = Signed(b"".join(chunks), "PAdES", Level(row.level), "")
        if one is None:
            return _keep(actor, document, row.certificate_sha256, made, [], now)
        stored = files.store(made.content)
        with transaction.atomic():
            document = locked_as(actor, document)
            _keep_beside(document, one, stored, now)
        return document


def _to_seal(actor: Actor, document: Document, now: datetime) -> bytes:
    """Returns the PDF of a document that may be sealed at this moment; errors as `seal_document`."""
    require_step(document.step, Step.SEALED)
    if document.signed_at is not None:
        require_right_of(document, in_vietnam(document.signed_at).date())
    pdf = queries.file_bytes(document)
    require_sound(actor, document, pdf, now=now)
    return pdf


def _sign(
    actor: Actor, row: SigningCertificate, content: bytes, placed: Placed | None, now: datetime
) -> Signed:
    return signing.sign_for_agency(
        actor=actor, certificate_id=row.pk, content=content, now=now, placed=placed
    )


def _keep(
    actor: Actor,
    seen: Document,
    certificate: str,
    main: Signed,
    beside: Sequence[tuple[AttachedFile, Signed]],
    now: datetime,
) -> Document:
    renew_at = renewal_of(actor, main.content, now=now) if main.level is Level.LTA else None
    stored = files.store(main.content)
    stored_beside = [(one, files.store(made.content)) for one, made in beside]
    with transaction.atomic():
        document = locked_as(actor, seen)
        for one, bytes_beside in stored_beside:
            _keep_beside(document, one, bytes_beside, now)
        replace_file(document, stored, now=now)
        document.sealed_by, document.sealed_at = actor.name[:200], now
        document.sealed_sha256, document.sealed_certificate = document.file_sha256, certificate
        document.sealed_level, document.renew_at = main.level, renew_at
        take_step(
            document,
            Step.SEALED,
            actor=actor,
            now=now,
            details={
                "signed_sha256": document.signed_sha256,
                "certificate": certificate,
                "level": main.level,
                "files": [stored.sha256.hex() for _one, stored in stored_beside][:20],
            },
        )
    return document


def _keep_beside(document: Document, one: AttachedFile, stored: StoredFile, now: datetime) -> None:
    files.hold(stored, holders=[document.pk], now=now)
    one.sealed, one.sealed_sha256 = stored.id, stored.sha256.hex()
    one.save(update_fields=["sealed", "sealed_sha256"])
