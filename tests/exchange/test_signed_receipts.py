"""A receipt is signed by the axis: whoever holds it proves with another's library what was accepted, and when."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.test import Client
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet
from personas import System, document

from hienluong.config.installation import Installation
from hienluong.kit.jcs import canonical_json
from hienluong.kit.jws import SigningKey, new_key

pytestmark = pytest.mark.django_db


def _keys() -> dict[str, Any]:
    keys: dict[str, Any] = Client().get("/api/v1/receipt-keys").json()
    return keys


def _verify(receipt: dict[str, Any], keys: dict[str, Any]) -> None:
    """Verifies as docs/integrate/sending.md tells other developers to."""
    claims = {name: value for name, value in receipt.items() if name not in {"signature", "warnings"}}
    head, nothing, mark = receipt["signature"].split(".")
    assert nothing == ""
    payload = base64.urlsafe_b64encode(canonical_json(claims)).rstrip(b"=").decode()
    jws.deserialize_compact(
        f"{head}.{payload}.{mark}",
        KeySet.import_key_set(keys),
        algorithms=["Ed25519"],  # type: ignore[arg-type]  # a JWK set
    )


def test_receipt_is_verified_by_another_library_with_the_published_keys(home_affairs: System) -> None:
    _verify(home_affairs.hand_in(document()).json(), _keys())


def test_receipt_given_again_is_the_same_to_the_last_letter(home_affairs: System) -> None:
    first = home_affairs.hand_in(document())
    again = home_affairs.hand_in(document())
    read = home_affairs.get(f"/receipts/{first.json()['receipt']}")

    assert first.json() == again.json() == read.json()


@pytest.mark.parametrize("name", ["sha256", "accepted_at", "sender", "document_id", "receipt"])
def test_receipt_with_another_word_does_not_verify(home_affairs: System, name: str) -> None:
    receipt = home_affairs.hand_in(document()).json()
    with pytest.raises(BadSignatureError):
        _verify({**receipt, name: receipt[name][:-1] + "x"}, _keys())


def test_receipt_with_another_recipient_does_not_verify(home_affairs: System) -> None:
    receipt = home_affairs.hand_in(document()).json()
    receipt["recipients"][0]["code"] = "H50.S99"
    with pytest.raises(BadSignatureError):
        _verify(receipt, _keys())


def test_receipt_of_a_former_key_still_verifies_and_its_private_half_is_gone(
    home_affairs: System, tmp_path: Any, settings: Any
) -> None:
    installation = Installation(
        path=tmp_path,
        id="of a specification",
        kind="real",
        created_at="2026-11-25T00:00:00Z",
        version="0",
        port=8000,
        postgres="embedded",
        complete=True,
    )
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "receipt-key").write_text(new_key())
    settings.RECEIPT_KEY = installation.secret("receipt-key")
    receipt = home_affairs.hand_in(document()).json()

    kid = installation.renew_receipt_key()
    settings.RECEIPT_KEY = installation.secret("receipt-key")
    settings.RECEIPT_FORMER_KEYS = installation.json_secret("receipt-keys.former", [])

    keys = _keys()
    _verify(receipt, keys)
    later = home_affairs.hand_in(document(2)).json()
    _verify(later, keys)
    assert keys["keys"][0]["kid"] == kid == SigningKey(settings.RECEIPT_KEY).jwk["kid"]
    assert len(keys["keys"]) == 2
    assert not any("d" in key for key in keys["keys"])
    assert "PRIVATE" not in (tmp_path / "secrets" / "receipt-keys.former").read_text()
    with pytest.raises(BadSignatureError):
        _verify({**receipt, "signature": later["signature"]}, keys)


def test_key_of_another_kind_is_refused() -> None:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - only here
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - the same

    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ValueError, match="Ed25519"):
        SigningKey(pem.decode())
