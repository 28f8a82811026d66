"""The signatures of a PDF, checked: integrity, time, trust, revocation, and what changed after each (EN 319 102-1; pyHanko)."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final

from asn1crypto import cms, x509
from pyhanko.pdf_utils.crypt import AuthStatus, StandardSecurityHandler
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import ModificationLevel, SuspiciousModification
from pyhanko.sign.fields import SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.validation.ades import (
    AdESBasicValidationResult,
    AdESLTAValidationResult,
    ades_basic_validation,
    ades_lta_validation,
    ades_timestamp_validation,
    ades_with_time_validation,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec
from pyhanko.sign.validation.status import SignatureCoverageLevel

from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.past import THEN, evidence_in_time
from hienluong.signing.formats.report import Reason, SignatureReport, StampFacts, Verdict
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
    stamp_facts,
    stamp_reason,
    telling_missing_evidence,
    verdict,
)
from hienluong.signing.formats.trust import Knowledge

SIGNATURES_MOST: Final = 64
_FORMS: Final = frozenset(str(one.value) for one in SigSeedSubFilter)
_COVERS: Final = {
    SignatureCoverageLevel.ENTIRE_FILE: "whole-file",
    SignatureCoverageLevel.ENTIRE_REVISION: "whole-revision",
}
_CHANGES: Final = {
    ModificationLevel.NONE: "none",
    ModificationLevel.LTA_UPDATES: "validation-data",
    ModificationLevel.FORM_FILLING: "forms-and-signatures",
    ModificationLevel.ANNOTATIONS: "annotations",
    ModificationLevel.OTHER: "other",
}


class Encrypted(Exception):
    """The PDF opens with a password only: nobody can say what was signed."""


def open_pdf(pdf: bytes) -> tuple[PdfFileReader, tuple[str, ...]]:
    """Returns a reader, and "pdf-untidy" as a warning where the file keeps to the standard only nearly.

    Raises:
        Encrypted: it opens with a password only.
        PdfReadError: it cannot be read.
    """
    try:
        reader = _reader(pdf, strict=True)
        list(reader.embedded_signatures)
    except PdfReadError:
        return _reader(pdf, strict=False), ("pdf-untidy",)
    return reader, ()


def _reader(pdf: bytes, *, strict: bool) -> PdfFileReader:
    """Returns a reader; a file that forbids printing or copying only is opened with the empty password, as everybody does."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=strict)
    if reader.encrypted:
        by_password = isinstance(reader.security_handler, StandardSecurityHandler)
        if not by_password or reader.decrypt("").status is AuthStatus.FAILED:
            raise Encrypted
    return reader


async def check_pdf(pdf: bytes, checker: Checker) -> tuple[tuple[SignatureReport, ...], tuple[str, ...]]:
    """Returns what is found of every signature and time-stamp of a PDF, in their order, and warnings.

    Raises:
        Encrypted: it opens with a password only.
        PdfReadError and whatever else broken files lead pyHanko into; `validation.py` tells it.
    """
    reader, warnings = open_pdf(pdf)
    signatures = reader.embedded_signatures
    if len(signatures) > SIGNATURES_MOST:
        warnings = (*warnings, "more-signatures")
    embedded = _evidence_in(reader)
    found = [await _check_one(one, reader, embedded, checker) for one in signatures[:SIGNATURES_MOST]]
    return (*found, *islice(_of_other_forms(reader), SIGNATURES_MOST)), warnings


def _of_other_forms(reader: PdfFileReader) -> Iterator[SignatureReport]:
    """Yields the signatures of forms that are not checked here, as adbe.pkcs7.sha1 (ISO 32000-1, 12.8.3): signed the file is."""
    for name, value, _field in enumerate_sig_fields(reader, filled_status=True):
        form = value.get_object().get("/SubFilter", "")
        if form not in _FORMS:
            yield SignatureReport(
                kind="signature",
                form=str(form).lstrip("/"),
                field=str(name),
                verdict=Verdict.INDETERMINATE,
                reasons=(Reason.FORM_UNKNOWN,),
            )


