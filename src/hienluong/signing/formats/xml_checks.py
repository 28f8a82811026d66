"""Signatures inside XML (XMLDSig, XAdES), checked: mathematics by signxml, certificates and time-stamps as those of PDFs."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from asn1crypto import cms, x509
from lxml import etree
from pyhanko.sign.ades.report import AdESIndeterminate, AdESSubIndic
from pyhanko.sign.validation.generic_cms import CertvalidatorOperationResult, handle_certvalidator_errors
from pyhanko.sign.validation.policy_decl import bootstrap_validation_data_handlers
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.path import ValidationPath
from signxml.exceptions import InvalidDigest, InvalidSignature, SignXMLException
from signxml.verifier import SignatureConfiguration

from hienluong.signing.formats.keys import to_pyca
from hienluong.signing.formats.past import THEN, held_then
from hienluong.signing.formats.pdf_checks import check_stamp, knowing
from hienluong.signing.formats.report import (
    SUBINDICATIONS,
    Holder,
    Reason,
    Revocation,
    SignatureReport,
    StampFacts,
    Verdict,
)
from hienluong.signing.formats.signature_checks import (
    Checker,
    Stamps,
    evidence_about,
    facts_of,
    refuses_demonstration,
    stamp_reason,
    verdict,
)
from hienluong.signing.formats.trust import Knowledge, Trust
from hienluong.signing.formats.xades import SIGNATURES_MOST, octets_of
from hienluong.signing.formats.xml_parts import (
    DS,
    XADES,
    XADES_141,
    Element,
    certificates_in,
    knowledge_in,
    method_of,
    over_all,
    over_signature,
    signatures_in,
    tokens_of,
    unsigned_properties,
)
from hienluong.signing.formats.xml_signer import NotUnderstood, Verifier, Weak

REFERENCES_MOST: Final = 16
"""The whole document is read again for each."""
STAMPS_MOST: Final = 16
RSA_BITS_LEAST: Final = 2048
"""As pyHanko has it for PDFs."""
_OWN_STAMP: Final = f"{XADES}SignatureTimeStamp"
_ARCHIVE_STAMP: Final = f"{XADES_141}ArchiveTimeStamp"
_SIGNED_PROPERTIES: Final = f"{XADES}SignedProperties"
_COUNTERSIGNED: Final = "http://uri.etsi.org/01903#CountersignedSignature"
_ETSI: Final = {
    Reason.ALTERED: "HASH_FAILURE",
    Reason.BROKEN: "SIG_CRYPTO_FAILURE",
    Reason.UNREADABLE: "FORMAT_FAILURE",
    Reason.WEAK: "CRYPTO_CONSTRAINTS_FAILURE",
    Reason.CERTIFICATE_MISSING: "NO_SIGNING_CERTIFICATE_FOUND",
    Reason.CERTIFICATE_UNFIT: "CHAIN_CONSTRAINTS_FAILURE",
    Reason.NOT_YET_VALID: "NOT_YET_VALID",
}
"""The sub-indication (EN 319 102-1, tables 5 and 6) of what is found here, not by pyHanko."""


_BROKEN: Final = (ValueError, TypeError, KeyError, AttributeError)
"""What signxml raises, too, where an element is missing or says what it cannot."""
_PROBLEMS: Final[tuple[tuple[type[Exception], Reason], ...]] = (
    (InvalidDigest, Reason.ALTERED),
    (InvalidSignature, Reason.BROKEN),
    (Weak, Reason.WEAK),
    (NotUnderstood, Reason.UNDECIDED),
)


@dataclass(frozen=True, slots=True)
class _Signed:
    """What a signature itself says, where its mathematics holds.

    Attributes:
        reason: why it does not; None: it does.
        certificate: the key of which made it.
        covers: "whole-file", "part", or "signature" (it is over another signature).
        properties: the signed properties of XAdES, where a reference is over them; else None.
    """

    reason: Reason | None
    certificate: x509.Certificate | None = None
    covers: str = ""
    properties: Element | None = None


@dataclass(frozen=True, slots=True)
class _Trusted:
    """What is found of a certificate."""

    indication: AdESSubIndic | None
    way: ValidationPath | None
    revocation: Revocation


async def check_xml(root: Element, checker: Checker) -> tuple[tuple[SignatureReport, ...], tuple[str, ...]]:
    """Returns what is found of every signature of a document and of the time-stamps of its archive, and warnings."""
    count = len(signatures_in(root))
    found: list[SignatureReport] = []
    for number in range(min(count, SIGNATURES_MOST)):
        found.extend(await _check_one(root, number, checker))
    return tuple(found), ("more-signatures",) if count > SIGNATURES_MOST else ()


async def _check_one(root: Element, number: int, checker: Checker) -> list[SignatureReport]:
    signature = signatures_in(root)[number]
    certificates = certificates_in(signature)
    signed = _mathematics(root, number, certificates)
    certificate, claimed = signed.certificate, _claimed(signed.properties)
    form = "XMLDSig" if signed.properties is None else "XAdES"
    report = SignatureReport("signature", form, Verdict.INVALID, claimed_at=claimed, covers=signed.covers)
    if certificate is None or signed.reason is not None:
        wrong = signed.reason or Reason.CERTIFICATE_MISSING
        refused = refuses_demonstration(checker, certificates)
        outcome, kept = verdict([wrong], demonstration=refused)
        facts = facts_of(certificate) if certificate is not None else None
        return [
            replace(
                report, verdict=outcome, reasons=kept, etsi=_ETSI.get(wrong, "GENERIC"), certificate=facts
            )
        ]
    properties = unsigned_properties(signature)
    embedded = knowledge_in(properties)
    knows = knowing(checker, embedded)
    stamps = await _stamps(root, number, embedded, checker)
    trusted = await _trusted(certificate, certificates, stamps.at, knows)
    reason = _reason(trusted.indication, certificate, checker.now)
    above = [one for one in (trusted.way or ()) if isinstance(one, x509.Certificate)]
    outcome, kept = verdict(
        [reason, stamp_reason(stamps.own), Reason.PARTIAL if signed.covers == "part" else None],
        demonstration=refuses_demonstration(checker, [*certificates, *above]),
    )
    names = [Holder.of(one.subject).name for one in reversed(above) if one.dump() != certificate.dump()]
    level = stamps.level(embedded) if signed.properties is not None else ""
    first = replace(
        report,
        level=level,
        verdict=outcome,
        reasons=kept,
        etsi="PASSED" if trusted.indication is None else str(trusted.indication.standard_name),
        certificate=facts_of(certificate),
        path=tuple(names),
        proved_at=stamps.at,
        revocation=trusted.revocation,
        stamp=stamps.own,
    )
    return [first, *stamps.reports("XAdES", signed.covers)]


def _mathematics(root: Element, number: int, certificates: Sequence[x509.Certificate]) -> _Signed:
    """Returns whether a signature holds by itself, with which certificate, and what it is over."""
    signature = signatures_in(root)[number]
    references = list(signature.iterfind(f"{DS}SignedInfo/{DS}Reference"))
    if not references or len(references) > REFERENCES_MOST or not certificates:
        return _Signed(Reason.UNREADABLE if certificates else Reason.CERTIFICATE_MISSING)
    try:
        verifier = Verifier(number)
        verifier.refuse_unfit(signature)
        named = [verifier.resolved(root, one) for one in references]
        properties = next((one for one in named if one.tag == _SIGNED_PROPERTIES), None)
        certificate = _signer(signature, properties, certificates)
    except (SignXMLException, Weak, NotUnderstood, ValueError, TypeError) as problem:
        return _Signed(_told(problem), _leaf(certificates))
    if certificate is None:
        return _Signed(Reason.CERTIFICATE_MISSING, properties=properties)
    key = certificate.public_key
    weak = key.algorithm == "rsa" and key.bit_size < RSA_BITS_LEAST
    reason = Reason.WEAK if weak else _verified(root, verifier, certificate)
    covers = _covered(root, signature, references, named) if reason is None else ""
    return _Signed(reason, certificate, covers, properties)


def _verified(root: Element, verifier: Verifier, certificate: x509.Certificate) -> Reason | None:
    """Returns why a signature is not one over its references with the key of a certificate; None: it is."""
    settings = SignatureConfiguration(
        require_x509=True, expect_references=True, verification_time=certificate.not_valid_before
    )
    try:
        verifier.verify(root, x509_cert=to_pyca(certificate), expect_config=settings)
    except (SignXMLException, Weak, NotUnderstood, etree.LxmlError, *_BROKEN) as problem:
        return _told(problem)
    return None


def _told(problem: Exception) -> Reason:
    return next((reason for kind, reason in _PROBLEMS if isinstance(problem, kind)), Reason.UNREADABLE)


def _signer(
    signature: Element, properties: Element | None, certificates: Sequence[x509.Certificate]
) -> x509.Certificate | None:
    """Returns the signer's certificate: the one that the signed properties name, where there are any.

    Raises:
        ValueError: they belong to another signature.
    """
    if properties is None:
        return _leaf(certificates)
    if signature not in properties.iterancestors():
        raise ValueError("the properties are another signature's")
    return _named_in(properties, certificates)


def _covered(root: Element, signature: Element, references: list[Element], named: list[Element]) -> str:
    """Returns how much of the document a signature is over: an element that is the document itself, not one like it."""
    if any(one is root for one in named):
        return "whole-file"
    for reference, one in zip(references, named, strict=True):
        if (
            reference.get("Type") == _COUNTERSIGNED
            and one.tag == f"{DS}SignatureValue"
            and one.getparent() in list(signature.iterancestors())
        ):
            return "signature"
    return "part"


def _leaf(certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    """Returns the certificate that issued none of the others."""
    issuers = {one.issuer.hashable for one in certificates if one.issuer != one.subject}
    return next((one for one in certificates if one.subject.hashable not in issuers), certificates[0])


def _named_in(properties: Element, certificates: Sequence[x509.Certificate]) -> x509.Certificate | None:
    """Returns the certificate that the signed properties name as the signer's, by its hash."""
    place = f"{XADES}SignedSignatureProperties"
    for name in ("SigningCertificateV2", "SigningCertificate"):
        digest = properties.find(f"{place}/{XADES}{name}/{XADES}Cert/{XADES}CertDigest")
        if digest is None:
            continue
        method = digest.find(f"{DS}DigestMethod")
        named = base64.b64decode(digest.findtext(f"{DS}DigestValue") or "").hex()
        name_of_hash = str(method.get("Algorithm") if method is not None else "").rpartition("#")[2]
        if name_of_hash not in {"sha1", "sha256", "sha384", "sha512"}:
            return None
        return next(
            (one for one in certificates if hashlib.new(name_of_hash, one.dump()).hexdigest() == named), None
        )
    return certificates[0] if len(certificates) == 1 else _leaf(certificates)


