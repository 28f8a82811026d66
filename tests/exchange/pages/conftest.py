"""The people who visit the axis's pages: clerks and others of the agencies, each in a browser of their own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping

import pytest
from django.test import Client
from django.utils import translation

from hienluong.directory import service as directory
from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.kit import clock

_numbers = itertools.count(1)

Visit = Callable[..., Client]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """The specifications read the pages' source texts; the browsers ask for them too."""
    with translation.override("en"):
        yield


@pytest.fixture
def visit(agencies: Mapping[str, Agency]) -> Visit:
    """Signs a new person of the agency with the code in, and gives the browser."""

    def sign_in(code: str, role: str = "clerk", name: str = "Nguyễn Thị Hạnh") -> Client:
        setup = Actor.platform("specification")
        person = directory.create_person(
            actor=setup, full_name=name, username=f"visitor{next(_numbers)}", now=clock.now()
        )
        directory.assign_post(
            actor=setup, person=person, agency=agencies[code], role=role, title="Văn thư", now=clock.now()
        )
        assert person.user is not None
        browser = Client(headers={"accept-language": "en"})
        browser.force_login(person.user)
        return browser

    return sign_in
