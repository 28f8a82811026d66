"""Work that is looked for: rows say what is due, every worker looks, and nothing is queued that could be lost.

A lookout asks for the keys that are due and runs each in a thread of its own. A key under way is passed over: what
came in meanwhile is still due at the next look. A look or a run that fails is logged and comes again.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)

THREADS = 4
"""Of each lookout: so many keys are worked on at once, and a slow one holds up no other."""
REST_SECONDS = 5.0
"""A key whose run failed rests so long."""
TROUBLE_SECONDS = 1.0
"""After a look that failed (PostgreSQL restarts, say) the next one comes so much later."""
GRACE_SECONDS = 0.4
"""What is under way when the worker has ended gets so long; then it ends with the process, and is due again."""

Due = Callable[[], Iterable[Any]]
Run = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Lookout:
    """What to look for, how often (seconds), and what to do with each key that is due."""

    name: str
    every: float
    due: Due
    run: Run


registered: dict[str, Lookout] = {}


class Watch:
    """One lookout at work; `rest` and `trouble` are its pauses in seconds, see the constants."""

    def __init__(
        self, lookout: Lookout, *, rest: float = REST_SECONDS, trouble: float = TROUBLE_SECONDS
    ) -> None:
        self._lookout, self._rest, self._trouble = lookout, rest, trouble
        self._stop = threading.Event()
        self._waiting: queue.SimpleQueue[Hashable] = queue.SimpleQueue()
        self._under_way: set[Hashable] = set()
        self._resting: dict[Hashable, float] = {}
        for target in (self._look, *[self._work] * THREADS):
            threading.Thread(target=target, name=lookout.name, daemon=True).start()

    def stop(self) -> None:
        """Looks no more."""
        self._stop.set()

    def wait(self, until: float) -> None:
        """Waits until nothing is under way, at most until the moment (of the monotonic clock)."""
        while self._under_way and time.monotonic() < until:
            time.sleep(0.01)

    def _look(self) -> None:
        troubled = False
        while not self._stop.wait(self._trouble if troubled else self._lookout.every):
            try:
                due = list(self._lookout.due())
            except Exception as problem:  # noqa: BLE001 - whatever it is, the lookout must not end
                if not troubled:
                    log.warning("%s cannot look for work: %s", self._lookout.name, problem)
                troubled = True
                continue
            troubled = False
            moment = time.monotonic()
            for key, until in list(self._resting.items()):  # a copy: threads that work add to it meanwhile
                if until <= moment:
                    del self._resting[key]
            for key in due:
                if key not in self._under_way and key not in self._resting:
                    self._under_way.add(key)
                    self._waiting.put(key)

    def _work(self) -> None:
        while True:
            key = self._waiting.get()
            try:
                if not self._stop.is_set():
                    self._lookout.run(key)
            except Exception:
                log.exception("%s of %s failed; it comes again", self._lookout.name, key)
                self._resting[key] = time.monotonic() + self._rest
            finally:
                self._under_way.discard(key)


@contextmanager
def keeping_watch() -> Iterator[None]:
    """Keeps every registered lookout while the block runs."""
    watches = [Watch(lookout) for lookout in registered.values()]
    try:
        yield
    finally:
        for watch in watches:
            watch.stop()
        until = time.monotonic() + GRACE_SECONDS
        for watch in watches:
            watch.wait(until)
