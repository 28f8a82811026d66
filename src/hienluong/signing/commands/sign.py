"""Signing with a key that is here: a file of the person's, or the agency's module."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.ledger import service as ledger
from hienluong.signing import revocation
from hienluong.signing.errors import DemonstrationRefused, DocumentTooLarge, DocumentUnsignable
from hienluong.signing.formats import cades, pades, xades
from hienluong.signing.formats.appearance import Placed
from hienluong.signing.formats.keys import SigningKey, in_order
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.report import Holder
from hienluong.signing.formats.trust import is_demonstration
from hienluong.signing.formats.validation import kind_of
from hienluong.signing.stamping import stamper


@dataclass(frozen=True, slots=True)
class Signed:
    """What signing gave.

    Attributes:
        content: the signed file, or the signature beside it.
        form: "PAdES", "XAdES", "CAdES".
        level: as it was made.
        sha256: of the content.
    """

    content: bytes
    form: str
    level: Level
    sha256: str


def sign_document(
    *,
    actor: Actor | None,
    content: bytes,
    key: SigningKey,
    level: Level,
    now: datetime,
    on_behalf_of: str = "",
    reason: str = "",
    placed: Placed | None = None,
) -> Signed:
    """Signs a file: a PDF inside (PAdES), XML inside (XAdES), anything else beside it (CAdES).

    The act becomes an entry: who, for whom, the file, the certificate, the level.

    Args:
        actor: who acts.
        content: the file.
        key: who signs.
        level: how far it reaches.
        now: the moment.
        on_behalf_of: whom the signer signs for, for the entry: an agency's code, an absent person.
        reason: as it stands in a PDF.
        placed: where and how it shows in a PDF.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
        DocumentTooLarge, DocumentUnsignable, KeyUnavailable, TimestampUnavailable, EvidenceMissing: nothing was signed.
        DemonstrationRefused: the certificate is a demonstration's, and this is none.
    """
    actor = require(actor, "signing.sign_document")
    refuse_unfit(content, key.certificate)
    signed = _sign(content, key, pades.Wanted(level, now, placed, reason))
    with transaction.atomic():
        ledger.record(
            actor=actor.ref,
            action="signing.document-signed",
            subject=f"file:{hashlib.sha256(content).hexdigest()}",
            details=details_of(key, signed, on_behalf_of),
            now=now,
        )
    return signed


def refuse_unfit(content: bytes, certificate: object) -> None:
    """Refuses a file that is too large, and a demonstration's certificate in a real installation.

    Raises:
        DocumentTooLarge, DemonstrationRefused: as they say.
    """
    if len(content) > settings.SIGNING_MAX_BYTES:
        raise DocumentTooLarge(size=len(content), limit=settings.SIGNING_MAX_BYTES)
    if is_demonstration(certificate) and not settings.DEMONSTRATION:
        raise DemonstrationRefused(name=Holder.of(certificate.subject).name)  # type: ignore[attr-defined] # asn1crypto


def details_of(key: SigningKey, signed: Signed, on_behalf_of: str = "") -> dict[str, str]:
    """Returns what the entry of a signature says beside who and which file; the name of a file is content, and no part of it."""
    holder = Holder.of(key.certificate.subject)
    details = {
        "certificate": hashlib.sha256(key.certificate.dump()).hexdigest(),
        "signer": holder.name,
        "organisation": holder.organisation,
        "issuer": Holder.of(key.certificate.issuer).name,
        "form": signed.form,
        "level": signed.level,
        "signed_sha256": signed.sha256,
        "on_behalf_of": on_behalf_of,
    }
    return {name: str(value)[:300] for name, value in details.items() if value}


def extended(
    content: bytes, key: SigningKey, level: Level, now: datetime, *, signed: bytes | None = None
) -> bytes:
    """Returns what was signed brought from B-T to the level wanted, with the evidence that is known or can be fetched now.

    Args:
        content: a signed PDF or XML, or the signature beside a file.
        key: who signed.
        level: the level wanted.
        now: the moment.
        signed: the file that the signature beside it is over.

    Raises:
        EvidenceMissing, TimestampUnavailable: the level cannot be reached.
    """
    if not level.evident:
        return content
    from hienluong.signing.formats.contents import certificates_of  # noqa: PLC0415 - for two levels only

    certificates = in_order((key.certificate, *key.chain, *certificates_of(content)))
    evidence = revocation.evidence_for(certificates, now=now)
    if signed is not None:
        return cades.extend(content, signed, level, stamper=stamper(), evidence=evidence)
    extend = xades.extend if kind_of(content) == "xml" else pades.extend
    return extend(content, level, stamper=stamper(), evidence=evidence)


def _sign(content: bytes, key: SigningKey, wanted: pades.Wanted) -> Signed:
    kind, level = kind_of(content), wanted.level
    first = Level.T if level.stamped else Level.B
    if kind == "edxml":
        raise DocumentUnsignable(reason="it is a packet; the documents in it are signed")
    if kind == "xml":
        xml = xades.sign(content, key, now=wanted.now, level=first, stamper=stamper())
        return _signed(extended(xml, key, level, wanted.now), "XAdES", level)
    if kind != "pdf":
        beside = cades.sign(content, key, now=wanted.now, level=first, stamper=stamper())
        return _signed(extended(beside, key, level, wanted.now, signed=content), "CAdES", level)
    pdf = pades.sign(
        content, key, pades.Wanted(first, wanted.now, wanted.placed, wanted.reason), stamper=stamper()
    )
    return _signed(extended(pdf, key, level, wanted.now), "PAdES", level)


def _signed(content: bytes, form: str, level: Level) -> Signed:
    return Signed(content, form, level, hashlib.sha256(content).hexdigest())
