"""Signing in and out, one-time sign-ins, and the post a session acts in."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from hienluong.directory import service as directory
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Person, Post, User
from hienluong.directory.service import Actor
from hienluong.identity import service as identity
from hienluong.identity.errors import SignInLinkSpent
from hienluong.identity.models import OneTimeSignIn
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry

pytestmark = pytest.mark.django_db
Employ = Callable[..., Person]
SignedIn = Callable[[Person], Browser]


def _account(person: Person) -> User:
    assert person.user is not None
    return person.user


def _sign_in(browser: Browser, username: str, password: str, **more: str) -> Any:
    return browser.post("/sign-in/", {"login": username, "password": password, **more})


def _entries(action: str) -> list[dict[str, Any]]:
    rows = QueuedEntry.objects.filter(action=action).order_by("queued_at", "id")
    return [json.loads(bytes(row.entry)) for row in rows]


def _is_signed_in(browser: Browser) -> bool:
    return "_auth_user_id" in browser.session


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def browser() -> Browser:
    return Browser(headers={"accept-language": "en"})


def test_the_right_password_signs_in_and_is_recorded(employ: Employ, browser: Browser, password: str) -> None:
    person = employ("Lê An", ("H50.S01", "clerk"), username="lan")

    answer = _sign_in(browser, "lan", password)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert _is_signed_in(browser)
    (entry,) = _entries("identity.sign_in")
    assert entry["actor"] == {"kind": "person", "id": str(person.pk), "name": "Lê An"}
    assert browser.cookies["hienluong_session"]["max-age"] == "", "office computers are shared"


def test_sign_in_leads_back_to_a_page_of_ours_only(employ: Employ, password: str) -> None:
    employ("Lê An", ("H50.S01", "clerk"), username="lan")

    assert _sign_in(Browser(), "lan", password, next="/exchange/")["Location"] == "/exchange/"
    assert _sign_in(Browser(), "lan", password, next="https://example.org/")["Location"] == "/"


def test_a_wrong_password_keeps_the_user_name_and_says_what_to_do(
    employ: Employ, browser: Browser, password: str
) -> None:
    person = employ("Lê An", username="lan")

    answer = _sign_in(browser, "lan", "not the password")

    page = answer.content.decode()
    assert not _is_signed_in(browser)
    assert 'value="lan"' in page
    assert "The user name or the password is wrong." in page
    assert "not the password" not in page
    (entry,) = _entries("identity.sign_in")
    assert (entry["outcome"], entry["subject"]) == ("refused", f"user:{_account(person).pk}")


def test_an_unknown_name_is_refused_alike_and_not_kept_as_it_may_be_a_password(
    browser: Browser, db: None
) -> None:
    answer = _sign_in(browser, "my secret typed in the wrong box", "x")

    assert "The user name or the password is wrong." in answer.content.decode()
    assert "my secret" not in json.dumps(_entries("identity.sign_in"))
    assert _entries("identity.sign_in")[0]["subject"] == "user:unknown"


def test_an_empty_form_names_each_field_and_links_to_it(browser: Browser, db: None) -> None:
    page = _sign_in(browser, "", "").content.decode()

    assert 'href="#id_login"' in page
    assert 'href="#id_password"' in page


def test_five_failures_lock_the_account_out_for_a_while_even_for_the_right_password(
    employ: Employ, browser: Browser, password: str
) -> None:
    employ("Lê An", username="lan")
    for _ in range(5):
        _sign_in(browser, "lan", "wrong")

    answers = [_sign_in(browser, "lan", password), _sign_in(browser, "lan", password)]

    assert all("too many failed attempts" in answer.content.decode() for answer in answers)
    assert not _is_signed_in(browser)
    reasons = [entry["details"]["reason"] for entry in _entries("identity.sign_in")]
    assert reasons == ["wrong user name or password"] * 5 + ["too many failures"], (
        "the lockout is recorded once"
    )


def test_an_address_that_keeps_trying_gets_a_page_that_says_so(
    browser: Browser, db: None, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip"}
    for _ in range(3):
        _sign_in(browser, "", "")

    answer = _sign_in(browser, "", "")

    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()


def test_a_closed_account_does_not_sign_in(employ: Employ, browser: Browser, password: str) -> None:
    user = _account(employ("Lê An", username="lan"))
    User.objects.filter(pk=user.pk).update(is_active=False)

    answer = browser.post("/sign-in/", {"login": "lan", "password": password}, follow=True)

    assert not _is_signed_in(browser)
    assert "This account is closed." in answer.content.decode()
    assert _entries("identity.sign_in")[0]["details"]["reason"] == "account closed"


def test_nobody_can_sign_up(browser: Browser, db: None) -> None:
    for address in ("/accounts/signup/", "/sign-up/", "/signup/"):
        assert browser.get(address).status_code == 404


def test_signing_out_is_a_post_and_recorded(employ: Employ, signed_in: SignedIn) -> None:
    browser = signed_in(employ("Lê An", ("H50.S01", "clerk")))

    assert browser.get("/sign-out/").status_code == 405
    answer = browser.post("/sign-out/")

    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert not _is_signed_in(browser)
    assert len(_entries("identity.sign_out")) == 1


def test_a_form_from_elsewhere_signs_nobody_out(employ: Employ) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(
        _account(employ("Lê An")), backend="allauth.account.auth_backends.AuthenticationBackend"
    )

    assert browser.post("/sign-out/").status_code == 403
    assert _is_signed_in(browser)


def test_a_one_time_sign_in_works_once(
    employ: Employ, platform: Actor, browser: Browser, django_user_model: type[User]
) -> None:
    user = _account(employ("Phan Vận", ("H50.VP", "operator")))
    token = identity.create_one_time_sign_in(actor=platform, user=user, now=clock.now())
    address = f"/sign-in/once/{token}/"

    looked = browser.get(address)
    assert looked.status_code == 200, "a link preview reads the page and must not burn it"
    assert not _is_signed_in(browser)

    assert browser.post(address)["Location"] == "/"
    assert _is_signed_in(browser)
    assert Browser().post(address).status_code == 401
    assert [entry["outcome"] for entry in _entries("identity.use_one_time_sign_in")] == ["done", "refused"]


def test_only_the_hash_of_a_one_time_sign_in_is_kept(employ: Employ, platform: Actor, now: datetime) -> None:
    user = _account(employ("Phan Vận"))
    token = identity.create_one_time_sign_in(actor=platform, user=user, now=now)

    row = OneTimeSignIn.objects.get()
    assert token not in row.token_hash
    assert not any(token.encode() in bytes(entry.entry) for entry in QueuedEntry.objects.all())


def test_a_one_time_sign_in_ends_with_its_minutes(employ: Employ, platform: Actor, now: datetime) -> None:
    user = _account(employ("Phan Vận"))
    token = identity.create_one_time_sign_in(actor=platform, user=user, now=now, minutes=15)

    with pytest.raises(SignInLinkSpent):
        identity.use_one_time_sign_in(token=token, now=now + timedelta(minutes=15))
    assert identity.use_one_time_sign_in(token=token, now=now + timedelta(minutes=14, seconds=59)) == user


def test_a_new_one_time_sign_in_ends_the_former(employ: Employ, platform: Actor, now: datetime) -> None:
    user = _account(employ("Phan Vận"))
    former = identity.create_one_time_sign_in(actor=platform, user=user, now=now)
    identity.create_one_time_sign_in(actor=platform, user=user, now=now)

    with pytest.raises(SignInLinkSpent):
        identity.use_one_time_sign_in(token=former, now=now)


@pytest.mark.django_db(transaction=True)
def test_of_many_uses_at_once_one_signs_in(employ: Employ, platform: Actor, now: datetime) -> None:
    user = _account(employ("Phan Vận"))
    token = identity.create_one_time_sign_in(actor=platform, user=user, now=now)

    def use(_: int) -> bool:
        try:
            identity.use_one_time_sign_in(token=token, now=now)
        except SignInLinkSpent:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(max_workers=4) as pool:
        outcomes = list(pool.map(use, range(8)))

    assert outcomes.count(True) == 1


def test_what_is_out_of_date_is_swept(
    employ: Employ, platform: Actor, signed_in: SignedIn, now: datetime
) -> None:
    person = employ("Phan Vận")
    signed_in(person)
    identity.create_one_time_sign_in(actor=platform, user=_account(person), now=now)

    assert identity.sweep_expired(now=now) == 0
    assert identity.sweep_expired(now=clock.now() + timedelta(days=30)) == 2
    assert not OneTimeSignIn.objects.exists()


@pytest.mark.parametrize("token", ["x", "ờ", "a" * 3000])
def test_a_guessed_one_time_sign_in_is_refused(token: str, browser: Browser, db: None) -> None:
    assert browser.post(f"/sign-in/once/{token}/").status_code == 401


def test_a_closed_account_has_no_one_time_sign_in(employ: Employ, platform: Actor, now: datetime) -> None:
    user = _account(employ("Phan Vận"))
    token = identity.create_one_time_sign_in(actor=platform, user=user, now=now)
    User.objects.filter(pk=user.pk).update(is_active=False)

    with pytest.raises(SignInLinkSpent):
        identity.use_one_time_sign_in(token=token, now=now)


@pytest.mark.parametrize("role", [role.value for role in Post.Role if role != Post.Role.ADMINISTRATOR])
def test_only_an_administrator_hands_out_sign_ins(
    role: str, acting: Callable[..., Actor], employ: Employ, now: datetime
) -> None:
    user = _account(employ("Phan Vận"))

    with pytest.raises(PermissionMissing):
        identity.create_one_time_sign_in(actor=acting("H50.S01", role), user=user, now=now)


def test_the_pages_of_posts_are_for_those_signed_in(browser: Browser, db: None) -> None:
    for method in (browser.get, browser.post):
        answer = method("/acting-for/")
        assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/acting-for/")


def test_a_session_acts_in_the_first_post_until_another_is_chosen(
    employ: Employ, signed_in: SignedIn
) -> None:
    person = employ("Đặng Thu Ý", ("H50.S01", "deputy"), ("H50.C18880", "clerk"))
    first, other = directory.posts_of(_account(person))
    browser = signed_in(person)

    assert browser.get("/acting-for/").wsgi_request.actor.post_id == first.pk  # type: ignore[attr-defined]  # Django's test client types its session and answers loosely
    answer = browser.post("/acting-for/", {"post": str(other.pk), "next": "/acting-for/"})
    assert (answer.status_code, answer["Location"]) == (302, "/acting-for/")
    page = browser.get("/acting-for/")

    assert page.wsgi_request.actor == directory.actor_of(other)  # type: ignore[attr-defined]  # Django's test client types its session and answers loosely
    assert "Ủy ban nhân dân phường Đồng Hới" in page.content.decode()
    assert _entries("directory.switch_post")[0]["details"]["to"] == other.pk


@pytest.mark.parametrize("post", ["", "x", "999999", "-1", "9" * 40])
def test_a_post_one_does_not_hold_is_not_acted_in(post: str, employ: Employ, signed_in: SignedIn) -> None:
    person = employ("Lê An", ("H50.S01", "clerk"))
    browser = signed_in(person)

    answer = browser.post("/acting-for/", {"post": post})

    assert answer.status_code == 404
    assert browser.get("/acting-for/").wsgi_request.actor.role == "clerk"  # type: ignore[attr-defined]  # Django's test client types its session and answers loosely


def test_a_post_that_ends_gives_way_to_the_next_and_then_to_none(
    employ: Employ, signed_in: SignedIn, platform: Actor, now: datetime
) -> None:
    person = employ("Đặng Thu Ý", ("H50.S01", "deputy"), ("H50.C18880", "clerk"))
    first, other = directory.posts_of(_account(person))
    browser = signed_in(person)
    browser.get("/acting-for/")

    directory.end_post(actor=platform, post=first, now=now)
    assert browser.get("/acting-for/").wsgi_request.actor.post_id == other.pk  # type: ignore[attr-defined]  # Django's test client types its session and answers loosely
    directory.end_post(actor=platform, post=other, now=now)
    page = browser.get("/acting-for/", headers={"accept-language": "en"})

    assert page.wsgi_request.actor is None  # type: ignore[attr-defined]  # Django's test client types its session and answers loosely
    assert "You hold no post today" in page.content.decode()


def test_a_stranger_costs_no_query(
    browser: Browser, django_assert_num_queries: DjangoAssertNumQueries, db: None
) -> None:
    with django_assert_num_queries(0):
        page = browser.get("/sign-in/")

    assert page.status_code == 200
    assert page.wsgi_request.actor is None  # type: ignore[attr-defined]  # Django's test client types its session and answers loosely


def test_the_sign_in_page_has_no_inline_code(browser: Browser, db: None) -> None:
    answer = browser.get("/sign-in/")
    page = answer.content.decode()

    assert " style=" not in page
    assert " onclick=" not in page
    assert "<script>" not in page
    assert answer["Cache-Control"]
