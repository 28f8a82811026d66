"""A push service and a browser of these specifications: a real HTTPS server, and keys that only the browser has."""

from __future__ import annotations

import base64
import json
import os
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.webhooks.conftest import certificate

__all__ = ["certificate"]


@dataclass
class Browser:
    """A browser that is subscribed: its endpoint at the push service, and the keys that it keeps to itself."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def given(self) -> dict[str, str]:
        """What the browser gives to a page that subscribes."""
        form = serialization.PublicFormat.UncompressedPoint
        point = self.key.public_key().public_bytes(serialization.Encoding.X962, form)
        return {"endpoint": self.endpoint, "p256dh": _text(point), "auth": _text(self.secret)}

    def read(self, body: bytes) -> dict[str, Any]:
        """Decrypts a message as the browser does (RFC 8291); the library is not the one that encrypted it."""
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        read: dict[str, Any] = json.loads(plain)
        return read


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class PushService:
    """A push service at work: what it was given, and what it answers."""

    port: int
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def browser(self) -> Browser:
        """Returns a browser with a place of its own here."""
        return Browser(f"https://127.0.0.1:{self.port}/push/{uuid.uuid4().hex}")


@pytest.fixture
def push_service(certificate: Path, settings: Any) -> Iterator[PushService]:
    """A push service on this machine, which may be called."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.got.append((self.path, dict(self.headers.items()), body))
            self.send_response(service.answers.pop(0) if service.answers else 201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    service = PushService(server.server_port)
    settings.PUSH_SERVICES = ["127.0.0.1"]
    settings.PUSH_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.PUSH_PORTS = [service.port]
    settings.PUSH_CA_FILE = str(certificate)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield service
    server.shutdown()
    thread.join(timeout=5)
    server.server_close()


Subscribe = Callable[[uuid.UUID], Browser]