async def _stamps(root: Element, number: int, embedded: Knowledge, checker: Checker) -> Stamps:
    """Checks the time-stamps of a signature, the last one first: each must hold at the moment that the next one proves."""
    signature = signatures_in(root)[number]
    properties = unsigned_properties(signature)
    moment = checker.now
    archive: list[tuple[StampFacts, cms.SignedData]] = []
    own: StampFacts | None = None
    elements = [one for one in properties if one.tag in {_OWN_STAMP, _ARCHIVE_STAMP}][-STAMPS_MOST:]
    for element in reversed(elements):
        at = Checker(checker.trust, moment)
        try:
            token = next(tokens_of(element), None)
            if token is None:
                continue
            if element.tag == _OWN_STAMP:
                over = over_signature(signature, element)
            else:
                method = method_of(element)
                before = properties[: properties.index(element)]
                over = over_all(signature, octets_of(root, number, method), before, method)
            facts = await check_stamp(token, over, embedded, at)
        except (ValueError, TypeError, KeyError, AttributeError, NotUnderstood):
            facts, token = StampFacts(None, "", Verdict.INVALID, (Reason.UNREADABLE,)), None
        if element.tag == _OWN_STAMP:
            own = facts
        elif token is not None:
            archive.insert(0, (facts, token))
            if facts.verdict is Verdict.VALID and facts.at is not None:
                moment = min(moment, facts.at)
    return Stamps(own, tuple(archive))


