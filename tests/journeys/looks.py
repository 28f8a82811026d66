"""How pages are looked at: each width in each language, what was found wrong, and which addresses were seen.

HIENLUONG_SHOTS names a directory for pictures of every page, for people to look at. The addresses that each test saw
stand in `visits/`, so that a test without a browser can say which page nobody looks at (tests/journeys/test_visits.py);
`pytest tests/journeys -k axe --renew` writes them.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

SHOTS = os.environ.get("HIENLUONG_SHOTS")
VISITS = Path(__file__).with_name("visits")
EVERY_LOOK = pytest.mark.parametrize(
    ("width", "language", "scheme"),
    [
        pytest.param(width, language, scheme, marks=pytest.mark.prove)
        for width, language, scheme in (
            (360, "vi", "dark"),
            (360, "en", "light"),
            (1440, "vi", "light"),
            (1440, "en", "dark"),
        )
    ],
)
"""Two seconds for each page: `.ci/run` looks at the narrow half in Vietnamese, `make prove` at all of it."""


@dataclass(slots=True)
class Look:
    """How a page is looked at, what was found wrong with it, and the names of the addresses that were seen."""

    width: int
    language: str
    scheme: str
    faults: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def at(self, page: Page, name: str) -> None:
        """Notes that a page was seen, and keeps a picture of it if anybody wants to look; the time keeps their order."""
        try:
            self.seen.add(resolve(urlsplit(page.url).path).view_name)
        except Resolver404:
            self.seen.add("not-found")
        if SHOTS:
            word = re.sub(r"[0-9a-f-]{36}|\W+", "-", name).strip("-") or "home"
            file = f"{self.width}-{self.language}-{time.monotonic_ns() // 10**6}-{word[:60]}.png"
            page.screenshot(path=Path(SHOTS) / file, full_page=True)

    def conclude(self, test: str, *, renew: bool) -> None:
        """Asserts that no page had a fault, and that those were seen which `visits/` names for this test."""
        assert not self.faults, "\n".join(self.faults)
        kept = VISITS / f"{test}.txt"
        if renew:
            kept.write_text("".join(f"{name}\n" for name in sorted(self.seen)), encoding="utf-8")
        assert kept.read_text(encoding="utf-8").split() == sorted(self.seen), (
            "other pages were seen than before: run pytest tests/journeys -k axe --renew and read the difference"
        )
