"""Fixtures of signatures: everything that costs is made once."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))  # the world, by its name

from world import NOW, World, letter

from hienluong.signing.formats import pades
from hienluong.signing.formats.levels import Level


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
