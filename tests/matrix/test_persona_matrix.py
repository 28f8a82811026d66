"""Every address × every method × every persona, for real: a door that no table of `routes/` names fails.

The suite leaves out pairs that the program cannot tell apart, among them all but one of the programs that knock at a page
without a session; `make prove` tries every pair.

Add an address: name it in the table of its module (`routes/<module>.py`) with each method it takes and who passes; add
the thing behind it to `things.py` if its parameter is new. `doors.py` says what the words mean.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote
from zlib import crc32

import pytest
from django.db import transaction
from django.urls import resolve
from tests.matrix.doors import CALLERS, FOR_ALL, LED_TO, SIGN_IN, Answer, Door
from tests.matrix.knock import METHODS, Seen, address_of, knock
from tests.matrix.personas import (
    ACTING,
    AGENCY,
    HALF_WAY,
    IDLE,
    PEOPLE,
    PERSONAS,
    PROGRAMS,
    ROLES,
    STRANGERS,
    WATCHERS,
)
from tests.matrix.province import OURS, THEIRS, Province
from tests.matrix.routes import ROUTES, TABLES, addresses, doors_of
from tests.matrix.things import CONTENT
from tests.matrix.waiting import WAITING, let_everything_wait, rows_behind, tasks_of

from hienluong.access import service as access
from hienluong.kit import clock
from hienluong.ledger.models import Entry, QueuedEntry

pytestmark = pytest.mark.django_db  # inside the province's own transaction

TURNED_AWAY = {401, 403, 404, 405, *LED_TO.values()}


# --- The tables are whole ---------------------------------------------------------------------------------------------------


def test_every_address_has_a_declared_persona() -> None:
    missing = set(addresses()) - set(ROUTES)
    assert missing == set(), "say who passes: tests/matrix/routes/<module>.py"


def test_table_names_no_address_that_is_gone() -> None:
    assert set(ROUTES) - set(addresses()) == set()


def test_no_address_stands_in_two_tables() -> None:
    assert len(ROUTES) == sum(len(table) for table in TABLES.values())


# --- The doors --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", sorted(set(addresses())))
def test_door_lets_in_whom_the_table_names_and_nobody_else(province: Province, route: str) -> None:
    _try(province, route, everybody=False)


@pytest.mark.prove
@pytest.mark.parametrize("route", sorted(set(addresses())))
def test_door_is_tried_by_everybody_on_both_sides(province: Province, route: str) -> None:
    _try(province, route, everybody=True)


def _try(province: Province, route: str, *, everybody: bool) -> None:
    """Knocks at every door of an address, and tells all that is not as the table says."""
    faults: dict[str, list[str]] = {}  # what is wrong: for whom
    for method in METHODS:
        for door in doors_of(route, method):
            for theirs in (False, True) if door.agencys else (False,):
                things = province.theirs if theirs else province.ours
                path = address_of(route, door, things)
                assert resolve(path).route == route, f"{path} leads to {resolve(path).route}"
                for persona in PERSONAS if everybody else _tried(door, route, theirs=theirs):
                    seen = knock(province.clients[persona], method, path, door, things)
                    for fault in _faults(province, door, persona, method, route, seen, theirs=theirs):
                        faults.setdefault(f"{method} {path}: {fault}", []).append(persona)
        if not doors_of(route, method):
            for persona, fault in _undeclared(province, route, method):
                faults.setdefault(f"{method} {fault}, and the table does not name it", []).append(persona)
    assert not faults, "\n" + "\n".join(f"{fault}: {', '.join(who)}" for fault, who in faults.items())


def _tried(door: Door, route: str, *, theirs: bool) -> Iterator[str]:
    """Yields who tries a door in the suite.

    At the unrelated agency's, whoever has an agency that could be the wrong one: all others stand on no side. At ours, everybody
    whom the program tells apart: pages see no token, so one program in turn stands for all of them there; the API sees no
    session, so two people in turn stand for all of them. Whom a door names is always tried.
    """
    is_api, turn = route.startswith("api/"), crc32(route.encode())
    named = {*door.but, *door.passes, *door.anywhere, *door.sees, *door.sees_anywhere}
    if theirs:
        wanted = {*(CALLERS if is_api else ACTING)}
    elif is_api and route not in FOR_ALL:
        people = sorted({*PEOPLE} - {"visitor"})
        wanted = {*PROGRAMS, "visitor", people[turn % len(people)], people[(turn + 7) % len(people)]}
    else:
        wanted = {*PEOPLE, sorted(PROGRAMS)[turn % len(PROGRAMS)]}
    yield from (persona for persona in PERSONAS if persona in wanted | (set() if theirs else named))


def _faults(
    province: Province, door: Door, persona: str, method: str, route: str, seen: Seen, *, theirs: bool
) -> Iterator[str]:
    """Yields what is not as the table says."""
    expected, passes = (
        door.expected(persona, method, route, theirs=theirs),
        door.lets_in(persona, route, theirs=theirs),
    )
    if seen.answer != expected:
        why = f" ({seen.fault!r})" if seen.fault else ""
        yield f"got {seen.answer}, the table says {expected}{why}"
        return
    acts = passes and door.is_act(persona, method)
    if acts and not seen.changed:
        yield "passed, and nothing happened: is what it sends valid?"
    if not acts and seen.changed:
        yield f"changed {sorted(seen.changed)}"
    if acts and door.recorded and not any(entry["outcome"] == "done" for entry in seen.entries):
        yield f"did something that the ledger does not know: {sorted(seen.changed)}"
    if expected == 403 and door.recorded and persona in ACTING:
        actor = str(province.actors[persona].id)
        if not seen.refusals_of(actor):
            yield "was refused, and the ledger does not know"
    yield from (f"reads what it must not: {text}" for text in _leaks(seen, persona))


def _undeclared(province: Province, route: str, method: str) -> Iterator[tuple[str, str]]:
    """Yields for whom a method does what, that the table does not name; one who passes here tries it, and a stranger."""
    declared = [door for known in METHODS for door in doors_of(route, known)]
    same = doors_of(route, "GET")[:1] if method == "HEAD" else []
    door = same[0] if same else Door((), at=declared[0].at, given=declared[0].given)
    for persona in {"visitor", _passer(declared, route)}:
        seen = knock(
            province.clients[persona], method, address_of(route, door, province.ours), door, province.ours
        )
        allowed: set[Answer] = {405}
        if persona == "visitor" or {one.answers for one in declared} == {404}:
            allowed = TURNED_AWAY
        if same:  # HEAD is a GET without its page
            allowed = {405, door.expected(persona, "GET", route, theirs=False)}
        if method == "OPTIONS":  # says which methods there are, and nothing else
            allowed = allowed | {200}
        if seen.answer not in allowed:
            yield persona, f"answers {seen.answer}"
        if seen.changed:
            yield persona, f"changes {sorted(seen.changed)}"
        if method in {"HEAD", "OPTIONS"} and seen.content and seen.answer == 200:
            yield persona, "shows a page"


def _passer(declared: list[Door], route: str) -> str:
    """Returns a persona who passes at some method of the address, one in a post if there is any."""
    found = (
        persona
        for door in declared
        for persona in (*ACTING, *PERSONAS)
        if door.lets_in(persona, route, theirs=False)
    )
    return next(found, "visitor")


# --- Content ----------------------------------------------------------------------------------------------------------------


def _may_read(persona: str) -> set[str]:
    """Returns whose documents a persona may read: those of the agency it works for, or whose system it is."""
    if persona in {*AGENCY, "system"}:
        return {OURS}
    if persona in {*STRANGERS, "other_system"}:
        return {THEIRS}
    return set()


def _leaks(seen: Seen, persona: str) -> list[str]:
    """Returns the contents that were shown to somebody who may not read them: on the page, in JSON, in a header."""
    page = seen.content.decode("utf-8", "replace")
    shown = page + unquote(" ".join(seen.headers.values()))
    return [
        text
        for code, text in CONTENT.items()
        if code not in _may_read(persona) and (text in shown or json.dumps(text).strip('"') in page)
    ]


def test_search_for_content_is_not_blind(province: Province) -> None:
    page = address_of("exchange/packets/<uuid:packet_id>/", Door(()), province.ours)
    file = address_of("api/v1/inbox/<entry_id>/packet", Door(()), province.ours)
    for persona, path in (("clerk", page), ("system", file), ("system", "/api/v1/inbox"), ("clerk", "/")):
        seen = knock(province.clients[persona], "GET", path, Door(()), province.ours)
        assert seen.answer == 200, path
        assert _leaks(seen, "administrator") == [CONTENT[OURS]], path
        assert _leaks(seen, persona) == [], path


@pytest.mark.parametrize("persona", WATCHERS)
def test_watcher_reads_no_content_however_a_page_is_asked(province: Province, persona: str) -> None:
    """What opens to a watcher is asked with filters, and in parts; what does not is asked for in every form of packet."""
    asked = {
        "q": "chuyen rieng",
        "show": "all",
        "state": "all",
        "kind": "status",
        "limit": "500",
        "whose": "all",
    }
    packets = ("packet_id", "sent_packet_id", "refused_packet_id", "quarantined_packet_id")
    found = []
    for route in sorted(ROUTES):
        for door in doors_of(route, "GET"):
            opens = door.lets_in(persona, route, theirs=False)
            for name in packets if "packet_id" in route else packets[:opens]:
                tried = Door(
                    (),
                    at={**door.at, "packet_id": name},
                    given=door.given,
                    sends=door.sends or asked,
                    headers={"HX-Request": "true"},
                )
                path = address_of(route, tried, province.ours)
                seen = knock(province.clients[persona], "GET", path, tried, province.ours)
                found += [f"{path}: {text}" for text in _leaks(seen, persona)]
    assert found == []


def test_content_is_opened_by_break_glass_to_one_person_for_one_packet_when_a_second_one_approves(
    province: Province,
) -> None:
    def reads(persona: str, name: str = "packet_id") -> bool:
        at = Door((), at={"packet_id": name})
        path = address_of("exchange/packets/<uuid:packet_id>/", at, province.ours)
        return bool(_leaks(knock(province.clients[persona], "GET", path, at, province.ours), persona))

    assert not reads("operator")
    with transaction.atomic():
        access.approve_break_glass(
            actor=province.actors["auditor"], grant_id=province.ours["grant_id"], now=clock.now()
        )
        assert reads("operator")
        assert not reads("operator", "sent_packet_id")
        assert not any(reads(persona) for persona in WATCHERS if persona != "operator")
        transaction.set_rollback(True)


def test_ledger_holds_no_content(province: Province) -> None:
    rows = [*QueuedEntry.objects.all(), *Entry.objects.all()]
    entries = [bytes(row.entry).decode() for row in rows]
    assert len(entries) > 50
    assert [entry for entry in entries for text in CONTENT.values() if text in entry] == []


# --- The home page --------------------------------------------------------------------------------------------------------


def test_figures_of_home_lead_to_lists_of_just_so_many(province: Province) -> None:
    """Every sort of thing that may wait waits: whoever is told of it finds just that in the list behind it."""
    faults, told = [], set()
    with transaction.atomic():
        let_everything_wait(province)
        for persona in ROLES:
            browser = province.clients[persona]
            for task in tasks_of(browser):
                told.add(task.name)
                found = rows_behind(browser, task.url)
                if found != task.count:
                    faults.append(f"{persona}: {task} leads to {found}")
        transaction.set_rollback(True)
    assert not faults, "\n".join(faults)
    assert told == set(WAITING)


# --- The personas -----------------------------------------------------------------------------------------------------------


def test_personas_are_who_they_say(province: Province) -> None:
    assert set(province.clients) == set(PERSONAS)
    for persona in ACTING:
        answer: Any = province.clients[persona].get("/access/alerts/")
        assert answer.wsgi_request.actor == province.actors[persona], persona
    for persona in ("visitor", "closed"):
        assert province.clients[persona].get("/account/").headers["Location"].startswith(f"/{SIGN_IN}/")
    assert province.clients["system"].get("/api/v1/me").json()["agency_code"] == OURS
    assert province.clients["sandbox_system"].get("/api/v1/me").json()["sandbox"] is True


@pytest.mark.parametrize("persona", [*IDLE, *HALF_WAY, "closed"])
def test_whoever_may_do_nothing_yet_is_led_to_a_page_and_not_in_circles(
    province: Province, persona: str
) -> None:
    answer: Any = province.clients[persona].get("/", follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain
