"""What was found about the signatures of a file: the same facts for programs (stable codes) and for the sentences of people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from asn1crypto import x509

VERSION: Final = 1
"""Of the JSON form: fields are added without a new number, never taken away or given another meaning."""


class Verdict(StrEnum):
    """What it comes to, as ETSI EN 319 102-1, 5.1.3 has it: it holds; it does not; it cannot be told."""

    VALID = "valid"
    INVALID = "invalid"
    INDETERMINATE = "indeterminate"
    UNSIGNED = "unsigned"


class Reason(StrEnum):
    """Why a signature is not simply valid. `labels.py` has the sentences; the codes are kept for good."""

    ALTERED = "altered"
    BROKEN = "signature-broken"
    UNREADABLE = "unreadable"
    ENCRYPTED = "encrypted"
    TOO_LARGE = "too-large"
    TOO_COSTLY = "too-costly"
    CHANGED = "changed-after-signing"
    PARTIAL = "covers-part-only"
    REVOKED = "revoked"
    AUTHORITY_REVOKED = "authority-revoked"
    REVOCATION_UNKNOWN = "revocation-unknown"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    AUTHORITY_UNKNOWN = "authority-unknown"
    CERTIFICATE_UNFIT = "certificate-unfit"
    CERTIFICATE_MISSING = "certificate-missing"
    WEAK = "weak-algorithm"
    TIME_UNPROVEN = "time-unproven"
    STAMP_WRONG = "time-stamp-wrong"
    STAMPS_CONTRADICT = "time-stamps-contradict"
    DEMONSTRATION = "demonstration"
    CONTENT_MISSING = "content-missing"
    FORM_UNKNOWN = "form-unknown"
    UNDECIDED = "undecided"


UNDECIDED: Final = frozenset(
    {
        Reason.ENCRYPTED,
        Reason.TOO_LARGE,
        Reason.TOO_COSTLY,
        Reason.REVOCATION_UNKNOWN,
        Reason.EXPIRED,
        Reason.AUTHORITY_UNKNOWN,
        Reason.TIME_UNPROVEN,
        Reason.CONTENT_MISSING,
        Reason.FORM_UNKNOWN,
        Reason.UNDECIDED,
    }
)
"""Reasons that leave it open: more evidence may yet show that the signature holds."""

SUBINDICATIONS: Final = {
    "HASH_FAILURE": Reason.ALTERED,
    "SIG_CRYPTO_FAILURE": Reason.BROKEN,
    "FORMAT_FAILURE": Reason.UNREADABLE,
    "REVOKED": Reason.REVOKED,
    "REVOKED_NO_POE": Reason.REVOKED,
    "REVOKED_CA_NO_POE": Reason.AUTHORITY_REVOKED,
    "NOT_YET_VALID": Reason.NOT_YET_VALID,
    "EXPIRED": Reason.EXPIRED,
    "OUT_OF_BOUNDS_NO_POE": Reason.EXPIRED,
    "OUT_OF_BOUNDS_NOT_REVOKED": Reason.EXPIRED,
    "NO_CERTIFICATE_CHAIN_FOUND": Reason.AUTHORITY_UNKNOWN,
    "CERTIFICATE_CHAIN_GENERAL_FAILURE": Reason.AUTHORITY_UNKNOWN,
    "CHAIN_CONSTRAINTS_FAILURE": Reason.CERTIFICATE_UNFIT,
    "SIG_CONSTRAINTS_FAILURE": Reason.CERTIFICATE_UNFIT,
    "NO_SIGNING_CERTIFICATE_FOUND": Reason.CERTIFICATE_MISSING,
    "CRYPTO_CONSTRAINTS_FAILURE": Reason.WEAK,
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": Reason.WEAK,
    "TRY_LATER": Reason.REVOCATION_UNKNOWN,
    "REVOCATION_OUT_OF_BOUNDS_NO_POE": Reason.REVOCATION_UNKNOWN,
    "NO_POE": Reason.TIME_UNPROVEN,
    "TIMESTAMP_ORDER_FAILURE": Reason.STAMPS_CONTRADICT,
    "SIGNED_DATA_NOT_FOUND": Reason.CONTENT_MISSING,
}
"""ETSI EN 319 102-1, tables 5 and 6, in our codes; what is not here leaves it open."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a certificate is for, as its subject says; empty where it does not say.

    Attributes:
        name: of the person, agency or authority.
        organisation, unit: on whose behalf.
        title, locality: of the person, of the organisation.
        identifier: a number such as an identity card's or a tax code.
        subject: all of it (RFC 4514).
    """

    name: str = ""
    organisation: str = ""
    unit: str = ""
    title: str = ""
    locality: str = ""
    identifier: str = ""
    subject: str = ""

    @classmethod
    def of(cls, name: x509.Name) -> Holder:
        """Returns what a name says."""
        facts = name.native

        def said(*keys: str) -> str:
            for key in keys:
                value = facts.get(key)
                if value:
                    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            return ""

        return cls(
            name=said("common_name", "organization_name"),
            organisation=said("organization_name"),
            unit=said("organizational_unit_name"),
            title=said("title"),
            locality=said("locality_name", "state_or_province_name"),
            identifier=said("user_id", "organization_identifier", "serial_number"),
            subject=name.human_friendly,
        )


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate: whose, from whom, how long."""

    holder: Holder
    issuer: str
    serial: str
    sha256: str
    not_before: datetime
    not_after: datetime
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class Revocation:
    """Whether a certificate was revoked.

    Attributes:
        status: "good", "revoked", or "unknown".
        source: "crl", "ocsp", or "" where there is none.
        as_of: when the source was issued.
        embedded: whether the source stands in the file itself.
        revoked_at, why: where it was.
    """

    status: str = "unknown"
    source: str = ""
    as_of: datetime | None = None
    embedded: bool = False
    revoked_at: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class StampFacts:
    """A time-stamp: when, by whom, and whether it holds."""

    at: datetime | None
    authority: str
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature or time-stamp of a file.

    Attributes:
        kind: "signature" or "time-stamp" (of the whole document).
        form: "PAdES", "PDF" (a signature of PDF that is no PAdES), "CAdES", "CMS", "XAdES", "XMLDSig".
        level: "B-B" … "B-LTA"; empty for a time-stamp of the document.
        field: where it stands in the file.
        verdict, reasons: what it comes to, the weightiest reason first.
        etsi: the sub-indication of EN 319 102-1, or "PASSED".
        certificate: of who signed; None where there is none.
        path: names from the certificate's issuer to the authority of the trust list.
        claimed_at: as the signer says; nothing proves it.
        proved_at: it was there by then at the latest, as a time-stamp shows.
        covers: "whole-file", "whole-revision" (of that time), or "part".
        changes: after it: "none", "validation-data", "forms-and-signatures", "annotations", "other", or "" (does not apply).
        said: reason and place as the file says.
    """

    kind: str
    form: str
    verdict: Verdict
    level: str = ""
    field: str = ""
    reasons: tuple[Reason, ...] = ()
    etsi: str = ""
    certificate: CertificateFacts | None = None
    path: tuple[str, ...] = ()
    claimed_at: datetime | None = None
    proved_at: datetime | None = None
    covers: str = ""
    changes: str = ""
    said: tuple[str, ...] = ()
    revocation: Revocation = Revocation()
    stamp: StampFacts | None = None

    @property
    def demonstration(self) -> bool:
        """Returns whether a demonstration's authority issued the certificate: it has no legal force."""
        return self.certificate is not None and self.certificate.demonstration


