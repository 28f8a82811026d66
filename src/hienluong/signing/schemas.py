"""What the API takes and says about signatures."""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from asn1crypto import pem
from ninja import Field, Schema

from hienluong.signing.formats.remote import Prepared
from hienluong.signing.formats.report import FileReport
from hienluong.signing.labels import sentences
from hienluong.signing.models import PreparedSignature, SigningCertificate, TrustedAuthority
from hienluong.signing.queries import Registered

LevelName = Literal["B-B", "B-T", "B-LT", "B-LTA"]
VerdictName = Literal["valid", "invalid", "indeterminate", "unsigned"]


class HolderOut(Schema):
    """Whom a certificate is for, as its subject says."""

    name: str
    organisation: str = Field(description="on whose behalf")
    unit: str
    title: str
    locality: str
    identifier: str
    subject: str


class CertificateOut(Schema):
    """A certificate."""

    holder: HolderOut
    issuer: str
    serial: str
    sha256: str
    not_before: datetime
    not_after: datetime
    demonstration: bool = Field(description="issued by a demonstration: without legal force")


class RevocationOut(Schema):
    """Whether the certificate was revoked, and which source says so."""

    status: Literal["good", "revoked", "unknown"]
    source: str
    as_of: datetime | None
    embedded: bool
    revoked_at: datetime | None
    why: str


class StampOut(Schema):
    """A time-stamp."""

    at: datetime | None
    authority: str
    verdict: VerdictName
    reasons: list[str]


class SignatureOut(Schema):
    """One signature or time-stamp."""

    kind: Literal["signature", "time-stamp"]
    form: str
    level: str
    field: str
    verdict: VerdictName
    reasons: list[str]
    etsi: str = Field(description="sub-indication of EN 319 102-1, or PASSED")
    certificate: CertificateOut | None
    path: list[str]
    claimed_at: datetime | None
    proved_at: datetime | None
    covers: str
    changes: str
    said: list[str]
    revocation: RevocationOut
    stamp: StampOut | None


class SignaturesOut(Schema):
    """What was found about the signatures of a file; `docs/integrate/signatures.md` lists the codes."""

    version: int
    name: str
    kind: Literal["pdf", "cms", "xml", "edxml", "other"]
    size: int
    sha256: str
    checked_at: datetime
    verdict: VerdictName
    reasons: list[str]
    warnings: list[str]
    demonstration: bool
    signatures: list[SignatureOut]
    files: list[SignaturesOut] = Field(description="files that travel in it")
    sentences: list[str] = Field(description="the same for people, in the language of the request")

    @classmethod
    def of(cls, report: FileReport) -> SignaturesOut:
        """Returns what is said of a report."""
        return cls.model_validate(_with_sentences(report))


class PreparedOut(Schema):
    """A document that waits for its signature, or has it."""

    id: UUID
    hash_algorithm: Literal["sha256", "sha384", "sha512"]
    hash: str = Field(description="what the device signs, base64: PKCS#1 v1.5 of RSA, or ECDSA")
    attributes: str = Field(
        description="what the hash is over, base64 (DER, RFC 5652, 5.4), for who wants to see it"
    )
    document_sha256: str
    level: LevelName
    expires_at: datetime
    completed_at: datetime | None

    @classmethod
    def of(cls, row: PreparedSignature) -> PreparedOut:
        """Returns what is said of a prepared document."""
        attributes = bytes(row.attributes)
        to_sign = Prepared(b"", 0, 0, b"", attributes, row.algorithm).to_sign
        return cls.model_construct(
            id=row.pk,
            hash_algorithm=row.algorithm,
            hash=base64.b64encode(to_sign).decode(),
            attributes=base64.b64encode(attributes).decode(),
            document_sha256=row.file_sha256,
            level=row.level,
            expires_at=row.expires_at,
            completed_at=row.completed_at,
        )


