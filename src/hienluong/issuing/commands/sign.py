"""The person's signature: the hash goes to the device that holds the key, the signature comes back into the document."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from hienluong.directory.service import Actor, Person, require
from hienluong.files import service as files
from hienluong.issuing import queries
from hienluong.issuing.authority import line_above, require_right_of
from hienluong.issuing.commands.steps import locked_as, recording_refusals, replace_file, take_step
from hienluong.issuing.errors import DocumentChanged
from hienluong.issuing.models import Document, Step
from hienluong.issuing.places import PERSON, place_of
from hienluong.issuing.policy import require_step
from hienluong.issuing.signatures import level_of_person, placed_image, require_certificate
from hienluong.kit.clock import in_vietnam
from hienluong.signing import service as signing
from hienluong.signing.service import PreparedSignature

ACTION = "issuing.document-signed"


def prepare_signature(
    *, actor: Actor | None, document_id: UUID, certificate_id: UUID, now: datetime
) -> PreparedSignature:
    """Makes a document ready for the signature of the named post's holder, or of who stands in today.

    Raises:
        NotAuthenticated, PermissionMissing, DocumentNotFound: the actor does not act in the named post.
        StepRefused: it has no number yet, or is signed already.
        AuthorityMissing: the right to sign is not held today; whatever was right when it was handed in.
        CertificateUnfit, SigningCertificateNotFound: no certificate of the actor's own.
        and whatever `signing.prepare_with` raises.
    """
    actor = require(actor, "issuing.sign_document")
    with recording_refusals(actor, ACTION, document_id, now):
        actor, document = _to_sign(actor, document_id, now)
        row = require_certificate(actor, certificate_id, agency=False, now=now)
        pdf = queries.file_bytes(document)
        return signing.prepare_with(
            actor=actor,
            certificate_id=row.pk,
            content=pdf,
            level=level_of_person(),
            now=now,
            name=document.reference,
            placed=placed_image(row, place_of(actor, document, PERSON, pdf)),
        )


def complete_signature(
    *, actor: Actor | None, document_id: UUID, prepared_id: UUID, signature: bytes, now: datetime
) -> Document:
    """Puts the signature that came back into the document: it waits for the agency's seal from now on.

    Again with the same signature nothing more happens. Who may sign, and by which right, is asked anew.

    Raises:
        as `prepare_signature`, and whatever `signing.complete_signature` raises.
        DocumentChanged: the document is not as it was prepared.
    """
    actor = require(actor, "issuing.sign_document")
    with recording_refusals(actor, ACTION, document_id, now):
        if (done := _done(actor, document_id, prepared_id, signature, now)) is not None:
            return done
        actor, document = _to_sign(actor, document_id, now)
        before = signing.prepared(actor, prepared_id, now=now)
        if before.file_sha256 != document.file_sha256:
            raise DocumentChanged
        row = signing.complete_signature(actor=actor, prepared_id=prepared_id, signature=signature, now=now)
        _size, chunks = signing.signed_document(actor, prepared_id, now=now)
        pdf = b"".join(chunks)
        certificate = row.certificate_sha256
        stored = files.store(pdf)
        with transaction.atomic():
            document = locked_as(actor, document)
            right = require_right_of(document, in_vietnam(now).date())
            replace_file(document, stored, now=now)
            document.signed_by = Person.objects.get(pk=str(actor.person_id))
            document.signed_name, document.signed_at = actor.name[:200], now
            document.signed_sha256, document.signed_certificate = document.file_sha256, certificate
            document.signed_level = row.level
            take_step(
                document,
                Step.SIGNED,
                actor=actor,
                now=now,
                said=line_above(document),
                details={
                    "certificate": certificate,
                    "level": row.level,
                    "authority": right.authority,
                    "delegation": right.delegation.pk if right.delegation else None,
                },
            )
    return document


def _to_sign(actor: Actor | None, document_id: UUID, now: datetime) -> tuple[Actor, Document]:
    """Returns a document that the actor may sign now; errors as `prepare_signature`."""
    document = queries.document(actor, document_id)
    actor = require(actor, "issuing.sign_document", document)
    require_step(document.step, Step.SIGNED)
    require_right_of(document, in_vietnam(now).date())
    return actor, document


def _done(
    actor: Actor | None, document_id: UUID, prepared_id: UUID, signature: bytes, now: datetime
) -> Document | None:
    """Returns the document where this very signature is in it already; None where it is not."""
    document = queries.document(actor, document_id)
    actor = require(actor, "issuing.sign_document", document)
    if document.step == Step.NUMBERED or document.signed_by_id != actor.person_id:
        return None
    row = signing.prepared(actor, prepared_id, now=now)
    return document if row.signature is not None and bytes(row.signature) == signature else None
