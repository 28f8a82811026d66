"""Every page that the resolver declares meets WCAG 2.2 AA as far as axe-core can tell.

Tests of tests/journeys look at most pages, filled as on a working day; what they saw stands in tests/journeys/visits/.
Here Chromium looks at all the others, as somebody whom the tables of `routes/` let in: a new page is looked at from its
first day. Pages come from inside the province's own transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import resolve
from playwright.sync_api import Browser, Route
from tests.journeys.looks import EVERY_LOOK, VISITS, Look, examine
from tests.matrix.doors import Door
from tests.matrix.knock import address_of, query_of
from tests.matrix.personas import ACTING, PERSONAS
from tests.matrix.province import Province
from tests.matrix.routes import addresses, doors_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.prove,
    pytest.mark.timeout(600),
    pytest.mark.django_db,  # inside the province's own transaction
]

HOST = "http://testserver"
PROGRAMS_ONLY = re.compile(r"(^|/)api/|^metrics$")


def _unseen(province: Province) -> Iterator[tuple[str, Client, str, Door]]:
    """Yields the pages that no other test looks at: who opens it, and its address."""
    seen = {name for file in VISITS.glob("*.txt") for name in file.read_text(encoding="utf-8").split()}
    for route in sorted(set(addresses())):
        for door in [] if PROGRAMS_ONLY.search(route) else doors_of(route, "GET"):
            path = address_of(route, door, province.ours)
            part = "HX-Request" in door.headers
            if door.answers == 200 and not part and resolve(path).view_name not in seen:
                first = ("visitor",) if route.startswith("sign-in/") else ()
                people = (*first, *ACTING, *PERSONAS)
                who = next(one for one in people if door.lets_in(one, route, theirs=False))
                yield route, province.clients[who], path, door


def _look(browser: Browser, look: Look, target: str, answer: Any) -> None:
    """Shows the browser what was answered; it asks for nothing else but style, scripts and pictures."""

    def hand_out(asked: Route) -> None:
        path = asked.request.url.removeprefix(HOST)
        if path == target:
            asked.fulfill(status=200, headers=dict(answer.headers), body=answer.getvalue())
        else:
            asked.fulfill(path=Path(settings.STATIC_ROOT) / path.removeprefix(settings.STATIC_URL))

    context = browser.new_context(
        viewport={"width": look.width, "height": 800},
        color_scheme="dark" if look.scheme == "dark" else "light",
    )
    context.route("**/*", hand_out)
    page = context.new_page()
    page.on("pageerror", lambda error: look.faults.append(f"{target}: {error}"))
    page.goto(HOST + target)
    examine(page, look, target)
    context.close()


@EVERY_LOOK
def test_pages_that_nobody_else_looks_at_have_no_fault_that_axe_knows(
    province: Province,
    chromium: Browser,
    width: int,
    language: str,
    scheme: str,
) -> None:
    look = Look(width, language, scheme)
    for route, client, path, door in _unseen(province):
        with transaction.atomic():
            things = {**province.ours, **(door.first(client, province.ours) if door.first else {})}
            query = query_of(door.sends(things) if callable(door.sends) else door.sends)
            target = f"{path}?{query}" if query else path
            client.cookies[settings.LANGUAGE_COOKIE_NAME] = look.language
            answer: Any = client.get(target, headers=dict(door.headers))
            assert answer.status_code == 200, route
            if answer.headers["Content-Type"].startswith("text/html"):
                _look(chromium, look, target, answer)
            else:  # a file to be kept: read to its end, it closes itself
                answer.getvalue()
            transaction.set_rollback(True)
    assert not look.faults, "\n".join(look.faults)
    assert look.seen