async def _check_one(
    signature: EmbeddedPdfSignature, reader: PdfFileReader, embedded: Knowledge, checker: Checker
) -> SignatureReport:
    signature.compute_integrity_info()
    if signature.sig_object_type == "/DocTimeStamp":
        return await _check_stamp(signature, embedded, checker)
    stamps = list(extract_tst_data_iter(signature.signer_info, signed=False))
    over = signature.signer_info["signature"].native
    stamp = await check_stamp(stamps[0], over, embedded, checker) if stamps else None
    result = await _status(signature, stamp, embedded, checker)
    status = result.api_status
    changed, changes = _changes(signature)
    certificate: x509.Certificate = signature.signer_cert
    way = list(status.validation_path) if status is not None and status.validation_path is not None else []
    above = [one for one in way if isinstance(one, x509.Certificate)]
    evidence = evidence_about(certificate, checker.trust.knowledge, embedded)
    proved = _proved(result, stamp)
    others = [*certificates_in(signature.signed_data), *embedded.certificates]
    in_time = await evidence_in_time(certificate, others, evidence, proved, knowing(checker, embedded))
    outcome, kept = verdict(
        [reason_of(result, in_time, checker.now), stamp_reason(stamp), *changed],
        demonstration=refuses_demonstration(checker, [certificate, *above]),
    )
    return SignatureReport(
        kind="signature",
        form="PAdES" if signature.sig_object.get("/SubFilter") == "/ETSI.CAdES.detached" else "PDF",
        level=_level(signature, reader, embedded, stamp),
        field=str(signature.field_name),
        verdict=outcome,
        reasons=kept,
        etsi=name_of(result),
        certificate=facts_of(certificate),
        path=path_of(status),
        claimed_at=signature.self_reported_timestamp,
        proved_at=proved,
        covers=_covers(signature),
        changes=changes,
        said=tuple(
            str(value) for name in ("/Reason", "/Location") if (value := signature.sig_object.get(name))
        ),
        revocation=revocation_of(status, evidence),
        stamp=stamp,
    )


async def _status(
    signature: EmbeddedPdfSignature, stamp: StampFacts | None, embedded: Knowledge, checker: Checker
) -> AdESBasicValidationResult[Any]:
    """Returns pyHanko's result: as things stand now, with its time-stamp where that holds; else as they stood then.

    As they stood then: a certificate that has expired or was revoked since, shown to have been good by evidence in the file
    and by the time-stamps over it (EN 319 102-1, 5.6).
    """
    validate = (
        ades_with_time_validation if stamp and stamp.verdict is Verdict.VALID else ades_basic_validation
    )
    digest = signature.compute_digest()
    result = await telling_missing_evidence(
        lambda spec: validate(signature.signed_data, spec, timing_info=checker.timing, raw_digest=digest),
        knowing(checker, embedded).trust,
    )
    if stamp is None or result.ades_subindic not in THEN:
        return result
    then = await ades_lta_validation(
        signature, PdfSignatureValidationSpec(checker.trust.spec()), checker.timing
    )
    return then if then.ades_subindic is AdESPassed.OK else result


async def check_stamp(
    signed: cms.SignedData, stamped: bytes, embedded: Knowledge, checker: Checker
) -> StampFacts:
    """Returns what a time-stamp says and whether it holds.

    Args:
        signed: the time-stamp.
        stamped: what it is over.
        embedded: evidence that stands in the file.
        checker: whom to believe, for which moment.
    """
    result = await telling_missing_evidence(
        lambda spec: ades_timestamp_validation(
            signed, spec, lambda name: hashlib.new(name, stamped).digest(), timing_info=checker.timing
        ),
        knowing(checker, embedded).trust,
    )
    return stamp_facts(result, signed, checker)


