"""A provider of accounts over real HTTP that lies as a specification tells it to."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "hienluong", "a-secret-of-ours-that-is-long-enough"


@functools.cache
def _key(_whose: str) -> RSAKey:
    """Returns a key that says it is the provider's own; made once, which takes a tenth of a second."""
    return RSAKey.generate_key(2048, {"kid": "own", "use": "sig"})


@dataclass
class Provider:
    """What the provider says; a specification changes what it wants to be a lie.

    Attributes:
        challenge: the PKCE challenge of the sign-in that is under way.
        claims: changes to the claims of the ID token; None takes a claim away.
        header: changes to the header of the ID token.
        key: what signs the ID token: "own", "other", "secret" (HS256 with the client's secret) or "none".
        discovery: changes to the discovery document.
        userinfo: what userinfo answers.
        token_status: the status of the answer to a code.
    """

    address: str = ""
    challenge: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    key: str = "own"
    discovery: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=lambda: {"sub": "4711"})
    token_status: int = 200
    own: RSAKey = field(default_factory=lambda: _key("own"))
    other: RSAKey = field(default_factory=lambda: _key("other"))
    asked: list[dict[str, list[str]]] = field(default_factory=list)

    def answer(self, path: str, form: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        """Returns status and body for a call."""
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "userinfo_endpoint": f"{self.address}/userinfo",
                "jwks_uri": f"{self.address}/keys",
            } | self.discovery
        if path == "/keys":
            return 200, {"keys": [self.own.as_dict(private=False)]}
        if path == "/userinfo":
            return 200, self.userinfo
        self.asked.append(form)
        proof = hashlib.sha256(form.get("code_verifier", [""])[0].encode()).digest()
        if base64.urlsafe_b64encode(proof).decode().rstrip("=") != self.challenge:
            return 400, {"error": "invalid_grant"}
        return self.token_status, {"access_token": "at", "token_type": "Bearer", "id_token": self.id_token()}

    def id_token(self) -> str:
        """Returns the ID token with its lies."""
        now = int(time.time())
        claims = {
            "iss": self.address,
            "sub": "4711",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
        } | self.claims
        told = {name: value for name, value in claims.items() if value is not None}
        if self.key == "none":
            parts = [json.dumps({"alg": "none"}), json.dumps(told)]
            return (
                ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts) + "."
            )
        if self.key == "secret":
            return jwt.encode({"alg": "HS256", "kid": "own"}, told, OctKey.import_key(CLIENT_SECRET))
        key = self.own if self.key == "own" else self.other
        return jwt.encode({"alg": "RS256", "kid": "own"} | self.header, told, key)


def serve(provider: Provider) -> ThreadingHTTPServer:
    """Starts the provider on a port of its own and tells it its address; the caller shuts it down."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(*provider.answer(self.path, {}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._say(*provider.answer(self.path, parse_qs(body)))

        def _say(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"{provider.address}/elsewhere")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server
