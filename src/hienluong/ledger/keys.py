"""Private keys of Ed25519: in a file (PEM), or in a module that never gives them away (PKCS#11); pure, without a database.

A key in a module is named by a URI (RFC 7512); its PIN stands in a file that only we may read.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hienluong.ledger.errors import KeyUnavailable
from hienluong.tlog.notes import PrivateKey

URI_SCHEME = "pkcs11:"
_ATTRIBUTES = frozenset({"token", "serial", "object", "id", "type", "manufacturer", "model"})
_QUERY = frozenset({"module-path", "pin-source"})
_RAW_BYTES = 32


def load_key(reference: str) -> PrivateKey:
    """Returns a key, given as PEM or as a URI of PKCS#11.

    Raises:
        ValueError: it is neither, or another kind of key.
        KeyUnavailable: the module does not give access to it.
    """
    return TokenKey(reference) if reference.startswith(URI_SCHEME) else FileKey(reference)


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
    """A key inside a module; the session stays open, and is opened anew once when the module lost it."""

    def __init__(self, uri: str) -> None:
        """Opens the module, signs in and looks for the key.

        Raises:
            ValueError: the URI is none of ours.
            KeyUnavailable: module, token, PIN or key are not there.
        """
        self._place = TokenPlace.parse(uri)
        self._lock = threading.Lock()
        self._session: Any = None
        self._private: Any = None
        with self._lock:
            self.public = self._open()

    def sign(self, data: bytes) -> bytes:
        """Returns the signature.

        Raises:
            KeyUnavailable: the module refused twice.
        """
        import pkcs11  # noqa: PLC0415 - most installations have no such module

        with self._lock:
            try:
                return bytes(self._private.sign(data, mechanism=pkcs11.Mechanism.EDDSA))
            except pkcs11.exceptions.PKCS11Error:
                if self._open() != self.public:
                    raise KeyUnavailable(reason="another key has its name now") from None
            try:
                return bytes(self._private.sign(data, mechanism=pkcs11.Mechanism.EDDSA))
            except pkcs11.exceptions.PKCS11Error as problem:
                raise KeyUnavailable(reason=_said(problem)) from problem

    def _open(self) -> bytes:
        """Opens a session, keeps the key and returns its public half."""
        import pkcs11  # noqa: PLC0415 - most installations have no such module

        place = self._place
        if self._session is not None:
            with suppress(pkcs11.exceptions.PKCS11Error):
                self._session.close()
        try:
            module = pkcs11.lib(place.module)
            token = module.get_token(token_label=place.token)
            try:
                self._session = token.open(user_pin=place.pin())
            except (
                pkcs11.exceptions.UserAlreadyLoggedIn
            ):  # for another key: one signs in for the whole process
                self._session = token.open()
            wanted: dict[Any, Any] = {}
            if place.label is not None:
                wanted[pkcs11.Attribute.LABEL] = place.label
            if place.key_id is not None:
                wanted[pkcs11.Attribute.ID] = place.key_id
            self._private = self._only(pkcs11.ObjectClass.PRIVATE_KEY, wanted)
            return _raw(bytes(self._only(pkcs11.ObjectClass.PUBLIC_KEY, wanted)[pkcs11.Attribute.EC_POINT]))
        except (pkcs11.exceptions.PKCS11Error, RuntimeError, OSError) as problem:
            raise KeyUnavailable(reason=_said(problem)) from problem

    def _only(self, kind: Any, wanted: dict[Any, Any]) -> Any:
        import pkcs11  # noqa: PLC0415 - most installations have no such module

        found = list(self._session.get_objects({pkcs11.Attribute.CLASS: kind, **wanted}))
        if len(found) != 1:
            raise KeyUnavailable(reason=f"{len(found)} objects of the kind {kind.name} have its name")
        return found[0]


class TokenPlace:
    """Where a key lies, as its URI says (RFC 7512).

    Attributes:
        module: the path of the library that speaks PKCS#11.
        token: the label of the token.
        label, key_id: of the key; at least one is given.
    """

    def __init__(self, path: dict[str, bytes], query: dict[str, str]) -> None:
        self.module = query["module-path"]
        self.token = path["token"].decode()
        self.label = path["object"].decode() if "object" in path else None
        self.key_id = path.get("id")
        self._pin_file = Path(query["pin-source"].removeprefix("file:"))

    @classmethod
    def parse(cls, uri: str) -> TokenPlace:
        """Reads a URI: `pkcs11:token=…;object=…?module-path=…&pin-source=file:…`.

        Raises:
            ValueError: it is not of that form, or holds the PIN itself.
        """
        head, _, tail = uri.removeprefix(URI_SCHEME).partition("?")
        pairs = [part.partition("=") for part in head.split(";") if part]
        path = {name: unquote_to_bytes(value) for name, _, value in pairs}
        query = dict(parse_qsl(tail))
        if not uri.startswith(URI_SCHEME) or path.keys() - _ATTRIBUTES or query.keys() != _QUERY:
            raise ValueError(
                "A key in a module is written pkcs11:token=…;object=…?module-path=…&pin-source=file:…; the PIN stands in the file."
            )
        if "token" not in path or not path.keys() & {"object", "id"}:
            raise ValueError("The URI of a key names its token, and its object or id.")
        return cls(path, query)

    def pin(self) -> str:
        """Returns the PIN.

        Raises:
            KeyUnavailable: its file cannot be read.
        """
        try:
            return self._pin_file.read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise KeyUnavailable(reason=f"{self._pin_file}: {problem.strerror}") from problem


def _raw(point: bytes) -> bytes:
    """Returns the 32 bytes of a public key, which modules give bare or as an octet string or bit string of DER."""
    if len(point) < _RAW_BYTES:
        raise KeyUnavailable(reason="its public half is no key of Ed25519")
    return point[-_RAW_BYTES:]


def _said(problem: Exception) -> str:
    """Returns what went wrong; the library gives many of its errors no text."""
    return str(problem) or type(problem).__name__


@lru_cache(maxsize=16)
def kept_key(reference: str) -> PrivateKey:
    """Returns a key that is read, or whose session is opened, once in a process."""
    return load_key(reference)
