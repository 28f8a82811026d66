"""Home: what needs doing first, by role."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hienluong.access.models import RightsAlert
from hienluong.composing.models import Draft
from hienluong.deadlines.models import Clock
from hienluong.directory.models import Agency, Person
from hienluong.kit import clock
from hienluong.kit.ids import new_id

pytestmark = pytest.mark.django_db

Visit = Callable[..., tuple[Client, Person]]

QUERIES = {
    "clerk": 21,
    "head": 20,
    "deputy": 19,
    "officer": 18,
    "secrecy_officer": 13,
    "operator": 18,
    "auditor": 22,
    "administrator": 27,
}
"""Statements of the page, frame and session included; none more however much waits."""


def _text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def test_visitor_is_led_to_the_sign_in() -> None:
    assert Client().get("/").headers["Location"] == "/sign-in/"


def _tasks(page: str) -> list[tuple[int, str, str, str]]:
    """Returns what waits by the page: how many, where it leads, what it is called, and how pressing it is."""
    found = re.findall(
        r'<li class="task(?: task-(now|soon))?".*?task-number">([\d.,]+)<.*?href="([^"]+)"[^>]*>(.*?)</a>',
        page,
        re.DOTALL,
    )
    return [
        (int(re.sub(r"\D", "", n)), unescape(url), unescape(title), tone) for tone, n, url, title in found
    ]


def _confirm_rights(person: Person) -> None:
    RightsAlert.objects.filter(reader=person).update(state=RightsAlert.State.ACKNOWLEDGED)


def test_clerk_is_offered_to_send_and_told_when_everything_is_done(visit: Visit) -> None:
    browser, person = visit(("Sở Nội vụ", "clerk"))
    _confirm_rights(person)
    page = _text(browser.get("/"))
    assert "Everything is done" in page
    assert "No new documents" in page
    assert _tasks(page) == []
    assert 'class="btn btn-primary" href="/exchange/send/"' in page


def test_change_of_rights_is_the_first_thing_to_do_until_it_is_confirmed(visit: Visit) -> None:
    browser, person = visit(("Sở Nội vụ", "officer"))
    assert _tasks(_text(browser.get("/"))) == [
        (1, "/access/alerts/?show=waiting", "Changes of rights to confirm", "now")
    ]
    alert = RightsAlert.objects.get(reader=person)
    browser.post("/access/alerts/confirm/", {"alert": alert.pk})
    assert "Everything is done" in _text(browser.get("/"))
    assert "Everything is confirmed" in _text(browser.get("/access/alerts/?show=waiting"))


def test_pressing_comes_first_and_names_how_many_are_urgent(visit: Visit) -> None:
    browser, person = visit(("Sở Nội vụ", "clerk"))
    _confirm_rights(person)
    agency, now = Agency.objects.get(name="Sở Nội vụ"), clock.now()
    for number, (hours, priority) in enumerate([(-2, 0), (-1, 3), (1, 0), (24 * 30, 0)]):
        Clock.objects.create(
            duty="send",
            agency=agency,
            reference=f"{number}/SNV",
            priority=priority,
            begun_at=now - timedelta(days=1),
            due_at=now + timedelta(hours=hours),
        )
    Draft.objects.create(author=person, agency=agency, page=new_id(), begun_at=now, saved_at=now)
    page = _text(browser.get("/"))
    assert _tasks(page) == [
        (2, "/deadlines/?state=overdue", "Documents past their deadline", "now"),
        (1, "/deadlines/?state=soon", "Documents due today or on the next working day", "soon"),
        (1, "/exchange/drafts/", "Drafts", ""),
    ]
    assert page.count("1 of these urgent") == 1
    assert "Everything is done" not in page
    soon = _text(browser.get("/deadlines/?state=soon"))
    assert "2/SNV" in soon
    assert "3/SNV" not in soon


def test_somebody_with_several_posts_is_told_of_the_others(visit: Visit) -> None:
    browser, _ = visit(("Sở Nội vụ", "clerk"), ("Sở Tài chính", "head"))
    page = _text(browser.get("/"))
    assert "Your other posts" in page
    assert "head – Sở Tài chính, Sở Tài chính</button>" in page
    alone, _ = visit(("Sở Nội vụ", "clerk"))
    assert "Your other posts" not in _text(alone.get("/"))


def test_head_is_not_offered_to_send(visit: Visit) -> None:
    browser, _ = visit(("Sở Nội vụ", "head"))
    assert "/exchange/send/" not in _text(browser.get("/"))


def test_operator_sees_the_axis_and_no_mailbox(visit: Visit) -> None:
    browser, _ = visit(("Sở Nội vụ", "operator"))
    page = _text(browser.get("/"))
    assert "Accepted packets per hour" in page
    assert "Newest in the inbox" not in page


def test_person_without_a_post_is_led_to_the_sign_in(visit: Visit) -> None:
    browser, _ = visit()
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize(("role", "statements"), QUERIES.items())
def test_home_asks_the_database_a_fixed_number_of_times(visit: Visit, role: str, statements: int) -> None:
    browser, _ = visit(("Sở Nội vụ", role))
    browser.get("/")
    with CaptureQueriesContext(connection) as captured:
        _text(browser.get("/"))
    assert len(captured) == statements, "\n".join(one["sql"][:200] for one in captured)
