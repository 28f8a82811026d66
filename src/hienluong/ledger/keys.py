"""Private keys of Ed25519: in a file (PEM), or in a module that never gives them away (PKCS#11); pure, without a database.

A key in a module is named by a URI (RFC 7512); its PIN stands in a file that only we may read.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hienluong.kit import pkcs11
from hienluong.ledger.errors import KeyUnavailable
from hienluong.tlog.notes import PrivateKey

_RAW_BYTES = 32


def load_key(reference: str) -> PrivateKey:
    """Returns a key, given as PEM or as a URI of PKCS#11.

    Raises:
        ValueError: it is neither, or another kind of key.
        KeyUnavailable: the module does not give access to it.
    """
    return TokenKey(reference) if reference.startswith(pkcs11.URI_SCHEME) else FileKey(reference)


class FileKey:
    """A key that was read from a file."""

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
        self.public = key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )

    def sign(self, data: bytes) -> bytes:
        """Returns the signature."""
        return self._key.sign(data)


class TokenKey:
    """A key inside a module."""

    def __init__(self, uri: str) -> None:
        """Opens the module, signs in and looks for the key.

        Raises:
            ValueError: the URI is none of ours.
            KeyUnavailable: module, token, PIN or key are not there.
        """
        try:
            self._key = pkcs11.TokenKey(uri, _public_half)
        except pkcs11.TokenFault as problem:
            raise KeyUnavailable(reason=str(problem)) from problem
        self.public = self._key.identity

    def sign(self, data: bytes) -> bytes:
        """Returns the signature.

        Raises:
            KeyUnavailable: the module refused twice.
        """
        try:
            return self._key.sign(data, "EDDSA")
        except pkcs11.TokenFault as problem:
            raise KeyUnavailable(reason=str(problem)) from problem


def _public_half(find: pkcs11.Find) -> bytes:
    """Returns the 32 bytes of a public key, which modules give bare or as an octet string or bit string of DER."""
    from pkcs11 import Attribute  # noqa: PLC0415 - most installations have no such module

    point = bytes(find("PUBLIC_KEY")[Attribute.EC_POINT])
    if len(point) < _RAW_BYTES:
        raise pkcs11.TokenFault("its public half is no key of Ed25519")
    return point[-_RAW_BYTES:]


@lru_cache(maxsize=16)
def kept_key(reference: str) -> PrivateKey:
    """Returns a key that is read, or whose session is opened, once in a process."""
    return load_key(reference)
