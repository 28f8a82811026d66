"""Requests that wait until something happens: long polling, a bounded number in each process.

A waiting request holds a thread of the web server and nothing else: no transaction, no connection. One thread of the
process listens to PostgreSQL (LISTEN) for all of them; what is told commits with the act that tells it. Threads are
what waiting could use up, so the server has more of them than may wait (`config.web`), and who finds no place is told
so at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.db import connection

log = logging.getLogger(__name__)

CHANNEL = "hienluong_news"
PAYLOAD_BYTES = 7_900
"""PostgreSQL takes less than 8,000 bytes at once."""
PER_KEY = 2
"""So many requests wait for the same news in one process: one that hangs up and comes again keeps no other out."""
DEAF_SECONDS = 1.0
"""While the process cannot listen, who waits looks so often."""
IDLE_SECONDS = 30.0
"""When nobody has waited for so long, the process stops listening and gives its connection back."""
_ADDRESS = ("host", "port", "dbname", "user", "password")

Found = TypeVar("Found")


def tell(topic: str, keys: Collection[str]) -> None:
    """Wakes, when the caller's transaction commits, the requests that wait for news of this topic about these keys."""
    said: list[str] = []
    size = 0
    for key in sorted(keys):
        if said and size + len(key) + 1 > PAYLOAD_BYTES - len(topic):
            _notify(topic, said)
            said, size = [], 0
        said.append(key)
        size += len(key) + 1
    if said:
        _notify(topic, said)


def _notify(topic: str, keys: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{topic}:{','.join(keys)}"])


class _Place:
    """One request that waits."""

    def __init__(self, topic: str, key: str) -> None:
        self.topic, self.key = topic, key
        self.woken = threading.Event()


class WaitingRoom:
    """The requests of one process that wait, and the thread that wakes them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places: list[_Place] = []
        self._listener: threading.Thread | None = None
        self._stop = threading.Event()
        self._hears = threading.Event()

    @contextmanager
    def place(self, topic: str, key: str, *, most: int) -> Iterator[_Place | None]:
        """Gives one of `most` places while the block runs, or None when they, or those of this key, are taken."""
        place = _Place(topic, key)
        with self._lock:
            same = sum((one.topic, one.key) == (topic, key) for one in self._places)
            given = len(self._places) < most and same < PER_KEY
            if given:
                self._places.append(place)
                self._listen()
        if not given:
            yield None
            return
        try:
            self._hears.wait(DEAF_SECONDS)  # what is told from here on wakes the place
            yield place
        finally:
            with self._lock:
                self._places.remove(place)

    def taken(self) -> int:
        """Returns how many requests wait."""
        with self._lock:
            return len(self._places)

    def hears(self) -> bool:
        """Returns whether PostgreSQL tells this process what happens."""
        return self._hears.is_set()

    def close(self) -> None:
        """Stops listening; the next request that waits begins anew."""
        with self._lock:
            listener = self._listener
            self._stop.set()
        if listener is not None:
            listener.join(5 * DEAF_SECONDS)

    def _listen(self) -> None:
        """Starts the thread that listens, unless it runs. The lock is held."""
        if self._listener is None or not self._listener.is_alive():
            self._stop, self._hears = threading.Event(), threading.Event()
            parameters = connection.get_connection_params()
            parameters = {name: parameters[name] for name in _ADDRESS if parameters.get(name)}
            self._listener = threading.Thread(
                target=self._hear, args=(parameters, self._stop, self._hears), name=CHANNEL, daemon=True
            )
            self._listener.start()

    def _hear(self, parameters: dict[str, Any], stop: threading.Event, hears: threading.Event) -> None:
        while not stop.is_set():
            try:
                with psycopg.connect(
                    **parameters, autocommit=True, application_name="hienluong waits"
                ) as ear:
                    ear.execute(f"LISTEN {CHANNEL}")
                    hears.set()
                    self._wake_all()  # of what happened while nobody listened
                    if self._hear_out(ear, stop):
                        return
            except psycopg.Error as problem:
                log.warning("cannot listen for news, looking every second instead: %s", problem)
            hears.clear()
            stop.wait(DEAF_SECONDS)

    def _hear_out(self, ear: psycopg.Connection[Any], stop: threading.Event) -> bool:
        """Wakes who is named, until it is stopped or nobody has waited for long; then returns True."""
        last_used = time.monotonic()
        while not stop.is_set():
            for told in ear.notifies(timeout=DEAF_SECONDS):
                self._wake(told.payload)
                if stop.is_set():
                    break
            with self._lock:
                if self._places:
                    last_used = time.monotonic()
                elif time.monotonic() - last_used > IDLE_SECONDS:
                    self._listener = None
                    return True
        return True

    def _wake(self, payload: str) -> None:
        topic, _, keys = payload.partition(":")
        named = set(keys.split(","))
        with self._lock:
            for place in self._places:
                if place.topic == topic and place.key in named:
                    place.woken.set()

    def _wake_all(self) -> None:
        with self._lock:
            for place in self._places:
                place.woken.set()


room = WaitingRoom()


def wait_for(
    look: Callable[[], Found], *, until: Callable[[Found], bool], topic: str, key: str, seconds: float
) -> tuple[Found, bool]:
    """Looks, and again at every news, until `until` says yes of what is found or the time is over.

    Returns what was found last, and whether it could wait: False means that every place was taken, and it only
    looked once. `look` is a read of its own; while nothing happens the connection to the database is given back.
    """
    found = look()
    if until(found) or seconds <= 0:
        return found, True
    end = time.monotonic() + seconds
    with room.place(topic, key, most=settings.LONG_POLL_PLACES) as place:
        if place is None:
            return found, False
        while True:
            place.woken.clear()  # before looking: what happens after the look wakes it
            found = look()
            left = end - time.monotonic()
            if until(found) or left <= 0:
                return found, True
            if not connection.in_atomic_block:
                with suppress(Exception):  # one that is broken is closed as well
                    connection.close()
            place.woken.wait(left if room.hears() else min(left, DEAF_SECONDS))