async def _check_stamp(
    signature: EmbeddedPdfSignature, embedded: Knowledge, checker: Checker
) -> SignatureReport:
    """Returns what is found of a time-stamp over the document."""
    result = await telling_missing_evidence(
        lambda spec: ades_timestamp_validation(
            signature.signed_data, spec, signature.compute_digest, timing_info=checker.timing
        ),
        knowing(checker, embedded).trust,
    )
    stamp = stamp_facts(result, signature.signed_data, checker)
    changed, changes = _changes(signature)
    outcome, kept = verdict([*stamp.reasons, *changed])
    certificate = signature.signer_cert
    evidence = evidence_about(certificate, checker.trust.knowledge, embedded)
    return SignatureReport(
        kind="time-stamp",
        form="PAdES",
        field=str(signature.field_name),
        verdict=outcome,
        reasons=kept,
        etsi=name_of(result),
        certificate=facts_of(certificate),
        path=path_of(result.api_status),
        claimed_at=stamp.at,
        proved_at=stamp.at if outcome is Verdict.VALID else None,
        covers=_covers(signature),
        changes=changes,
        revocation=revocation_of(result.api_status, evidence),
        stamp=stamp,
    )


def knowing(checker: Checker, embedded: Knowledge) -> Checker:
    """Returns the checker that knows what stands in the file, too; its signatures are checked like any other."""
    known, trust = checker.trust.knowledge, checker.trust
    together = Knowledge(
        (*known.crls, *embedded.crls),
        (*known.ocsps, *embedded.ocsps),
        (*known.certificates, *embedded.certificates),
    )
    return Checker(type(trust)(trust.signers, trust.stampers, trust.demonstration, together), checker.now)


def _covers(signature: EmbeddedPdfSignature) -> str:
    """Returns how much of the file a signature covers.

    pyHanko adds up the signed parts and the signature's length. A later revision may say that the signature is longer by as
    much as it added itself; so what is left out has to be the signature's own digits, and nothing else.
    """
    covers = _COVERS.get(signature.coverage or SignatureCoverageLevel.UNCLEAR, "part")
    if covers == "part":
        return covers
    _start, begin, end, _rest = signature.byte_range
    stream = signature.reader.stream
    stream.seek(begin)
    digits = b"<%s>" % signature.pkcs7_content.hex().encode()
    same = end - begin == len(digits) and stream.read(len(digits)).lower() == digits
    return covers if same else "part"


def _changes(signature: EmbeddedPdfSignature) -> tuple[list[Reason], str]:
    """Returns why what came after a signature is not allowed, if so, and what it was."""
    if _covers(signature) == "part":
        return [Reason.PARTIAL], ""
    if isinstance(signature.diff_result, SuspiciousModification):
        return [Reason.CHANGED], "other"
    level = signature.diff_result.modification_level if signature.diff_result else ModificationLevel.NONE
    allowed = signature.summarise_integrity_info().get("docmdp_ok", True) is not False
    return ([] if allowed else [Reason.CHANGED]), _CHANGES[level]


def _proved(result: AdESBasicValidationResult[Any], stamp: StampFacts | None) -> datetime | None:
    """Returns the earliest moment by which the signature was there, as a time-stamp that holds shows."""
    moments = [stamp.at] if stamp is not None and stamp.verdict is Verdict.VALID and stamp.at else []
    if isinstance(result, AdESLTAValidationResult):
        within = result.signature_timestamp_status
        if within is not None and within.ades_subindic is AdESPassed.OK and within.api_status is not None:
            moments.append(within.api_status.timestamp)
        if result.oldest_evidence_record_timestamp is not None:
            moments.append(result.oldest_evidence_record_timestamp)
    return min(moments, default=None)


def _level(
    signature: EmbeddedPdfSignature, reader: PdfFileReader, embedded: Knowledge, stamp: StampFacts | None
) -> Level:
    """Returns the level that a signature has by its form; whether it holds is another matter."""
    if stamp is None:
        return Level.B
    if not (embedded.crls or embedded.ocsps):
        return Level.T
    later = any(
        one.signed_revision > signature.signed_revision for one in reader.embedded_timestamp_signatures
    )
    return Level.LTA if later else Level.LT


def _evidence_in(reader: PdfFileReader) -> Knowledge:
    """Returns the evidence that stands in the file (the document security store)."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return Knowledge()

    def streams(references: Any) -> tuple[bytes, ...]:
        return tuple(one.get_object().data for one in references)

    return Knowledge(streams(store.crls), streams(store.ocsps), tuple(store.load_certs()))
