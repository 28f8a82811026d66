"""A real Chromium before a live server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections
from tests.journeys.looks import Look


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Says nothing: the tests read the pages."""


@pytest.fixture
def live(transactional_db: None) -> Iterator[str]:
    """The whole product as it is served, static files and security headers included; gives its address."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_QuietHandler)

    def serve() -> None:
        try:
            server.serve_forever(poll_interval=0.05)
        finally:
            connections.close_all()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


@pytest.fixture
def look(width: int, language: str, scheme: str, request: pytest.FixtureRequest) -> Iterator[Look]:
    """One of EVERY_LOOK; the faults are judged here, so that no test can forget to."""
    one = Look(width, language, scheme)
    yield one
    one.conclude(request.node.originalname, renew=bool(request.config.getoption("--renew", default=False)))
