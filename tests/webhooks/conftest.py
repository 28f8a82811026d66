"""The receivers of these specifications: real servers on this machine, the one of the developers' documentation first."""

from __future__ import annotations

import importlib.util
import ipaddress
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import Client
from tests.directory.conftest import *  # noqa: F403 - its cast, whole

from hienluong.kit import clock
from hienluong.systems import service as systems
from hienluong.webhooks import commands, tasks
from hienluong.webhooks.models import Webhook

EXAMPLE = Path(__file__).parents[2] / "docs" / "integrate" / "webhook_receiver.py"


def load_example() -> Any:
    """Returns the receiver of the documentation as a module."""
    spec = importlib.util.spec_from_file_location("webhook_receiver", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Peer:
    """A receiver at work: what it got, and what it answers."""

    url: str
    certificate: Path
    example: Any
    taken: list[dict[str, Any]] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: Callable[[Mapping[str, str], bytes], tuple[int, bytes]] | None = None

    @property
    def secrets(self) -> list[str]:
        """The secrets that the receiver believes."""
        secrets: list[str] = self.example.secrets
        return secrets

    def ids(self) -> list[str]:
        """Returns the ids of what came, each as often as it came, without challenges."""
        return [
            headers["webhook-id"]
            for headers, body in self.got
            if json.loads(body)["type"] != "webhook.verification"
        ]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate, with its key, of 127.0.0.1; its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "receiver")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=5))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path_factory.mktemp("tls") / "server.pem"
    plain = serialization.NoEncryption()
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return pem


@pytest.fixture
def receive(certificate: Path, settings: Any) -> Iterator[Callable[..., Peer]]:
    """Starts the receiver of the documentation, which may be called; more than one when called again."""
    example = load_example()
    with ExitStack() as running:

        def start() -> Peer:
            receiver = example.Receiver([])
            server = example.server_for(receiver, 0, str(certificate))
            server.handle_error = lambda *_: None  # clients may hang up
            port = server.server_port
            peer = Peer(f"https://127.0.0.1:{port}/hook", certificate, receiver)
            receiver.take = peer.taken.append
            genuine = receiver.answer

            def answer(headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
                peer.got.append((dict(headers.items()), body))
                return (peer.answers or genuine)(headers, body)

            receiver.answer = answer
            thread = threading.Thread(
                target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
            )
            thread.start()
            running.callback(server.server_close)
            running.callback(server.shutdown)
            settings.WEBHOOK_ALLOWED_NETWORKS = ["127.0.0.0/8"]
            settings.WEBHOOK_PORTS = [*settings.WEBHOOK_PORTS, port]
            settings.WEBHOOK_CA_FILE = str(certificate)
            settings.WEBHOOK_RATE_PER_SECOND = 1000
            return peer

        yield start


@dataclass(frozen=True)
class Caller:
    """A system that calls the API."""

    system: systems.AgencySystem
    token: str

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Calls an operation."""
        call = getattr(Client(), method)
        given = {"Authorization": f"Bearer {self.token}", **headers}
        if method == "get":
            return call(f"/api/v1{path}", body, headers=given)
        return call(f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=given)


@pytest.fixture
def caller(system: Callable[..., Any], token_for: Callable[[str, str], str]) -> Callable[..., Caller]:
    """Registers a system of an agency and signs it in."""

    def sign_in(code: str = "H50.S01", name: str = "Phần mềm văn bản") -> Caller:
        row, client_id, secret = system(code, name)
        return Caller(row, token_for(client_id, secret))

    return sign_in


@pytest.fixture
def subscribed(receive: Callable[..., Peer], platform: Any) -> Callable[..., tuple[Webhook, Peer]]:
    """Registers a webhook of a system at a receiver of its own, and lets it be verified."""

    def subscribe(row: systems.AgencySystem, *kinds: str) -> tuple[Webhook, Peer]:
        peer = receive()
        hook, secret = commands.register_webhook(
            actor=platform,
            system=row,
            url=peer.url,
            kinds=kinds or ("packet.delivered", "status.recorded", "delivery.failed"),
            now=clock.now(),
        )
        peer.secrets.append(secret)
        assert tasks.deliver_due(hook.pk) == 1
        hook.refresh_from_db()
        assert hook.state == "active"
        peer.got.clear()
        return hook, peer

    return subscribe
