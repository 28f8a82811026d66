"""Signatures inside XML: XAdES at the levels B-B, B-T, B-LT and B-LTA (ETSI EN 319 132-1), by signxml and lxml.

Each is over the whole document without its signatures, so that several stand side by side; what a level adds are properties
of its signature, which no signature is over.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast

from asn1crypto import cms
from cryptography.hazmat.primitives import serialization
from lxml import etree
from pyhanko.sign.general import extract_certificate_info
from pyhanko_certvalidator.context import ValidationContext
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)

from hienluong.signing.errors import DocumentUnsignable, EvidenceMissing, TimestampUnavailable
from hienluong.signing.formats.evidence import evidence_for
from hienluong.signing.formats.keys import SigningKey, hash_of, to_pyca
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.pades import telling
from hienluong.signing.formats.stamping import AskingStamper, run
from hienluong.signing.formats.trust import Knowledge
from hienluong.signing.formats.xml_parts import (
    DS,
    EXCLUSIVE,
    XADES,
    XADES_141,
    Element,
    certificates_in,
    knowledge_in,
    over_all,
    over_signature,
    parse,
    signatures_in,
    tokens_of,
)
from hienluong.signing.formats.xml_signer import (
    XPATH,
    XPATH_FILTER,
    KeyOfSignxml,
    Signer,
    Verifier,
    without_signatures,
)

SIGNATURES_MOST: Final = 16
"""Of one document: the document is read again for each."""
_METHODS: Final = {
    ("rsa", "sha256"): SignatureMethod.RSA_SHA256,
    ("ec", "sha256"): SignatureMethod.ECDSA_SHA256,
    ("ec", "sha384"): SignatureMethod.ECDSA_SHA384,
    ("ec", "sha512"): SignatureMethod.ECDSA_SHA512,
}


def sign(
    xml: bytes,
    key: SigningKey,
    *,
    now: datetime,
    level: Level = Level.B,
    stamper: AskingStamper | None = None,
    evidence: ValidationContext | None = None,
) -> bytes:
    """Returns a document of XML with one more signature over all of it, as the last child of its root.

    Args:
        xml: the document.
        key: who signs.
        now: the moment that the signer claims.
        level: how far it reaches.
        stamper: who gives time-stamps; needed from B-T on.
        evidence: whom to trust and what is known of revocations; needed from B-LT on.

    Raises:
        DocumentUnsignable: it is no XML that can be signed, or an earlier signature would no longer hold.
        KeyUnavailable, TimestampUnavailable: there is no signature.
        EvidenceMissing: the level cannot be reached.
    """
    root = parse(xml)
    earlier = signatures_in(root)
    if len(earlier) >= SIGNATURES_MOST:
        raise DocumentUnsignable(reason=f"it has {len(earlier)} signatures already")
    if not all(map(_leaves_others_out, earlier)):
        raise DocumentUnsignable(reason="an earlier signature allows none beside it")
    signer = Signer(
        now,
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=_METHODS[key.certificate.public_key.algorithm, hash_of(key.certificate)],
        digest_algorithm=DigestAlgorithm.SHA256,
    )
    certificates = [
        to_pyca(one).public_bytes(serialization.Encoding.PEM).decode()
        for one in (key.certificate, *key.chain)
    ]
    signed = signer.sign(
        without_signatures(root),
        key=cast("Any", KeyOfSignxml(key)),
        cert="".join(certificates),
        always_add_key_value=False,
    )
    root.append(signatures_in(signed)[-1])
    done = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
    return extend(done, level, stamper=stamper, evidence=evidence)


def extend(
    xml: bytes,
    level: Level,
    *,
    stamper: AskingStamper | None = None,
    evidence: ValidationContext | None = None,
) -> bytes:
    """Returns a document whose last signature is brought to a level; one that has a time-stamp already keeps it.

    Args:
        xml: the signed document.
        level: the level wanted; at B-B there is nothing to add.
        stamper: who gives time-stamps; needed for B-T and B-LTA.
        evidence: whom to trust and what is known of revocations; needed from B-LT on.

    Raises:
        TimestampUnavailable: no time-stamp could be had.
        EvidenceMissing: a certificate is of no known authority, or whether it was revoked is not known.
    """
    if not level.stamped:
        return xml
    root = parse(xml)
    number = len(signatures_in(root)) - 1
    signature = signatures_in(root)[number]
    place = _place_in(signature)
    stamps = place.findall(f"{XADES}SignatureTimeStamp")
    if not stamps:
        stamps = [
            _stamp(
                place, f"{XADES}SignatureTimeStamp", lambda stamp: over_signature(signature, stamp), stamper
            )
        ]
    if level.evident:
        if evidence is None:
            raise EvidenceMissing(level=level, reason="no trust list")
        _add_evidence(signature, stamps, evidence, level)
    if level is Level.LTA:
        _add_archive_stamp(root, number, place, stamper)
    return bytes(etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8"))


def renew(xml: bytes, *, stamper: AskingStamper, evidence: ValidationContext) -> bytes:
    """Returns a document with one more time-stamp over everything in its last signature, before the last one ends.

    Raises:
        EvidenceMissing, TimestampUnavailable: the document is unchanged.
    """
    root = parse(xml)
    number = len(signatures_in(root)) - 1
    signature = signatures_in(root)[number]
    place = _place_in(signature)
    stamps = [
        one for one in place if one.tag in {f"{XADES}SignatureTimeStamp", f"{XADES_141}ArchiveTimeStamp"}
    ]
    _add_evidence(signature, stamps[-1:], evidence, Level.LTA)
    _add_archive_stamp(root, number, place, stamper)
    return bytes(etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8"))


def octets_of(root: Element, number: int, method: str) -> bytes:
    """Returns what a signature's references come to, one after the other, as a time-stamp of the archive is over them."""
    signature = signatures_in(root)[number]
    default = CanonicalizationMethod(method)
    references = signature.iterfind(f"{DS}SignedInfo/{DS}Reference")
    return b"".join(Verifier(number).octets(root, one, default) for one in references)


