"""Serves the demonstration's authority on this machine: `/ocsp`, `/tsa`, `/issuing.crl`, `/root.crl`, `/issuing.cer`, `/root.cer`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding

from hienluong.demo.authority import DemoAuthority

REQUEST_MOST: Final = 64 * 1024
Clock = Callable[[], datetime]


def make_server(authority: DemoAuthority, port: int, clock: Clock) -> ThreadingHTTPServer:
    """Returns a server on 127.0.0.1 that answers for an authority; `serve_forever` runs it.

    Args:
        authority: what answers.
        port: 0: any that is free.
        clock: gives the moment of each answer.
    """

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def do_GET(self) -> None:
            """Hands out lists and certificates."""
            found = _files(authority, clock).get(self.path)
            if found is None:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            kind, content = found
            self._answer(kind, content())

        def do_POST(self) -> None:
            """Answers OCSP and requests for time-stamps."""
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > REQUEST_MOST:
                self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return
            request = self.rfile.read(int(length))
            try:
                if self.path == "/ocsp":
                    answer = authority.answer_ocsp(request, now=clock())
                    self._answer("application/ocsp-response", answer)
                elif self.path == "/tsa":
                    self._answer("application/timestamp-reply", authority.stamp(request, now=clock()))
                else:
                    self.send_error(HTTPStatus.NOT_FOUND)
            except ValueError:
                self.send_error(HTTPStatus.BAD_REQUEST)

        def log_message(self, *arguments: object) -> None:
            """Says nothing: who asks a demonstration is of no interest."""

        def _answer(self, kind: str, content: bytes) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def _files(authority: DemoAuthority, clock: Clock) -> dict[str, tuple[str, Callable[[], bytes]]]:
    issuing, root = authority.chain
    crl, certificate = "application/pkix-crl", "application/pkix-cert"
    return {
        "/issuing.crl": (crl, lambda: authority.crl(now=clock())),
        "/root.crl": (crl, lambda: authority.crl(of_root=True, now=clock())),
        "/issuing.cer": (certificate, lambda: issuing.public_bytes(Encoding.DER)),
        "/root.cer": (certificate, lambda: root.public_bytes(Encoding.DER)),
    }
