"""The person's signature: the hash goes to the device that holds the key, the signature comes back into the document.

A person acts on a page; a system of the agency carries hash and signature between the platform and the person's device.
Either way it is the person's key that signs, and the person who has signed.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cryptography.x509 import load_pem_x509_certificate
from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.files import service as files
from hienluong.issuing import queries
from hienluong.issuing.authority import line_above, people_acting_in, require_right_of
from hienluong.issuing.commands.steps import locked_as, recording_refusals, replace_file, take_step
from hienluong.issuing.errors import CertificateUnfit, DocumentChanged
from hienluong.issuing.models import Document, Step
from hienluong.issuing.places import PERSON, place_of
from hienluong.issuing.policy import require_step
from hienluong.issuing.signatures import level_of_person, placed_image, require_certificate
from hienluong.kit.clock import in_vietnam
from hienluong.signing import service as signing
from hienluong.signing.service import PreparedSignature, SigningCertificate

ACTION = "issuing.document-signed"


def prepare_signature(
    *, actor: Actor | None, document_id: UUID, certificate_id: UUID, now: datetime
) -> PreparedSignature:
    """Makes a document ready for the signature of the named post's holder, or of who stands in today.

    Raises:
        NotAuthenticated, PermissionMissing, DocumentNotFound: the actor does not act in the named post.
        StepRefused: it has no number yet, or is signed already.
        AuthorityMissing: the right to sign is not held today; whatever was right when it was handed in.
        CertificateUnfit, SigningCertificateNotFound: no certificate of the actor's own; for a system: of whoever acts in
            the named post today.
        and whatever `signing.prepare_with` raises.
    """
    actor = require(actor, "issuing.sign_document")
    with recording_refusals(actor, ACTION, document_id, now):
        actor, document = _to_sign(actor, document_id, now)
        people = carried_for(actor, document, now)
        row = require_certificate(actor, certificate_id, agency=False, now=now, people=people)
        pdf = queries.file_bytes(document)
        return signing.prepare_with(
            actor=actor,
            certificate_id=row.pk,
            content=pdf,
            level=level_of_person(),
            now=now,
            name=document.reference,
            placed=placed_image(row, place_of(actor, document, PERSON, pdf)),
            people=people,
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
        signer = _signer(actor, document, before, now)
        row = signing.complete_signature(actor=actor, prepared_id=prepared_id, signature=signature, now=now)
        _size, chunks = signing.signed_document(actor, prepared_id, now=now)
        pdf = b"".join(chunks)
        certificate = row.certificate_sha256
        stored = files.store(pdf)
        with transaction.atomic():
            document = locked_as(actor, document)
            right = require_right_of(document, in_vietnam(now).date())
            replace_file(document, stored, now=now)
            document.signed_by, document.signed_at = signer.person, now
            document.signed_name = signer.owner_name[:200]
            document.signed_sha256, document.signed_certificate = document.file_sha256, certificate
            document.signed_level = row.level
            take_step(
                document,
                Step.SIGNED,
                actor=actor,
                now=now,
                by=document.signed_name,
                said=line_above(document),
                details={
                    "person": f"person:{document.signed_by_id}",
                    "certificate": certificate,
                    "level": row.level,
                    "authority": right.authority,
                    "delegation": right.delegation.pk if right.delegation else None,
                },
            )
    return document


def carried_for(actor: Actor, document: Document, now: datetime) -> list[UUID]:
    """Returns for whose devices a system carries the hash of a document: whoever acts in the named post today."""
    if actor.kind != "system":
        return []
    return [one.pk for one in people_acting_in(document.signer, in_vietnam(now).date())]


def _signer(actor: Actor, document: Document, row: PreparedSignature, now: datetime) -> SigningCertificate:
    """Returns the certificate for which a document was prepared, once its owner may still sign with it here.

    Raises:
        CertificateUnfit: it ended meanwhile, or its owner does not act in the named post any more.
    """
    wanted, people = row.certificate_sha256, carried_for(actor, document, now)
    for one in signing.certificates_of(actor, agency=False, now=now, people=people):
        if one.sha256 == wanted:
            return one
    own = load_pem_x509_certificate(bytes(row.certificates))
    raise CertificateUnfit(holder=own.subject.rfc4514_string()[:200])


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
    if document.step == Step.NUMBERED:
        return None
    row = signing.prepared(actor, prepared_id, now=now)
    return document if row.signature is not None and bytes(row.signature) == signature else None
