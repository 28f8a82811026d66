"""What PDF and CMS have in common when a signature is checked: pyHanko's result (ETSI EN 319 102-1) put into our words."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from asn1crypto import cms, crl, ocsp, tsp, x509
from pyhanko.sign.ades.report import AdESIndeterminate, AdESPassed, AdESSubIndic
from pyhanko.sign.validation.ades import AdESBasicValidationResult
from pyhanko.sign.validation.policy_decl import SignatureValidationSpec
from pyhanko.sign.validation.status import SignatureStatus
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo

from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.report import (
    SUBINDICATIONS,
    CertificateFacts,
    Holder,
    Reason,
    Revocation,
    SignatureReport,
    StampFacts,
    Verdict,
    judged,
)
from hienluong.signing.formats.trust import Knowledge, Trust, is_demonstration

_OF_BYTES: Final = frozenset({Reason.ALTERED, Reason.BROKEN, Reason.CHANGED, Reason.PARTIAL})


@dataclass(frozen=True, slots=True)
class Checker:
    """How a validation goes about it.

    Attributes:
        trust: whom to believe.
        now: the moment for which it is asked.
    """

    trust: Trust
    now: datetime

    @property
    def timing(self) -> ValidationTimingInfo:
        """Returns the moment as pyHanko takes it."""
        return ValidationTimingInfo(
            validation_time=self.now, best_signature_time=self.now, point_in_time_validation=True
        )


@dataclass(frozen=True, slots=True)
class Stamps:
    """The time-stamps of a signature, checked.

    Attributes:
        own: over the signature; None: there is none.
        archive: over it and all its evidence, the oldest first, each with its token.
    """

    own: StampFacts | None
    archive: tuple[tuple[StampFacts, cms.SignedData], ...] = ()

    @property
    def at(self) -> datetime | None:
        """Returns by when the signature was there, as they show."""
        moments = (one.at for one in self.all if one.at and one.verdict is Verdict.VALID)
        return min(moments, default=None)

    @property
    def all(self) -> list[StampFacts]:
        """Returns all of them."""
        return [*([self.own] if self.own is not None else []), *(facts for facts, _token in self.archive)]

    def level(self, embedded: Knowledge) -> Level:
        """Returns the level that the signature has by its form; whether it holds is another matter."""
        if self.own is None:
            return Level.B
        if not (embedded.crls or embedded.ocsps):
            return Level.T
        return Level.LTA if self.archive else Level.LT

    def reports(self, form: str, covers: str) -> list[SignatureReport]:
        """Returns a report of each time-stamp of the archive."""
        return [_of_archive(facts, token, form, covers) for facts, token in self.archive]


def _of_archive(facts: StampFacts, token: cms.SignedData, form: str, covers: str) -> SignatureReport:
    certificates = certificates_in(token)
    certificate = next((one for one in certificates if Holder.of(one.subject).name == facts.authority), None)
    return SignatureReport(
        kind="time-stamp",
        form=form,
        verdict=facts.verdict,
        reasons=facts.reasons,
        certificate=facts_of(certificate) if certificate is not None else None,
        claimed_at=facts.at,
        proved_at=facts.at if facts.verdict is Verdict.VALID else None,
        covers=covers,
        stamp=facts,
    )


def reason_of(
    result: AdESBasicValidationResult[Any], evidence: Sequence[Revocation], now: datetime
) -> Reason | None:
    """Returns why a result is not that the signature holds; None: it holds.

    A certificate that has expired since needs evidence from while it was valid: afterwards an authority may leave it out of
    its lists.

    Args:
        result: of pyHanko.
        evidence: about the signer's certificate.
        now: the moment for which it is asked.
    """
    indication: AdESSubIndic = result.ades_subindic
    status = result.api_status
    if indication is AdESPassed.OK:
        ends = status.signing_cert.not_valid_after if status is not None else now
        in_time = any(one.as_of is not None and one.as_of <= ends for one in evidence)
        return None if now <= ends or in_time else Reason.EXPIRED
    reason = SUBINDICATIONS.get(indication.standard_name, Reason.UNDECIDED)
    if reason is Reason.CERTIFICATE_UNFIT and status is not None and status.signing_cert.self_issued:
        reason = Reason.AUTHORITY_UNKNOWN  # it vouches for itself: EN 319 102-1 leaves that open
    early = status is not None and now < status.signing_cert.not_valid_before
    if early and reason in {Reason.EXPIRED, Reason.AUTHORITY_UNKNOWN}:
        return Reason.NOT_YET_VALID
    return reason


def stamp_reason(stamp: StampFacts | None) -> Reason | None:
    """Returns what a signature's time-stamp takes from it: nothing where there is none, or where it is only not known to hold."""
    return Reason.STAMP_WRONG if stamp is not None and stamp.verdict is Verdict.INVALID else None


async def telling_missing_evidence(
    validate: Callable[[SignatureValidationSpec], Awaitable[AdESBasicValidationResult[Any]]], trust: Trust
) -> AdESBasicValidationResult[Any]:
    """Returns the result of a validation; where only evidence about revocation is missing, it says so.

    pyHanko names that as it names a way to an authority that does not hold; without asking for evidence the two differ.

    Args:
        validate: the validation, given a specification.
        trust: whom to believe.
    """
    result = await validate(trust.spec())
    if result.ades_subindic is not AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE:
        return result
    without = await validate(trust.spec(revocation=False))
    if without.ades_subindic is AdESPassed.OK:
        return replace(result, ades_subindic=AdESIndeterminate.TRY_LATER)
    return result


