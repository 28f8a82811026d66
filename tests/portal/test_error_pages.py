"""When something goes wrong: what happened, what was kept, what to do, and a number to name."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from hienluong.directory.models import Person
from hienluong.kit.errors import FieldError, Forbidden, InvalidInput, NotAuthenticated
from hienluong.portal import pages

Visit = Callable[..., tuple[Client, Person]]

REFERENCE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")


def _visitor() -> Client:
    return Client(headers={"accept-language": "en"}, raise_request_exception=False)


def _request() -> Any:
    request: Any = RequestFactory().post("/somewhere/")
    request.actor = None
    request.acting_posts = ()
    return request


def test_unknown_address_says_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    answer = _visitor().get("/nowhere/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "Page not found" in page
    assert "start again from the home page" in page
    found = REFERENCE.search(page)
    assert found
    assert found[0] in caplog.text


def test_error_of_the_house_shows_detail_kept_and_what_to_do() -> None:
    error = Forbidden(
        detail="You may not open {what}.", kept="The {what} is unchanged.", todo="Ask.", what="<door>"
    )
    page = pages.error_page(_request(), error).content.decode()
    for shown in ("Not allowed", "You may not open &lt;door&gt;.", "The &lt;door&gt; is unchanged.", "Ask."):
        assert shown in page


def test_error_about_input_names_every_field() -> None:
    error = InvalidInput([FieldError("/number", "At most {limit} characters.", {"limit": 11})])
    answer = pages.error_page(_request(), error)
    assert answer.status_code == 422
    assert "At most 11 characters." in answer.content.decode()


def test_error_is_told_in_the_readers_language() -> None:
    with translation.override("vi"):
        page = pages.error_page(_request(), Forbidden()).content.decode()
    assert "Không được phép" in page


@pytest.mark.django_db
def test_page_that_needs_a_sign_in_leads_there_and_back() -> None:
    answer = _visitor().get("/exchange/inbox/?q=a&show=new")
    assert answer.headers["Location"] == "/sign-in/?next=/exchange/inbox/%3Fq%3Da%26show%3Dnew"


@pytest.mark.django_db
def test_form_sent_without_a_session_is_not_silently_dropped() -> None:
    error = pages.error_page(_request(), NotAuthenticated())
    assert error.status_code == 401
    assert "/sign-in/?next=/somewhere/" in error.content.decode()


@pytest.mark.django_db
def test_expired_form_says_that_nothing_was_sent(visit: Visit) -> None:
    _, person = visit(("Sở Nội vụ", "clerk"))
    assert person.user is not None
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    strict.force_login(person.user)
    answer = strict.post("/notices/")
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "The form has expired" in page
    assert "Nothing was changed and nothing was sent." in page


@pytest.mark.parametrize(
    ("view", "status"), [(pages.bad_request, 400), (pages.forbidden, 403), (pages.not_found, 404)]
)
def test_each_error_has_its_status_and_a_reference(view: Callable[..., Any], status: int) -> None:
    answer = view(_request())
    assert answer.status_code == status
    assert REFERENCE.search(answer.content.decode())


@pytest.mark.django_db
def test_fault_of_ours_is_shown_without_the_database(caplog: pytest.LogCaptureFixture) -> None:
    with CaptureQueriesContext(connection) as captured:
        answer = pages.server_error(RequestFactory().get("/somewhere/"))
    page = answer.content.decode()
    assert answer.status_code == 500
    assert len(captured) == 0
    found = REFERENCE.search(page)
    assert found
    assert found[0] in caplog.text
    assert "done completely or not at all" in page


@pytest.mark.django_db
def test_unexpected_exception_ends_on_that_page(monkeypatch: pytest.MonkeyPatch, visit: Visit) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("specification")

    monkeypatch.setattr("hienluong.portal.home.mailbox.waiting", fail)
    browser, _ = visit(("Sở Nội vụ", "clerk"))
    browser.raise_request_exception = False
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "A fault of the system" in answer.content.decode()
    assert "specification" not in answer.content.decode()
