"""What a person was told: a count in the header, a list, and a way to say "read"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hienluong.directory.models import Person
from hienluong.kit import clock
from hienluong.notices import service as notices
from hienluong.notices.service import Reader

pytestmark = pytest.mark.django_db

Visit = Callable[..., tuple[Client, Person]]

QUERIES = 6


@pytest.fixture(autouse=True)
def _text_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(notices._TEXTS, "portal-specification.happened", "Something happened to {what}.")


def _tell(person: Person, *things: str) -> None:
    for thing in things:
        notices.tell(
            readers=[Reader(person.pk)],
            code="portal-specification.happened",
            values={"what": thing},
            link=f"/exchange/inbox/?about={thing}",
            now=clock.now(),
        )


def _text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def test_header_counts_what_is_unread(visit: Visit) -> None:
    browser, person = visit(("Sở Nội vụ", "clerk"))
    assert "frame-count" not in _text(browser.get("/"))
    _tell(person, "one", "two")
    assert '<span class="frame-count">2<' in _text(browser.get("/"))


def test_notices_are_listed_newest_first_and_lead_to_what_they_are_about(visit: Visit) -> None:
    browser, person = visit(("Sở Nội vụ", "clerk"))
    _tell(person, "first", "second")
    page = _text(browser.get("/notices/"))
    assert page.index("happened to second") < page.index("happened to first")
    first = notices.of_reader(person.pk)[-1]
    assert f'href="/notices/{first.pk}/"' in page
    assert browser.get(f"/notices/{first.pk}/").headers["Location"] == "/exchange/inbox/?about=first"


def test_notice_is_read_by_opening_what_it_is_about(visit: Visit) -> None:
    browser, person = visit(("Sở Nội vụ", "clerk"))
    _tell(person, "one", "two")
    newest = notices.of_reader(person.pk)[0]
    for _again in range(2):
        browser.get(f"/notices/{newest.pk}/")
        assert notices.unread_count(person.pk) == 1


def test_notice_of_somebody_else_is_neither_opened_nor_read(visit: Visit) -> None:
    browser, _ = visit(("Sở Nội vụ", "clerk"))
    _, other = visit(("Sở Nội vụ", "clerk"))
    _tell(other, "something private")
    theirs = notices.of_reader(other.pk)[0]
    assert browser.get(f"/notices/{theirs.pk}/").status_code == 404
    assert browser.post("/notices/", {"notice": theirs.pk}).status_code == 404
    assert notices.unread_count(other.pk) == 1


def test_one_is_marked_as_read_and_leaves_the_list_of_unread_ones(visit: Visit) -> None:
    browser, person = visit(("Sở Nội vụ", "clerk"))
    _tell(person, "one", "two")
    newest = notices.of_reader(person.pk)[0]
    page = _text(browser.post("/notices/?show=unread", {"notice": newest.pk}, follow=True))
    assert "happened to one" in page
    assert "happened to two" not in page
    assert "Unread (1)" in page
    page = _text(browser.get("/notices/"))
    assert "happened to two" in page
    assert page.count('name="notice"') == 1


def test_what_came_after_the_page_was_shown_stays_unread(visit: Visit) -> None:
    browser, person = visit(("Sở Nội vụ", "clerk"))
    _tell(person, "one")
    newest = notices.of_reader(person.pk)[0]
    assert f'name="newest" value="{newest.pk}"' in _text(browser.get("/notices/"))
    _tell(person, "two")
    browser.post("/notices/", {"newest": newest.pk})
    assert [row.values["what"] for row in notices.of_reader(person.pk, only_unread=True)] == ["two"]


def test_list_says_when_everything_is_read_and_leads_to_how_one_is_reminded(visit: Visit) -> None:
    browser, _ = visit(("Sở Nội vụ", "clerk"))
    page = _text(browser.get("/notices/?show=unread"))
    assert "Everything is read" in page
    assert 'href="/account/reminders/"' in page


def test_notices_of_others_are_not_shown(visit: Visit) -> None:
    browser, _ = visit(("Sở Nội vụ", "clerk"))
    _, other = visit(("Sở Nội vụ", "clerk"))
    _tell(other, "something private")
    page = _text(browser.get("/notices/"))
    assert "something private" not in page
    assert "No notices" in page


def test_all_are_marked_as_read_by_one_button(visit: Visit) -> None:
    browser, person = visit(("Sở Nội vụ", "clerk"))
    _tell(person, "one", "two")
    page = _text(browser.post("/notices/", follow=True))
    assert "Marked as read: 2." in page
    assert "frame-count" not in page


def test_stranger_is_led_to_the_sign_in() -> None:
    assert Client().get("/notices/").headers["Location"] == "/sign-in/?next=/notices/"


def test_long_list_is_paged_by_cursor_with_a_fixed_number_of_queries(visit: Visit) -> None:
    browser, person = visit(("Sở Nội vụ", "clerk"))
    _tell(person, *(f"thing-{number:02}" for number in range(31)))
    page = _text(browser.get("/notices/"))
    assert "thing-00" not in page
    oldest = notices.of_reader(person.pk, limit=30)[-1].pk
    assert f'href="/notices/?before={oldest}"' in page
    with CaptureQueriesContext(connection) as captured:
        assert "thing-00" in _text(browser.get("/notices/", {"before": oldest}))
    assert len(captured) == QUERIES
