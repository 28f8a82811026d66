"""A passkey in software: makes credentials and signs challenges as a telephone does (WebAuthn, ES256)."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

SITE = "testserver"
_FLAGS = AuthenticatorData.FLAG
_PRESENT = _FLAGS.UP | _FLAGS.UV  # somebody touched it, and it asked for the person


class Passkey:
    """One key pair, for one account."""

    def __init__(self, handle: bytes = b"") -> None:
        self.id = secrets.token_bytes(16)
        self.handle = handle
        self._key = ec.generate_private_key(ec.SECP256R1())

    def register(self, challenge: str) -> dict[str, Any]:
        """Returns the new credential that answers the challenge, as the browser's script sends it."""
        public = ES256.from_cryptography_key(self._key.public_key())
        attested = AttestedCredentialData.create(Aaguid(bytes(16)), self.id, public)
        data = AuthenticatorData.create(_site(), _PRESENT | _FLAGS.AT, 0, attested)
        return self._credential(
            {
                "clientDataJSON": websafe_encode(_client_data("webauthn.create", challenge)),
                "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
            },
            {"credProps": {"rk": True}},
        )

    def sign(self, challenge: str) -> dict[str, Any]:
        """Returns the signature that answers the challenge."""
        data, client = AuthenticatorData.create(_site(), _PRESENT, 1), _client_data("webauthn.get", challenge)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {
                "clientDataJSON": websafe_encode(client),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
                "userHandle": websafe_encode(self.handle),
            },
            {},
        )

    def _credential(self, response: Mapping[str, Any], results: Mapping[str, Any]) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": dict(response),
            "clientExtensionResults": dict(results),
        }


def _site() -> bytes:
    return hashlib.sha256(SITE.encode()).digest()


def _client_data(kind: str, challenge: str) -> bytes:
    return CollectedClientData.create(
        type=kind, challenge=websafe_decode(challenge), origin=f"https://{SITE}"
    )


def as_text(credential: Mapping[str, Any]) -> str:
    """Returns a credential as the form field carries it."""
    return json.dumps(credential)
