"""The signer on a person's own machine: answers pages on the loopback, shows what is signed, asks, and signs hashes.

The key never leaves it, documents never reach it. What it answers is described in docs/integrate/signatures.md, so that
programs of others can answer the same. It knows no Django, and needs no installation.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from asn1crypto import pem

from hienluong.kit.errors import HienluongError
from hienluong.signing.formats.keys import DeviceKey, hash_of
from hienluong.signing.formats.report import Holder

VERSION: Final = 1
REQUEST_MOST: Final = 256 * 1024
BATCH_MOST: Final = 100
TITLE_MOST: Final = 200
WAITS: Final = 30.0
"""Seconds that a caller may take to send its request."""
_SIZES: Final = {"sha256": 32, "sha384": 48, "sha512": 64}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One hash that a page wants signed.

    Attributes:
        id: what the page calls it.
        key: that shall sign; None: the certificate is none of this device's.
        digest: the hash; empty: it does not fit the key.
        title: of the document, as the page says.
    """

    id: str
    key: DeviceKey | None
    digest: bytes
    title: str


Confirm = Callable[[str, Sequence[Wanted]], bool]
"""Asks the owner whether a batch is signed: the page's origin, what it wants."""


class Device:
    """Keys of one owner, and whoever may ask for their signatures."""

    def __init__(self, keys: Iterable[DeviceKey], confirm: Confirm) -> None:
        self._keys = {fingerprint(key): key for key in keys}
        self._confirm = confirm
        self._asking = threading.Lock()

    def describe(self) -> dict[str, Any]:
        """Returns the certificates that it signs with."""
        return {
            "version": VERSION,
            "certificates": [
                {"sha256": sha256, "name": name_of(key), "pem": _pem(key)}
                for sha256, key in self._keys.items()
            ],
        }

    def sign(self, origin: str, asked: object) -> dict[str, Any]:
        """Returns the answer to a request: for each hash a signature, or why there is none.

        The owner is asked once for the whole batch; one batch after the other.

        Raises:
            ValueError: it is no request.
        """
        batch = [self._read(one) for one in _list(asked)]
        fit = [one for one in batch if one.key is not None and one.digest]
        with self._asking:
            agreed = bool(fit) and self._confirm(origin, fit)
            return {"signatures": [self._answer(one, agreed=agreed) for one in batch]}

    def _read(self, one: Any) -> Wanted:
        if not isinstance(one, dict) or not all(isinstance(value, str) for value in one.values()):
            raise ValueError("a request is an object of texts")
        key = self._keys.get(one.get("certificate", "").lower())
        algorithm = one.get("hash_algorithm", "")
        try:
            digest = base64.b64decode(one.get("hash", ""), validate=True)
        except binascii.Error:
            digest = b""
        fits = key is not None and algorithm == hash_of(key.certificate) and len(digest) == _SIZES[algorithm]
        return Wanted(one.get("id", ""), key, digest if fits else b"", _shown(one.get("title", "")))

    @staticmethod
    def _answer(one: Wanted, *, agreed: bool) -> dict[str, str]:
        if one.key is None:
            return {"id": one.id, "error": "unknown-certificate"}
        if not one.digest:
            return {"id": one.id, "error": "hash-unfit"}
        if not agreed:
            return {"id": one.id, "error": "refused"}
        try:
            signature = one.key.sign_digest(one.digest)
        except HienluongError:
            return {"id": one.id, "error": "key-unavailable"}
        return {"id": one.id, "signature": base64.b64encode(signature).decode()}


class AgentServer(ThreadingHTTPServer):
    """Answers pages of some origins on 127.0.0.1 for a device; `serve_forever` runs it.

    Args:
        device: what signs.
        port: 0: any that is free.
        origins: of pages that may ask, such as `https://vanban.example.gov.vn`; nobody else is answered.
    """

    def __init__(self, device: Device, port: int, origins: Iterable[str]) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.device, self.origins = device, frozenset(origins)
        names = ("127.0.0.1", "localhost")
        self.hosts = frozenset(f"{name}:{self.server_port}" for name in names)


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    server: AgentServer
    timeout = WAITS

    def do_OPTIONS(self) -> None:
        """Answers what a browser asks before it lets a page ask."""
        if self._is_welcome():
            self._send(HTTPStatus.NO_CONTENT)

    def do_GET(self) -> None:
        """Tells the certificates."""
        if not self._is_welcome():
            return
        if self.path == "/":
            self._json(self.server.device.describe())
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        """Signs."""
        if not self._is_welcome():
            return
        length = self.headers.get("Content-Length", "")
        if self.path != "/sign":
            self._refuse(HTTPStatus.NOT_FOUND)
        elif self.headers.get_content_type() != "application/json":
            self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        elif not length.isdecimal() or int(length) > REQUEST_MOST:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            self._sign(self.rfile.read(int(length)))

    def log_message(self, *arguments: object) -> None:
        """Says nothing: what is signed was shown."""

    def _sign(self, body: bytes) -> None:
        try:
            answer = self.server.device.sign(self.headers["Origin"], json.loads(body))
        except (ValueError, RecursionError):
            self._refuse(HTTPStatus.BAD_REQUEST)
        else:
            self._json(answer)

    def _is_welcome(self) -> bool:
        """Refuses a page that is none of those allowed, and a name that was bent to this machine (DNS rebinding)."""
        if self.headers.get("Host") not in self.server.hosts:
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST)
        elif self.headers.get("Origin") not in self.server.origins:
            self._refuse(HTTPStatus.FORBIDDEN)
        else:
            return True
        return False

    def _json(self, value: object) -> None:
        self._send(HTTPStatus.OK, json.dumps(value).encode())

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True
        self._send(status, json.dumps({"error": status.phrase}).encode())

    def _send(self, status: HTTPStatus, content: bytes = b"") -> None:
        self.send_response(status)
        origin = self.headers.get("Origin", "")
        if origin in self.server.origins:
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Access-Control-Allow-Methods", "GET, POST")
            self.send_header("Access-Control-Allow-Headers", "Content-Type")
            self.send_header("Access-Control-Allow-Private-Network", "true")
            self.send_header("Access-Control-Max-Age", "600")
        self.send_header("Vary", "Origin")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def fingerprint(key: DeviceKey) -> str:
    """Returns the SHA-256 of a key's certificate, hexadecimal."""
    return hashlib.sha256(key.certificate.dump()).hexdigest()


def name_of(key: DeviceKey) -> str:
    """Returns whom the certificate of a key is for."""
    return Holder.of(key.certificate.subject).name


def _pem(key: DeviceKey) -> str:
    return b"".join(pem.armor("CERTIFICATE", one.dump()) for one in (key.certificate, *key.chain)).decode()


def _list(asked: object) -> list[Any]:
    requests = asked.get("requests") if isinstance(asked, dict) else None
    if not isinstance(requests, list) or not 0 < len(requests) <= BATCH_MOST:
        raise ValueError(f"a request names 1 to {BATCH_MOST} hashes")
    return requests


def _shown(text: str) -> str:
    """Returns what a page wrote as a terminal can show it: one line, nothing that moves the cursor."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:TITLE_MOST])