def _leaves_others_out(signature: Element) -> bool:
    """Returns whether a signature holds on when others are put beside it: none of its references is over them."""
    for reference in signature.iterfind(f"{DS}SignedInfo/{DS}Reference"):
        if (reference.get("URI") or "") == "":
            names = {one.get("Algorithm") for one in reference.iter(f"{DS}Transform")}
            if not names & {XPATH, XPATH_FILTER}:
                return False
    return True


def _place_in(signature: Element) -> Element:
    """Returns where a signature's unsigned properties stand, made where there is none."""
    properties = signature.find(f"{DS}Object/{XADES}QualifyingProperties")
    if properties is None:
        raise DocumentUnsignable(reason="its signature is no XAdES")
    for name in ("UnsignedProperties", "UnsignedSignatureProperties"):
        found = properties.find(f"{XADES}{name}")
        properties = found if found is not None else etree.SubElement(properties, f"{XADES}{name}")
    return properties


def _stamp(place: Element, tag: str, over: Any, stamper: AskingStamper | None) -> Element:
    """Adds a time-stamp to the properties of a signature and returns its element.

    Raises:
        TimestampUnavailable: none could be had.
    """
    if stamper is None:
        raise TimestampUnavailable(reason="no authority is set")
    stamp = etree.SubElement(
        place, tag, nsmap={"xades141": XADES_141[1:-1]} if tag.startswith(XADES_141) else None
    )
    etree.SubElement(stamp, f"{DS}CanonicalizationMethod", Algorithm=EXCLUSIVE)
    token = run(_asked(stamper, over(stamp)))
    etree.SubElement(stamp, f"{XADES}EncapsulatedTimeStamp").text = base64.b64encode(token.dump()).decode()
    return stamp


async def _asked(stamper: AskingStamper, content: bytes) -> cms.ContentInfo:
    return await stamper.async_timestamp(hashlib.sha256(content).digest(), "sha256")


def _add_archive_stamp(root: Element, number: int, place: Element, stamper: AskingStamper | None) -> None:
    before = list(place)
    signature = signatures_in(root)[number]

    def over(_stamp: Element) -> bytes:
        return over_all(signature, octets_of(root, number, EXCLUSIVE), before, EXCLUSIVE)

    _stamp(place, f"{XADES_141}ArchiveTimeStamp", over, stamper)


def _add_evidence(
    signature: Element, stamps: Sequence[Element], evidence: ValidationContext, level: Level
) -> None:
    """Adds what shows that the certificates of a signature and of its time-stamps were good, each once.

    What the signature needs stands in CertificateValues and RevocationValues, what only a time-stamp needs behind it in
    TimeStampValidationData (EN 319 132-1, 5.4 and 5.5.1).
    """
    place = _place_in(signature)
    own = certificates_in(signature)
    there = {one.dump() for one in own}
    for one in place:
        known = knowledge_in([one])
        there |= {*known.crls, *known.ocsps, *(certificate.dump() for certificate in known.certificates)}
    with telling(level):
        if place.find(f"{XADES}RevocationValues") is None:
            needed = evidence_for(own[0], own[1:], evidence)
            _write(place, needed, there)
        for stamp in stamps:
            for token in tokens_of(stamp):
                info = extract_certificate_info(token)
                needed = evidence_for(info.signer_cert, info.other_certs, evidence)
                data = etree.Element(
                    f"{XADES_141}TimeStampValidationData", nsmap={"xades141": XADES_141[1:-1]}
                )
                inside = {*there, *(one.dump() for one in (info.signer_cert, *info.other_certs))}
                _write(data, needed, inside)
                if len(data):
                    stamp.addnext(data)
                    there |= inside


def _write(place: Element, needed: Knowledge, there: set[bytes]) -> None:
    """Writes into an element what is needed and not there yet, and notes it."""
    groups = (
        ("CertificateValues", "", "EncapsulatedX509Certificate", [one.dump() for one in needed.certificates]),
        ("RevocationValues", "CRLValues", "EncapsulatedCRLValue", list(needed.crls)),
        ("RevocationValues", "OCSPValues", "EncapsulatedOCSPValue", list(needed.ocsps)),
    )
    made: dict[str, Element] = {}
    for values, group, name, ders in groups:
        new = [one for one in ders if one not in there]
        if not new:
            continue
        if values not in made:
            made[values] = etree.SubElement(place, f"{XADES}{values}")
        parent = made[values]
        if group:
            parent = etree.SubElement(parent, f"{XADES}{group}")
        for der in new:
            etree.SubElement(parent, f"{XADES}{name}").text = base64.b64encode(der).decode()
            there.add(der)
