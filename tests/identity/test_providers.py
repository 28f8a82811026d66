"""Signing in with an account of elsewhere: what is believed, who is let in, what is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client as Browser
from django.utils import translation
from tests.identity.hostile_provider import CLIENT_ID, CLIENT_SECRET, Provider, serve

from hienluong.directory.models import Person, User
from hienluong.ledger.models import QueuedEntry

pytestmark = pytest.mark.django_db
Employ = Callable[..., Person]


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    """A provider that the installation trusts, matched by user name."""
    told = Provider()
    server = serve(told)
    settings.SIGN_IN_PROVIDERS = [
        {
            "id": "tinh",
            "name": "Tài khoản tỉnh",
            "server_url": told.address,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "claim": "preferred_username",
            "networks": ["127.0.0.1/32"],
        }
    ]
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def browser() -> Browser:
    return Browser(headers={"accept-language": "en"})


@pytest.fixture
def clerk(employ: Employ) -> Person:
    return employ("Lê An", ("H50.S01", "clerk"), username="lan", email="lan@example.org")


def _lead(browser: Browser, provider: Provider, page: str = "/sign-in/with/tinh/") -> dict[str, str]:
    """Follows the link to the provider and returns what it is asked; the provider learns challenge and nonce."""
    answer = browser.get(page)
    assert answer.status_code == 302, answer.content
    assert answer["Location"].startswith(f"{provider.address}/authorize?"), answer["Location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}
    provider.challenge = asked["code_challenge"]
    provider.claims.setdefault("nonce", asked["nonce"])
    provider.claims.setdefault("preferred_username", "lan")
    return asked


def _return(browser: Browser, asked: dict[str, str], **more: str) -> Any:
    return browser.get("/sign-in/with/tinh/callback/", {"code": "c", "state": asked["state"], **more})


def _signed_in_as(browser: Browser) -> int | None:
    found = browser.session.get("_auth_user_id")
    return int(found) if found else None


def _reasons() -> list[str]:
    rows = QueuedEntry.objects.filter(action="identity.sign_in_with")
    return [json.loads(bytes(row.entry))["details"]["reason"] for row in rows]


def test_person_named_by_the_configured_claim_signs_in_and_is_linked_from_then_on(
    clerk: Person, provider: Provider, browser: Browser
) -> None:
    asked = _lead(browser, provider)
    assert asked["redirect_uri"] == "http://testserver/sign-in/with/tinh/callback/"
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert set(asked["scope"].split()) == {"openid", "profile"}

    assert _return(browser, asked)["Location"] == "/"

    assert _signed_in_as(browser) == clerk.user_id
    linked = SocialAccount.objects.get()
    assert (linked.uid, linked.provider, linked.extra_data) == ("4711", "tinh", {}), (
        "claims are used and not kept"
    )
    assert QueuedEntry.objects.filter(action="identity.link_identity").count() == 1
    assert provider.asked[0]["client_secret"] == [CLIENT_SECRET]
    provider.claims = {"preferred_username": "somebody-else"}
    later = Browser()
    _return(later, _lead(later, provider))
    assert _signed_in_as(later) == clerk.user_id, "from now on the subject counts, not the name"


def test_nobody_gets_an_account_this_way(provider: Provider, browser: Browser) -> None:
    answer = _return(browser, _lead(browser, provider))
    assert answer["Location"] == "/sign-in/"
    assert (User.objects.count(), SocialAccount.objects.count()) == (0, 0)
    assert "No account here belongs to that identity" in browser.get("/sign-in/").content.decode()
    assert _reasons() == ["no account here"]


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"iss": "https://evil.example.org"}},
        {"claims": {"aud": "another-client"}},
        {"claims": {"aud": [CLIENT_ID, "another"], "azp": "another"}},
        {"claims": {"exp": int(time.time()) - 3600}},
        {"claims": {"iat": int(time.time()) + 3600}},
        {"claims": {"exp": None}},
        {"claims": {"sub": None}},
        {"claims": {"nonce": "of another sign-in"}},
        {"claims": {"nonce": None}},
        {"key": "other"},
        {"key": "none"},
        {"key": "secret"},
        {"header": {"kid": "unknown"}},
        {"userinfo": {"sub": "somebody else"}},
        {"userinfo": {}},
        {"token_status": 400},
        {"token_status": 302},
        {"token_status": 500},
    ],
)
def test_lie_of_the_provider_opens_nothing(
    lie: dict[str, Any], clerk: Person, provider: Provider, browser: Browser
) -> None:
    asked = _lead(browser, provider)
    for name, value in lie.items():
        setattr(
            provider, name, {**getattr(provider, name), **value} if name in {"claims", "header"} else value
        )

    answer = _return(browser, asked)

    assert answer["Location"] == "/sign-in/"
    assert _signed_in_as(browser) is None
    assert not SocialAccount.objects.exists()
    assert len(_reasons()) == 1


@pytest.mark.parametrize("discovery", [{"issuer": "https://evil.example.org"}, {"issuer": ""}])
def test_discovery_of_another_issuer_is_not_followed(
    discovery: dict[str, str], provider: Provider, browser: Browser
) -> None:
    provider.discovery = discovery
    assert browser.get("/sign-in/with/tinh/")["Location"] == "/sign-in/"
    assert "another issuer" in _reasons()[0]


def test_address_that_the_operator_did_not_allow_is_not_called(
    provider: Provider, browser: Browser, settings: Any
) -> None:
    settings.SIGN_IN_PROVIDERS = [{**settings.SIGN_IN_PROVIDERS[0], "networks": []}]
    assert browser.get("/sign-in/with/tinh/")["Location"] == "/sign-in/"
    assert "not a public address" in _reasons()[0]


def test_keys_elsewhere_in_the_network_are_not_fetched(
    clerk: Person, provider: Provider, browser: Browser
) -> None:
    provider.discovery = {"jwks_uri": "http://10.0.0.1/keys"}
    _return(browser, _lead(browser, provider))
    assert _signed_in_as(browser) is None


@pytest.mark.parametrize("state", ["", "made-up"])
def test_answer_to_a_question_that_was_not_asked_here_is_refused(
    state: str, clerk: Person, provider: Provider, browser: Browser
) -> None:
    asked = _lead(browser, provider)
    stranger = Browser()
    assert (
        stranger.get("/sign-in/with/tinh/callback/", {"code": "c", "state": asked["state"]}).status_code
        == 302
    )
    assert _signed_in_as(stranger) is None
    _return(browser, asked, state=state)
    assert _signed_in_as(browser) is None
    assert provider.asked == [], "the code is not even exchanged"


def test_answer_is_taken_once(clerk: Person, provider: Provider, browser: Browser) -> None:
    asked = _lead(browser, provider)
    _return(browser, asked)
    browser.post("/sign-out/")
    _return(browser, asked)
    assert _signed_in_as(browser) is None


def test_person_who_cancels_there_is_told_and_nothing_changed(provider: Provider, browser: Browser) -> None:
    asked = _lead(browser, provider)
    answer = browser.get("/sign-in/with/tinh/callback/", {"error": "access_denied", "state": asked["state"]})
    assert answer["Location"] == "/sign-in/"


def test_session_gets_a_new_key_and_leads_on_to_a_page_of_ours_only(
    clerk: Person, provider: Provider, browser: Browser
) -> None:
    asked = _lead(browser, provider, "/sign-in/with/tinh/?next=/exchange/inbox/")
    before = browser.session.session_key
    assert _return(browser, asked)["Location"] == "/exchange/inbox/"
    assert browser.session.session_key != before
    other, provider.claims = Browser(), {}
    assert (
        _return(other, _lead(other, provider, "/sign-in/with/tinh/?next=https://evil.example.org/"))[
            "Location"
        ]
        == "/"
    )


def test_closed_account_is_not_opened(clerk: Person, provider: Provider, browser: Browser) -> None:
    User.objects.filter(pk=clerk.user_id).update(is_active=False)
    _return(browser, _lead(browser, provider))
    assert _signed_in_as(browser) is None


def test_protected_post_asks_for_the_second_factor_all_the_same(
    employ: Employ, provider: Provider, browser: Browser
) -> None:
    employ("Lê An", ("H50.VP", "operator"), username="lan")
    _return(browser, _lead(browser, provider))
    assert browser.get("/")["Location"].startswith("/account/second-factor/")


@pytest.mark.parametrize(
    ("verified", "opens"), [(True, True), (False, False), ("true", False), (None, False)]
)
def test_mail_address_names_a_person_only_when_it_is_verified(
    verified: object, opens: bool, clerk: Person, provider: Provider, browser: Browser, settings: Any
) -> None:
    settings.SIGN_IN_PROVIDERS = [{**settings.SIGN_IN_PROVIDERS[0], "claim": "email", "matches": "email"}]
    provider.claims |= {"email": "LAN@example.org", "email_verified": verified}
    _return(browser, _lead(browser, provider))
    assert (_signed_in_as(browser) is not None) is opens


def test_mail_address_of_two_people_names_neither(
    clerk: Person, employ: Employ, provider: Provider, browser: Browser, settings: Any
) -> None:
    employ("Hồ Ăm", email="lan@example.org")
    settings.SIGN_IN_PROVIDERS = [{**settings.SIGN_IN_PROVIDERS[0], "claim": "email", "matches": "email"}]
    provider.claims |= {"email": "lan@example.org", "email_verified": True}
    _return(browser, _lead(browser, provider))
    assert _signed_in_as(browser) is None


def test_without_a_claim_only_accounts_linked_beforehand_sign_in(
    clerk: Person, provider: Provider, browser: Browser, settings: Any, password: str
) -> None:
    settings.SIGN_IN_PROVIDERS = [{**settings.SIGN_IN_PROVIDERS[0], "claim": ""}]
    _return(browser, _lead(browser, provider))
    assert _signed_in_as(browser) is None

    browser.post("/sign-in/", {"login": "lan", "password": password})
    provider.claims = {}
    assert (
        _return(browser, _lead(browser, provider, "/account/identities/link/tinh/"))["Location"]
        == "/account/"
    )
    assert SocialAccount.objects.get().user_id == clerk.user_id

    provider.claims = {}
    later = Browser()
    _return(later, _lead(later, provider))
    assert _signed_in_as(later) == clerk.user_id
    assert (
        browser.post(f"/account/identities/{SocialAccount.objects.get().pk}/unlink/")["Location"]
        == "/account/"
    )
    assert not SocialAccount.objects.exists()


def test_identity_of_somebody_else_here_is_not_linked_and_not_unlinked(
    clerk: Person, employ: Employ, provider: Provider, browser: Browser, password: str
) -> None:
    other = employ("Hồ Ăm", ("H50.S01", "clerk"), username="ham")
    linked = SocialAccount.objects.create(user=other.user, provider="tinh", uid="4711")
    browser.post("/sign-in/", {"login": "lan", "password": password})

    _return(browser, _lead(browser, provider, "/account/identities/link/tinh/"))
    assert SocialAccount.objects.get().user_id == other.user_id
    assert browser.post(f"/account/identities/{linked.pk}/unlink/").status_code == 404
    assert SocialAccount.objects.exists()


def test_provider_that_is_not_configured_is_not_found(browser: Browser, provider: Provider) -> None:
    assert browser.get("/sign-in/with/other/").status_code == 404
    assert browser.get("/sign-in/with/other/callback/").status_code == 404


def test_provider_that_does_not_answer_is_said_so(browser: Browser, settings: Any) -> None:
    settings.SIGN_IN_PROVIDERS = [
        {
            "id": "tinh", "name": "Tỉnh", "server_url": "http://127.0.0.1:9", "client_id": "a", "client_secret": "b",
            "networks": ["127.0.0.1/32"],
        }
    ]  # fmt: skip
    assert browser.get("/sign-in/with/tinh/")["Location"] == "/sign-in/"
    assert "not possible at the moment" in browser.get("/sign-in/").content.decode()


def test_entry_that_cannot_be_read_closes_the_door_to_nobody(
    clerk: Person, provider: Provider, browser: Browser, settings: Any
) -> None:
    settings.SIGN_IN_PROVIDERS = [{"id": "broken"}, "nonsense", *settings.SIGN_IN_PROVIDERS]
    assert "Tài khoản tỉnh" in browser.get("/sign-in/").content.decode()
    _return(browser, _lead(browser, provider))
    assert _signed_in_as(browser) == clerk.user_id


def test_providers_are_not_called_without_end(provider: Provider, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip"}
    answers = [Browser().get("/sign-in/with/tinh/").status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]
