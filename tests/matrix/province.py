"""A small province: who may knock at a door, and real things behind every door (`things/`).

Two agencies each hold what the other may not see: `ours` is Sở Nội vụ, `theirs` Sở Tài chính.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.test import Client
from tests.matrix.personas import HALF_WAY, IDLE, NOBODY, ROLES, STRANGERS, role_of

from hienluong.directory import service as directory
from hienluong.directory.models import Agency, AgencyCode, Person, Post
from hienluong.directory.service import Actor, User
from hienluong.identity import commands as identity
from hienluong.kit import clock
from hienluong.kit.vietnamese import fold, sort_key
from hienluong.systems import service as systems

OURS, THEIRS, AXIS, COMMUNE, MARKET = "H50.S01", "H50.S02", "H50.VP", "H50.C18880", "H50.C19429"
AGENCIES = {
    OURS: "Sở Nội vụ",
    THEIRS: "Sở Tài chính",
    AXIS: "Văn phòng Ủy ban nhân dân tỉnh",
    COMMUNE: "Ủy ban nhân dân phường Đồng Hới",
    MARKET: "Ủy ban nhân dân xã Khe Sanh",
}
SETUP = Actor.platform("specification")
LATE = timedelta(hours=2)
"""So long a slow machine may take until it comes to a door whose thing runs out."""
PASSWORD = "đò ngang qua sông Bến Hải"
FOUNDED = date(2025, 7, 1)
ELSEWHERE = "203.0.113.0/24"
"""A network that nobody here calls from."""

_numbers = itertools.count(1)


def number() -> int:
    """Returns a number that was not given before."""
    return next(_numbers)


@dataclass(slots=True)
class Province:
    """Browsers and programs by persona, and things by name: `ours["packet_id"]`, `theirs["packet_id"]`."""

    agencies: dict[str, Agency] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    ours: dict[str, Any] = field(default_factory=dict)
    theirs: dict[str, Any] = field(default_factory=dict)

    def sides(self) -> Iterator[tuple[str, dict[str, Any], str]]:
        """Yields each side: the code of its agency, its things, and what its people are called before their role."""
        yield OURS, self.ours, ""
        yield THEIRS, self.theirs, "other_"

    def account(self, persona: str) -> User:
        """Returns the account of a persona."""
        user = self.people[persona].user
        assert user is not None
        return user

    def post(self, persona: str) -> Post:
        """Returns the post that a persona acts in."""
        return Post.objects.select_related("person", "agency").get(pk=self.actors[persona].post_id)


def populate() -> Province:
    """Makes agencies, people and programs in the present transaction."""
    with (
        connection.cursor() as cursor
    ):  # a page with five agencies refuses nobody less, and is drawn ten times as fast
        cursor.execute("TRUNCATE directory_agency CASCADE")
    province = Province(agencies={code: _agency(code, name) for code, name in AGENCIES.items()})
    _people(province)
    _programs(province)
    return province


def _agency(code: str, name: str) -> Agency:
    agency = Agency.objects.create(
        name=name, sort_key=sort_key(name), search_key=fold(name), kind="department", valid_from=FOUNDED
    )
    AgencyCode.objects.create(agency=agency, scheme="qd20", code=code, primary=True, valid_from=FOUNDED)
    return agency


# --- People -----------------------------------------------------------------------------------------------------------


def _people(province: Province) -> None:
    province.clients["visitor"] = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    employ(province, "postless", None, "")
    for persona in (*ROLES, *STRANGERS):
        code = THEIRS if persona in STRANGERS else OURS
        employ(province, persona, code, role_of(persona))
    employ(province, "closed", OURS, "clerk")
    employ(province, "unproven", OURS, "administrator")
    employ(province, "newcomer", OURS, "clerk")
    employ(province, "former", OURS, "clerk")
    employ(province, "commune_clerk", COMMUNE, "clerk")  # writes to both sides; nobody's persona
    for persona in province.people:
        if persona in {*NOBODY, *IDLE, *HALF_WAY, *ROLES, *STRANGERS}:
            province.clients[persona] = sign_in(province, persona)

    now = clock.now()
    Post.objects.filter(pk=province.actors["former"].post_id).update(
        valid_from=directory.today() - timedelta(days=30), valid_to=directory.today()
    )
    identity.close_account(actor=SETUP, user=province.account("closed"), now=now)
    _shown(province.clients["unproven"], "password")
    directory.set_password(
        actor=province.actors["administrator"],
        user=province.account("newcomer"),
        password=PASSWORD,
        now=now,
    )
    province.clients["newcomer"] = sign_in(province, "newcomer")


def employ(province: Province, persona: str, code: str | None, role: str) -> None:
    """Gives a persona an account, and a post at the agency with the code."""
    person = directory.create_person(
        actor=SETUP,
        full_name=f"Nguyễn Thị {persona}",
        username=f"matrix{number()}",
        password=PASSWORD,
        now=clock.now(),
    )
    province.people[persona] = person
    if code is not None:
        post = directory.assign_post(
            actor=SETUP,
            person=person,
            agency=province.agencies[code],
            role=role,
            title=f"title of {persona}",
            unit="Phòng Tổ chức" if role == "deputy" else "",
            leads_unit=role == "deputy",
            now=clock.now(),
        )
        province.actors[persona] = directory.actor_of(_with_code(post))


def _with_code(post: Post) -> Post:
    assert post.person.user is not None
    return next(row for row in directory.posts_of(post.person.user) if row.pk == post.pk)


def sign_in(province: Province, persona: str) -> Client:
    """Returns a browser in which the persona is signed in with a second factor."""
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(province.account(persona))
    _shown(client, "mfa")
    client.get("/account/")  # the session is noted down, as on anybody's first page
    return client


def _shown(client: Client, method: str) -> None:
    """Notes what the session has shown at sign-in; dated ahead, so that nobody is asked again however long all takes."""
    session = client.session
    session["account_authentication_methods"] = [{"method": method, "at": time.time() + 86_400}]
    session.save()


# --- Programs ---------------------------------------------------------------------------------------------------------


def _programs(province: Province) -> None:
    register(province, "system", OURS, province.ours)
    register(province, "other_system", THEIRS, province.theirs)
    behalf = register(province, "behalf_system", AXIS, {})
    for code in (OURS, THEIRS):
        systems.grant_sending_right(
            actor=SETUP,
            system=behalf,
            agency=province.agencies[code],
            reason="specification",
            document="15/QĐ-UBND",
            document_date=FOUNDED,
            now=clock.now(),
        )
    for code, things, prefix in province.sides():
        test, client_id, secret = systems.open_sandbox(
            actor=SETUP, owner=province.agencies[code], name="Phần mềm thử", now=clock.now()
        )
        things.update(test_system_id=test.pk, test_key_id=test.secrets.get().key_id)
        if not prefix:
            province.clients["sandbox_system"] = program(token_of(client_id, secret))
    ended = register(province, "ended_system", OURS, {})
    systems.end_system(actor=SETUP, system=ended, now=clock.now())
    stray = register(province, "stray_system", OURS, {})
    systems.set_system_networks(actor=SETUP, system=stray, networks=[ELSEWHERE], now=clock.now())


def register(province: Province, persona: str, code: str, things: dict[str, Any]) -> systems.AgencySystem:
    """Registers a system of the agency with the code and signs it in."""
    system, client_id, secret = systems.register_system(
        actor=SETUP, agency=province.agencies[code], name=f"Phần mềm {persona}", now=clock.now()
    )
    province.clients[persona] = program(token_of(client_id, secret))
    things.update(
        system_id=system.pk, key_id=system.secrets.get().key_id, system_client=client_id, system_secret=secret
    )
    return system


def token_of(client_id: str, secret: str) -> str:
    """Returns an access token, asked for as a system does."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return str(Client().post("/api/oauth/token", form).json()["access_token"])


def program(token: str) -> Client:
    """Returns a program that calls with an access token."""
    headers = {"Authorization": f"Bearer {token}", "accept-language": "en"}
    return Client(headers=headers, raise_request_exception=False)
