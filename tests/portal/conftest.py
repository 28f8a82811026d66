"""The people who look at the face: each is signed in to a browser of their own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from hienluong.directory import service as directory
from hienluong.directory.models import Agency, AgencyCode, Person
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.kit.vietnamese import fold, sort_key

_numbers = itertools.count(1)

Visit = Callable[..., tuple[Client, Person]]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    directory.forget()
    with translation.override("en"):
        yield
    directory.forget()


@pytest.fixture
def visit(db: None) -> Visit:
    """Signs a new person in who holds the posts named, as (agency, role), and gives the browser and the person."""

    def sign_in(
        *posts: tuple[str, str], name: str = "Nguyễn Thị Hạnh", language: str = "en"
    ) -> tuple[Client, Person]:
        setup = Actor.platform("specification")
        person = directory.create_person(
            actor=setup, full_name=name, username=f"visitor{next(_numbers)}", now=clock.now()
        )
        for agency, role in posts:
            directory.assign_post(
                actor=setup,
                person=person,
                agency=_agency(agency),
                role=role,
                title=f"{role} – {agency}",
                now=clock.now(),
            )
        assert person.user is not None
        browser = Client(headers={"accept-language": language})
        browser.force_login(person.user)
        return browser, person

    return sign_in


def _agency(name: str) -> Agency:
    known = Agency.objects.filter(name=name).first()
    if known is not None:
        return known
    agency = Agency.objects.create(
        name=name,
        sort_key=sort_key(name),
        search_key=fold(name),
        kind="department",
        valid_from=date(2025, 7, 1),
    )
    AgencyCode.objects.create(
        agency=agency, scheme="qd20", code=f"H50.T{next(_numbers)}", primary=True, valid_from=date(2025, 7, 1)
    )
    return agency
