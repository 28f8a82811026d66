"""A terminal of an agency's system, and real signers on this machine with somebody who sits at them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pytest_django.live_server_helper import LiveServer
from tests.exchange.personas import System

from hienluong.config.cli import cli
from hienluong.signing.formats.device import AgentServer, Device, Wanted
from hienluong.signing.formats.keys import MemoryKey

Call = Callable[..., Result]
Serve = Callable[..., str]


class Owner:
    """Whoever sits at a signer: what they were shown, and what they say."""

    def __init__(self) -> None:
        self.agrees = True
        self.shown: list[tuple[str, list[str]]] = []

    def __call__(self, origin: str, batch: Sequence[Wanted]) -> bool:
        """Answers."""
        self.shown.append((origin, [one.title for one in batch]))
        return self.agrees


@pytest.fixture
def owner() -> Owner:
    """The owner of every signer here."""
    return Owner()


@pytest.fixture
def signer(live_server: LiveServer, owner: Owner) -> Iterator[Serve]:
    """Starts a signer on this machine that answers the axis, and returns its address."""
    running: list[AgentServer] = []

    def start(*keys: MemoryKey, origin: str = "") -> str:
        server = AgentServer(Device(keys, owner), 0, [origin or live_server.url])
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def terminal_of(system: System, group: str, url: str, place: Path) -> Call:
    """Returns what runs a command of a group as a system."""
    secret = place / "system.json"
    secret.touch(0o600)
    secret.write_text(json.dumps({"client_id": system.client_id, "client_secret": system.client_secret}))
    environment = {"LANGUAGE": "en", "HIENLUONG_API_URL": url, "HIENLUONG_CREDENTIALS": str(secret)}

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(cli, [group, *map(str, arguments)], env=environment)

    return run


def told(result: Result) -> Any:
    """Returns what a command said as JSON."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