async def _trusted(
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    proved_at: datetime | None,
    checker: Checker,
) -> _Trusted:
    """Returns whether a certificate leads to an authority of the trust list and was not revoked, now or when it is proved."""
    result = await _validated(certificate, others, checker.trust, checker)
    indication: AdESSubIndic | None = result.error_subindic
    way = result.success_result or result.error_path
    if indication is AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE:
        without = await _validated(certificate, others, checker.trust, checker, revocation=False)
        if without.error_subindic is None:
            indication, way = AdESIndeterminate.TRY_LATER, without.success_result
    details = result.revo_details
    evidence = evidence_about(certificate, checker.trust.knowledge, Knowledge())
    revocation = evidence[0] if evidence and way is not None else Revocation()
    if details is not None and not details.ca_revoked:
        why = str(details.revocation_reason.native) if details.revocation_reason is not None else ""
        revocation = replace(revocation, status="revoked", revoked_at=details.revocation_date, why=why)
    if indication in THEN and await held_then(certificate, others, proved_at, details, checker):
        indication = None
    if indication is None and way is not None:
        allowed = certificate.key_usage_value
        usages = checker.trust.spec().key_usage_settings.key_usage
        if allowed is not None and not usages & allowed.native:
            indication = AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE
    return _Trusted(indication, way, revocation)


async def _validated(
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    trust: Trust,
    checker: Checker,
    *,
    revocation: bool = True,
) -> CertvalidatorOperationResult[ValidationPath]:
    spec = trust.spec(revocation=revocation)
    handlers = bootstrap_validation_data_handlers(spec, checker.timing)
    context = spec.cert_validation_policy.build_validation_context(checker.timing, handlers)
    validator = CertificateValidator(certificate, intermediate_certs=list(others), validation_context=context)
    return await handle_certvalidator_errors(certificate, validator.async_validate_usage(set()))


def _reason(indication: AdESSubIndic | None, certificate: x509.Certificate, now: datetime) -> Reason | None:
    if indication is None:
        return None
    reason = SUBINDICATIONS.get(str(indication.standard_name), Reason.UNDECIDED)
    if now < certificate.not_valid_before and reason in {Reason.EXPIRED, Reason.AUTHORITY_UNKNOWN}:
        return Reason.NOT_YET_VALID
    return reason


def _claimed(properties: Element | None) -> datetime | None:
    if properties is None:
        return None
    text = properties.findtext(f"{XADES}SignedSignatureProperties/{XADES}SigningTime")
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo else None
