"""Every address × every persona, for real: a door that no table of `routes/` names fails.

Add an address: name it in the table of its module (`routes/<module>.py`) with the roles that may pass; add the thing
behind it to `province.py` if its parameter is new.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation
from tests.matrix import routes
from tests.matrix.doors import Door
from tests.matrix.province import (
    CONTENT,
    OF_AN_AGENCY,
    OURS,
    PEOPLE,
    PERSONAS,
    STRANGERS,
    THEIRS,
    Province,
    furnish,
)

from hienluong.access.models import ReviewLine
from hienluong.directory import service as directory

pytestmark = pytest.mark.django_db  # inside the province's own transaction

TABLES = {
    info.name: importlib.import_module(f"tests.matrix.routes.{info.name}").ROUTES
    for info in pkgutil.iter_modules(routes.__path__)
}
ROUTES: dict[str, Mapping[str, Door]] = {
    route: doors for table in TABLES.values() for route, doors in table.items()
}
METHODS = ("GET", "POST")
A_FEW = ("visitor", "clerk", "head", "administrator", "system")
"""Who tries a method that the table does not name."""

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def _declared(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from _declared(entry, route)


@pytest.fixture(scope="module")
def province(django_db_setup: None, django_db_blocker: Any) -> Iterator[Province]:
    """One province for all doors; whatever a persona does behind one is undone at once."""
    with django_db_blocker.unblock(), transaction.atomic(), translation.override("en"):
        directory.forget()
        made = furnish()
        for things in (made.ours, made.theirs):
            line = ReviewLine.objects.filter(agency=things["agency_id"], post__role="clerk").get()
            things["line_id"] = line.pk
        yield made
        transaction.set_rollback(True)
    directory.forget()


def test_every_address_has_a_declared_persona() -> None:
    declared = set(_declared())
    assert declared - set(ROUTES) == set(), "name it in tests/matrix/routes/<module>.py: who may pass?"
    assert set(ROUTES) - declared == set(), "no longer an address"


def test_no_address_stands_in_two_tables() -> None:
    assert len(ROUTES) == sum(len(table) for table in TABLES.values())


@pytest.mark.parametrize("route", sorted(set(_declared())))
def test_door_lets_in_whom_the_table_names_and_nobody_else(province: Province, route: str) -> None:
    doors = ROUTES.get(route, {})
    faults = []
    for method in METHODS:
        door = doors.get(method)
        for persona in PERSONAS if door else A_FEW:
            if door is None:
                got = _knock(province, persona, method, route, Door(()), province.ours)
                if got not in {0, 401, 403, 404, 405}:
                    faults.append(f"{method} as {persona}: {got}, and the table does not name {method}")
                continue
            for theirs in (False, True) if door.bound else (False,):
                things = province.theirs if theirs else province.ours
                got = _knock(province, persona, method, route, door, things)
                expected = door.expected(persona, theirs=theirs, api=route.startswith("api/"))
                if got not in expected:
                    whose = "another agency's" if theirs else "our"
                    faults.append(f"{method} as {persona} at {whose} thing: {got}, not {expected}")
    assert faults == []


def _may_not_read(persona: str) -> set[str]:
    """Returns the contents that must not stand on any page this persona gets."""
    if persona in {*OF_AN_AGENCY, "system"}:
        return {CONTENT[THEIRS]}
    if persona in {*STRANGERS, "other_system"}:
        return {CONTENT[OURS]}
    return set(CONTENT.values())


def _knock(
    province: Province, persona: str, method: str, route: str, door: Door, things: Mapping[str, Any]
) -> int:
    """Returns the status of the answer, 0 for being led to the sign-in; what was done is undone."""
    path = "/" + PARAMETER.sub(lambda found: str(things.get(door.at.get(found[1], found[1]), 7)), route)
    body = door.sends(things) if callable(door.sends) else door.sends
    cache.clear()
    with transaction.atomic():
        client = province.clients[persona]
        kept = SimpleCookie({name: morsel.value for name, morsel in client.cookies.items()})
        if method == "GET":
            answer: Any = client.get(path, headers=dict(door.headers))
        elif door.json:
            answer = client.post(path, body, content_type="application/json", headers=dict(door.headers))
        else:
            answer = client.post(path, body, headers=dict(door.headers))
        content = answer.getvalue().decode("utf-8", "replace")
        leaked = [text for text in _may_not_read(persona) if text in content]
        assert not leaked, f"{method} {path} shows {persona} what it must not read: {leaked}"
        client.cookies = kept  # a sign-out is undone too
        transaction.set_rollback(True)
    led_to_sign_in = (
        answer.status_code == 302
        and answer.headers["Location"].startswith("/sign-in/")
        and route != "sign-out/"
    )
    return 0 if led_to_sign_in and persona not in door.roles else int(answer.status_code)


def test_personas_are_who_they_say(province: Province) -> None:
    assert set(province.clients) == set(PERSONAS)
    assert province.clients["clerk"].get("/access/alerts/").status_code == 200
    assert {"visitor", "postless"} < set(PEOPLE)
