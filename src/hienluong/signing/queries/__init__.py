"""Reads: documents and their signatures, the trust list; signing certificates of people and agencies."""

from hienluong.signing.queries.certificates import certificate, certificates_of, image_of
from hienluong.signing.queries.documents import (
    authorities,
    places,
    prepared,
    signed_document,
    sizes,
    validate_file,
)

__all__ = [
    "authorities",
    "certificate",
    "certificates_of",
    "image_of",
    "places",
    "prepared",
    "signed_document",
    "sizes",
    "validate_file",
]