def name_of(result: AdESBasicValidationResult[Any]) -> str:
    """Returns the sub-indication of EN 319 102-1, or PASSED."""
    indication: AdESSubIndic = result.ades_subindic
    return "PASSED" if indication is AdESPassed.OK else str(indication.standard_name)


def facts_of(certificate: x509.Certificate) -> CertificateFacts:
    """Returns what a certificate says."""
    return CertificateFacts(
        holder=Holder.of(certificate.subject),
        issuer=certificate.issuer.human_friendly,
        serial=format(certificate.serial_number, "x"),
        sha256=hashlib.sha256(certificate.dump()).hexdigest(),
        not_before=certificate.not_valid_before,
        not_after=certificate.not_valid_after,
        demonstration=is_demonstration(certificate),
    )


def path_of(status: SignatureStatus | None) -> tuple[str, ...]:
    """Returns the names of the authorities from the certificate to the trust list; empty where no way was found."""
    if status is None or status.validation_path is None:
        return ()
    own = status.signing_cert.dump()
    above = [one for one in status.validation_path if isinstance(one, x509.Certificate) and one.dump() != own]
    return tuple(Holder.of(one.subject).name for one in reversed(above))


def refuses_demonstration(checker: Checker, certificates: Iterable[x509.Certificate]) -> bool:
    """Returns whether a real installation looks at what a demonstration issued."""
    return not checker.trust.demonstration and any(is_demonstration(one) for one in certificates)


def evidence_about(certificate: x509.Certificate, known: Knowledge, embedded: Knowledge) -> list[Revocation]:
    """Returns the sources that say something about a certificate, the newest first; their signatures are not looked at here."""
    found = [
        *(_by_ocsp(der, certificate, embedded=False) for der in known.ocsps),
        *(_by_ocsp(der, certificate, embedded=True) for der in embedded.ocsps),
        *(_by_crl(der, certificate, embedded=False) for der in known.crls),
        *(_by_crl(der, certificate, embedded=True) for der in embedded.crls),
    ]
    return sorted(
        (one for one in found if one is not None),
        key=lambda one: one.as_of.timestamp() if one.as_of else 0.0,
        reverse=True,
    )


def revocation_of(status: SignatureStatus | None, evidence: Sequence[Revocation]) -> Revocation:
    """Returns whether the signer's certificate was revoked, and what the newest source for it is."""
    details = status.revocation_details if status is not None else None
    newest = evidence[0] if evidence else Revocation()
    if details is not None and not details.ca_revoked:
        reason = details.revocation_reason
        why = str(reason.native) if reason is not None else ""
        return replace(newest, status="revoked", revoked_at=details.revocation_date, why=why)
    if status is None or status.validation_path is None:  # nobody vouches for the source
        return Revocation()
    return newest


def stamp_facts(
    result: AdESBasicValidationResult[Any], signed: cms.SignedData, checker: Checker
) -> StampFacts:
    """Returns what a time-stamp says and whether it holds."""
    demonstration = refuses_demonstration(checker, certificates_in(signed))
    outcome, reasons = verdict([reason_of(result, [], checker.now)], demonstration=demonstration)
    status = result.api_status
    authority = Holder.of(status.signing_cert.subject).name if status is not None else ""
    return StampFacts(stamped_at(signed), authority, outcome, reasons)


def stamped_at(signed: cms.SignedData) -> datetime | None:
    """Returns the time that a time-stamp states."""
    info = signed["encap_content_info"]["content"].parsed
    return info["gen_time"].native if isinstance(info, tsp.TSTInfo) else None


def certificates_in(signed: cms.SignedData) -> list[x509.Certificate]:
    """Returns the certificates that travel in a signature."""
    found = signed["certificates"]
    return [one.chosen for one in found if isinstance(one.chosen, x509.Certificate)] if found else []


def verdict(
    reasons: Sequence[Reason | None], *, demonstration: bool = False
) -> tuple[Verdict, tuple[Reason, ...]]:
    """Returns what reasons come to, and those that there are, each once.

    Args:
        reasons: the weightiest first.
        demonstration: whether a demonstration's authority issued it, and this is none: then whom to believe is settled, and
            of the others only what is wrong with the bytes is told.
    """
    kept = [one for one in reasons if one is not None]
    if demonstration:
        kept = [Reason.DEMONSTRATION, *(one for one in kept if one in _OF_BYTES)]
    kept = list(dict.fromkeys(kept))
    return judged(kept), tuple(kept)


def _by_crl(der: bytes, certificate: x509.Certificate, *, embedded: bool) -> Revocation | None:
    listed: Any = crl.CertificateList.load(der)["tbs_cert_list"]
    if listed["issuer"] != certificate.issuer:
        return None
    return Revocation("good", "crl", listed["this_update"].native, embedded)


def _by_ocsp(der: bytes, certificate: x509.Certificate, *, embedded: bool) -> Revocation | None:
    answer = ocsp.OCSPResponse.load(der)
    if answer["response_status"].native != "successful":
        return None
    for single in answer.response_data["responses"]:
        named = single["cert_id"]
        issuer = hashlib.new(named["hash_algorithm"]["algorithm"].native, certificate.issuer.dump()).digest()
        if (
            named["serial_number"].native == certificate.serial_number
            and named["issuer_name_hash"].native == issuer
        ):
            return Revocation("good", "ocsp", single["this_update"].native, embedded)
    return None
