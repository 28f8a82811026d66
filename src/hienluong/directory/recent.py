"""Answers remembered for a few seconds in this process, for the questions that every packet asks.

Each process keeps its own, so a change made elsewhere takes effect within `SECONDS`. Changes made in this process
call `forget()` after their commit and take effect at once here.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar
from weakref import WeakSet

SECONDS = 5.0
LIMIT = 20_000

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """A bounded dictionary whose values live for `SECONDS`; safe to share between threads."""

    _all: WeakSet[Recent[object, object]] = WeakSet()

    def __init__(self) -> None:
        self._values: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._lock = threading.Lock()
        self._version = 0
        Recent._all.add(self)  # type: ignore[arg-type]  # only clear() is called on them

    @property
    def version(self) -> int:
        """Counts the calls of `clear`; given to `put`, it keeps out an answer that was read before a change."""
        return self._version

    def get(self, keys: Iterable[K]) -> dict[K, V]:
        """Returns the values still remembered, by key."""
        moment = time.monotonic()
        with self._lock:
            found = {key: self._values[key] for key in keys if key in self._values}
        return {key: value for key, (until, value) in found.items() if until > moment}

    def put(self, values: Mapping[K, V], *, version: int) -> None:
        """Remembers the values, unless `clear` was called since `version` was read."""
        until = time.monotonic() + SECONDS
        with self._lock:
            if version != self._version:
                return
            for key, value in values.items():
                self._values[key] = (until, value)
                self._values.move_to_end(key)
            while len(self._values) > LIMIT:
                self._values.popitem(last=False)

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._version += 1
            self._values.clear()


def forget() -> None:
    """Forgets every answer remembered in this process."""
    for memory in tuple(Recent._all):  # noqa: SLF001 - the register of this very module
        memory.clear()
