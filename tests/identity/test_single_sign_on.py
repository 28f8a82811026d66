"""Agencies' systems into which people sign on with their account here: an independent relying party (Authlib) tries it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client as Browser

from hienluong.directory import service as directory
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Person, Post
from hienluong.directory.service import Actor
from hienluong.identity import commands
from hienluong.identity.errors import SignOnEnded, SignOnRefused
from hienluong.identity.models import SignOn, SignOnClient
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry

pytestmark = pytest.mark.django_db
Employ = Callable[..., Person]
RETURN = "https://qlvb.example.org/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@pytest.fixture(autouse=True)
def _signing_key(settings: Any) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    settings.IDP_OIDC_PRIVATE_KEYS = [{"pem": pem, "issued_at": "2026-01-01T00:00:00+00:00"}]
    settings.PUBLIC_URL = "http://testserver"


@pytest.fixture
def client(province: Any, platform: Actor) -> tuple[SignOnClient, str, str]:
    """A registered system: its row, its client id and its secret."""
    return commands.register_sign_on_client(
        actor=platform,
        agency=province("H50.S01"),
        name="Phần mềm văn bản",
        redirect_uris=[RETURN],
        now=clock.now(),
    )


def _question(client_id: str, **more: str) -> str:
    asked = {
        "client_id": client_id,
        "redirect_uri": RETURN,
        "response_type": "code",
        "scope": "openid profile post",
        "state": "state-of-the-system",
        "nonce": "nonce-of-the-system",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | more
    return "/sign-on/authorize/?" + urlencode({name: value for name, value in asked.items() if value})


def _grant(browser: Browser, client_id: str, action: str = "grant", **more: str) -> Any:
    page = browser.get(_question(client_id, **more))
    assert page.status_code == 200, page.content.decode()
    signed = re.search(r'name="request" value="([^"]+)"', page.content.decode())
    assert signed is not None
    scopes = re.findall(r'name="scopes" value="(\w+)"', page.content.decode())
    return browser.post("/sign-on/authorize/", {"request": signed[1], "scopes": scopes, "action": action})


def _tokens(client_id: str, secret: str, got: str, **more: str) -> Any:
    asked = {
        "grant_type": "authorization_code",
        "code": got,
        "redirect_uri": RETURN,
        "client_id": client_id,
        "client_secret": secret,
        "code_verifier": VERIFIER,
    } | more
    return Browser().post("/api/oauth/token", asked)


def _code(answer: Any) -> str:
    return parse_qs(urlsplit(answer["Location"]).query)["code"][0]


def _claims(id_token: str) -> dict[str, Any]:
    body = id_token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


def test_system_learns_who_signs_on_and_in_which_post(
    employ: Employ, signed_in: Any, client: tuple[SignOnClient, str, str]
) -> None:
    person = employ("Lê An", ("H50.S01", "clerk"), username="lan")
    _, client_id, secret = client

    answer = _grant(signed_in(person), client_id)
    assert answer["Location"].startswith(f"{RETURN}?")
    assert parse_qs(urlsplit(answer["Location"]).query)["state"] == ["state-of-the-system"]
    tokens = _tokens(client_id, secret, _code(answer)).json()

    claims = _claims(tokens["id_token"])
    assert claims["iss"] == "http://testserver"
    assert claims["aud"] == client_id
    assert claims["nonce"] == "nonce-of-the-system"
    assert claims["sub"] == str(person.pk), "stable, and no account number"
    told = (
        Browser(headers={"authorization": f"Bearer {tokens['access_token']}"}).get("/sign-on/userinfo").json()
    )
    assert told == {
        "sub": str(person.pk),
        "name": "Lê An",
        "preferred_username": "lan",
        "agency_code": "H50.S01",
        "agency_name": "Sở Nội vụ tỉnh Quảng Trị",
        "post": "clerk of H50.S01",
        "role": "clerk",
    }
    assert SignOn.objects.get().post == Post.objects.get(person=person)
    assert QueuedEntry.objects.filter(action="identity.sign_on").count() == 1


def test_token_of_a_person_opens_nothing_of_the_api_for_systems(
    employ: Employ, signed_in: Any, client: tuple[SignOnClient, str, str]
) -> None:
    _, client_id, secret = client
    code = _code(_grant(signed_in(employ("Lê An", ("H50.S01", "clerk"))), client_id))
    token = _tokens(client_id, secret, code).json()["access_token"]
    assert Browser(headers={"authorization": f"Bearer {token}"}).get("/api/v1/agencies").status_code == 401


def test_post_that_has_ended_is_told_no_more(
    employ: Employ, signed_in: Any, client: tuple[SignOnClient, str, str], platform: Actor
) -> None:
    person = employ("Lê An", ("H50.S01", "clerk"))
    _, client_id, secret = client
    token = _tokens(client_id, secret, _code(_grant(signed_in(person), client_id))).json()["access_token"]
    directory.end_post(actor=platform, post=Post.objects.get(person=person), now=clock.now())
    told = Browser(headers={"authorization": f"Bearer {token}"}).get("/sign-on/userinfo").json()
    assert "agency_code" not in told


def test_only_the_scopes_asked_for_are_told(
    employ: Employ, signed_in: Any, client: tuple[SignOnClient, str, str]
) -> None:
    _, client_id, secret = client
    browser = signed_in(employ("Lê An", ("H50.S01", "clerk")))
    token = _tokens(client_id, secret, _code(_grant(browser, client_id, scope="openid"))).json()[
        "access_token"
    ]
    told = Browser(headers={"authorization": f"Bearer {token}"}).get("/sign-on/userinfo").json()
    assert set(told) == {"sub"}


def test_stranger_signs_in_first_and_comes_back(client: tuple[SignOnClient, str, str]) -> None:
    answer = Browser().get(_question(client[1]))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/?next=/sign-on/authorize/")


def test_person_who_declines_is_sent_back_without_a_code(
    employ: Employ, signed_in: Any, client: tuple[SignOnClient, str, str]
) -> None:
    answer = _grant(signed_in(employ("Lê An", ("H50.S01", "clerk"))), client[1], action="deny")
    assert parse_qs(urlsplit(answer["Location"]).query)["error"] == ["access_denied"]
    assert not SignOn.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect_uri": "https://evil.example.org/callback"},
        {"redirect_uri": RETURN + "/more"},
        {"redirect_uri": RETURN + "?next=https://evil.example.org"},
        {"redirect_uri": "http://qlvb.example.org/callback"},
        {"redirect_uri": ""},
        {"client_id": "unknown"},
        {"client_id": "\x00"},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    wrong: dict[str, str], employ: Employ, signed_in: Any, client: tuple[SignOnClient, str, str]
) -> None:
    answer = signed_in(employ("Lê An", ("H50.S01", "clerk"))).get(
        _question(**{"client_id": client[1], **wrong})
    )
    assert answer.status_code == 400
    assert "Location" not in answer


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": ""},
        {"prompt": "none"},
    ],
)
def test_sign_on_without_pkce_or_without_asking_is_refused(
    wrong: dict[str, str], employ: Employ, signed_in: Any, client: tuple[SignOnClient, str, str]
) -> None:
    answer = signed_in(employ("Lê An", ("H50.S01", "clerk"))).get(_question(client[1], **wrong))
    assert answer.status_code == 400
    assert "Location" not in answer


def test_implicit_flow_is_not_offered(
    employ: Employ, signed_in: Any, client: tuple[SignOnClient, str, str]
) -> None:
    answer = signed_in(employ("Lê An", ("H50.S01", "clerk"))).get(
        _question(client[1], response_type="id_token token")
    )
    assert "access_token" not in answer.get("Location", "")
    assert answer.status_code in {302, 400}


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "w" * 64},
        {"code_verifier": ""},
        {"client_secret": "wrong"},
        {"redirect_uri": "https://evil.example.org/callback"},
        {"code": "made-up"},
    ],
)
def test_code_is_exchanged_only_by_its_system_with_its_proof(
    wrong: dict[str, str], employ: Employ, signed_in: Any, client: tuple[SignOnClient, str, str]
) -> None:
    _, client_id, secret = client
    code = _code(_grant(signed_in(employ("Lê An", ("H50.S01", "clerk"))), client_id))
    answer = _tokens(client_id, secret, code, **wrong)
    assert answer.status_code in {400, 401}
    assert "access_token" not in answer.json()


def test_code_works_once_and_not_for_another_system(
    employ: Employ, signed_in: Any, client: tuple[SignOnClient, str, str], province: Any, platform: Actor
) -> None:
    _, client_id, secret = client
    _, other_id, other_secret = commands.register_sign_on_client(
        actor=platform, agency=province("H50.S01"), name="Khác", redirect_uris=[RETURN], now=clock.now()
    )
    browser = signed_in(employ("Lê An", ("H50.S01", "clerk")))
    code = _code(_grant(browser, client_id))
    assert _tokens(other_id, other_secret, code).status_code == 400
    code = _code(_grant(browser, client_id))
    assert _tokens(client_id, secret, code).status_code == 200
    assert _tokens(client_id, secret, code).status_code == 400


def test_system_gets_no_token_for_itself(client: tuple[SignOnClient, str, str]) -> None:
    _, client_id, secret = client
    asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    assert Browser().post("/api/oauth/token", asked).status_code in {400, 401}


def test_question_without_our_form_protection_hands_out_nothing(
    employ: Employ, client: tuple[SignOnClient, str, str]
) -> None:
    browser = Browser(enforce_csrf_checks=True)
    person = employ("Lê An", ("H50.S01", "clerk"))
    assert person.user is not None
    browser.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = browser.get(_question(client[1])).content.decode()
    signed = re.search(r'name="request" value="([^"]+)"', page)
    assert signed is not None
    answer = browser.post(
        "/sign-on/authorize/", {"request": signed[1], "scopes": ["openid"], "action": "grant"}
    )
    assert answer.status_code == 403


def test_form_may_lead_back_to_the_system_and_nowhere_else(
    employ: Employ, signed_in: Any, client: tuple[SignOnClient, str, str]
) -> None:
    policy = signed_in(employ("Lê An", ("H50.S01", "clerk"))).get(_question(client[1]))[
        "Content-Security-Policy"
    ]
    assert "form-action 'self' https://qlvb.example.org;" in policy
    assert "unsafe" not in policy


def test_protected_post_asks_for_the_second_factor_before_signing_on(
    employ: Employ, client: tuple[SignOnClient, str, str], password: str
) -> None:
    employ("Phan Vận", ("H50.VP", "operator"), username="van")
    browser = Browser()
    browser.post("/sign-in/", {"login": "van", "password": password})
    assert browser.get(_question(client[1]))["Location"].startswith("/account/second-factor/")


def test_system_that_has_ended_gets_nothing_more(
    employ: Employ, signed_in: Any, client: tuple[SignOnClient, str, str], platform: Actor
) -> None:
    system, client_id, secret = client
    browser = signed_in(employ("Lê An", ("H50.S01", "clerk")))
    token = _tokens(client_id, secret, _code(_grant(browser, client_id))).json()["access_token"]
    commands.end_sign_on_client(actor=platform, system=system, now=clock.now())

    assert browser.get(_question(client_id)).status_code == 400
    assert Browser(headers={"authorization": f"Bearer {token}"}).get("/sign-on/userinfo").status_code in {
        401,
        403,
    }
    with pytest.raises(SignOnEnded):
        commands.rotate_sign_on_secret(actor=platform, system=system, now=clock.now())


def test_new_secret_ends_the_former(
    employ: Employ, signed_in: Any, client: tuple[SignOnClient, str, str], platform: Actor
) -> None:
    system, client_id, secret = client
    browser = signed_in(employ("Lê An", ("H50.S01", "clerk")))
    newer = commands.rotate_sign_on_secret(actor=platform, system=system, now=clock.now())
    assert _tokens(client_id, secret, _code(_grant(browser, client_id))).status_code == 401
    assert _tokens(client_id, newer, _code(_grant(browser, client_id))).status_code == 200
    assert secret not in system.client.secret


@pytest.mark.parametrize(
    "addresses",
    [
        [],
        ["http://qlvb.example.org/callback"],
        ["https://*.example.org/callback"],
        ["https://qlvb.example.org/callback#part"],
        ["https://user@qlvb.example.org/"],
        ["javascript:alert(1)"],
        ["https://qlvb.example.org;script-src/*"],
        ["https://"],
        ["https://qlvb.example.org:port/"],
        [f"https://{number}.example.org/" for number in range(11)],
    ],
)
def test_address_that_is_not_exact_is_not_registered(
    addresses: list[str], province: Any, platform: Actor
) -> None:
    with pytest.raises(SignOnRefused):
        commands.register_sign_on_client(
            actor=platform,
            agency=province("H50.S01"),
            name="Phần mềm",
            redirect_uris=addresses,
            now=clock.now(),
        )


@pytest.mark.parametrize("role", [role.value for role in Post.Role if role != Post.Role.ADMINISTRATOR])
def test_systems_are_registered_by_administrators_only(
    role: str, acting: Callable[..., Actor], client: tuple[SignOnClient, str, str], province: Any
) -> None:
    actor = acting("H50.S01", role)
    with pytest.raises(PermissionMissing):
        commands.register_sign_on_client(
            actor=actor, agency=province("H50.S01"), name="X", redirect_uris=[RETURN], now=clock.now()
        )
    for act in (commands.rotate_sign_on_secret, commands.end_sign_on_client):
        with pytest.raises(PermissionMissing):
            act(actor=actor, system=client[0], now=clock.now())


def test_administrator_registers_a_system_on_the_pages_and_sees_its_secret_once(
    employ: Employ, signed_in: Any
) -> None:
    browser = signed_in(employ("Võ Quỳnh", ("H50", "administrator")))
    wrong = browser.post(
        "/sign-on/clients/new/",
        {"agency_code": "H50.S01", "name": "Phần mềm", "redirect_uris": "http://x.org/"},
    ).content.decode()
    assert 'href="#id_redirect_uris"' in wrong
    page = browser.post(
        "/sign-on/clients/new/", {"agency_code": "H50.S01", "name": "Phần mềm", "redirect_uris": RETURN}
    ).content.decode()
    system = SignOnClient.objects.get()
    secret = re.findall(r'data-copy="([\w-]{43})"', page)
    assert len(secret) == 1
    again = browser.get(f"/sign-on/clients/{system.pk}/").content.decode()
    assert secret[0] not in again
    assert "Phần mềm" in browser.get("/sign-on/clients/").content.decode()
    assert browser.get(f"/sign-on/clients/{system.pk}/end/").status_code == 200
    assert SignOnClient.objects.get().ended_at is None, "one is asked first"
    assert browser.post(f"/sign-on/clients/{system.pk}/end/").status_code == 302
    assert SignOnClient.objects.get().ended_at is not None
    assert browser.get(f"/sign-on/clients/{system.pk}/").status_code == 200


def test_discovery_says_what_is_there_and_the_keys_verify(client: tuple[SignOnClient, str, str]) -> None:
    told = Browser().get("/.well-known/openid-configuration").json()
    assert told["issuer"] == "http://testserver"
    assert told["code_challenge_methods_supported"] == ["S256"]
    for name in (
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "revocation_endpoint",
    ):
        path = told[name].removeprefix("http://testserver")
        assert Browser().get(path).status_code in {200, 302, 400, 401, 403, 405}, name
    (key,) = Browser().get("/sign-on/keys.json").json()["keys"]
    assert key["kty"] == "RSA"
    assert "d" not in key, "never the private part"
