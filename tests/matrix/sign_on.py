"""Single sign-on as a system asks for it: the question, its proof, and the key that signs what is told."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

RETURN = "https://qlvb.example.org/callback"
"""Where single sign-on leads back to."""

_VERIFIER = "v" * 64
_CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(_VERIFIER.encode()).digest()).decode().rstrip("=")
SCOPES = ["openid", "profile", "post"]


def question(things: Mapping[str, Any]) -> dict[str, str]:
    """Returns what the system of a side asks."""
    return {
        "client_id": things["sign_on_id"],
        "redirect_uri": RETURN,
        "response_type": "code",
        "scope": " ".join(SCOPES),
        "state": "state",
        "nonce": "nonce",
        "code_challenge": _CHALLENGE,
        "code_challenge_method": "S256",
    }


def read_question(client: Client, things: Mapping[str, Any]) -> dict[str, str]:
    """Opens the question as a person does; returns what the page hands out for the answer."""
    page = client.get("/sign-on/authorize/", question(things)).content.decode()
    found = re.search(r'name="request" value="([^"]+)"', page)
    return {"request": found[1] if found else "nothing"}


def granted(things: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the answer "yes"."""
    return {"request": things["request"], "scopes": SCOPES, "action": "grant"}


def token_of_person(client: Client, things: Mapping[str, Any]) -> str:
    """Returns the access token that a system gets when a person signs on to it."""
    answer: Any = client.post("/sign-on/authorize/", granted(read_question(client, things)))
    exchange = {
        "grant_type": "authorization_code",
        "code": parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0],
        "redirect_uri": RETURN,
        "client_id": things["sign_on_id"],
        "client_secret": things["sign_on_secret"],
        "code_verifier": _VERIFIER,
    }
    return str(Client().post("/api/oauth/token", exchange).json()["access_token"])


def signing_key() -> dict[str, str]:
    """Returns a new key as the settings hold it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"pem": pem.decode(), "issued_at": "2026-01-01T00:00:00+00:00"}
