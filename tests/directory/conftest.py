"""The people of these specifications and the directory they work in."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client as Browser
from tests.directory import reference

from hienluong.directory import service as directory
from hienluong.directory.models import Agency, Person
from hienluong.directory.service import Actor
from hienluong.systems import service as systems
from hienluong.systems.service import AgencySystem

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PASSWORD = "đò ngang qua sông Bến Hải"

_usernames = itertools.count(1)


@pytest.fixture
def now() -> datetime:
    """The moment at which these specifications play."""
    return NOW


@pytest.fixture
def password() -> str:
    """The password of everybody in these specifications."""
    return PASSWORD


@pytest.fixture
def platform() -> Actor:
    """The set-up, which may do what an administrator may."""
    return Actor.platform("specification")


@pytest.fixture
def province(db: None, now: datetime) -> Callable[[str], Agency]:
    """The province with its reference data; called with a code, gives the agency."""
    reference.load(now)

    def agency(code: str) -> Agency:
        found = directory.agency_by_code(code)
        assert found is not None
        return found.agency

    return agency


@pytest.fixture
def employ(province: Callable[[str], Agency], platform: Actor, now: datetime) -> Callable[..., Person]:
    """Records a person with an account and posts, given as (agency code, role)."""

    def employ_person(
        name: str, *posts: tuple[str, str], username: str | None = None, email: str = ""
    ) -> Person:
        person = directory.create_person(
            actor=platform,
            full_name=name,
            username=username or f"user{next(_usernames)}",
            password=PASSWORD,
            email=email,
            now=now,
        )
        for code, role in posts:
            directory.assign_post(
                actor=platform,
                person=person,
                agency=province(code),
                role=role,
                title=f"{role} of {code}",
                now=now,
            )
        return person

    return employ_person


@pytest.fixture
def acting(employ: Callable[..., Person]) -> Callable[..., Actor]:
    """Gives the actor that a new person is in a post."""

    def actor(code: str, role: str) -> Actor:
        person = employ("Trần Thị Lựu", (code, role))
        assert person.user is not None
        return directory.actor_of(directory.posts_of(person.user)[0])

    return actor


@pytest.fixture
def system(
    province: Callable[[str], Agency], platform: Actor, now: datetime
) -> Callable[..., tuple[AgencySystem, str, str]]:
    """Registers a system of the agency with the code; gives it, its client id and its secret."""

    def register(code: str = "H50.S01", name: str = "Phần mềm văn bản") -> tuple[AgencySystem, str, str]:
        return systems.register_system(actor=platform, agency=province(code), name=name, now=now)

    return register


@pytest.fixture
def token_for() -> Callable[[str, str], str]:
    """Asks the token endpoint for an access token, as an agency's system does."""

    def token(client_id: str, secret: str) -> str:
        answer: Any = Browser().post(
            "/api/oauth/token",
            {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret},
        )
        assert answer.status_code == 200, answer.content
        return str(answer.json()["access_token"])

    return token


@pytest.fixture
def signed_in() -> Callable[[Person], Browser]:
    """Gives a browser in which the person is signed in."""

    def browser(person: Person) -> Browser:
        client = Browser()
        assert person.user is not None
        client.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return browser
