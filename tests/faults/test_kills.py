"""Whatever is killed, whenever: nothing acknowledged is lost, and nothing takes effect twice."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.faults.audit import audit, unsettled
from tests.faults.axis import Axis, Outsider, Part, lives

pytestmark = pytest.mark.faults

SENDERS = ("H50.S01", "H50.S02")
RECEIVERS = ("H50.C18880", "H50.C19429", "H50.C18859")
PARTS: tuple[Part, ...] = ("web", "web worker", "worker", "database")
LIVES: tuple[dict[str, Part], ...] = (
    {"accept.after_fsync=self@2": "web worker"},
    {"accept.before_commit=self@2": "web worker"},
    {"accept.after_commit=self@2": "web worker", "drain.before_commit=self@2": "worker"},
    {"confirm.before_commit=self@2": "web worker"},
    {"confirm.after_commit=self@2": "web worker", "drain.before_commit=postmaster@2": "database"},
    {"confirm.before_commit=postmaster@2": "database"},
)
"""For each life of the axis: the crash points armed, and the part that each must kill. The others may die too."""
SHORT = (LIVES[0], LIVES[2], LIVES[4])
"""What the suite has time for: every process dies, at every step of a document; `make prove` lives them all."""


@dataclass(slots=True)
class Siege:
    """The axis, the systems that use it, what was killed when, and where the figures go: into the summary."""

    axis: Axis
    senders: dict[str, Outsider]
    receivers: dict[str, Outsider]
    chance: random.Random
    note: Callable[[str, object], None]
    kills: list[tuple[str, float]] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)

    def order(self, documents: int) -> None:
        """Lets each sender send so many documents, at once."""
        for sender in self.senders.values():
            sender.order(documents)

    def crash_at(self, points: dict[str, Part], documents: int) -> None:
        """Arms points for one life of the axis, and waits until every one has killed."""
        armed = ",".join(points).replace("postmaster", f"pidfile:{self.axis.postmaster}")
        self.axis.start(HIENLUONG_CRASH_POINTS=armed, HIENLUONG_WEB_WORKERS="1")
        self.order(documents)
        for point, part in points.items():
            self.axis.wait(lambda part=part: self.axis.has_lost(part), 30)
            self.kills.append((f"{part} at {point}", time.time()))
        self.axis.stop()

    def kill(self, part: Part) -> None:
        """Kills a part now and waits until everything is back."""
        victim = self.chance.choice(self.axis.processes(part))
        moment = time.time()
        victim.kill()
        self.kills.append((part, moment))
        self.axis.wait(lambda: not lives(victim), 10)
        self.axis.wait(self.axis.healthy, 60)
        self.recoveries.append(time.time() - moment)

    def kill_supervisor(self) -> None:
        """Kills what keeps the others running, and starts it again as systemd does."""
        moment = time.time()
        self.axis.kill_supervisor()
        self.kills.append(("supervisor", moment))
        self.axis.start()
        self.recoveries.append(time.time() - moment)

    def kill_outsider(self) -> None:
        """Kills one of the systems outside and starts it again: it goes on with its book."""
        self.chance.choice([*self.senders.values(), *self.receivers.values()]).kill_and_restart()

    def lift(self) -> dict[str, float]:
        """Lets everything come to its end, compares all books and rows, and returns the figures."""
        for sender in self.senders.values():
            sender.finish(120)
        sent = sum(1 for sender in self.senders.values() for _ in sender.book.of("acknowledged"))
        self.axis.wait_while_moving(lambda: unsettled(self.axis, sent), 60)
        settled_after = time.time() - self.kills[-1][1]
        for receiver in self.receivers.values():
            self.axis.wait(receiver.has_finished_all, 20)
        figures = audit(
            self.axis,
            {code: sender.book for code, sender in self.senders.items()},
            {code: receiver.book for code, receiver in self.receivers.items()},
        )
        again = sum(1 for receiver in self.receivers.values() for _ in receiver.book.of("seen again"))
        figures |= {
            "kills": len(self.kills),
            "entries seen again": again,
            "slowest recovery, s": round(max(self.recoveries), 1),
            "all settled after the last kill, s": round(settled_after, 1),
        }
        for name, value in figures.items():
            self.note(name, value)
        return figures


@pytest.fixture
def siege(axis: Axis, tmp_path: Path, record_property: Callable[[str, object], None]) -> Iterator[Siege]:
    """The axis with two senders and three receivers, each a process of its own; the senders' mailboxes are read too.

    The environment variable KILL_SEED repeats the choices of an earlier run.
    """
    seed = os.environ.get("KILL_SEED") or str(random.SystemRandom().randrange(10**9))
    record_property("KILL_SEED", seed)
    sys.stdout.write(f"KILL_SEED={seed}\n")  # at once: a run that is broken off has no summary
    credentials = {}
    for code, values in axis.inside("register_systems", [*SENDERS, *RECEIVERS]).items():
        credentials[code] = tmp_path / f"{code}.json"
        credentials[code].write_text(json.dumps({**values, "url": axis.url}))
    with ExitStack() as outside:

        def outsider(program: str, code: str, *arguments: str) -> Outsider:
            made = axis.open_client(
                program, credentials[code], tmp_path / f"{code}.{program}.book", *arguments
            )
            outside.callback(made.end)
            return made

        yield Siege(
            axis,
            {code: outsider("sender.py", code, *RECEIVERS) for code in SENDERS},
            {code: outsider("receiver.py", code) for code in (*SENDERS, *RECEIVERS)},
            random.Random(seed),
            record_property,
        )


def test_kills_at_named_points_and_at_random_lose_nothing_and_repeat_nothing(siege: Siege) -> None:
    for points in SHORT:
        siege.crash_at(points, documents=2)
    siege.axis.start()
    for part in siege.chance.sample(PARTS, 2):
        siege.order(2)
        time.sleep(siege.chance.random())
        siege.kill(part)
    siege.order(2)
    figures = siege.lift()
    assert figures["documents"] == 24
    assert figures["kills"] == 7


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_five_hundred_packets_and_twenty_kills_lose_nothing_and_repeat_nothing(siege: Siege) -> None:
    for points in LIVES:
        siege.crash_at(points, documents=15)
    siege.axis.start()
    for turn in range(20):
        siege.order(8)
        time.sleep(2 * siege.chance.random())
        if turn % 5 == 0:
            siege.kill_supervisor()
        else:
            siege.kill(siege.chance.choice(PARTS))
        siege.kill_outsider()
    figures = siege.lift()
    assert figures["documents"] == 500
    assert figures["kills"] == 28
