"""Receipts that cannot be denied: signed by the axis, so that who holds one can show it to anybody."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings

from hienluong.kit.jws import SigningKey

UNSIGNED = frozenset({"signature", "warnings"})
"""Members that the signature does not cover: itself, and hints that are worded anew for each reader."""


@lru_cache(maxsize=4)
def _key(pem: str) -> SigningKey:
    return SigningKey(pem)


def signed(facts: dict[str, Any]) -> dict[str, Any]:
    """Returns the receipt with `signature`: a detached JWS over the canonical form of the members it covers."""
    covered = {name: value for name, value in facts.items() if name not in UNSIGNED}
    return {**facts, "signature": _key(settings.RECEIPT_KEY).sign(covered)}


def public_keys() -> dict[str, Any]:
    """Returns the keys that verify receipts as a JWK set (RFC 7517): the one in use first, then former ones."""
    return {"keys": [_key(settings.RECEIPT_KEY).jwk, *reversed(settings.RECEIPT_FORMER_KEYS)]}