@dataclass(frozen=True, slots=True)
class FileReport:
    """What was found in a file.

    Attributes:
        name: of the file; empty where it has none.
        kind: "pdf", "cms", "xml", "edxml" or "other".
        size, sha256: of the file.
        checked_at: the moment of the check.
        verdict, reasons: of the whole: the worst of its signatures and of the files in it.
        warnings: codes of what was odd and not decisive: "pdf-untidy", "more-signatures", "unsigned-content".
        signatures: in the order in which they were made.
        files: those that travel in it (attachments of a packet).
    """

    name: str
    kind: str
    size: int
    sha256: str
    checked_at: datetime
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[str, ...] = ()
    signatures: tuple[SignatureReport, ...] = ()
    files: tuple[FileReport, ...] = ()

    @property
    def demonstration(self) -> bool:
        """Returns whether anything in it was signed under a demonstration's authority."""
        return any(one.demonstration for one in self.signatures) or any(
            one.demonstration for one in self.files
        )

    def as_json(self) -> dict[str, Any]:
        """Returns it as values of JSON (docs/integrate/signatures.md)."""
        return {"version": VERSION, **_plain(self), "demonstration": self.demonstration}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> FileReport:
        """Returns the report that `as_json` wrote.

        Raises:
            ValueError, TypeError, KeyError: it is none.
        """
        found: FileReport = _made(cls, value)
        return found


def judged(reasons: Sequence[Reason]) -> Verdict:
    """Returns what reasons come to: none, it holds; one that decides, it does not; else it is open."""
    if not reasons:
        return Verdict.VALID
    return Verdict.INDETERMINATE if all(one in UNDECIDED for one in reasons) else Verdict.INVALID


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Returns the worst of several; none: unsigned."""
    order = (Verdict.INVALID, Verdict.INDETERMINATE, Verdict.VALID)
    return next((one for one in order if one in verdicts), Verdict.UNSIGNED)


_MOMENTS: Final = frozenset(
    {"checked_at", "claimed_at", "proved_at", "revoked_at", "as_of", "at", "not_before", "not_after"}
)


def _made(kind: type[Any], value: Mapping[str, Any]) -> Any:
    """Returns an object of a class from the plain values of its fields; what is not one of them is left out."""
    inner: dict[str, Callable[[Any], Any]] = {
        "verdict": Verdict,
        "reasons": lambda found: tuple(map(Reason, found)),
        "signatures": lambda found: tuple(_made(SignatureReport, one) for one in found),
        "files": lambda found: tuple(_made(FileReport, one) for one in found),
        "certificate": lambda found: _made(CertificateFacts, found),
        "holder": lambda found: _made(Holder, found),
        "revocation": lambda found: _made(Revocation, found),
        "stamp": lambda found: _made(StampFacts, found),
        **dict.fromkeys(("path", "said", "warnings"), tuple),
        **dict.fromkeys(_MOMENTS, datetime.fromisoformat),
    }
    fields = {name: value[name] for name in kind.__dataclass_fields__}
    return kind(
        **{
            name: inner[name](found) if name in inner and found is not None else found
            for name, found in fields.items()
        }
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value
