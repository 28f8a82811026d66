"""Signing where the key is elsewhere: the hash goes out to the signer's device, the signature comes back, once."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from asn1crypto import pem, x509
from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.files import service as files
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import NotAuthenticated
from hienluong.kit.ids import timing_safe_equal
from hienluong.ledger import service as ledger
from hienluong.signing.commands.sign import Signed, details_of, extended, refuse_unfit
from hienluong.signing.errors import (
    AlreadyCompleted,
    DocumentUnsignable,
    KeyUnusable,
    PreparationNotFound,
    SignatureWrong,
    TimestampUnavailable,
)
from hienluong.signing.formats import remote
from hienluong.signing.formats.appearance import Placed
from hienluong.signing.formats.keys import GivenSignature, read_certificates
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.pades import Wanted
from hienluong.signing.formats.validation import kind_of
from hienluong.signing.models import PreparedSignature
from hienluong.signing.stamping import stamper

WAITS = timedelta(minutes=30)
"""So long a document waits for its signature."""
KEPT_AFTERWARDS = timedelta(days=1)


def prepare_signature(
    *,
    actor: Actor | None,
    content: bytes,
    certificates: bytes,
    level: Level,
    now: datetime,
    name: str = "",
    reason: str = "",
    placed: Placed | None = None,
) -> PreparedSignature:
    """Makes a PDF ready for the signature of a certificate's owner, and keeps it until that comes back.

    Args:
        actor: who acts, for an agency.
        content: the PDF.
        certificates: the signer's and those that lead to an authority, as PEM, DER or PKCS#7, the signer's first.
        level: how far the signature shall reach.
        now: the moment; the signer claims it.
        name: of the file.
        reason: as it stands in the PDF.
        placed: where and how it shows.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
        KeyUnusable: the certificate cannot sign, or is not of today.
        DocumentTooLarge, DocumentUnsignable, DemonstrationRefused, TimestampUnavailable: nothing was prepared.
    """
    actor = require(actor, "signing.sign_document")
    if actor.agency_id is None:
        raise NotAuthenticated
    own, chain = _certificates(certificates, now)
    refuse_unfit(content, own)
    if kind_of(content) != "pdf":
        raise DocumentUnsignable(reason="it is no PDF")
    if level.stamped and stamper() is None:
        raise TimestampUnavailable(reason="no authority is set")
    prepared = remote.prepare(content, own, chain, Wanted(level, now, placed, reason))
    stored = files.store(prepared.document)
    with transaction.atomic():
        files.hold(stored, holders=[actor.agency_id], now=now)
        row = PreparedSignature.objects.create(
            agency_id=actor.agency_id,
            prepared_by=f"{actor.kind}:{actor.id}",
            file_name=name[:300],
            file_sha256=hashlib.sha256(content).hexdigest(),
            document=stored.id,
            place_start=prepared.start,
            place_end=prepared.end,
            document_digest=prepared.document_digest,
            attributes=prepared.attributes,
            algorithm=prepared.algorithm,
            certificates=b"".join(pem.armor("CERTIFICATE", one.dump()) for one in (own, *chain)),
            level=level,
            prepared_at=now,
            expires_at=now + WAITS,
        )
        ledger.record(
            actor=actor.ref,
            action="signing.signature-prepared",
            subject=f"file:{row.file_sha256}",
            details={"prepared": str(row.pk), "level": level},
            now=now,
        )
    return row


def complete_signature(
    *, actor: Actor | None, prepared_id: UUID, signature: bytes, now: datetime
) -> PreparedSignature:
    """Puts the signature that came back into its document, once it is found to fit; again with the same one, it is done already.

    Args:
        actor: who prepared it.
        prepared_id: what was prepared.
        signature: over its hash: PKCS#1 v1.5 of RSA, or ECDSA as DER.
        now: the moment.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
        PreparationNotFound: there is none, or its time is over.
        SignatureWrong: it was made over something else, or with another key; what was prepared waits on.
        AlreadyCompleted: another signature came first.
        TimestampUnavailable, EvidenceMissing: what was prepared waits on.
    """
    actor = require(actor, "signing.sign_document")
    row = of_actor(actor, prepared_id, now)
    if row.signature is not None:
        return _same(row, signature)
    own, *chain = read_certificates(bytes(row.certificates))
    key = GivenSignature(own, chain, signature)
    level = Level(row.level)
    prepared = prepared_of(row)
    try:
        pdf = remote.complete(
            prepared, own, tuple(chain), signature, stamper=stamper() if level.stamped else None
        )
    except SignatureWrong as problem:
        raise SignatureWrong(until=f"{in_vietnam(row.expires_at):%H:%M:%S}") from problem
    pdf = extended(pdf, key, level, now)
    stored = files.store(pdf)
    with transaction.atomic():
        row = PreparedSignature.objects.select_for_update().get(pk=row.pk)
        if row.signature is not None:  # another request was faster; what we stored is an orphan and is swept
            return _same(row, signature)
        files.hold(stored, holders=[row.agency_id], now=now)
        row.signature, row.signed_document, row.completed_at = signature, stored.id, now
        row.expires_at = now + KEPT_AFTERWARDS
        row.save()
        files.let_go(holder=row.agency_id, file_ids=[row.document])
        signed = Signed(pdf, "PAdES", level, hashlib.sha256(pdf).hexdigest())
        ledger.record(
            actor=actor.ref,
            action="signing.document-signed",
            subject=f"file:{row.file_sha256}",
            details={**details_of(key, signed), "prepared": str(row.pk)},
            now=now,
        )
    return row


@transaction.atomic
def sweep_prepared(*, now: datetime) -> int:
    """Forgets documents whose time is over, signed or not; returns how many. Who signed stands in the ledger."""
    rows = list(
        PreparedSignature.objects.select_for_update().filter(expires_at__lte=now).order_by("pk")[:1000]
    )
    for row in rows:
        held = row.signed_document if row.signed_document is not None else row.document
        files.let_go(holder=row.agency_id, file_ids=[held])
    PreparedSignature.objects.filter(pk__in=[row.pk for row in rows]).delete()
    if rows:
        ledger.record(
            actor=Actor.platform("signing").ref,
            action="signing.prepared-swept",
            subject="prepared:all",
            details={"count": len(rows)},
            now=now,
        )
    return len(rows)


def of_actor(actor: Actor, prepared_id: UUID, now: datetime) -> PreparedSignature:
    """Returns what an actor prepared.

    Raises:
        PreparationNotFound: there is none, somebody else did, or its time is over.
    """
    if actor.agency_id is None:
        raise PreparationNotFound(id=prepared_id)
    row = PreparedSignature.objects.filter(
        pk=prepared_id,
        agency_id=actor.agency_id,
        prepared_by=f"{actor.kind}:{actor.id}",
        expires_at__gt=now,
    ).first()
    if row is None:
        raise PreparationNotFound(id=prepared_id)
    return row


def prepared_of(row: PreparedSignature) -> remote.Prepared:
    """Returns what is needed to complete a signature."""
    return remote.Prepared(
        document=files.read_for(holder=row.agency_id, file_id=row.document),
        start=row.place_start,
        end=row.place_end,
        document_digest=bytes(row.document_digest),
        attributes=bytes(row.attributes),
        algorithm=row.algorithm,
    )


def _same(row: PreparedSignature, signature: bytes) -> PreparedSignature:
    if row.completed_at is None or not timing_safe_equal(bytes(row.signature or b""), signature):
        at = in_vietnam(row.completed_at or row.prepared_at)
        raise AlreadyCompleted(at=f"{at:%d/%m/%Y %H:%M:%S}")
    return row


def _certificates(content: bytes, now: datetime) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    try:
        own, *chain = read_certificates(content)
    except ValueError as problem:
        raise KeyUnusable(reason=str(problem)) from problem
    if not own.not_valid_before <= now <= own.not_valid_after:
        raise KeyUnusable(reason=f"the certificate is good until {own.not_valid_after:%d/%m/%Y}")
    return own, tuple(chain)
