"""Every address asks who is there and what they may do, or stands on one of three short lists with its reason."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from hienluong.config.api import api
from hienluong.directory import permissions
from hienluong.directory import service as directory
from hienluong.directory.service import Actor, Agency, Post, User
from hienluong.portal.navigation import MENU
from hienluong.systems import tokens

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))

PUBLIC = {
    "healthz": "the supervisor and the monitoring ask it; it says only that the database answers",
    "metrics": "Prometheus asks with a token of its own; without one on the server there is nothing",
    "sign-in/": "one signs in here",
    "sign-in/once/<str:token>/": "a one-time sign-in; the token is the key",
    "sign-in/with/<slug:provider_id>/": "leads to a provider of accounts that the operator configured",
    "sign-in/with/<slug:provider_id>/callback/": "one comes back from there; state, nonce and signature are the key",
    "sign-in/passkey/": "one signs in here with a passkey; its signature is the key",
    "sign-in/forgotten/": "asks for a link to a new password; says the same to everybody",
    "sign-in/forgotten/<str:uid>/<str:token>/": "sets a new password; the token of the mail is the key",
    ".well-known/openid-configuration": "describes single sign-on; holds no data",
    "sign-on/keys.json": "the public keys that verify a sign-on",
    "sign-on/revoke": "a system gives a token back, with its own id and secret",
    "sign-out/": "ends a session; without one there is nothing to end",
    "api/oauth/token": "systems sign in here with their own client id and secret",
    "worker.js": "the script that shows reminders; the same for everybody, and it holds no data",
    "language/": "chooses the language of the pages, for strangers too; nothing but a cookie changes",
    "api/v1/docs": "describes the API; holds no data",
    "api/v1/openapi.json": "the same for programs",
    "api/v1/": "the name of the API; answers 404",
    "api/v1/errors": "what every error means; the same for everybody, cached",
    "api/v1/receipt-keys": "the public keys that verify receipts",
    "api/errors": "where the type of a problem document leads: the same",
    "signatures/": "checks the signatures of any file for anybody, and keeps nothing of it",
    "log/": "the head of the public log, its key, and a form that checks proofs in the browser alone",
    "log/checkpoint": "the head of the public log; hashes and a signature",
    "log/key-changes/<int:number>": "how the public log changed its key; signed by both keys",
    "witness/add-checkpoint": "other logs ask us to cosign here; the signature of a log that we watch is the key",
    "log/tile/entries/<path:place>": "the public records of the log: hashes",
    "log/tile/<str:level>/<path:place>": "the tree of the public log: hashes",
    "design/": "the parts that pages are made of; holds no data",
    "help/": "texts of help; hold no data",
    "help/<slug:topic>/": "the same",
    "tour/end/": "notes in the browser that the tour is over; nothing but a cookie changes",
    "developers/": "how a developer begins; holds no data",
    "developers/errors/": "what every error means, as a page",
    "developers/deprecation/": "the policy, and which operations will go",
}
OWN_AFFAIRS = {
    "": "home: what the signed-in person's own post has to do",
    "search/": "finds what the signed-in person may see; each kind asks for its own permission",
    "notices/": "the signed-in person's own notices",
    "notices/<int:notice_id>/": "the same",
    "account/": "one's own account",
    "account/password/": "one's own password",
    "account/second-factor/": "says that one's post asks for a second factor",
    "account/sessions/end-others/": "one's own sessions",
    "account/sessions/<int:session_id>/end/": "the same",
    "account/reminders/": "how one is reminded oneself",
    "account/reminders/browsers/": "one's own browsers",
    "account/reminders/browsers/<int:subscription_id>/remove/": "the same",
    "account/identities/link/<slug:provider_id>/": "one's own account of elsewhere",
    "account/identities/<int:identity_id>/unlink/": "the same",
    "account/confirm/": "asks who is there, again",
    "account/confirm/code/": "the same",
    "account/confirm/passkey/": "the same",
    "account/app/": "one's own second factors",
    "account/app/remove/": "the same",
    "account/passkeys/add/": "the same",
    "account/passkeys/<int:pk>/remove/": "the same",
    "account/recovery-codes/": "the same",
    "account/recovery-codes/renew/": "the same",
    "sign-in/code/": "the second step of signing in; the first one is the key",
    "sign-on/authorize/": "asks the signed-in person whether a system may know who they are; granting asks a permission",
    "sign-on/userinfo": "answers to the token of a sign-on",
    "acting-for/": "the posts the signed-in person holds",
}
"""Pages for anybody who is signed in; they show that person's own things and ask for no permission."""

REFUSED = {401, 403, 404, 405}
EXAMPLES = {
    "slug": "nobody",
    "uuid": str(uuid.UUID(int=7)),
    "int": "7",
    "str": "03",
    "quarter": "2026-Q4",
    "packet_id": str(uuid.UUID(int=7)),
    "path": "000",
}
for _name in (
    "receipt_id",
    "group_id",
    "webhook_id",
    "disposal_id",
    "copy_id",
    "document_id",
    "ledger_entry",
    "prepared_id",
    "certificate_id",
):  # the API's addresses name no converter
    EXAMPLES[_name] = EXAMPLES["packet_id"]


QUESTIONS = {"api/v1/inbox/packets": "?entry=7"}
"""What an address must be asked with."""


@dataclass(frozen=True, slots=True)
class Route:
    """An address as it is declared, and an example of it."""

    declared: str
    view: Any

    @property
    def example(self) -> str:
        """Returns an address of this form; nothing of that name exists."""
        address = re.sub(r"<(?:(\w+):)?(\w+)>", self._value, self.declared)
        return f"/{address}{QUESTIONS.get(self.declared, '')}"

    @staticmethod
    def _value(found: re.Match[str]) -> str:
        return EXAMPLES[found[1]] if found[1] else EXAMPLES.get(found[2], "7")


