"""Sequencers are killed again and again while people write: no gap, no fork, no lost entry, no lost change of a row."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connection, transaction

from hienluong.files.models import Destruction
from hienluong.kit import clock
from hienluong.ledger import service as ledger
from hienluong.ledger.models import Entry, SignedCheckpoint
from hienluong.ledger.verification import verify_ledger

CLERK = ledger.ActorRef("person", "0f3c", "Lê Thị Hoa")
LONGEST = 0.3
"""A sequencer lives so many seconds at most: long enough to be in the midst of anything."""

Start = Callable[[], int]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a sequencer and returns its process number."""
    environment = {
        **os.environ,
        "LEDGER_KEY": settings.LEDGER_KEY,
        "LEDGER_DATABASE": connection.settings_dict["NAME"],
    }
    program = Path(__file__).with_name("sequencers.py")
    with subprocess.Popen(
        [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as maker:
        assert maker.stdin is not None
        assert maker.stdout is not None

        def one() -> int:
            maker.stdin.write("\n")
            maker.stdin.flush()
            return int(maker.stdout.readline())

        yield one


def write(acknowledged: list[UUID], done: threading.Event) -> None:
    """Acts until told to stop; notes each act that was acknowledged, which is after its commit."""
    try:
        while not done.is_set():
            acts = [ledger.Act("exchange.packet-accepted", f"packet:{one}", {}) for one in range(3)]
            with transaction.atomic():
                Destruction.objects.create(
                    file_id=uuid4(), holder=uuid4(), destroyed_at=clock.now(), reason="a guarded row"
                )
                ids = ledger.record_many(actor=CLERK, acts=acts, now=clock.now())
            acknowledged += ids
            time.sleep(0.01)
    finally:
        connection.close()


def besiege(start: Start, kills: int) -> dict[str, int]:
    """Kills so many sequencers with writers at work, then compares everything; returns figures."""
    acknowledged: list[UUID] = []
    done = threading.Event()
    writers = [threading.Thread(target=write, args=(acknowledged, done)) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        _kill_one_after_another(start, kills)
    finally:
        done.set()
        for writer in writers:
            writer.join(timeout=30)
    _wait_for_connections()
    by_the_killed = ledger.head()
    ledger.sequence_waiting(now=clock.now(), sign=True)
    report = verify_ledger(all_checkpoints=True)
    assert [fault.text() for fault in report.faults] == []
    acts = Entry.objects.exclude(action="ledger.rows")
    assert set(acts.values_list("id", flat=True)) == set(acknowledged)
    size = Entry.objects.count()
    assert list(Entry.objects.order_by("index").values_list("index", flat=True)) == [*range(size)]
    assert ledger.published().size == size
    assert report.changes == Destruction.objects.count() == len(acknowledged) / 3
    return {
        "kills": kills,
        "acknowledged acts": len(acknowledged),
        "sequenced by those that were killed": by_the_killed,
        "changes of rows": report.changes,
        "checkpoints": SignedCheckpoint.objects.count(),
    }


def _kill_one_after_another(start: Start, kills: int) -> None:
    chance = random.Random()
    other = start()
    deadline = time.monotonic() + 60
    while not ledger.head():  # a busy machine takes its time to start one: nothing is killed before it worked
        assert time.monotonic() < deadline, "No sequencer began to work."
        time.sleep(0.02)
    for _ in range(kills):
        victim, other = other, start()  # there are two at once, mostly
        time.sleep(chance.uniform(0.01, LONGEST))
        os.kill(victim, signal.SIGKILL)
    os.kill(other, signal.SIGKILL)


def _wait_for_connections() -> None:
    """Waits until PostgreSQL has noticed that the killed are gone, and their transactions are undone."""
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
                "WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid() AND datname = current_database()"
            )
            if cursor.fetchone()[0] == 0:
                return
            time.sleep(0.02)
    raise AssertionError("A killed sequencer still holds its lock.")


@pytest.mark.django_db(transaction=True)
def test_killed_sequencers_leave_neither_gap_nor_fork_and_lose_nothing(start: Start) -> None:
    figures = besiege(start, 10)
    assert figures["sequenced by those that were killed"] > 0


@pytest.mark.prove
@pytest.mark.django_db(transaction=True)
def test_fifty_killed_sequencers_leave_neither_gap_nor_fork_and_lose_nothing(
    start: Start, record_property: Callable[[str, object], None]
) -> None:
    for name, value in besiege(start, 50).items():
        record_property(name, value)
