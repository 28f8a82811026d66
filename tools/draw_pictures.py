"""Takes the README's pictures from a demonstration: `make run`, `make demo` a few times, then this beside them.

    .venv/bin/python tools/draw_pictures.py http://127.0.0.1:8000 /path/to/demo-password OPERATOR_ADDRESS

The last is the one-time address that `make run` prints for the operator. `docs/images` is written.
"""

from __future__ import annotations

import base64
import hmac
import struct
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parents[1] / "docs/images"
WIDTH = 1280
CHROMIUM = "/usr/bin/chromium"


def _open(browser: Browser, address: str) -> Page:
    context = browser.new_context(viewport={"width": WIDTH, "height": 800}, locale="vi-VN")
    context.add_cookies([{"name": "hienluong_language", "value": "vi", "url": address}])
    return context.new_page()


def _sign_in(page: Page, address: str, name: str, password: str) -> None:
    page.goto(f"{address}/sign-in/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", password)
    page.click("main form:not([data-passkey]) button[type=submit]")
    page.wait_for_url(f"{address}/")


def _set_up_a_second_factor(page: Page, address: str) -> None:
    """Does what the platform asks of an operator: a code of an app (RFC 6238), made here from the secret it shows."""
    page.click("main a:has-text('ứng dụng')")
    secret = base64.b32decode(page.inner_text(".copyable code"))
    digest = hmac.digest(secret, struct.pack(">Q", int(time.time()) // 30), "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    page.fill("[name=code]", f"{(number & 0x7FFFFFFF) % 10**6:06}")
    page.click("main form button[type=submit]")
    page.wait_for_url(f"{address}/account/recovery-codes/")


def _take(page: Page, name: str, tall: int) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(
        path=IMAGES / f"{name}-vi.png", clip={"x": 0, "y": 0, "width": WIDTH, "height": tall}, full_page=True
    )


def draw(address: str, password: str, operator: str) -> None:
    """Writes the three pictures."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--headless"])
        page = _open(browser, address)
        _sign_in(page, address, "vanthu.noivu", password)
        page.goto(f"{address}/exchange/sent/")
        page.click("main th a")
        _take(page, "packet", 1200)
        page = _open(browser, address)
        _sign_in(page, address, "vanthu.donghoi", password)
        page.goto(f"{address}/exchange/inbox/")
        _take(page, "inbox", 800)
        page = _open(browser, address)
        page.goto(operator)
        page.click("main form button[type=submit]")
        _set_up_a_second_factor(page, address)
        page.goto(f"{address}/exchange/monitor/")
        _take(page, "monitor", 1300)
        browser.close()


if __name__ == "__main__":
    draw(sys.argv[1], Path(sys.argv[2]).read_text(encoding="utf-8").strip(), sys.argv[3])
