"""Shows that somebody has the key of a certificate: what its device signs, and whether it did."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import x509
from django.core import signing as django_signing

from hienluong.signing.errors import ChallengeOver, PossessionNotShown
from hienluong.signing.formats.keys import SigningKey, fits, hash_of
from hienluong.signing.models import SigningCertificate

LASTS: Final = timedelta(minutes=15)
_SIGNER = django_signing.Signer(salt="hienluong.signing.possession")


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a device signs to show that it holds a key.

    Attributes:
        id: sealed; whoever answers gives it back.
        digest: what is signed.
        algorithm: of the hash.
        certificate: SHA-256 of the certificate, hexadecimal.
    """

    id: str
    digest: bytes
    algorithm: str
    certificate: str

    @property
    def hash(self) -> str:
        """What is signed, as base64."""
        return base64.b64encode(self.digest).decode()


def challenge(row: SigningCertificate, *, now: datetime) -> Challenge:
    """Returns something new for the key of a certificate to sign."""
    made = {"row": str(row.pk), "at": now.isoformat(), "once": secrets.token_hex(16)}
    sealed = _SIGNER.sign_object(made)
    certificate = x509.Certificate.load(bytes(row.certificate))
    return Challenge(sealed, _digest(sealed, certificate), hash_of(certificate), row.sha256)


def require_possession(row: SigningCertificate, sealed: str, signature: bytes, *, now: datetime) -> None:
    """Returns if the signature over a challenge was made with the key of the certificate.

    Raises:
        ChallengeOver: the challenge is none of ours, another certificate's, or too old.
        PossessionNotShown: the signature was made over something else, or with another key.
    """
    try:
        made = _SIGNER.unsign_object(sealed)
    except django_signing.BadSignature as problem:
        raise ChallengeOver from problem
    age = now - datetime.fromisoformat(made["at"])
    if made["row"] != str(row.pk) or not timedelta() <= age <= LASTS:
        raise ChallengeOver
    certificate = x509.Certificate.load(bytes(row.certificate))
    if not fits(certificate, _digest(sealed, certificate), signature):
        raise PossessionNotShown


def shows_possession(key: SigningKey) -> bool:
    """Returns whether a key that is here signs with the certificate that belongs to it."""
    once = secrets.token_hex(32)
    return fits(key.certificate, _digest(once, key.certificate), key.sign(_said(once)))


def _digest(once: str, certificate: x509.Certificate) -> bytes:
    return hashlib.new(hash_of(certificate), _said(once)).digest()


def _said(once: str) -> bytes:
    """Returns what the hash is over: words first, so that it can never be the attributes of a document's signature."""
    return f"Hiền Lương: the holder of this key shows that they have it; no document.\n{once}".encode()
