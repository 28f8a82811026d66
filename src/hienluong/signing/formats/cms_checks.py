"""A signature beside a file (CMS, CAdES), checked (EN 319 102-1; pyHanko)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final

from asn1crypto import cms, core, pem, x509
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.ades import ades_basic_validation, ades_with_time_validation
from pyhanko.sign.validation.generic_cms import extract_self_reported_ts, extract_tst_data_iter

from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.past import evidence_in_time
from hienluong.signing.formats.pdf_checks import check_stamp
from hienluong.signing.formats.report import Reason, SignatureReport, Verdict
from hienluong.signing.formats.signature_checks import (
    Checker,
    certificates_in,
    evidence_about,
    facts_of,
    name_of,
    path_of,
    reason_of,
    refuses_demonstration,
    revocation_of,
    stamp_reason,
    telling_missing_evidence,
    verdict,
)
from hienluong.signing.formats.trust import Knowledge

_CADES: Final = frozenset({"signing_certificate", "signing_certificate_v2"})


def read_cms(content: bytes) -> cms.SignedData | None:
    """Returns the signature that a file is, as DER or PEM; None: it is none."""
    try:
        if pem.detect(content):
            content = pem.unarmor(content)[2]
        info = cms.ContentInfo.load(content)
        if info["content_type"].native != "signed_data":
            return None
        return info["content"]
    except (ValueError, TypeError, KeyError):
        return None


async def check_cms(signed: cms.SignedData, content: bytes | None, checker: Checker) -> SignatureReport:
    """Returns what is found of a signature.

    Args:
        signed: the signature.
        content: the file that it is over; None: it is inside the signature, or not at hand.
        checker: whom to believe, for which moment.
    """
    inside = signed["encap_content_info"]["content"]
    data = content
    if data is None and not isinstance(inside, core.Void) and inside.native is not None:
        data = bytes(inside)
    info = extract_signer_info(signed)
    form, claimed = _form(info), extract_self_reported_ts(info)
    if data is None:
        return SignatureReport(
            "signature", form, Verdict.INDETERMINATE, reasons=(Reason.CONTENT_MISSING,), claimed_at=claimed
        )
    digest = hashlib.new(info["digest_algorithm"]["algorithm"].native, data).digest()
    stamps = list(extract_tst_data_iter(info, signed=False))
    stamp = await check_stamp(stamps[0], info["signature"].native, Knowledge(), checker) if stamps else None
    validate: Any = ades_basic_validation
    if stamp is not None and stamp.verdict is Verdict.VALID:
        validate = ades_with_time_validation
    result = await telling_missing_evidence(
        lambda spec: validate(signed, spec, timing_info=checker.timing, raw_digest=digest), checker.trust
    )
    status = result.api_status
    certificate = status.signing_cert if status is not None else _certificate(signed, info)
    demonstration = refuses_demonstration(checker, certificates_in(signed))
    evidence = evidence_about(certificate, checker.trust.knowledge, Knowledge()) if certificate else []
    proved = stamp.at if stamp is not None and stamp.verdict is Verdict.VALID else None
    others = certificates_in(signed)
    counts = (
        await evidence_in_time(certificate, others, evidence, proved, checker) if certificate else evidence
    )
    outcome, kept = verdict(
        [reason_of(result, counts, checker.now), stamp_reason(stamp)], demonstration=demonstration
    )
    return SignatureReport(
        kind="signature",
        form=form,
        level=Level.T if stamp is not None else Level.B,
        verdict=outcome,
        reasons=kept,
        etsi=name_of(result),
        certificate=facts_of(certificate) if certificate is not None else None,
        path=path_of(status),
        claimed_at=claimed if isinstance(claimed, datetime) else None,
        proved_at=proved,
        covers="whole-file",
        revocation=revocation_of(status, evidence),
        stamp=stamp,
    )


def _form(info: cms.SignerInfo) -> str:
    names = {attribute["type"].native for attribute in info["signed_attrs"] or ()}
    return "CAdES" if names & _CADES else "CMS"


def _certificate(signed: cms.SignedData, info: cms.SignerInfo) -> x509.Certificate | None:
    sid = info["sid"]
    if sid.name != "issuer_and_serial_number":
        return None
    wanted = (sid.chosen["issuer"].dump(), sid.chosen["serial_number"].native)
    return next(
        (one for one in certificates_in(signed) if (one.issuer.dump(), one.serial_number) == wanted), None
    )
