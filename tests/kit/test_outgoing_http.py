"""Calls to the outside go to checked addresses only, end in time, and answer with an error that says whether to retry.

Every server here is a real one on loopback; names are resolved by functions the tests give.
"""

import gzip
import io
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hienluong.kit.clock import now
from hienluong.kit.connections import may_call
from hienluong.kit.errors import all_error_classes
from hienluong.kit.http import (
    AddressRefused,
    Answer,
    AnswerEncoded,
    AnswerTooLarge,
    HostUnknown,
    Limits,
    OutgoingClient,
    OutgoingError,
    PeerRefused,
    PeerTooSlow,
    PeerUnreachable,
    PeerUntrusted,
)

LOOPBACK = ["127.0.0.0/8"]
QUICK = Limits(connect=2, read=0.3, total=1.0, answer_bytes=1000)


class Peer(BaseHTTPRequestHandler):
    """The other system: answers by path and tells what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answers by path."""
        status, headers, body = 200, {}, f"{self.headers['Host']}|{self.headers['Accept-Encoding']}".encode()
        match self.path:
            case "/redirect":
                status, headers = 302, {"Location": "http://127.0.0.1:1/elsewhere"}
            case "/large":
                body = bytes(5000)
            case "/gzip":
                headers, body = {"Content-Encoding": "gzip"}, gzip.compress(bytes(100_000))
            case path if path.startswith("/status/"):
                status = int(path.removeprefix("/status/"))
            case "/slow":
                time.sleep(0.8)
        self._answer(status, headers, body)

    def do_POST(self) -> None:
        """Answers with the body it was sent, in parts when it came in parts."""
        if self.headers["Transfer-Encoding"] == "chunked":
            body = b""
            while length := int(self.rfile.readline(), 16):
                body += self.rfile.read(length)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(201, {"Content-Type": "application/json"}, body)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server gives it
        """Keeps the test's output clean."""


class QuietServer(ThreadingHTTPServer):
    """A server that does not mind clients that hang up."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Keeps the test's output clean."""


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[int]:
    server = QuietServer(("127.0.0.1", 0), Peer)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def raw_peer(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serves one connection with a function of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            connection, _address = listener.accept()
            with connection:
                connection.recv(4096)
                try:
                    talk(connection)
                except OSError:
                    return  # the client hung up, as it should

        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with serving() as number:
        yield number


@contextmanager
def calling(
    port: int, *addresses: str, allowed: list[str] = LOOPBACK, limits: Limits = QUICK
) -> Iterator[OutgoingClient]:
    """A client for which every name has the given addresses."""
    with OutgoingClient(
        allowed_networks=allowed,
        allow_http=True,
        ports=[port],
        limits=limits,
        resolver=lambda _host, _port: list(addresses or ["127.0.0.1"]),
    ) as client:
        yield client


def get(port: int, path: str = "/", limits: Limits = QUICK) -> Answer:
    with calling(port, limits=limits) as client:
        return client.request("GET", f"http://peer.invalid:{port}{path}")


def test_call_connects_to_the_resolved_address_and_keeps_the_name_in_the_host_header(port: int) -> None:
    answer = get(port)

    assert (answer.status, answer.body) == (200, f"peer.invalid:{port}|identity".encode())


def test_body_is_sent_at_once_or_in_parts(port: int) -> None:
    with calling(port) as client:
        whole = client.request("POST", f"http://peer.invalid:{port}/", content=b'{"a": 1}')
        parts = client.request("POST", f"http://peer.invalid:{port}/", content=iter([b'{"a"', b": 1}"]))

    assert whole.status == parts.status == 201
    assert whole.json() == parts.json() == {"a": 1}


def test_answer_may_be_written_into_a_file(port: int) -> None:
    target = io.BytesIO()
    with calling(port) as client:
        answer = client.request(
            "GET", f"http://peer.invalid:{port}/large", into=target, limits=Limits(answer_bytes=5000)
        )

    assert answer.body == b""
    assert target.getvalue() == bytes(5000)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",  # cloud metadata
        "100.64.0.1",  # carrier-grade NAT
        "100.100.100.200",  # cloud metadata within it
        "168.63.129.16",  # cloud metadata on a public address
        "0.0.0.0",  # noqa: S104 - an address to refuse, not to bind
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "4000::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "2002:7f00:1::1",  # 6to4 of 127.0.0.1
        "2001:0:4136:e378:8000:63bf:80ff:fffe",  # Teredo of 127.0.0.1
    ],
)
def test_address_that_is_not_public_is_refused_by_rule(address: str) -> None:
    assert not may_call(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "203.162.4.190", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_address_is_not_refused(address: str) -> None:
    assert may_call(ipaddress.ip_address(address))


def test_address_in_an_allowed_network_is_not_refused_in_any_of_its_forms() -> None:
    allowed = [ipaddress.ip_network("10.20.0.0/16"), ipaddress.ip_network("fd00:1::/32")]

    assert may_call(ipaddress.ip_address("10.20.3.4"), allowed)
    assert may_call(ipaddress.ip_address("::ffff:10.20.3.4"), allowed)
    assert may_call(ipaddress.ip_address("fd00:1::5"), allowed)
    assert not may_call(ipaddress.ip_address("10.21.3.4"), allowed)


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"]])
def test_name_with_any_private_address_is_refused_before_a_connection(
    port: int, addresses: list[str]
) -> None:
    with calling(port, *addresses, allowed=[]) as client, pytest.raises(AddressRefused) as caught:
        client.request("GET", f"http://peer.invalid:{port}/")
    assert caught.value.permanent
    assert "127.0.0.1, which is not a public address" in str(caught.value)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "localhost", "[::1]", "[::ffff:7f00:1]"]
)
def test_private_address_in_any_spelling_is_refused_with_the_real_name_service(port: int, host: str) -> None:
    with (
        OutgoingClient(allow_http=True, ports=[port]) as client,
        pytest.raises((AddressRefused, HostUnknown)),
    ):
        client.request("GET", f"http://{host}:{port}/")


