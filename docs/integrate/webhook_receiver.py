"""A receiver of webhooks with nothing but Python: verifies the signature, answers the challenge, takes each message once.

    WEBHOOK_SECRETS="whsec_…" python3 webhook_receiver.py 8443 server.pem

`server.pem` holds the certificate and its key; behind a proxy that does TLS, leave it out. While a secret is changed,
WEBHOOK_SECRETS holds both, with a space between. A real receiver puts the message into a table or a queue where `take`
prints it, and answers at once: the packet itself is fetched afterwards, with the system's own token.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import ssl
import sys
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE_SECONDS = 300
LARGEST = 64 * 1024


def is_genuine(secrets: list[str], headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Returns whether one of the secrets signed this message within five minutes of now (Standard Webhooks 1.0)."""
    name, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not moment.isdecimal() or abs(now - int(moment)) > TOLERANCE_SECONDS:
        return False
    signed = f"{name}.{moment}.".encode() + body
    given = headers.get("webhook-signature", "").split()
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        if any(hmac.compare_digest(one.encode(), expected.encode()) for one in given):
            return True
    return False


class Receiver:
    """What one address does with messages; `seen` remembers their ids, since one may come more than once."""

    def __init__(self, secrets: list[str]) -> None:
        self.secrets = secrets
        self.seen: set[str] = set()

    def answer(self, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Returns the status and the body to answer a message with."""
        if not is_genuine(self.secrets, headers, body, time.time()):
            return 401, b"the signature is not right"
        message = json.loads(body)
        if message["type"] == "webhook.verification":
            return 200, json.dumps({"challenge": message["data"]["challenge"]}).encode()
        if headers["webhook-id"] not in self.seen:
            self.take(message)
            self.seen.add(headers["webhook-id"])  # after it is safely taken, never before
        return 204, b""

    def take(self, message: dict[str, Any]) -> None:
        """Keeps the message."""
        print(message["type"], message["data"], flush=True)


def server_for(receiver: Receiver, port: int, certificate: str | None) -> ThreadingHTTPServer:
    """Returns a server that is ready to serve."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            status, said = (
                (413, b"") if length > LARGEST else receiver.answer(self.headers, self.rfile.read(length))
            )  # type: ignore[arg-type]  # a mapping without case
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *arguments: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


if __name__ == "__main__":
    server_for(
        Receiver(os.environ["WEBHOOK_SECRETS"].split()),
        int(sys.argv[1]),
        next(iter(sys.argv[2:]), None),
    ).serve_forever()