class AuthorityOut(Schema):
    """An authority of the trust list in force."""

    name: str
    sha256: str
    purpose: Literal["public-service", "public", "time-stamps"]
    source: str
    valid_from: date
    not_after: datetime
    certificate: str = Field(description="PEM")

    @classmethod
    def of(cls, row: TrustedAuthority) -> AuthorityOut:
        """Returns what is said of an authority."""
        return cls.model_construct(
            name=row.name,
            sha256=row.sha256,
            purpose=row.purpose,
            source=row.source,
            valid_from=row.valid_from,
            not_after=row.not_after,
            certificate=pem.armor("CERTIFICATE", bytes(row.certificate)).decode(),
        )


class RegisteredOut(Schema):
    """A certificate of the register."""

    id: UUID
    agency: str = Field(description="its name; of a person's certificate the person's")
    owner: Literal["agency", "person"]
    holder: str = Field(description="as the certificate says")
    issuer: str
    sha256: str
    place: Literal["device", "module"]
    for_systems: bool = Field(description="whether systems of the agency may have a key of the platform sign")
    state: Literal["ended", "over", "unproved", "ending", "good"] = Field(
        description="ended here; past its time; its key was never shown; ends soon; in use"
    )
    authorities: list[str] = Field(description="the way to the trust list; empty: there is none")
    not_before: datetime
    not_after: datetime
    registered_by: str = Field(description="its name at that time")
    tested_at: datetime | None = Field(
        description="when its device last showed the key; null: not yet, so it signs nothing"
    )
    ended_at: datetime | None
    certificates: str = Field(description="PEM, its own first")

    @classmethod
    def of(cls, one: Registered) -> RegisteredOut:
        """Returns what is said of a certificate."""
        row = one.row
        return cls.model_construct(
            id=row.pk,
            agency=row.owner_name,
            owner="agency" if row.is_agency else "person",
            holder=row.holder_name,
            issuer=row.issuer_name,
            sha256=row.sha256,
            place=row.place,
            for_systems=row.for_systems,
            state=one.state,
            authorities=list(one.way.names),
            not_before=row.not_before,
            not_after=row.not_after,
            registered_by=row.registered_by,
            tested_at=row.proved_at,
            ended_at=row.ended_at,
            certificates=row.certificates.decode(),
        )


class RegisterOut(Schema):
    """A page of the register, what ends first first."""

    certificates: list[RegisteredOut]
    next: str | None = Field(description="give it as `after` for the next page; null: this is the last")


class BringIn(Schema):
    """For whom a certificate is registered; the certificate travels as a file."""

    post: int | None = Field(
        None,
        ge=1,
        le=2**63 - 1,
        description="of the agency, as /issuing-signers names it: whose holder's it is; left out: the agency's",
    )


class EndIn(Schema):
    """Why a certificate ends."""

    reason: str = Field(min_length=1, max_length=500, pattern="^[^\\x00]*$")


class UsableOut(Schema):
    """A certificate with which a document can be signed or sealed."""

    id: UUID
    holder: str = Field(description="as the certificate says")
    sha256: str
    place: Literal["device", "module"] = Field(
        description="on a device, which signs hashes; or a key of the platform, which seals at once"
    )
    not_after: datetime

    @classmethod
    def of(cls, row: SigningCertificate) -> UsableOut:
        """Returns what is said of a certificate."""
        facts = {name: getattr(row, name) for name in ("sha256", "place", "not_after")}
        return cls.model_construct(id=row.pk, holder=row.holder_name, **facts)


class CertificateIn(Schema):
    """With which certificate."""

    certificate: UUID = Field(description="of the certificates with which it can be signed")


class PrepareIn(Schema):
    """What a signature should be; the document and the certificates are files of the same form."""

    level: LevelName = "B-T"
    reason: str = Field("", max_length=300)


class CompleteIn(Schema):
    """What came back from the signer's device."""

    signature: str = Field(max_length=2048, description="base64: PKCS#1 v1.5 of RSA, or ECDSA as DER")

    @property
    def octets(self) -> bytes:
        """The signature; empty, which fits nothing, where it is no base64."""
        try:
            return base64.b64decode(self.signature, validate=True)
        except (binascii.Error, ValueError):
            return b""


def _with_sentences(report: FileReport) -> dict[str, object]:
    return {
        **report.as_json(),
        "sentences": sentences(report),
        "files": [_with_sentences(one) for one in report.files],
    }
