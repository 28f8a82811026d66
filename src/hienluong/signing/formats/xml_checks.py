"""A signature inside XML (XMLDSig, XAdES), checked: its mathematics by signxml, its certificate as those of PDFs."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any, Final

from asn1crypto import x509
from lxml import etree
from pyhanko.sign.validation.policy_decl import bootstrap_validation_data_handlers
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    PathError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from signxml.exceptions import InvalidDigest, InvalidSignature, SignXMLException
from signxml.util import namespaces
from signxml.verifier import SignatureConfiguration, XMLVerifier

from hienluong.signing.formats.keys import to_pyca
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.report import Holder, Reason, Revocation, SignatureReport
from hienluong.signing.formats.signature_checks import Checker, facts_of, refuses_demonstration, verdict
from hienluong.signing.formats.xades import InUtf8

REFERENCES_MOST: Final = 16
"""The whole document is read again for each."""
_DS: Final = f"{{{namespaces.ds}}}"
_XADES: Final = f"{{{namespaces.xades}}}"
_REASONS: Final[tuple[tuple[type[Exception], Reason], ...]] = (
    (RevokedError, Reason.REVOKED),
    (ExpiredError, Reason.EXPIRED),
    (NotYetValidError, Reason.NOT_YET_VALID),
    (InsufficientRevinfoError, Reason.REVOCATION_UNKNOWN),
    (DisallowedAlgorithmError, Reason.WEAK),
    (InvalidCertificateError, Reason.CERTIFICATE_UNFIT),
    (PathBuildingError, Reason.AUTHORITY_UNKNOWN),
    (PathError, Reason.AUTHORITY_UNKNOWN),
    (ValidationError, Reason.UNDECIDED),
)


class _Verifier(InUtf8, XMLVerifier):
    """signxml's verifier."""


def signatures_in(root: etree._Element) -> list[etree._Element]:
    """Returns the signatures of a document."""
    return list(root.iter(f"{_DS}Signature"))


async def check_xml(
    root: etree._Element, checker: Checker
) -> tuple[tuple[SignatureReport, ...], tuple[str, ...]]:
    """Returns what is found of the first signature of a document, and a warning where there are more."""
    found = signatures_in(root)
    if not found:
        return (), ()
    return (await _check_one(root, found[0], checker),), ("more-signatures",) if len(found) > 1 else ()


async def _check_one(root: etree._Element, signature: etree._Element, checker: Checker) -> SignatureReport:
    form = "XAdES" if signature.find(f".//{_XADES}SignedProperties") is not None else "XMLDSig"
    claimed = _claimed(signature)
    certificates = _certificates(signature)
    if not certificates:
        outcome, kept = verdict([Reason.CERTIFICATE_MISSING])
        return SignatureReport("signature", form, outcome, reasons=kept, claimed_at=claimed)
    certificate, *others = certificates
    reason, covers = _mathematics(root, certificate)
    way: ValidationPath | None = None
    revocation = Revocation()
    reasons = [reason]
    if reason is None:
        way, reason, revocation = await _trusted(certificate, others, checker)
        reasons = [reason, Reason.PARTIAL if covers == "part" else None]
    above = [one for one in (way or ()) if isinstance(one, x509.Certificate)]
    outcome, kept = verdict(reasons, demonstration=refuses_demonstration(checker, [*certificates, *above]))
    names = [Holder.of(one.subject).name for one in reversed(above) if one.dump() != certificate.dump()]
    return SignatureReport(
        kind="signature",
        form=form,
        level=Level.B if form == "XAdES" else "",
        verdict=outcome,
        reasons=kept,
        etsi="",
        certificate=facts_of(certificate),
        path=tuple(names),
        claimed_at=claimed,
        covers=covers,
        revocation=revocation,
    )


def _mathematics(root: etree._Element, certificate: x509.Certificate) -> tuple[Reason | None, str]:
    """Returns why the signature itself does not hold, if so, and how much of the document it is over."""
    if len(list(signatures_in(root)[0].iter(f"{_DS}Reference"))) > REFERENCES_MOST:
        return Reason.UNREADABLE, ""
    settings = SignatureConfiguration(
        require_x509=True, expect_references=True, verification_time=certificate.not_valid_before
    )
    try:
        found = _Verifier().verify(root, x509_cert=to_pyca(certificate), expect_config=settings)
    except InvalidDigest:
        return Reason.ALTERED, ""
    except InvalidSignature as problem:
        return (Reason.WEAK if "not allowed" in str(problem) else Reason.BROKEN), ""
    except (SignXMLException, etree.LxmlError, ValueError, TypeError, KeyError, AttributeError):
        return Reason.UNREADABLE, ""
    results: list[Any] = found if isinstance(found, list) else [found]
    whole = any(one.signed_xml is not None and one.signed_xml.tag == root.tag for one in results)
    return None, "whole-file" if whole and _over_root(root) else "part"


def _over_root(root: etree._Element) -> bool:
    """Returns whether the first signature refers to the document itself, not to a copy put somewhere in it."""
    identifiers = {root.get(name) for name in ("Id", "ID", "id")} - {None}
    references = {one.get("URI") for one in signatures_in(root)[0].iter(f"{_DS}Reference")}
    return "" in references or any(f"#{one}" in references for one in identifiers)


async def _trusted(
    certificate: x509.Certificate, others: list[x509.Certificate], checker: Checker
) -> tuple[ValidationPath | None, Reason | None, Revocation]:
    spec = checker.trust.spec()
    handlers = bootstrap_validation_data_handlers(spec, checker.timing)
    context = spec.cert_validation_policy.build_validation_context(checker.timing, handlers)
    validator = CertificateValidator(certificate, intermediate_certs=others, validation_context=context)
    usages = spec.key_usage_settings.key_usage
    try:
        way = await validator.async_validate_usage(set())
    except (ValidationError, PathError) as problem:
        reason = next(reason for kind, reason in _REASONS if isinstance(problem, kind))
        if isinstance(problem, RevokedError):
            return None, reason, Revocation("revoked", revoked_at=problem.revocation_dt)
        return None, reason, Revocation()
    allowed = certificate.key_usage_value
    if allowed is not None and not usages & allowed.native:
        return way, Reason.CERTIFICATE_UNFIT, Revocation("good")
    return way, None, Revocation("good")


def _certificates(signature: etree._Element) -> list[x509.Certificate]:
    found = []
    for element in signature.iterfind(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate"):
        try:
            certificate = x509.Certificate.load(base64.b64decode(element.text or ""))
            to_pyca(certificate)
        except ValueError:
            continue
        found.append(certificate)
    return found


def _claimed(signature: etree._Element) -> datetime | None:
    text = signature.findtext(f".//{_XADES}SigningTime")
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo else None
