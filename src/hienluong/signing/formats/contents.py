"""The certificates that travel in a file, for who wants to know about their revocation; nothing of them is believed."""

from __future__ import annotations

from collections.abc import Iterator

from asn1crypto import cms, x509
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter

from hienluong.signing.formats import xml_parts
from hienluong.signing.formats.cms_parts import archive_stamps, knowledge_in, read_cms
from hienluong.signing.formats.keys import in_order
from hienluong.signing.formats.pdf_checks import Encrypted, open_pdf
from hienluong.signing.formats.signature_checks import certificates_in
from hienluong.signing.formats.validation import kind_of
from hienluong.signing.formats.xml_parts import (
    Element,
    parse,
    signatures_in,
    tokens_of,
    unsigned_properties,
)

MOST = 64


def certificates_of(content: bytes) -> tuple[x509.Certificate, ...]:
    """Returns the certificates of a file's signatures and time-stamps; none where it cannot be read."""
    found: list[x509.Certificate] = []
    try:
        for certificate in _in(content):
            found.append(certificate)
            if len(found) >= MOST:
                break
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a stranger's file may lead the libraries anywhere; `validate` tells what is wrong
        return in_order(found)
    return in_order(found)


def _in(content: bytes) -> Iterator[x509.Certificate]:
    kind = kind_of(content)
    if kind == "pdf":
        yield from _in_pdf(content)
    elif kind == "cms":
        signed = read_cms(content)
        if signed is not None:
            yield from _in_signature(signed)
    elif kind == "xml":
        for signature in signatures_in(parse(content)):
            yield from _in_xml(signature)


def _in_xml(signature: Element) -> Iterator[x509.Certificate]:
    yield from xml_parts.certificates_in(signature)
    properties = unsigned_properties(signature)
    yield from xml_parts.knowledge_in(properties).certificates
    for stamp in properties:
        for token in tokens_of(stamp):
            yield from certificates_in(token)


def _in_pdf(content: bytes) -> Iterator[x509.Certificate]:
    try:
        reader, _warnings = open_pdf(content)
    except Encrypted:
        return
    for signature in reader.embedded_signatures:
        yield from _in_signature(signature.signed_data)
    try:
        yield from DocumentSecurityStore.read_dss(reader).load_certs()
    except NoDSSFoundError:
        return


def _in_signature(signed: cms.SignedData) -> Iterator[x509.Certificate]:
    yield from knowledge_in(signed).certificates
    info = extract_signer_info(signed)
    for stamp in (*extract_tst_data_iter(info, signed=False), *archive_stamps(info)):
        yield from certificates_in(stamp)
