"""Signatures over JSON that travel beside it: detached JWS (RFC 7515, appendix F) with Ed25519 (RFC 8037, RFC 9864)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hienluong.kit.jcs import canonical_json


def new_key() -> str:
    """Returns a new Ed25519 key in PEM (PKCS 8)."""
    form, nothing = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(serialization.Encoding.PEM, form, nothing).decode().strip()


class SigningKey:
    """A private key, ready to sign.

    Attributes:
        jwk: its public half as a JSON Web Key (RFC 7517), named by its thumbprint (RFC 7638).
    """

    def __init__(self, pem: str) -> None:
        """Reads the key.

        Args:
            pem: an Ed25519 key, PKCS 8, not encrypted.

        Raises:
            ValueError: it is another kind of key.
        """
        key = serialization.load_pem_private_key(pem.encode(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("not an Ed25519 key")  # noqa: TRY004 - the value is wrong, not its type
        self._key = key
        raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        point = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(raw)}
        thumbprint = _base64url(hashlib.sha256(canonical_json(point)).digest())
        self.jwk = {**point, "kid": thumbprint, "alg": "Ed25519", "use": "sig"}
        self._head = _base64url(canonical_json({"alg": "Ed25519", "kid": thumbprint}))

    def sign(self, value: Mapping[str, Any]) -> str:
        """Returns a compact JWS over the canonical form of an object (RFC 8785), with the place of the payload empty."""
        signed = f"{self._head}.{_base64url(canonical_json(dict(value)))}"
        return f"{self._head}..{_base64url(self._key.sign(signed.encode('ascii')))}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
