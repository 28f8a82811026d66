"""Signatures beside a file, as the specifications of CAdES make them and take them apart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from asn1crypto import cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPRequestBuilder
from world import NOW, World

from hienluong.signing.formats import cades
from hienluong.signing.formats.cms_parts import read_cms
from hienluong.signing.formats.keys import to_pyca
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.trust import Knowledge

TABLE = "Đơn vị;Số lượng\nSở Nội vụ;12\n".encode()
ARCHIVE, INDEX, STAMP = "archive_time_stamp_v3", "ats_hash_index_v3", "signature_time_stamp_token"
Tables = Mapping[Level, bytes]


def made(world: World, level: Level, knowledge: Knowledge | None = None) -> bytes:
    """Returns the person's signature over the table."""
    evidence = world.trust(knowledge=knowledge).evidence(NOW)
    return cades.sign(TABLE, world.person, now=NOW, level=level, stamper=world.stamper, evidence=evidence)


def read(signature: bytes) -> cms.SignedData:
    """Returns what a signature says."""
    found = read_cms(signature)
    assert found is not None
    return found


def written(signed: cms.SignedData) -> bytes:
    """Returns a signature in DER."""
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def attributes(signed: cms.SignedData) -> dict[str, cms.CMSAttribute]:
    """Returns the unsigned attributes by their names."""
    return {one["type"].native: one for one in signed["signer_infos"][0]["unsigned_attrs"]}


def put(signed: cms.SignedData, *kept: cms.CMSAttribute) -> bytes:
    """Returns a signature with other unsigned attributes."""
    signed["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes(list(kept))
    return written(signed)


def answer(world: World, at: datetime = NOW) -> bytes:
    """Returns the answer of OCSP about the person's certificate."""
    asked = OCSPRequestBuilder().add_certificate(
        to_pyca(world.person.certificate),
        world.authority.issuing.certificate,
        hashes.SHA1(),  # noqa: S303 - names the certificate
    )
    return world.authority.answer_ocsp(asked.build().public_bytes(Encoding.DER), now=at)


def index_of(signed: cms.SignedData) -> Any:
    """Returns the index in the time-stamp of the archive."""
    info = attributes(signed)[ARCHIVE]["values"][0]["content"]["signer_infos"][0]
    return info["unsigned_attrs"][0]["values"][0]