def _routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[Route]:
    for entry in (resolver or get_resolver()).url_patterns:
        declared = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Route(declared, entry.callback)
        else:
            yield from _routes(entry, declared)


def _closed_routes() -> list[Route]:
    return [route for route in _routes() if route.declared not in PUBLIC]


def _operations() -> dict[str, dict[str, Any]]:
    """Returns the operations of the API as its OpenAPI description has them."""
    paths = api.get_openapi_schema()["paths"]
    return {
        f"{method.upper()} {path}": operation
        for path, operations in paths.items()
        for method, operation in operations.items()
    }


def test_lists_name_only_addresses_that_exist() -> None:
    declared = {route.declared for route in _routes()}
    assert {*PUBLIC, *OWN_AFFAIRS} - declared == set()


def test_addresses_are_found() -> None:
    assert {"exchange/inbox/", "api/v1/packets", "acting-for/"} <= {route.declared for route in _routes()}


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_stranger_is_let_into_no_closed_address(method: str) -> None:
    client = Client()
    let_in = []
    for route in _closed_routes():
        response = getattr(client, method)(route.example)
        to_sign_in = response.status_code == 302 and response.headers["Location"].startswith("/sign-in/")
        if not to_sign_in and response.status_code not in REFUSED:
            let_in.append(f"{method} {route.example}: {response.status_code}")
    assert let_in == []


@pytest.mark.django_db
def test_stranger_with_a_made_up_token_is_let_into_no_operation() -> None:
    client = Client(headers={"Authorization": "Bearer made-up"})
    routes = [route for route in _closed_routes() if route.declared.startswith("api/")]
    assert routes
    assert {client.get(route.example).status_code for route in routes} <= {401, 405}


def test_operation_of_the_api_authenticates_systems() -> None:
    operations = _operations()
    assert operations
    assert [
        name
        for name, facts in operations.items()
        if facts.get("security") != [{"SystemBearer": []}] and name.split(" /")[1] not in PUBLIC
    ] == []


def test_operation_of_the_api_says_what_it_does() -> None:
    assert [
        name
        for name, facts in _operations().items()
        if not (facts.get("summary") and facts.get("description"))
    ] == []


class _Asked(dict[str, Any]):
    """The declared permissions; notes which are asked for."""

    def __init__(self, known: dict[str, Any]) -> None:
        super().__init__(known)
        self.names: list[str] = []

    def __getitem__(self, name: str) -> Any:
        self.names.append(name)
        return super().__getitem__(name)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> _Asked:
    """Notes the permissions asked for; the menu, which asks on every page, is left out."""
    noting = _Asked(permissions._predicates)
    monkeypatch.setattr(permissions, "_predicates", noting)
    monkeypatch.setattr("hienluong.portal.context.menu_for", lambda actor, path: [])  # noqa: ARG005 - the menu's signature
    return noting


@pytest.fixture
def clerk(db: None) -> Client:
    """A clerk of a department, signed in."""
    setup = Actor.platform("tests")
    agency = Agency.objects.create(
        name="Sở Nội vụ",
        sort_key="so noi vu",
        search_key="so noi vu",
        kind="department",
        valid_from=date(2025, 7, 1),
    )
    person = directory.create_person(
        actor=setup, full_name="Nguyễn Thị Hạnh", username="hanh", password="cầu-hiền-lương-1954", now=NOW
    )
    directory.assign_post(
        actor=setup, person=person, agency=agency, role=Post.Role.CLERK, title="Văn thư", now=NOW
    )
    client = Client()
    client.force_login(User.objects.get(username="hanh"))
    return client


def test_page_asks_for_a_permission(clerk: Client, asked: _Asked) -> None:
    silent = []
    for route in _closed_routes():
        if route.declared.startswith("api/") or route.declared in OWN_AFFAIRS:
            continue
        asked.names.clear()
        response = clerk.get(route.example)
        if response.status_code == 405:
            continue
        if not asked.names:
            silent.append(f"{route.declared}: {response.status_code}")
    assert silent == []


@pytest.mark.django_db
def test_reading_operation_asks_for_a_permission(asked: _Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    system = Actor(
        kind="system", id=uuid.UUID(int=1), name="a system", agency_id=uuid.UUID(int=2), agency_code="H50.S01"
    )
    monkeypatch.setattr(tokens, "system_by_token", lambda token, *, now: system)  # noqa: ARG005 - its signature
    client = Client(headers={"Authorization": "Bearer known"})
    silent = []
    for route in _closed_routes():
        if not route.declared.startswith("api/"):
            continue
        asked.names.clear()
        response = client.get(route.example)
        if response.status_code != 405 and not asked.names:
            silent.append(f"{route.declared}: {response.status_code}")
    assert silent == []


def test_entry_of_the_menu_names_a_declared_permission() -> None:
    declared = {permission.name for permission in directory.all_permissions()}
    assert {entry.permission for section in MENU for entry in section.entries} <= declared


def test_permission_that_is_asked_for_is_declared_and_the_other_way_round(house: Any) -> None:
    declared = {permission.name for permission in directory.all_permissions()}
    named = re.compile(r"""["']({})["']""".format("|".join(map(re.escape, sorted(declared)))))
    used = {
        name
        for source in house.sources
        if source.path.name != "permissions.py"
        for name in named.findall(source.text)
    }
    for template in house.package.rglob("*.html"):
        used |= set(named.findall(template.read_text(encoding="utf-8")))
    assert declared - used == set(), "a permission that nothing asks for protects nothing"
