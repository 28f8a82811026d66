"""Signatures beside a file: detached CAdES at the levels B-B, B-T, B-LT and B-LTA (ETSI EN 319 122-1), by pyHanko and asn1crypto.

What B-LT and B-LTA add stands in parts of the CMS that the signature is not over; what is there stays byte for byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from asn1crypto import algos, cms, ocsp
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko_certvalidator.context import ValidationContext

from hienluong.signing.errors import DocumentUnsignable, EvidenceMissing, TimestampUnavailable
from hienluong.signing.formats.cms_parts import (
    OLDER,
    archive_stamps,
    imprinted,
    index_over,
    read_cms,
)
from hienluong.signing.formats.evidence import evidence_for
from hienluong.signing.formats.keys import KeySigner, SigningKey, hash_of
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.pades import telling
from hienluong.signing.formats.stamping import AskingStamper, run

_HASH: Final = "sha256"
"""Of the archive's time-stamps, and so of their indexes."""


def sign(
    content: bytes,
    key: SigningKey,
    *,
    now: datetime,
    level: Level = Level.B,
    stamper: AskingStamper | None = None,
    evidence: ValidationContext | None = None,
) -> bytes:
    """Returns a signature over a file, as CMS in DER (.p7s); the file itself is not in it.

    Args:
        content: the file.
        key: who signs.
        now: the moment that the signer claims.
        level: how far it reaches.
        stamper: who gives time-stamps; needed from B-T on.
        evidence: whom to trust and what is known of revocations; needed from B-LT on.

    Raises:
        KeyUnavailable, TimestampUnavailable, EvidenceMissing: there is no signature.
    """
    if level.stamped and stamper is None:
        raise TimestampUnavailable(reason="no authority is set")

    async def work() -> bytes:
        made = await KeySigner(key).async_sign_general_data(
            content,
            hash_of(key.certificate),
            use_cades=True,
            timestamper=stamper if level.stamped else None,
            signed_attr_settings=PdfCMSSignedAttributes(signing_time=now),
        )
        return bytes(made.dump())

    return extend(run(work()), content, level, stamper=stamper, evidence=evidence)


def extend(
    signature: bytes,
    content: bytes,
    level: Level,
    *,
    stamper: AskingStamper | None = None,
    evidence: ValidationContext | None = None,
) -> bytes:
    """Returns a signature brought to a level that it can reach now.

    Args:
        signature: the signature, with a time-stamp.
        content: the file that it is over.
        level: the level wanted; up to B-T there is nothing to add.
        stamper: who gives time-stamps; needed for B-LTA.
        evidence: whom to trust and what is known of revocations.

    Raises:
        DocumentUnsignable: it is no such signature, or over another file.
        EvidenceMissing: a certificate is of no known authority, or whether it was revoked is not known.
        TimestampUnavailable: no time-stamp could be had.
    """
    if not level.evident:
        return signature
    if evidence is None:
        raise EvidenceMissing(level=level, reason="no trust list")
    with telling(level):
        signed, info = _read(signature, content)
        stamps = list(extract_tst_data_iter(info, signed=False))
        if not stamps:
            raise DocumentUnsignable(reason="its signature has no time-stamp")
        _add_evidence(signed, (signed, *stamps), evidence)
        if level is Level.LTA:
            _add_archive_stamp(signed, content, stamper)
    return _written(signed)


def renew(signature: bytes, content: bytes, *, stamper: AskingStamper, evidence: ValidationContext) -> bytes:
    """Returns a signature of level B-LTA with one more time-stamp over everything in it, before the last one ends.

    Args:
        signature: the signature.
        content: the file that it is over.
        stamper: who gives the time-stamp.
        evidence: whom to trust and what is known of revocations; what shows that the last time-stamp holds is put in first.

    Raises:
        DocumentUnsignable: it is no such signature, or over another file.
        EvidenceMissing, TimestampUnavailable: the signature is unchanged.
    """
    with telling(Level.LTA):
        signed, info = _read(signature, content)
        stamps = archive_stamps(info)
        if not stamps:
            raise DocumentUnsignable(reason=f"its signature is not of the level {Level.LTA}")
        _add_evidence(signed, stamps[-1:], evidence)
        _add_archive_stamp(signed, content, stamper)
    return _written(signed)


