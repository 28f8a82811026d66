"""Knocks at a door as a persona, sees what comes back and what it changed, and undoes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from tests.matrix.doors import LED_TO, Answer, Door

from hienluong.directory import service as directory
from hienluong.kit.filestore import FileStore

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_WRITES = re.compile(
    r'(?:INSERT INTO|DELETE FROM|(?<!FOR )(?<!KEY )(?<!DO )UPDATE) +"?(\w+)"?', re.IGNORECASE
)
_QUEUES = "procrastinate_defer"

KEPT_BY_THE_HOUSE = {
    "django_session",
    "identity_signinsession",
    "systems_systemtally",
    "ledger_queuedentry",
    "evidence_look",
}
"""Tables that every visit may touch: sessions, when they were seen, counts of refusals, looks, and the ledger itself."""
LOOKED = "evidence.person-seen"
"""What the ledger says of a visit at which somebody's data was shown."""


@dataclass(slots=True)
class Seen:
    """What a knock brought: the answer, the tables in which rows were changed, and the ledger's new entries."""

    answer: Answer = 0
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    entries: list[dict[str, Any]] = field(default_factory=list)
    fault: BaseException | None = None

    @property
    def changed(self) -> set[str]:
        """What was changed beside what the house keeps of every visit; done acts are named by their action."""
        done = {str(entry["action"]) for entry in self.entries if entry["outcome"] == "done"} - {LOOKED}
        return self.touched - KEPT_BY_THE_HOUSE | done

    def refusals_of(self, actor: str) -> list[str]:
        """Returns which refused acts of this actor stand in the ledger now."""
        refused = [entry for entry in self.entries if entry["outcome"] == "refused"]
        return [str(entry["action"]) for entry in refused if entry["actor"]["id"] == actor]


def address_of(route: str, door: Door, things: Mapping[str, Any]) -> str:
    """Returns an address of this form that leads to the things; a parameter nobody furnished is 7."""

    def value(found: re.Match[str]) -> str:
        thing = door.at.get(found[1], found[1])
        return door.given.get(found[1]) or str(things.get(thing, 7))

    return "/" + PARAMETER.sub(value, route)


def knock(client: Client, method: str, path: str, door: Door, things: Mapping[str, Any]) -> Seen:
    """Sends one request, and undoes in database, cache and browser whatever it did."""
    _forget()
    seen = Seen()
    cookies = SimpleCookie({name: morsel.value for name, morsel in client.cookies.items()})
    with transaction.atomic():
        if door.first is not None:
            things = {**things, **door.first(client, things)}
        body = door.sends(things) if callable(door.sends) else door.sends
        with _watched(seen), _files_watched(seen):
            response = _send(client, method, path, body, door)
        seen.content = response.getvalue() if hasattr(response, "getvalue") else response.content
        transaction.set_rollback(True)
    client.cookies = cookies
    seen.headers = response.headers
    seen.answer = _word(response)
    info = getattr(response, "exc_info", None)
    seen.fault = info[1] if info else None
    return seen


def _forget() -> None:
    cache.clear()
    directory.forget()


def _send(client: Client, method: str, path: str, body: Any, door: Door) -> Any:
    headers = dict(door.headers)
    if method in {"GET", "HEAD", "OPTIONS"}:
        return client.generic(method, path, headers=headers, QUERY_STRING=query_of(body))
    if door.json or method != "POST":
        return client.generic(
            method, path, json.dumps(body, default=str), "application/json", headers=headers
        )
    if isinstance(body, bytes):
        return client.post(path, body, content_type="application/xml", headers=headers)
    return client.post(path, body, headers=headers)


def query_of(body: Any) -> str:
    """Returns what stands behind the question mark."""
    return urlencode(body, doseq=True) if isinstance(body, Mapping) else ""


def _word(response: Any) -> Answer:
    """Returns the page somebody was led to instead, by its name, or the status."""
    if response.status_code == 302:
        path = urlsplit(response.headers["Location"]).path
        if path in LED_TO:
            return LED_TO[path]
    return int(response.status_code)


@contextmanager
def _watched(seen: Seen) -> Iterator[None]:
    """Notes every row that is written, also in a transaction that is rolled back afterwards."""

    def execute(call: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        result = call(sql, params, many, context)
        text = str(sql)
        if _QUEUES in text:
            seen.touched.add("a job")
        if context["cursor"].rowcount > 0:
            seen.touched |= {table for table in _WRITES.findall(text) if table.upper() != "SET"}
            if "INSERT INTO ledger_queuedentry" in text:
                seen.entries += [json.loads(value) for value in params if _is_entry(value)]
        return result

    with connection.execute_wrapper(execute):
        yield


@contextmanager
def _files_watched(seen: Seen) -> Iterator[None]:
    """Notes whether the store holds other files afterwards; asking the disk each time was a sixth of the time."""
    other: set[str] = set()
    with pytest.MonkeyPatch.context() as watch:
        for method in (FileStore.write, FileStore.delete):
            watch.setattr(FileStore, method.__name__, _noting(method, other))
        yield
    if other:
        seen.touched.add("a file")


def _noting(method: Any, other: set[str]) -> Any:
    """Returns the method of the store, noting the name of the file: written and deleted again, nothing is other."""

    def noted(store: FileStore, *arguments: Any) -> Any:
        result = method(store, *arguments)
        if result is not False:  # there was nothing to delete
            other.symmetric_difference_update({arguments[-1]})
        return result

    return noted


def _is_entry(value: object) -> bool:
    return (
        isinstance(value, bytes) and value.startswith(b'{"') and value.endswith(b"}")
    )  # and no salt that begins so