def test_name_that_changes_its_address_is_checked_again_at_the_next_connection(port: int) -> None:
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    with OutgoingClient(
        allowed_networks=["127.0.0.1/32"], allow_http=True, ports=[port], limits=QUICK, resolver=rebinding
    ) as client:
        assert client.request("GET", f"http://peer.invalid:{port}/status/200").status == 200
        assert (
            client.request("GET", f"http://peer.invalid:{port}/status/200").status == 200
        )  # same connection
        assert asked == ["peer.invalid"]
        client._client._transport.close()
        with pytest.raises(AddressRefused, match=r"127\.0\.0\.2"):
            client.request("GET", f"http://peer.invalid:{port}/")
    assert asked == ["peer.invalid", "peer.invalid"]


def test_next_address_is_tried_when_the_first_does_not_answer(port: int) -> None:
    with calling(port, "127.0.0.9", "127.0.0.1") as client:
        assert client.request("GET", f"http://peer.invalid:{port}/").status == 200


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://peer.invalid/", "must be one of: https"),
        ("http://peer.invalid/", "must be one of: https"),
        ("file:///etc/passwd", "must be one of: https"),
        ("https://peer.invalid:22/", "port 22 of peer.invalid:22 is not open"),
        ("https://user:secret@peer.invalid/", "user name or password"),
        ("https:///path", "names no host"),
        ("//peer.invalid/", "must be one of: https"),
        ("https://peer.invalid:99999/", "99999"),
        ("https://\x00/", "cannot be read"),
        ("", "must be one of: https"),
    ],
)
def test_address_of_another_form_is_refused_and_shows_no_secret(url: str, reason: str) -> None:
    with (
        OutgoingClient(resolver=lambda _host, _port: []) as client,
        pytest.raises(AddressRefused, match=reason) as caught,
    ):
        client.request("GET", url)
    assert "secret" not in str(caught.value.problem())


def test_redirect_is_not_followed_but_handed_out(port: int) -> None:
    answer = get(port, "/redirect")

    assert (answer.status, answer.headers["Location"]) == (302, "http://127.0.0.1:1/elsewhere")


def test_answer_larger_than_the_limit_is_thrown_away(port: int) -> None:
    with pytest.raises(AnswerTooLarge, match="1000 bytes") as caught:
        get(port, "/large")
    assert caught.value.permanent


def test_answer_without_end_is_cut_at_the_limit() -> None:
    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(10_000):
            connection.sendall(bytes(1000))

    with raw_peer(flood) as port, pytest.raises(AnswerTooLarge):
        get(port)


def test_compressed_answer_is_refused_because_its_size_cannot_be_bounded(port: int) -> None:
    with pytest.raises(AnswerEncoded, match="gzip"):
        get(port, "/gzip")


