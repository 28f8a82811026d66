"""An agency that signs, opened on the live server: its people, their keys and the seal. Playwright's loop has the thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import connection
from pytest_django import Settings
from tests.exchange.personas import FINANCE
from tests.issuing.house import HOME, House, people_of
from tests.signing.conftest import answering, believed, demonstration
from tests.signing.world import World

from hienluong.directory import service as directory
from hienluong.kit import clock

__all__ = ["answering", "believed", "demonstration", "in_thread", "opened"]
Given = TypeVar("Given")


def in_thread(work: Callable[[], Given]) -> Given:
    """Returns what work with the database gives, done in a thread of its own."""

    def done() -> Given:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(done).result()


@pytest.fixture
def opened(live: str, settings: Settings, believed: World, tmp_path: Path) -> House:
    """Sở Nội vụ at work, with nothing on its desks."""
    settings.SIGNING_LEVEL = "B-B"
    settings.SIGNING_KEYS_FILE = str(tmp_path / "keys.toml")

    def open_house() -> House:
        directory.load_reference_data(now=clock.now())
        found = {code: directory.agency_by_code(code) for code in (HOME, FINANCE)}
        return people_of({code: one.agency for code, one in found.items() if one}, believed, tmp_path)

    return in_thread(open_house)
