"""Reads: documents and their signatures, the trust list; signing certificates of people and agencies."""

from hienluong.signing.queries.certificates import (
    Registered,
    certificate,
    certificates,
    certificates_of,
    challenge,
    changeable,
    image,
    image_of,
    own_certificates,
    provable,
    registered,
    testable,
    visible,
)
from hienluong.signing.queries.documents import (
    authorities,
    authorities_by_fingerprint,
    places,
    prepared,
    signed_document,
    sizes,
    validate_file,
)

__all__ = [
    "Registered",
    "authorities",
    "authorities_by_fingerprint",
    "certificate",
    "certificates",
    "certificates_of",
    "challenge",
    "changeable",
    "image",
    "image_of",
    "own_certificates",
    "places",
    "prepared",
    "provable",
    "registered",
    "signed_document",
    "sizes",
    "testable",
    "validate_file",
    "visible",
]
