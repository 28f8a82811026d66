"""A signature beside a file (CMS, CAdES), checked with what stands in it and the time-stamps of its archive (EN 319 102-1; pyHanko)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Final

from asn1crypto import cms, core, x509
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.ades import ades_basic_validation
from pyhanko.sign.validation.generic_cms import extract_self_reported_ts, extract_tst_data_iter

from hienluong.signing.formats.cms_parts import (
    Altered,
    Hashes,
    archive_stamps,
    hashes_of,
    knowledge_in,
    over_archive,
)
from hienluong.signing.formats.past import THEN, held_then
from hienluong.signing.formats.pdf_checks import check_stamp, knowing
from hienluong.signing.formats.report import Holder, Reason, SignatureReport, StampFacts, Verdict
from hienluong.signing.formats.signature_checks import (
    Checker,
    Stamps,
    certificates_in,
    evidence_about,
    facts_of,
    name_of,
    path_of,
    reason_of,
    refuses_demonstration,
    revocation_of,
    stamp_reason,
    stamped_at,
    telling_missing_evidence,
    verdict,
)
from hienluong.signing.formats.trust import Knowledge

STAMPS_MOST: Final = 16
"""Time-stamps of one signature's archive that are looked at: the newest."""
_CADES: Final = frozenset({"signing_certificate", "signing_certificate_v2"})


async def check_cms(
    signed: cms.SignedData, content: bytes | None, checker: Checker
) -> tuple[SignatureReport, ...]:
    """Returns what is found of a signature and of the time-stamps of its archive.

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
        return (
            SignatureReport(
                "signature",
                form,
                Verdict.INDETERMINATE,
                reasons=(Reason.CONTENT_MISSING,),
                claimed_at=claimed,
            ),
        )
    own = knowledge_in(signed)
    stamps = await _stamps(signed, data, own, checker)
    knows = knowing(checker, own)
    digest = hashlib.new(info["digest_algorithm"]["algorithm"].native, data).digest()
    result = await telling_missing_evidence(
        lambda spec: ades_basic_validation(signed, spec, timing_info=checker.timing, raw_digest=digest),
        knows.trust,
    )
    status = result.api_status
    certificate = status.signing_cert if status is not None else _certificate(signed, info)
    evidence = evidence_about(certificate, checker.trust.knowledge, own) if certificate else []
    details = status.revocation_details if status is not None else None
    if (
        certificate is not None
        and result.ades_subindic in THEN
        and await held_then(certificate, own.certificates, stamps.at, details, knows)
    ):
        result = replace(result, ades_subindic=AdESPassed.OK)
        reason = None
    else:
        reason = reason_of(result, evidence, checker.now)
    outcome, kept = verdict(
        [reason, *map(stamp_reason, stamps.all)],
        demonstration=refuses_demonstration(checker, certificates_in(signed)),
    )
    first = SignatureReport(
        kind="signature",
        form=form,
        level=stamps.level(own),
        verdict=outcome,
        reasons=kept,
        etsi=name_of(result),
        certificate=facts_of(certificate) if certificate is not None else None,
        path=path_of(status),
        claimed_at=claimed if isinstance(claimed, datetime) else None,
        proved_at=stamps.at,
        covers="whole-file",
        revocation=revocation_of(status, evidence),
        stamp=stamps.own,
    )
    return first, *stamps.reports(form, "whole-file")


async def _stamps(signed: cms.SignedData, content: bytes, embedded: Knowledge, checker: Checker) -> Stamps:
    """Checks the time-stamps of a signature, the last one first: each must hold at the moment that the next one proves."""
    info = extract_signer_info(signed)
    hashes, moment = hashes_of(signed), checker.now
    archive: list[tuple[StampFacts, cms.SignedData]] = []
    for token in reversed(archive_stamps(info)[-STAMPS_MOST:]):
        known = knowing(Checker(checker.trust, moment), embedded)
        facts = await _of_archive(signed, content, token, hashes, known)
        archive.insert(0, (facts, token))
        if facts.verdict is Verdict.VALID and facts.at is not None:
            moment = min(moment, facts.at)
    own = next(extract_tst_data_iter(info, signed=False), None)
    if own is None:
        return Stamps(None, tuple(archive))
    known = knowing(Checker(checker.trust, moment), embedded)
    return Stamps(await check_stamp(own, info["signature"].native, knowledge_in(own), known), tuple(archive))


async def _of_archive(
    signed: cms.SignedData, content: bytes, token: cms.SignedData, hashes: Hashes, checker: Checker
) -> StampFacts:
    certificate = _certificate(token, extract_signer_info(token))
    authority = Holder.of(certificate.subject).name if certificate is not None else ""
    try:
        over = over_archive(signed, content, token, hashes)
    except Altered:
        return StampFacts(stamped_at(token), authority, Verdict.INVALID, (Reason.ALTERED,))
    if over is None:
        return StampFacts(stamped_at(token), authority, Verdict.INDETERMINATE, (Reason.UNDECIDED,))
    return await check_stamp(token, over, knowledge_in(token), checker)


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