def test_peer_that_is_silent_ends_the_call(port: int) -> None:
    with pytest.raises(PeerTooSlow) as caught:
        get(port, "/slow")
    assert not caught.value.permanent
    assert caught.value.problem()["retryable"]


@pytest.mark.parametrize(
    "head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"], ids=["headers", "body"]
)
def test_peer_that_drips_bytes_gains_no_time(head: bytes) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(head)
        for letter in b"HTTP/1.1 200 OK\r\n" * 10:
            connection.sendall(bytes([letter]))
            time.sleep(0.05)

    with raw_peer(drip) as port:
        started = time.monotonic()
        with pytest.raises(PeerTooSlow, match=r"0\.4 seconds in all"):
            get(port, limits=Limits(read=0.3, total=0.4))
        assert time.monotonic() - started < 1.5


@pytest.mark.parametrize(
    "nonsense", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"]
)
def test_peer_that_speaks_no_http_or_hangs_up_is_unreachable(nonsense: bytes) -> None:
    with (
        raw_peer(lambda connection: connection.sendall(nonsense)) as port,
        pytest.raises(PeerUnreachable) as caught,
    ):
        get(port)
    assert not caught.value.permanent


def test_port_on_which_nothing_listens_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]
    with pytest.raises(PeerUnreachable, match=f"peer.invalid:{free}"):
        get(free)


@pytest.mark.parametrize(
    "fault", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long"), None]
)
def test_name_without_address_is_unknown_and_may_be_tried_again(fault: Exception | None) -> None:
    def resolver(_host: str, _port: int) -> list[str]:
        if fault:
            raise fault
        return []

    with OutgoingClient(resolver=resolver) as client, pytest.raises(HostUnknown) as caught:
        client.request("GET", "https://peer.invalid/")
    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, True), (404, True), (410, True), (408, False), (429, False), (500, False), (503, False)],
)
def test_refusal_is_permanent_unless_the_status_says_try_again(
    port: int,
    status: int,
    permanent: bool,
) -> None:
    with pytest.raises(PeerRefused, match=f"status {status}") as caught:
        get(port, f"/status/{status}").require_success()
    assert (caught.value.permanent, caught.value.retryable) == (permanent, not permanent)


def test_redirect_is_no_success_and_success_is_handed_on(port: int) -> None:
    with pytest.raises(PeerRefused):
        get(port, "/redirect").require_success()
    assert get(port).require_success().status == 200


def test_proxy_of_the_environment_is_not_used(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    assert get(port).status == 200


def issue(tmp_path: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Returns the context of a server that proves to be `name` and that of a client that believes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(hours=1))
        .not_valid_after(now() + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context(cafile=str(pem))
    return server, client


def test_tls_names_and_verifies_the_host_although_the_address_is_pinned(tmp_path: Path) -> None:
    server, client_tls = issue(tmp_path, "peer.invalid")
    names: list[str] = []
    server.sni_callback = lambda _socket, name, _context: names.append(name)

    with (
        serving(server) as port,
        OutgoingClient(
            allowed_networks=LOOPBACK,
            ports=[port],
            tls=client_tls,
            resolver=lambda _host, _port: ["127.0.0.1"],
        ) as client,
    ):
        assert client.request("GET", f"https://peer.invalid:{port}/").body.startswith(b"peer.invalid")
        with pytest.raises(PeerUntrusted, match=r"other\.invalid"):
            client.request("GET", f"https://other.invalid:{port}/")
    assert names == ["peer.invalid", "other.invalid"]


def test_certificate_of_an_unknown_authority_is_not_trusted(tmp_path: Path) -> None:
    server, _client_tls = issue(tmp_path, "peer.invalid")

    with (
        serving(server) as port,
        OutgoingClient(
            allowed_networks=LOOPBACK, ports=[port], resolver=lambda _host, _port: ["127.0.0.1"]
        ) as client,
        pytest.raises(PeerUntrusted),
    ):
        client.request("GET", f"https://peer.invalid:{port}/")


def test_every_error_of_a_call_says_whether_it_is_permanent() -> None:
    kinds = [error for error in all_error_classes() if issubclass(error, OutgoingError)]

    assert len(kinds) >= 9
    assert all(isinstance(kind.permanent, bool) for kind in kinds)
    assert all(kind().retryable is not kind().permanent for kind in kinds)
