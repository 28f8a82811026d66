"""An authority for time-stamps: OpenSSL signs them, a small server hands them out, and a test may make it lie."""

from __future__ import annotations

import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIGURATION = """
[tsa]
default_tsa = tsa_config
[tsa_config]
serial = {place}/serial
default_policy = 1.2.3.4.1
digests = sha256, sha512
signer_digest = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class TimeStampAuthority:
    """A CA of a test, an authority under it, and its address.

    Attributes:
        anchors: the file with the certificate of the CA.
        url: where it is asked.
        asked: how often it was.
        mend: what becomes of a request before it is answered; tests lie with it.
        status: of HTTP.
    """

    def __init__(self, place: Path, *, expired: bool = False, purpose: bool = True) -> None:
        self._place = place
        self.anchors = place / "ca.pem"
        self.asked = 0
        self.status = 200
        self.mend = lambda request: request
        self._make_certificates(expired=expired, purpose=purpose)
        (place / "serial").write_text("01\n", encoding="ascii")
        (place / "tsa.cnf").write_text(CONFIGURATION.format(place=place), encoding="ascii")
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = self.rfile.read(int(self.headers["Content-Length"]))
                authority.asked += 1
                content = authority.answer(authority.mend(request))
                self.send_response(authority.status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/tsa"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Is down from now on."""
        self._server.shutdown()
        self._server.server_close()

    def _make_certificates(self, *, expired: bool, purpose: bool) -> None:
        now = datetime.now(UTC)
        ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        ca = (
            x509.CertificateBuilder()
            .subject_name(_name("CA of a test"))
            .issuer_name(_name("CA of a test"))
            .public_key(ca_key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=9))
            .not_valid_after(now + timedelta(days=9))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(ca_key, hashes.SHA256())
        )
        usage = ExtendedKeyUsageOID.TIME_STAMPING if purpose else ExtendedKeyUsageOID.SERVER_AUTH
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_name("Authority of a test"))
            .issuer_name(ca.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=8))
            .not_valid_after(now + timedelta(days=-1 if expired else 8))
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
            .sign(ca_key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        self.anchors.write_bytes(ca.public_bytes(pem))
        (self._place / "tsa.pem").write_bytes(certificate.public_bytes(pem))
        (self._place / "tsa.key").write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )

    def answer(self, request: bytes) -> bytes:
        """Returns OpenSSL's answer to a request in DER."""
        query = self._place / "query"
        query.write_bytes(request)
        command = ["openssl", "ts", "-reply", "-config", self._place / "tsa.cnf", "-queryfile", query]
        command += ["-signer", self._place / "tsa.pem", "-inkey", self._place / "tsa.key"]
        return subprocess.run(command, capture_output=True, check=False, timeout=20).stdout
