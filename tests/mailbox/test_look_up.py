"""The search over everything finds documents of one's own agency, people, agencies and pages, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from personas import DONG_HOI, FINANCE, HOME_AFFAIRS

from hienluong.exchange.models import Delivery

pytestmark = pytest.mark.django_db

Visit = Callable[..., Client]
Received = Callable[..., Delivery]

QUERIES = 13


def _found(browser: Client, text: str) -> dict[str, list[str]]:
    """Returns the names found, by kind."""
    page = browser.get("/search/", {"q": text}).content.decode()
    cards = re.findall(r'<h2 class="card-title mb-0">(.*?)</h2>(.*?)</section>', page, re.DOTALL)
    return {title: re.findall(r'<div><a href="[^"]+">(.*?)</a>', body) for title, body in cards}


def test_stranger_is_led_to_the_sign_in_and_nothing_asked_finds_nothing(visit: Visit) -> None:
    assert Client().get("/search/?q=a").headers["Location"] == "/sign-in/?next=/search/%3Fq%3Da"
    assert _found(visit(DONG_HOI), "  ") == {}
    assert _found(visit(DONG_HOI), "a" * 201) == {}


def test_clerk_finds_what_came_in_and_the_sender_what_was_sent_without_diacritics(
    visit: Visit, received: Received
) -> None:
    received(15, subject="Tập huấn văn thư")
    assert _found(visit(DONG_HOI), "tap huan") == {"Inbox": ["Tập huấn văn thư"]}
    assert _found(visit(HOME_AFFAIRS), "TAP huấn") == {"Sent": ["Tập huấn văn thư"]}
    assert _found(visit(FINANCE), "tap huan") == {}


@pytest.mark.parametrize("role", ["administrator", "operator", "auditor"])
def test_whoever_sees_no_content_finds_no_document(visit: Visit, received: Received, role: str) -> None:
    received(15, subject="Tập huấn văn thư")
    assert _found(visit(DONG_HOI, role), "tap huan") == {}


def test_pages_and_agencies_are_found_by_their_names(visit: Visit) -> None:
    found = _found(visit(DONG_HOI), "noi vu")
    assert "Sở Nội vụ" in found["Agencies"]
    assert _found(visit(DONG_HOI), "inbox")["Pages"] == ["Inbox"]


def test_few_of_each_kind_are_shown_and_the_list_has_all(visit: Visit, received: Received) -> None:
    for number in range(15, 22):
        received(number, subject=f"Tập huấn lần {number}")
    page = visit(DONG_HOI).get("/search/", {"q": "tap huan"}).content.decode()
    assert page.count("Tập huấn lần") == 5
    assert 'href="/exchange/inbox/?q=tap+huan"' in page


def test_search_asks_the_database_a_fixed_number_of_times(visit: Visit, received: Received) -> None:
    browser = visit(DONG_HOI)
    for number in (15, 16, 17):
        received(number, subject="Tập huấn văn thư Sở")
        browser.get("/search/?q=so")
    with CaptureQueriesContext(connection) as captured:
        browser.get("/search/?q=so")
    assert len(captured) == QUERIES


@pytest.mark.parametrize("blank", ["\x85", "\u3000", " \x1c "])
def test_agency_without_any_letter_narrows_nothing(visit: Visit, received: Received, blank: str) -> None:
    received(15, subject="Tập huấn văn thư")
    answer = visit(HOME_AFFAIRS).get("/exchange/sent/", {"agency": blank})
    assert answer.status_code == 200
    assert "Tập huấn văn thư" in answer.content.decode()
