"""The tour: three real pages, by role, on the demonstration only, and once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client, override_settings

from hienluong.directory.models import Person

pytestmark = pytest.mark.django_db

Visit = Callable[..., tuple[Client, Person]]


def _next(answer: Any) -> str:
    """Returns where the tour on a page leads; empty where there is none, or it is the last step."""
    tour = re.search(r'<section class="tour".*?</section>', answer.content.decode(), re.DOTALL)
    leads = re.search(r'href="([^"]+)"', tour[0]) if tour else None
    return leads[1] if leads else ""


@pytest.fixture
def _demonstration() -> Iterator[None]:
    with override_settings(DEMONSTRATION=True):
        yield


@pytest.mark.usefixtures("_demonstration")
@pytest.mark.parametrize(
    ("role", "pages"),
    [
        ("clerk", ["/exchange/inbox/", "/exchange/send/", "/exchange/sent/"]),
        ("operator", ["/exchange/monitor/", "/exchange/monitor/failures/", "/directory/agencies/"]),
        ("administrator", ["/exchange/monitor/", "/exchange/monitor/failures/", "/directory/agencies/"]),
    ],
)
def test_tour_leads_over_three_pages_of_the_role_and_home(visit: Visit, role: str, pages: list[str]) -> None:
    browser, _ = visit(("Sở Nội vụ", role))
    at, seen = _next(browser.get("/")), []
    while at:
        seen.append(at.partition("?")[0])
        answer = browser.get(at)
        assert answer.status_code == 200
        assert f"{len(seen)}/3 · " in answer.content.decode()
        at = _next(answer)
    assert seen == pages
    assert browser.post("/tour/end/").headers["Location"] == "/"
    assert "?tour=" not in browser.get("/").content.decode()


@pytest.mark.usefixtures("_demonstration")
@pytest.mark.parametrize("asked", ["0", "4", "1x", "²", "", "-1", "11"])
def test_number_that_is_no_step_shows_no_tour(visit: Visit, asked: str) -> None:
    browser, _ = visit(("Sở Nội vụ", "clerk"))
    answer = browser.get("/exchange/inbox/", {"tour": asked})
    assert answer.status_code == 200
    assert 'class="tour"' not in answer.content.decode()


def test_real_installation_has_no_tour(visit: Visit) -> None:
    browser, _ = visit(("Sở Nội vụ", "clerk"))
    for path in ("/", "/exchange/inbox/?tour=1"):
        assert 'class="tour"' not in browser.get(path).content.decode()
