"""Home: what needs doing first, by role."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hienluong.directory.models import Person

pytestmark = pytest.mark.django_db

Visit = Callable[..., tuple[Client, Person]]

CLERK_QUERIES = 12


def _text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def test_visitor_is_led_to_the_sign_in() -> None:
    assert Client().get("/").headers["Location"] == "/sign-in/"


def test_clerk_sees_what_waits_and_may_send(visit: Visit) -> None:
    browser, _ = visit(("Sở Nội vụ", "clerk"))
    page = _text(browser.get("/"))
    for shown in (
        "New in the inbox",
        "To be entered in the register",
        "Sent and refused",
        "Everything is done",
    ):
        assert shown in page
    assert 'class="btn btn-primary" href="/exchange/send/"' in page


def test_head_is_not_offered_to_send(visit: Visit) -> None:
    browser, _ = visit(("Sở Nội vụ", "head"))
    assert "/exchange/send/" not in _text(browser.get("/"))


def test_operator_sees_the_axis_and_no_mailbox(visit: Visit) -> None:
    browser, _ = visit(("Sở Nội vụ", "operator"))
    page = _text(browser.get("/"))
    assert "Failing deliveries" in page
    assert "New in the inbox" not in page


def test_person_without_a_post_is_led_to_the_sign_in(visit: Visit) -> None:
    browser, _ = visit()
    assert browser.get("/").status_code == 302


def test_home_asks_the_database_a_fixed_number_of_times(visit: Visit) -> None:
    browser, _ = visit(("Sở Nội vụ", "clerk"))
    browser.get("/")
    with CaptureQueriesContext(connection) as captured:
        browser.get("/")
    assert len(captured) == CLERK_QUERIES
