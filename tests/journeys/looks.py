"""How pages are looked at: each width in each language, what was found wrong, and which addresses were seen.

HIENLUONG_SHOTS names a directory for pictures of every page, for people to look at. The addresses that each test saw
stand in `visits/`, so that tests/matrix/test_looks.py knows which pages nobody else looks at;
`pytest tests/journeys -k axe --renew` writes them.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, BrowserContext, Page, Route

SHOTS = os.environ.get("HIENLUONG_SHOTS")
AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
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


def open_context(chromium: Browser, live: str, look: Look, session: str | None) -> BrowserContext:
    context = chromium.new_context(
        viewport={"width": look.width, "height": 800},
        color_scheme="dark" if look.scheme == "dark" else "light",
        bypass_csp=False,
    )
    cookies = [{"name": settings.LANGUAGE_COOKIE_NAME, "value": look.language, "url": live}]
    if session:
        cookies.append({"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live})
    context.add_cookies(cookies)  # type: ignore[arg-type]  # Playwright's own dictionaries
    context.route(re.compile(r"/app(\.\w+)?\.js$"), _late)
    return context


def _late(route: Route) -> None:
    """Lets the page be drawn before its script comes, as on a poor line: what the script then moves is seen for sure."""
    time.sleep(SCRIPT_LATE_S)
    route.continue_()


LONGER = """() => {
  const fixed = "time, code, svg, script, style, option, .nowrap, .number, .frame-name, .visually-hidden";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const kept = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.data.trim() && !node.parentElement.closest(fixed)) kept.push([node, node.data]);
  }
  for (const [node, text] of kept) node.data = `${text} ${text.trim()} ${text.trim()} `;
  let widest = "";
  if (document.documentElement.scrollWidth > innerWidth) {
    const beyond = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth);
    widest = beyond.filter((one) => !one.querySelector("*")).map((one) => one.outerHTML.slice(0, 160))[0] ?? "?";
  }
  for (const [node, text] of kept) node.data = text;
  return widest;
}"""
"""Makes every text three times as long, says what is then wider than the screen, and puts all back."""


SHIFTED = """() => new Promise((tell) => {
  let moved = 0;
  const what = [];
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) {
      if (one.hadRecentInput) continue;
      moved += one.value;
      for (const {node, previousRect: from, currentRect: to} of one.sources)
        what.push(`${(node?.outerHTML ?? String(node?.textContent)).slice(0, 80)} ${from.y}+${from.height} to ${to.y}+${to.height}`);
    }
  }).observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => setTimeout(() => tell([moved, what.join("; ")]), 0));
})"""
"""How far the page moved by itself while it was drawn, and what moved: the cumulative layout shift, without what people did."""
SCRIPT_LATE_S = 0.1
SHIFT_MAX = 0.02
"""A fifth of what counts as good (web.dev, Core Web Vitals: 0.1)."""


def examine(page: Page, look: Look, name: str, *, answered: bool = False) -> None:
    """Notes what axe finds, a page that moves or is wider than the screen, and another language than the one asked for.

    A page that has `answered` what somebody did, by script and later than a browser counts as their doing, may have moved.
    """
    moved, what = page.evaluate(SHIFTED)
    if moved > SHIFT_MAX and not answered:
        look.faults.append(f"{name}: moved by {moved:.3f} while it was drawn: {what}")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: Any = page.evaluate("r => axe.run(document, {runOnly: r, resultTypes: ['violations']})", RULES)
    for violation in found["violations"]:
        for node in violation["nodes"]:
            look.faults.append(
                f"{name}: {violation['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
            )
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        look.faults.append(f"{name}: wider than the screen")
    elif widest := page.evaluate(LONGER):
        look.faults.append(f"{name}: wider than the screen when every text is three times as long: {widest}")
    if page.evaluate("document.documentElement.lang") != look.language:
        look.faults.append(f"{name}: not in the language asked for")
    look.at(page, name)


def visit(context: BrowserContext, live: str, look: Look, *paths: str) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda error: look.faults.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda message: (
            look.faults.append(f"{page.url}: {message.text}")
            # axe itself tries a style of its own, which the policy rightly stops
            if message.type == "error" and not re.search("inline style|404|422", message.text)
            else None
        ),
    )
    for path in paths:
        page.goto(live + path)
        examine(page, look, path)
    return page
