"""Signing on to another system with the account here, and signing in here with an account of elsewhere: real processes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from playwright.sync_api import Browser, Page

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, Person
from hienluong.identity import commands
from hienluong.kit import clock

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

RELYING_PARTY = Path(__file__).resolve().parents[1] / "identity" / "relying_party.py"
PASSWORD = "đò ngang qua sông Bến Hải"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def place(live: str, settings: Any) -> Iterator[str]:
    """The live server with its signing key, named as it names itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
    settings.IDP_OIDC_PRIVATE_KEYS = [{"pem": pem, "issued_at": "2026-01-01T00:00:00+00:00"}]
    settings.PUBLIC_URL = live
    directory.forget()
    cache.clear()
    directory.load_reference_data(now=clock.now())
    yield live
    directory.forget()


@pytest.fixture
def clerk(place: str) -> Person:
    setup, found = Actor.platform("specification"), directory.agency_by_code("H50.S01")
    assert found is not None
    person = directory.create_person(
        actor=setup, full_name="Lê An", username="lan", password=PASSWORD, now=clock.now()
    )
    directory.assign_post(
        actor=setup, person=person, agency=found.agency, role="clerk", title="Văn thư", now=clock.now()
    )
    return person


@pytest.fixture
def page(chromium: Browser, place: str) -> Iterator[Page]:
    context = chromium.new_context(locale="en-GB")
    context.add_cookies([{"name": "hienluong_language", "value": "en", "url": place}])
    yield context.new_page()
    context.close()


def _sign_in(page: Page) -> None:
    page.fill("[name=login]", "lan")
    page.fill("[name=password]", PASSWORD)
    page.click("main form:not([data-passkey]) button[type=submit]")


def test_person_signs_on_to_a_system_written_with_another_library(
    page: Page, place: str, clerk: Person
) -> None:
    found = directory.agency_by_code("H50.S01")
    assert found is not None
    back = f"http://127.0.0.1:{_free_port()}/back"
    _, client_id, secret = commands.register_sign_on_client(
        actor=Actor.platform("specification"), agency=found.agency, name="Phần mềm văn bản",
        redirect_uris=[back], now=clock.now(),
    )  # fmt: skip
    system = subprocess.Popen(
        [sys.executable, RELYING_PARTY, place, client_id, secret, back],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"},  # the specification has no certificate
    )
    assert system.stdout is not None
    try:
        page.route(f"{back}*", lambda route: route.fulfill(status=200, body="back at the system"))
        page.goto(system.stdout.readline().strip())
        _sign_in(page)
        assert page.locator("h1").inner_text() == "Sign on to Phần mềm văn bản"
        page.click("button[value=grant]")
        page.wait_for_url(f"{back}*")
        told, _ = system.communicate(page.url + "\n", timeout=60)
    finally:
        system.kill()
    assert system.returncode == 0
    known = json.loads(told)
    assert known["sub"] == str(clerk.pk)
    assert (known["name"], known["agency_code"], known["role"]) == ("Lê An", "H50.S01", "clerk")


@pytest.fixture
def elsewhere(place: str, settings: Any) -> Iterator[str]:
    """A provider of accounts that is not ours: `oidc-provider-mock`, in its own process."""
    port = _free_port()
    provider = subprocess.Popen(
        [
            sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true",
            "--user-claims", json.dumps({"sub": "vneid-0451", "preferred_username": "lan", "name": "Lê An"}),
            "--user-claims", json.dumps({"sub": "vneid-9999", "preferred_username": "nobody", "name": "Ai Đó"}),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                httpx.get(f"{address}/.well-known/openid-configuration", timeout=1).raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.2)
        settings.SIGN_IN_PROVIDERS = [
            {
                "id": "vneid",
                "name": "VNeID",
                "server_url": address,
                "client_id": "hienluong",
                "client_secret": "a-secret-of-ours",
                "claim": "preferred_username",
                "networks": ["127.0.0.1/32"],
            }
        ]
        yield address
    finally:
        provider.kill()
        provider.wait(timeout=10)


def test_person_signs_in_here_with_an_account_of_elsewhere(
    page: Page, place: str, clerk: Person, elsewhere: str
) -> None:
    page.goto(f"{place}/sign-in/")
    page.click("text=Sign in with VNeID")
    page.wait_for_url(f"{elsewhere}/**")
    page.fill("[name=sub]", "vneid-0451")
    page.click("button >> nth=0")
    page.wait_for_url(f"{place}/")
    page.goto(f"{place}/account/")
    assert page.locator("text=Lê An").first.is_visible()
    assert page.locator("text=vneid").first.is_visible()


def test_account_of_elsewhere_that_nobody_here_has_opens_nothing(
    page: Page, place: str, clerk: Person, elsewhere: str
) -> None:
    page.goto(f"{place}/sign-in/")
    page.click("text=Sign in with VNeID")
    page.wait_for_url(f"{elsewhere}/**")
    page.fill("[name=sub]", "vneid-9999")
    page.click("button >> nth=0")
    page.wait_for_url(f"{place}/sign-in/")
    assert "No account here belongs to that identity" in page.inner_text("main")
