"""The agency, its people and keys, and what they copy, of the specifications of copies."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings
from tests.issuing.house import House, people_of, session_of
from tests.signing.conftest import *  # noqa: F403 - its authority, whole

sys.path.append(str(Path(__file__).parent))  # the desk, by its name

from desk import Desk, second_certificate
from tests.signing.world import World

from hienluong.directory.models import Agency


@pytest.fixture
def desk(settings: Settings, believed: World, agencies: Mapping[str, Agency], tmp_path: Path) -> Desk:
    """The clerk's desk of Sở Nội vụ: people, a seal among the keys of this installation, and one on a device."""
    settings.SIGNING_LEVEL = "B-B"
    settings.SIGNING_KEYS_FILE = str(tmp_path / "keys.toml")
    house = people_of(agencies, believed, tmp_path)
    second_certificate(house)
    return Desk(house)


@pytest.fixture
def enter(desk: Desk) -> Callable[[str], Client]:
    """Signs somebody of the house in, and gives the browser."""

    def sign_in(role: str) -> Client:
        browser = Client(headers={"accept-language": "en"})
        session_of(desk.house.posts[role])
        user = desk.house.posts[role].person.user
        assert user is not None
        browser.force_login(user)
        return browser

    return sign_in


__all__ = ["House"]
