"""Fixtures of signatures: everything that costs is made once."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings
from tests.exchange.conftest import *  # noqa: F403 - its cast, whole

sys.path.append(str(Path(__file__).parent))  # the world, by its name

from beside import made
from world import NOW, World, letter

from hienluong.demo.authority_server import make_server
from hienluong.directory import service as directory
from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.signing.commands import import_authorities
from hienluong.signing.formats import pades
from hienluong.signing.formats.levels import Level
from hienluong.signing.models import TrustedAuthority


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The authority and those it vouched for; nobody is revoked in it."""
    return World.make(tmp_path_factory.mktemp("authority") / "ca")


@pytest.fixture
def shaken(tmp_path: Path) -> World:
    """A world of one's own, in which certificates may be revoked."""
    return World.make(tmp_path / "ca")


@pytest.fixture(scope="session")
def pdf() -> bytes:
    """A letter, not signed."""
    return letter()


@pytest.fixture(scope="session")
def signed(world: World, pdf: bytes) -> Mapping[Level, bytes]:
    """The letter, signed by a person at each level."""
    return {
        level: pades.sign(
            pdf,
            world.person,
            pades.Wanted(level, NOW),
            stamper=world.stamper,
            evidence=world.trust().evidence(NOW),
        )
        for level in Level
    }


@pytest.fixture(scope="session")
def tables(world: World) -> Mapping[Level, bytes]:
    """The signatures beside a table, by a person at each level."""
    return {level: made(world, level) for level in Level}


@pytest.fixture(scope="session")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose authority answers on the loopback: OCSP, lists, time-stamps."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = World.make(tmp_path_factory.mktemp("answering") / "ca", f"http://127.0.0.1:{port}")
    server = make_server(made.authority, port, clock.now)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def demonstration(settings: Settings, answering: World, tmp_path: Path) -> World:
    """This installation is a demonstration, and its authority answers."""
    settings.DEMONSTRATION = True
    settings.DEMO_AUTHORITY_PORT = int(answering.authority.url.rpartition(":")[2])
    settings.DATA_DIR = tmp_path
    return answering


@pytest.fixture
def believed(demonstration: World, db: None) -> World:
    """The authority stands in the trust list, for signatures and for time-stamps."""
    for purpose in (TrustedAuthority.Purpose.PUBLIC_SERVICE, TrustedAuthority.Purpose.TIMESTAMPS):
        import_authorities(
            actor=Actor.platform("specification"),
            content=demonstration.authority.anchors,
            purpose=purpose,
            source="a specification",
            valid_from=date(2026, 1, 1),
            now=NOW,
        )
    return demonstration


@pytest.fixture
def employ(agencies: Mapping[str, Agency]) -> Callable[..., Actor]:
    """Gives an agency somebody in a post, and returns who acts."""

    def take_on(code: str, role: str, name: str = "Lê Thị Bình", *, username: str = "") -> Actor:
        setup = Actor.platform("specification")
        person = directory.create_person(actor=setup, full_name=name, username=username, now=NOW)
        post = directory.assign_post(
            actor=setup, person=person, agency=agencies[code], role=role, title=role, now=NOW
        )
        return Actor("person", person.pk, name, agencies[code].pk, code, agencies[code].name, role, post.pk)

    return take_on
