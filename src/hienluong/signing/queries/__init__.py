"""Reads: documents and their signatures, the trust list; signing certificates of people and agencies."""

from hienluong.signing.queries.certificates import (
    Registered,
    certificate,
    certificates,
    certificates_of,
    challenge,
    image,
    image_of,
    own_certificates,
    registered,
    visible,
)
from hienluong.signing.queries.documents import (
    authorities,
    places,
    prepared,
    signed_document,
    sizes,
    validate_file,
)

__all__ = [
    "Registered",
    "authorities",
    "certificate",
    "certificates",
    "certificates_of",
    "challenge",
    "image",
    "image_of",
    "own_certificates",
    "places",
    "prepared",
    "registered",
    "signed_document",
    "sizes",
    "validate_file",
    "visible",
]