def _read(signature: bytes, content: bytes) -> tuple[cms.SignedData, cms.SignerInfo]:
    """Returns a signature and its signer's part.

    Raises:
        DocumentUnsignable: it is none, over another file, or has a time-stamp over all of it that allows nothing to be added.
    """
    signed = read_cms(signature)
    if signed is None:
        raise DocumentUnsignable(reason="it is no signature")
    info = extract_signer_info(signed)
    digest = hashlib.new(info["digest_algorithm"]["algorithm"].native, content).digest()
    stated = [
        one["values"][0].native for one in info["signed_attrs"] if one["type"].native == "message_digest"
    ]
    if stated != [digest]:
        raise DocumentUnsignable(reason="the signature is over another file")
    if any(one["type"].dotted in OLDER for one in info["unsigned_attrs"] or ()):
        raise DocumentUnsignable(reason="a time-stamp of an older kind is over all that is in the signature")
    return signed, info


def _written(signed: cms.SignedData) -> bytes:
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def _add_evidence(
    signed: cms.SignedData, about: Iterable[cms.SignedData], evidence: ValidationContext
) -> None:
    """Adds what shows that the certificates of signatures or time-stamps were good, each once (5.4, 5.5.3).

    Answers of OCSP stand among the lists as RFC 5940 has it; with them the structure is of version 5 (RFC 5652, 5.1).
    """
    certificates, lists = list(signed["certificates"]), list(signed["crls"] or ())
    there = {one.dump() for one in (*certificates, *lists)}

    def add(kept: list[object], choice: object, der: bytes) -> None:
        if der not in there:
            there.add(der)
            kept.append(choice)

    for one in about:
        found = extract_certificate_info(one)
        needed = evidence_for(found.signer_cert, found.other_certs, evidence)
        for certificate in needed.certificates:
            new = cms.CertificateChoices({"certificate": certificate})
            add(certificates, new, new.dump())
        for der in needed.crls:
            new = cms.RevocationInfoChoice({"crl": cms.CertificateList.load(der)})
            add(lists, new, new.dump())
        for der in needed.ocsps:
            answer = {"other_rev_info_format": "ocsp_response", "other_rev_info": ocsp.OCSPResponse.load(der)}
            new = cms.RevocationInfoChoice({"other": answer})
            add(lists, new, new.dump())
            signed["version"] = "v5"
    signed["certificates"] = cms.CertificateSet(certificates)
    signed["crls"] = cms.RevocationInfoChoices(lists)


def _add_archive_stamp(signed: cms.SignedData, content: bytes, stamper: AskingStamper | None) -> None:
    """Adds a time-stamp over everything in a signature, with its index in it (5.5.2, 5.5.3)."""
    if stamper is None:
        raise TimestampUnavailable(reason="no authority is set")
    if _HASH not in {one["algorithm"].native for one in signed["digest_algorithms"]}:
        signed["digest_algorithms"].append(algos.DigestAlgorithm({"algorithm": _HASH}))
    index = index_over(signed, _HASH)
    over = hashlib.new(_HASH, imprinted(signed, content, index, _HASH)).digest()
    token = run(stamper.async_timestamp(over, _HASH))
    _add_unsigned(token["content"], "ats_hash_index_v3", index)
    _add_unsigned(signed, "archive_time_stamp_v3", token)


def _add_unsigned(signed: cms.SignedData, name: str, value: object) -> None:
    info = signed["signer_infos"][0]
    added = cms.CMSAttribute({"type": name, "values": [value]})
    info["unsigned_attrs"] = cms.CMSAttributes([*(info["unsigned_attrs"] or ()), added])
