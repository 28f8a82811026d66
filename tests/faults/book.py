"""What a system outside the axis remembers: a book it only appends to, each line on the disk before it goes on."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Fact = dict[str, Any]


class Facts(list[Fact]):
    """What a book says, oldest first."""

    def of(self, event: str) -> Iterator[Fact]:
        """Yields the facts of a kind."""
        return (fact for fact in self if fact["event"] == event)


def read_facts(path: Path) -> Facts:
    """Returns what a book says so far. A line cut short by a crash was never acted upon, and does not count."""
    whole = path.read_bytes().rpartition(b"\n")[0] if path.exists() else b""
    return Facts(json.loads(line) for line in whole.splitlines())


class Book:
    """A file of JSON lines that this process writes; it goes on where an earlier process was killed."""

    def __init__(self, path: Path) -> None:
        self.facts = read_facts(path)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        content = path.read_bytes()
        os.ftruncate(self._file, content.rfind(b"\n") + 1)

    def write(self, event: str, **values: Any) -> None:
        """Adds a fact; it is on the disk when this returns."""
        fact = {"event": event, "at": time.time(), **values}
        os.write(self._file, json.dumps(fact).encode() + b"\n")
        os.fsync(self._file)
        self.facts.append(fact)
