"""Pictures of pages for people to look at: HIENLUONG_SHOTS names the directory that they are kept in."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from playwright.sync_api import Page

SHOTS = os.environ.get("HIENLUONG_SHOTS")


def keep_picture(page: Page, name: str, *, width: int, language: str) -> None:
    """Keeps a picture of the whole page, if anybody wants to look; the time in its name keeps the order."""
    if SHOTS:
        word = re.sub(r"[0-9a-f-]{36}|\W+", "-", name).strip("-") or "home"
        file = f"{width}-{language}-{time.monotonic_ns() // 10**6}-{word[:60]}.png"
        page.screenshot(path=Path(SHOTS) / file, full_page=True)
