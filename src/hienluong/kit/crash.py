"""Named crash points: where a fault test kills a process, at the worst moment it can name.

Nothing happens unless the environment variable HIENLUONG_CRASH_POINTS is set when this module is imported. It
holds, separated by commas, `name=target[@nth]`:

    HIENLUONG_CRASH_POINTS="exchange.after_fsync=self@3,exchange.before_commit=pidfile:/run/postmaster.pid"

`self` kills the process that passes the point; `pidfile:PATH` kills the process whose number is the first line of
the file (a PostgreSQL postmaster, say), and the passer goes on. The kill is SIGKILL: nothing is flushed or
cleaned up. It happens at the nth passage in this process (the first, when `@nth` is left out) and only then.
"""

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

VARIABLE = "HIENLUONG_CRASH_POINTS"


@dataclass(slots=True)
class _Point:
    """A point armed to kill at its nth passage."""

    pidfile: Path | None
    nth: int
    passages: int = 0


def _read_points(text: str) -> dict[str, _Point] | None:
    """Returns the armed points, or None when there are none.

    Raises:
        ValueError: an entry is not of the form `name=self[@nth]` or `name=pidfile:PATH[@nth]`.
    """
    points: dict[str, _Point] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, equals, target = entry.partition("=")
        place, at, count = target.rpartition("@")
        if not at:
            place, count = target, "1"
        pidfile = Path(place.removeprefix("pidfile:")) if place.startswith("pidfile:/") else None
        if not (name and equals and count.isdecimal() and int(count) > 0) or (
            place != "self" and pidfile is None
        ):
            raise ValueError(
                f"{VARIABLE} holds the entry {entry!r}; it must be name=self[@nth] or name=pidfile:/PATH[@nth]."
            )
        points[name] = _Point(pidfile, int(count))
    return points or None


_points = _read_points(os.environ.get(VARIABLE, ""))
_lock = Lock()


def crash_point(name: str) -> None:
    """Kills a process here if a fault test armed the point `name`; otherwise returns at once."""
    if _points is not None:
        _pass(_points.get(name))


def _pass(point: _Point | None) -> None:
    if point is None:
        return
    with _lock:
        point.passages += 1
        due = point.passages == point.nth
    if due:
        pid = os.getpid() if point.pidfile is None else int(point.pidfile.read_text().split("\n", 1)[0])
        if pid <= 1:
            raise ValueError(f"{point.pidfile} names process {pid}, which is not one a test may kill.")
        os.kill(pid, signal.SIGKILL)
