"""The parts of a CMS signature that CAdES adds after signing: evidence, and the time-stamps of its archive (ETSI EN 319 122-1)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import cache
from itertools import chain
from typing import Any, ClassVar, Final

from asn1crypto import algos, cms, core, crl, ocsp, pem, tsp, x509
from pyhanko.sign.ades.asn1_util import register_cms_attribute

from hienluong.signing.formats.trust import Knowledge

INDEXES: Final = ("certificates_hash_index", "crls_hash_index", "unsigned_attr_values_hash_index")
_SIGNED_FIELDS: Final = (
    "version",
    "sid",
    "digest_algorithm",
    "signed_attrs",
    "signature_algorithm",
    "signature",
)
_BASIC_OCSP: Final = "1.3.6.1.5.5.7.48.1.1"
OLDER: Final = frozenset({"1.2.840.113549.1.9.16.2.27", "1.2.840.113549.1.9.16.2.48", "0.4.0.1733.2.2"})
"""Time-stamps of the archive of older kinds, and long-term-validation (ETSI TS 101 733): they are over all that is there."""
Hashes = Callable[[str], tuple[set[bytes], ...]]


class Altered(ValueError):
    """What a time-stamp of the archive names is not there any more, or it does not name it as the standard says."""


class _OctetStrings(core.SequenceOf):  # type: ignore[misc] # asn1crypto ships no types
    _child_spec = core.OctetString


class HashIndex(core.Sequence):  # type: ignore[misc] # asn1crypto ships no types
    """ATSHashIndexV3: the hashes of all that a time-stamp of the archive is over beside signature and content (5.5.2)."""

    # some leave the algorithm out where it is SHA-256, as the versions before allowed
    _fields: ClassVar = [
        ("hash_ind_algorithm", algos.DigestAlgorithm, {"optional": True}),
        *((name, _OctetStrings) for name in INDEXES),
    ]


class _CertificateValues(core.SequenceOf):  # type: ignore[misc] # asn1crypto ships no types
    _child_spec = x509.Certificate


class _Lists(core.SequenceOf):  # type: ignore[misc] # asn1crypto ships no types
    _child_spec = crl.CertificateList


class _Answers(core.SequenceOf):  # type: ignore[misc] # asn1crypto ships no types
    _child_spec = ocsp.BasicOCSPResponse


class _RevocationValues(core.Sequence):  # type: ignore[misc] # asn1crypto ships no types
    _fields: ClassVar = [
        ("crls", _Lists, {"explicit": 0, "optional": True}),
        ("ocsps", _Answers, {"explicit": 1, "optional": True}),
        ("other", core.Any, {"explicit": 2, "optional": True}),
    ]


for _dotted, _name, _kind in (
    ("0.4.0.1733.2.4", "archive_time_stamp_v3", cms.ContentInfo),
    ("0.4.0.19122.1.5", "ats_hash_index_v3", HashIndex),
    ("1.2.840.113549.1.9.16.2.23", "certificate_values", _CertificateValues),
    ("1.2.840.113549.1.9.16.2.24", "revocation_values", _RevocationValues),
):
    register_cms_attribute(_dotted, _name, _kind)


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


def unsigned(info: cms.SignerInfo, name: str) -> list[Any]:
    """Returns the values of the unsigned attributes of a name."""
    attributes = info["unsigned_attrs"] or ()
    return [value for one in attributes if one["type"].native == name for value in one["values"]]


def knowledge_in(signed: cms.SignedData) -> Knowledge:
    """Returns the evidence that stands in a signature, not that in its time-stamps; what cannot be read is left out.

    It stands in its certificates and lists (B-LT), or in the attributes certificate-values and revocation-values (TS 101 733).
    """
    info = signed["signer_infos"][0]
    lists, values = signed["crls"] or (), unsigned(info, "revocation_values")
    certificates = signed["certificates"] or ()
    return Knowledge.of(
        chain(
            (one.chosen.dump() for one in lists if one.name == "crl"),
            (one.dump() for value in values for one in value["crls"] or ()),
        ),
        chain(
            (_answer(one.chosen) for one in lists if one.name == "other"),
            (_whole(one) for value in values for one in value["ocsps"] or ()),
        ),
        chain(
            (one.chosen.dump() for one in certificates if one.name == "certificate"),
            (one.dump() for value in unsigned(info, "certificate_values") for one in value),
        ),
    )


def archive_stamps(info: cms.SignerInfo) -> list[cms.SignedData]:
    """Returns the time-stamps of a signature's archive, the oldest first; an attribute of CMS has no place of its own.

    Raises:
        ValueError: what is there is none.
    """
    tokens = [value["content"] for value in unsigned(info, "archive_time_stamp_v3")]
    return sorted(tokens, key=lambda one: (_stated(one)["gen_time"].native, _covered(one)))


def over_archive(
    signed: cms.SignedData, content: bytes, token: cms.SignedData, hashes: Hashes
) -> bytes | None:
    """Returns what a time-stamp of the archive must be over; None: it names what it is over in a way that is not known.

    Args:
        signed: the signature.
        content: the file that the signature is over.
        token: the time-stamp.
        hashes: of `hashes_of`.

    Raises:
        Altered: something that it names is not there.
    """
    index = _index_of(token)
    if index is None:
        return None
    name = _stated(token)["message_imprint"]["hash_algorithm"]["algorithm"].native
    named = index["hash_ind_algorithm"]["algorithm"].native if index["hash_ind_algorithm"] else "sha256"
    there = hashes(name)
    if named != name or any(
        one.native not in found for key, found in zip(INDEXES, there, strict=True) for one in index[key]
    ):
        raise Altered("what the archive's time-stamp is over is not there")
    return imprinted(signed, content, index, name)


def hashes_of(signed: cms.SignedData) -> Hashes:
    """Returns, for each hash that is asked for, those of all that a time-stamp of the archive names, each computed once."""
    return cache(lambda name: tuple(map(set, _hashes(signed, name))))


def index_over(signed: cms.SignedData, name: str) -> HashIndex:
    """Returns the index of all that stands in a signature now."""
    found = zip(INDEXES, _hashes(signed, name), strict=True)
    return HashIndex({"hash_ind_algorithm": algos.DigestAlgorithm({"algorithm": name}), **dict(found)})


def imprinted(signed: cms.SignedData, content: bytes, index: HashIndex, name: str) -> bytes:
    """Returns what a time-stamp of the archive is over (5.5.3): content type, hash of the content, signature, index."""
    info = signed["signer_infos"][0]
    return b"".join(
        (
            signed["encap_content_info"]["content_type"].dump(),
            hashlib.new(name, content).digest(),
            *(info[field].dump() for field in _SIGNED_FIELDS),
            index.dump(),
        )
    )


def _hashes(signed: cms.SignedData, name: str) -> tuple[list[bytes], ...]:
    attributes = signed["signer_infos"][0]["unsigned_attrs"] or ()

    def hashed(parts: Iterable[bytes]) -> list[bytes]:
        return [hashlib.new(name, one).digest() for one in parts]

    return (
        hashed(one.dump() for one in signed["certificates"] or ()),
        hashed(one.dump() for one in signed["crls"] or ()),
        hashed(one["type"].dump() + value.dump() for one in attributes for value in one["values"]),
    )


def _index_of(token: cms.SignedData) -> HashIndex | None:
    found = unsigned(token["signer_infos"][0], "ats_hash_index_v3")
    return found[0] if len(found) == 1 else None


def _covered(token: cms.SignedData) -> int:
    """Returns how many unsigned attributes a time-stamp is over: of two of the same second, the later one is over more."""
    index = _index_of(token)
    return len(index[INDEXES[-1]]) if index is not None else 0


def _stated(token: cms.SignedData) -> tsp.TSTInfo:
    info = token["encap_content_info"]["content"].parsed
    if not isinstance(info, tsp.TSTInfo):
        raise ValueError("it is no time-stamp")  # noqa: TRY004 - the value is wrong, not its type
    return info


def _answer(other: cms.OtherRevocationInfoFormat) -> bytes:
    """Returns an answer of OCSP that stands among the lists; what else may stand there as it is."""
    answer = other["other_rev_info"]
    if other["other_rev_info_format"].dotted == _BASIC_OCSP:
        return _whole(ocsp.BasicOCSPResponse.load(answer.dump()))
    return bytes(answer.dump())


def _whole(basic: ocsp.BasicOCSPResponse) -> bytes:
    """Returns an answer of OCSP that stands without its envelope as one that has it."""
    response = {"response_type": "basic_ocsp_response", "response": basic}
    return bytes(ocsp.OCSPResponse({"response_status": "successful", "response_bytes": response}).dump())
