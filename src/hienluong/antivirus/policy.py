"""Pure decisions: what passes, what is kept apart, when to try again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

WAITING: Final = "waiting"
CLEAN: Final = "clean"
INFECTED: Final = "infected"
UNSCANNABLE: Final = "unscannable"
RELEASED: Final = "released"
REFUSED: Final = "refused"

PASSES: Final = frozenset({CLEAN, RELEASED})
CLOSED: Final = frozenset({INFECTED, REFUSED})
"""Nobody gets the content, the sender included."""
APART: Final = frozenset({INFECTED, UNSCANNABLE, REFUSED})
"""Held until somebody decides, whether scanning is on or off."""
SCANS: Final[dict[str, frozenset[str]]] = {
    WAITING: frozenset({CLEAN, INFECTED, UNSCANNABLE}),
    INFECTED: frozenset({WAITING, RELEASED, REFUSED}),
    UNSCANNABLE: frozenset({WAITING, RELEASED, REFUSED}),
    CLEAN: frozenset(),
    RELEASED: frozenset({WAITING}),
    REFUSED: frozenset(),
}
AGAIN_SECONDS: Final = (5, 10, 20, 30)
LOOK_AGAIN_SECONDS: Final = 60.0
"""A packet that waits for its scan is woken by it; whatever becomes of that, it is looked at again so often."""


def next_attempt(attempts: int, now: datetime) -> datetime:
    """Returns when to ask a daemon again that did not answer: soon, and then every 30 seconds for ever."""
    return now + timedelta(seconds=AGAIN_SECONDS[min(attempts, len(AGAIN_SECONDS)) - 1])
