"""Sessions of people: seen, told apart, and ended at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client as Browser

from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Person, Post
from hienluong.directory.service import Actor
from hienluong.identity import queries
from hienluong.identity import service as identity
from hienluong.identity.models import SignInSession

pytestmark = pytest.mark.django_db
LOOK = 4
"""Statements that a new look costs: its mark and its entry, together or not at all; one that goes on costs three."""
Employ = Callable[..., Person]


@pytest.mark.parametrize("role", [role.value for role in Post.Role if role != Post.Role.ADMINISTRATOR])
def test_sessions_of_others_are_ended_by_administrators_only(
    role: str, acting: Callable[..., Actor], employ: Employ, now: datetime
) -> None:
    person = employ("Phan Vận")
    with pytest.raises(PermissionMissing):
        identity.end_sessions(actor=acting("H50.S01", role), user=person.user, now=now)  # type: ignore[arg-type]  # employed with an account


def test_ending_all_sessions_of_an_account_deletes_them_and_no_other(
    employ: Employ, acting: Callable[..., Actor], signed_in: Any, now: datetime
) -> None:
    victim, other = employ("Phan Vận", ("H50.VP", "clerk")), employ("Lê An", ("H50.VP", "clerk"))
    browsers = [signed_in(victim), signed_in(victim), signed_in(other)]
    for browser in browsers:
        assert browser.get("/acting-for/").status_code == 200
    assert SignInSession.objects.filter(user=victim.user).count() == 2

    assert victim.user is not None
    ended = identity.end_sessions(actor=acting("H50", "administrator"), user=victim.user, now=now)

    assert ended == 2
    assert [browser.get("/acting-for/").status_code for browser in browsers] == [302, 302, 200]
    assert Session.objects.count() == 1


@pytest.fixture
def enter(password: str) -> Callable[..., Browser]:
    """Signs a person in by the password, with a browser that says what it is."""

    def sign_in(person: Person, device: str = "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0") -> Browser:
        assert person.user is not None
        browser = Browser(headers={"user-agent": device, "accept-language": "en"})
        browser.post("/sign-in/", {"login": person.user.username, "password": password})
        return browser

    return sign_in


def test_person_sees_where_they_are_signed_in_and_ends_the_others(employ: Employ, enter: Any) -> None:
    person = employ("Lê An", ("H50.S01", "clerk"))
    here, phone = enter(person), enter(person, "Mozilla/5.0 (iPhone) Safari/605")

    page = here.get("/account/").content.decode()
    assert "Firefox, Windows" in page
    assert "Safari, iPhone" in page
    assert page.count("this one") == 1
    elsewhere = SignInSession.objects.get(device__contains="iPhone")
    assert here.post(f"/account/sessions/{elsewhere.pk}/end/")["Location"] == "/account/"
    assert phone.get("/account/")["Location"].startswith("/sign-in/")
    assert here.get("/account/").status_code == 200


def test_ending_this_session_signs_out(employ: Employ, enter: Any) -> None:
    browser = enter(employ("Lê An", ("H50.S01", "clerk")))
    assert browser.post(f"/account/sessions/{SignInSession.objects.get().pk}/end/")["Location"] == "/sign-in/"
    assert browser.get("/account/")["Location"].startswith("/sign-in/")


def test_session_of_somebody_else_is_not_ended_from_ones_own_account(employ: Employ, enter: Any) -> None:
    mine, other = enter(employ("Lê An", ("H50.S01", "clerk"))), employ("Hồ Ăm", ("H50.S01", "clerk"))
    enter(other)
    theirs = SignInSession.objects.get(user=other.user)
    assert mine.post(f"/account/sessions/{theirs.pk}/end/").status_code == 404
    assert SignInSession.objects.filter(pk=theirs.pk).exists()


def test_session_is_noted_once_and_costs_no_write_on_every_page(
    employ: Employ, enter: Any, django_assert_max_num_queries: Any
) -> None:
    browser = enter(employ("Lê An", ("H50.S01", "clerk")))
    browser.get("/acting-for/")
    with django_assert_max_num_queries(5) as asked:
        browser.get("/acting-for/")
    assert not [query for query in asked.captured_queries if query["sql"].startswith(("INSERT", "UPDATE"))]
    assert SignInSession.objects.count() == 1


def test_signing_in_again_leaves_one_row(employ: Employ, enter: Any, password: str) -> None:
    person = employ("Lê An", ("H50.S01", "clerk"))
    browser = enter(person)
    browser.post("/sign-out/")
    assert person.user is not None
    browser.post("/sign-in/", {"login": person.user.username, "password": password})
    assert SignInSession.objects.count() == 1


def test_session_that_has_run_out_is_not_shown(
    employ: Employ, enter: Any, acting: Any, now: datetime
) -> None:
    person = employ("Lê An", ("H50.S01", "clerk"))
    enter(person)
    Session.objects.update(expire_date=now)
    assert person.user is not None
    assert queries.own_account(person.user).sessions == []
    detail = queries.account(acting("H50", "administrator"), person.user.pk, now=now)
    assert detail is not None
    assert detail.sessions == []


def test_list_of_accounts_costs_the_same_for_one_and_for_many(
    employ: Employ, acting: Any, now: datetime, django_assert_num_queries: Any
) -> None:
    actor = acting("H50", "administrator")
    with django_assert_num_queries(2):  # one's own account is nobody's look
        assert len(queries.accounts(actor, now=now).items) == 1
    for number in range(31):
        employ(f"Nguyễn Văn {number}")
    with django_assert_num_queries(2 + LOOK):
        first = queries.accounts(actor, now=now)
    rest = queries.accounts(actor, now=now, after=first.next or "")
    assert (len(first.items), len(rest.items), rest.next) == (30, 2, None)
    assert not {row.user.pk for row in first.items} & {row.user.pk for row in rest.items}
    assert {
        row.person.full_name[:6] for row in queries.accounts(actor, now=now, search="nguyen van").items
    } == {"Nguyễn"}
    assert queries.accounts(actor, now=now, search="nobody of this name").items == []


@pytest.mark.parametrize(
    "page",
    [
        "/accounts/",
        "/accounts/1/",
        "/accounts/1/second-factor/",
        "/sign-on/clients/",
        "/sign-on/clients/new/",
    ],
)
@pytest.mark.parametrize("role", [role.value for role in Post.Role if role != Post.Role.ADMINISTRATOR])
def test_pages_of_administrators_are_closed_to_others(
    page: str, role: str, employ: Employ, signed_in: Any
) -> None:
    assert signed_in(employ("Lê An", ("H50.S01", role))).get(page).status_code == 403


def test_administrator_takes_a_lost_factor_away_and_ends_sessions_on_the_pages(
    employ: Employ, enter: Any, signed_in: Any
) -> None:
    person = employ("Phan Vận", ("H50.S01", "clerk"))
    browser = enter(person)
    assert person.user is not None
    Authenticator.objects.create(user=person.user, type="totp", data={})
    administrator = signed_in(employ("Võ Quỳnh", ("H50", "administrator")))
    place = f"/accounts/{person.user.pk}"

    assert f"{place}/second-factor/" in administrator.get(f"{place}/").content.decode()
    assert administrator.get(f"{place}/second-factor/").status_code == 200
    assert administrator.post(f"{place}/reset-second-factor/").status_code == 302
    assert not Authenticator.objects.exists()
    assert browser.get("/account/")["Location"].startswith("/sign-in/")
    again = enter(person)
    assert administrator.post(f"{place}/end-sessions/").status_code == 302
    assert again.get("/account/")["Location"].startswith("/sign-in/")
