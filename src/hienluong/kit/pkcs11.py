"""Keys inside a module that never gives them away (PKCS#11): named by a URI (RFC 7512), opened once, opened anew when lost.

The PIN stands in a file that only we may read. The library is loaded where a key is opened: most installations have none.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote_to_bytes

URI_SCHEME = "pkcs11:"
_ATTRIBUTES = frozenset({"token", "serial", "object", "id", "type", "manufacturer", "model"})
_QUERY = frozenset({"module-path", "pin-source"})


class TokenFault(Exception):
    """Module, token, PIN or key are not there, or do not do what they must; the text says which."""


class Find(Protocol):
    """Looks for the only object of a kind (a member of `pkcs11.ObjectClass`) that the URI names."""

    def __call__(self, kind: str) -> Any: ...  # noqa: D102 - the class says it


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
            TokenFault: its file cannot be read.
        """
        try:
            return self._pin_file.read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise TokenFault(f"{self._pin_file}: {problem.strerror}") from problem


class TokenKey:
    """A private key inside a module; the session stays open, and is opened anew once when the module lost it."""

    def __init__(self, uri: str, identify: Callable[[Find], bytes]) -> None:
        """Opens the module, signs in and looks for the key.

        Args:
            uri: where the key lies.
            identify: reads what tells this key from another, such as its public half.

        Raises:
            ValueError: the URI is none of ours.
            TokenFault: module, token, PIN or key are not there.
        """
        self._place = TokenPlace.parse(uri)
        self._identify = identify
        self._lock = threading.Lock()
        self._session: Any = None
        self._private: Any = None
        with self._lock:
            self.identity = self._open()

    def sign(self, data: bytes, mechanism: str) -> bytes:
        """Returns the signature as the module makes it.

        Args:
            data: what is signed.
            mechanism: a member of `pkcs11.Mechanism`.

        Raises:
            TokenFault: the module refused twice, or holds another key under the name now.
        """
        import pkcs11  # noqa: PLC0415 - most installations have no such module

        how = pkcs11.Mechanism[mechanism]
        with self._lock:
            try:
                return bytes(self._private.sign(data, mechanism=how))
            except pkcs11.exceptions.PKCS11Error:
                if self._open() != self.identity:
                    raise TokenFault("another key has its name now") from None
            try:
                return bytes(self._private.sign(data, mechanism=how))
            except pkcs11.exceptions.PKCS11Error as problem:
                raise TokenFault(_said(problem)) from problem

    def close(self) -> None:
        """Closes the session; the next signature opens it anew."""
        self._session.close()

    def _open(self) -> bytes:
        """Opens a session, keeps the key and returns what identifies it."""
        import pkcs11  # noqa: PLC0415 - most installations have no such module

        place = self._place
        if self._session is not None:
            with suppress(pkcs11.exceptions.PKCS11Error):
                self._session.close()
        try:
            token = pkcs11.lib(place.module).get_token(token_label=place.token)
            try:
                self._session = token.open(user_pin=place.pin())
            except (
                pkcs11.exceptions.UserAlreadyLoggedIn
            ):  # for another key: one signs in for the whole process
                self._session = token.open()
            self._private = self._only("PRIVATE_KEY")
            return self._identify(self._only)
        except (pkcs11.exceptions.PKCS11Error, RuntimeError, OSError) as problem:
            raise TokenFault(_said(problem)) from problem

    def _only(self, kind: str) -> Any:
        import pkcs11  # noqa: PLC0415 - most installations have no such module

        wanted: dict[Any, Any] = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass[kind]}
        if self._place.label is not None:
            wanted[pkcs11.Attribute.LABEL] = self._place.label
        if self._place.key_id is not None:
            wanted[pkcs11.Attribute.ID] = self._place.key_id
        found = list(self._session.get_objects(wanted))
        if len(found) != 1:
            raise TokenFault(f"{len(found)} objects of the kind {kind} have its name")
        return found[0]


def _said(problem: Exception) -> str:
    """Returns what went wrong; the library gives many of its errors no text."""
    return str(problem) or type(problem).__name__
