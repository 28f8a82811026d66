"""A secret is rotated while its system calls without a pause: not one call is refused."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
import pytest
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.db import connections

from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.systems import service as systems
from hienluong.systems.models import SystemSecret

PLATFORM = Actor.platform("specification")


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def process_request_thread(self, request: object, client_address: object) -> None:
        """Serves one request and gives its database connection back."""
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]  # the library's own types
        finally:
            connections.close_all()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Says nothing."""


@pytest.fixture
def served(transactional_db: None) -> Iterator[str]:
    """The product on a port of its own, several requests at once."""
    directory.forget()
    cache.clear()
    server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()
    directory.forget()


class _Agency(threading.Thread):
    """An agency's system: gets a token for nearly every call, with the secret it was last told."""

    def __init__(self, url: str, client_id: str, secret: str) -> None:
        super().__init__(daemon=True)
        self.url, self.client_id, self.secret = url, client_id, secret
        self.answers: Counter[tuple[str, int]] = Counter()
        self.by_key: Counter[str] = Counter()
        self.stopping = threading.Event()

    def run(self) -> None:
        """Calls until it is stopped."""
        with httpx.Client(base_url=self.url, timeout=20, trust_env=False) as client:
            kept = ""
            while not self.stopping.is_set():
                secret = self.secret
                asked = client.post(
                    "/api/oauth/token",
                    data={
                        "grant_type": "client_credentials",
                        "client_id": self.client_id,
                        "client_secret": secret,
                    },
                )
                self.answers["token", asked.status_code] += 1
                self.by_key[secret.split("_")[1]] += 1
                if asked.status_code == 200:
                    kept = asked.json()["access_token"]
                for _ in range(2):
                    called = client.get("/api/v1/me", headers={"Authorization": f"Bearer {kept}"})
                    self.answers["call", called.status_code] += 1


def _wait(agency: _Agency, calls: int) -> None:
    """Waits until the system has made so many further calls."""
    wanted = sum(agency.answers.values()) + calls
    until = time.monotonic() + 60
    while sum(agency.answers.values()) < wanted:
        assert agency.is_alive()
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_rotation_refuses_not_one_call_of_a_system_that_calls_without_a_pause(served: str) -> None:
    directory.load_reference_data(now=clock.now())
    found = directory.agency_by_code("H50.S01")
    assert found is not None
    system, client_id, first = systems.register_system(
        actor=PLATFORM, agency=found.agency, name="Phần mềm gọi liên tục", now=clock.now()
    )
    agency = _Agency(served, client_id, first)
    agency.start()
    secrets = [first]
    try:
        for _ in range(3):
            _wait(agency, 15)
            new = systems.rotate_system_secret(actor=PLATFORM, system=system, now=clock.now())
            _wait(agency, 15)  # the former secret, beside the new one
            agency.secret = new
            _wait(agency, 15)
            former = secrets[-1].split("_")[1]
            used_before = SystemSecret.objects.get(key_id=former).last_used_at
            assert used_before is not None
            _wait(agency, 6)
            assert SystemSecret.objects.get(key_id=former).last_used_at == used_before, "it can go now"
            systems.end_system_secret(actor=PLATFORM, system=system, key_id=former, now=clock.now())
            secrets.append(new)
        _wait(agency, 15)
    finally:
        agency.stopping.set()
        agency.join(timeout=30)

    assert {status for _, status in agency.answers} == {200}, agency.answers
    assert sum(agency.answers.values()) > 150
    assert set(agency.by_key) == {secret.split("_")[1] for secret in secrets}
