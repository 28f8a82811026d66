"""Signing in as people do it: an app, a passkey of Chromium's virtual authenticator, sessions, in a real browser."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, Person
from hienluong.kit import clock

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PASSWORD = "đò ngang qua sông Bến Hải"
_numbers = itertools.count(1)


@pytest.fixture
def place(live: str) -> Iterator[str]:
    """The live server under a name that browsers allow passkeys at."""
    directory.forget()
    cache.clear()
    directory.load_reference_data(now=clock.now())
    yield live.replace("127.0.0.1", "localhost")
    directory.forget()


def _employ(*posts: tuple[str, str]) -> Person:
    setup = Actor.platform("specification")
    person = directory.create_person(
        actor=setup,
        full_name="Phan Đình Vận",
        username=f"traveller{next(_numbers)}",
        password=PASSWORD,
        now=clock.now(),
    )
    for code, role in posts:
        found = directory.agency_by_code(code)
        assert found is not None
        directory.assign_post(
            actor=setup, person=person, agency=found.agency, role=role, title="Chức vụ", now=clock.now()
        )
    return person


@pytest.fixture
def page(chromium: Browser, place: str) -> Iterator[Page]:
    """A page in which any error of a script or of the policy fails the specification."""
    context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": "hienluong_language", "value": "en", "url": place}])
    faults: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield opened
    context.close()
    assert faults == []


def _sign_in(page: Page, place: str, person: Person) -> None:
    assert person.user is not None
    page.goto(f"{place}/sign-in/")
    page.fill("[name=login]", person.user.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main form:not([data-passkey]) button[type=submit]")


def _authenticator(context: BrowserContext, page: Page) -> tuple[Any, str]:
    """Adds a virtual authenticator to the browser, as a laptop with a finger reader has one."""
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return devtools, str(made["authenticatorId"])


def test_operator_sets_up_an_app_and_signs_in_with_its_code(page: Page, place: str) -> None:
    operator = _employ(("H50.VP", "operator"))
    _sign_in(page, place, operator)
    assert page.url.startswith(f"{place}/account/second-factor/")
    page.click("text=Set up an app")
    assert page.locator(".qr img").evaluate("image => image.naturalWidth") > 0, "the picture is shown"
    secret = page.inner_text(".copyable code")
    page.fill("[name=code]", totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 - 1)))
    page.click("main button[type=submit]")
    assert page.locator(".codes code").count() == 10
    with page.expect_download() as download:
        page.click("text=Download as a file")
    kept = download.value.path().read_text().split()
    assert len(kept) == 10
    page.goto(f"{place}/exchange/monitor/")
    assert page.locator("h1").count() == 1

    page.click("details.frame-menu summary")
    page.click("text=Sign out")
    _sign_in(page, place, operator)
    assert page.url == f"{place}/sign-in/code/"
    page.fill("[name=code]", kept[0])
    page.click("main button[type=submit]")
    assert page.url == f"{place}/"


def test_passkey_is_added_is_the_second_step_and_signs_in_alone(page: Page, place: str) -> None:
    operator = _employ(("H50.VP", "operator"))
    devtools, authenticator = _authenticator(page.context, page)
    _sign_in(page, place, operator)
    page.click("text=Add a passkey")
    page.fill("[name=name]", "máy tính cơ quan")
    page.click("main form[data-passkey] button")
    page.wait_for_url(f"{place}/account/recovery-codes/")
    (stored,) = devtools.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
    assert stored["isResidentCredential"]
    assert stored["rpId"] == "localhost"
    page.goto(f"{place}/account/")
    assert page.locator("text=máy tính cơ quan").first.is_visible()

    # As the second step after the password
    page.click("details.frame-menu summary")
    page.click(".frame-panel >> text=Sign out")
    _sign_in(page, place, operator)
    page.wait_for_url(f"{place}/sign-in/code/")
    page.click("text=Use my passkey")
    page.wait_for_url(f"{place}/")

    # Alone, without user name and password
    page.click("details.frame-menu summary")
    page.click(".frame-panel >> text=Sign out")
    page.click("text=Sign in with a passkey")
    page.wait_for_url(f"{place}/")
    page.goto(f"{place}/exchange/monitor/")
    assert page.url == f"{place}/exchange/monitor/"

    # A finger that does not match
    page.click("details.frame-menu summary")
    page.click(".frame-panel >> text=Sign out")
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    page.click("text=Sign in with a passkey")
    expect(page.locator("[data-passkey-says]")).to_contain_text("No passkey was used")
    assert page.url == f"{place}/sign-in/"


def test_passkey_of_another_account_opens_nothing(page: Page, place: str) -> None:
    person, other = _employ(("H50.S01", "clerk")), _employ(("H50.S01", "clerk"))
    _authenticator(page.context, page)
    _sign_in(page, place, person)
    page.goto(f"{place}/account/passkeys/add/")
    page.click("main form[data-passkey] button")
    page.wait_for_url(f"{place}/account/recovery-codes/")
    Authenticator.objects.filter(user=person.user).update(user=other.user)

    page.click("details.frame-menu summary")
    page.click("text=Sign out")
    page.click("text=Sign in with a passkey")
    expect(page.locator("main")).to_contain_text("The code is wrong")
    assert page.url == f"{place}/sign-in/"


def test_browser_without_passkeys_is_told_so_and_offered_none(page: Page, place: str) -> None:
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto(f"{place}/sign-in/")
    expect(page.locator("[data-passkey-says]")).to_have_text(
        "This browser cannot use passkeys at this address."
    )
    expect(page.locator("form[data-passkey] button")).to_be_hidden()
    expect(page.locator("[name=password]")).to_be_visible()


def test_session_is_ended_from_another_browser_at_once(chromium: Browser, page: Page, place: str) -> None:
    person = _employ(("H50.S01", "clerk"))
    with chromium.new_context(locale="en-GB") as elsewhere:
        forgotten = elsewhere.new_page()
        _sign_in(forgotten, place, person)
        _sign_in(page, place, person)
        page.goto(f"{place}/account/")
        assert page.locator("text=this one").count() == 1
        page.click("text=End all other sessions")
        page.wait_for_url(f"{place}/account/")
        forgotten.goto(f"{place}/exchange/inbox/")
        assert forgotten.url.startswith(f"{place}/sign-in/")
    page.reload()
    assert page.url == f"{place}/account/"
