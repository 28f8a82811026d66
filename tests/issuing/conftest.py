"""The agency, its people and their keys, of the specifications of issuing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings
from tests.exchange.pages.conftest import _in_english, visit  # noqa: F401 - its browsers
from tests.signing.conftest import *  # noqa: F403 - its authority, whole

sys.path.append(str(Path(__file__).parent))  # the house, by its name

from house import HOME, KEYS, House, key_of, people_of
from tests.signing.world import World

from hienluong.directory.models import Agency


@pytest.fixture
def house(settings: Settings, believed: World, agencies: Mapping[str, Agency], tmp_path: Path) -> House:
    """Sở Nội vụ with a clerk, a head, a deputy who may sign for the head, an officer; keys of all who sign, and the seal."""
    settings.SIGNING_LEVEL = "B-B"
    settings.SIGNING_KEYS_FILE = str(tmp_path / "keys.toml")
    return people_of(agencies, believed, tmp_path)


@pytest.fixture
def levels(settings: Settings) -> Callable[[str], None]:
    """Says how far signatures reach."""

    def reach(level: str) -> None:
        settings.SIGNING_LEVEL = level

    return reach


__all__ = ["HOME", "KEYS", "ec", "key_of", "timedelta"]
