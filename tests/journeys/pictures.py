"""How pages are looked at: each width in each language, and pictures for people: HIENLUONG_SHOTS names their directory."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page

SHOTS = os.environ.get("HIENLUONG_SHOTS")
PROVE = pytest.mark.prove
EVERY_LOOK = pytest.mark.parametrize(
    ("width", "language", "scheme"),
    [
        (360, "vi", "dark"),
        pytest.param(360, "en", "light", marks=PROVE),
        pytest.param(1440, "vi", "light", marks=PROVE),
        pytest.param(1440, "en", "dark", marks=PROVE),
    ],
)
"""The narrow half in Vietnamese is looked at in every run, the rest by `make prove`: axe takes a second for a page."""


def keep_picture(page: Page, name: str, *, width: int, language: str) -> None:
    """Keeps a picture of the whole page, if anybody wants to look; the time in its name keeps the order."""
    if SHOTS:
        word = re.sub(r"[0-9a-f-]{36}|\W+", "-", name).strip("-") or "home"
        file = f"{width}-{language}-{time.monotonic_ns() // 10**6}-{word[:60]}.png"
        page.screenshot(path=Path(SHOTS) / file, full_page=True)
