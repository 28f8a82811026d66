"""What a benchmark does inside the product, beside its public API: in a process with the product's settings."""

from __future__ import annotations

import hashlib
import json
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg import ClientCursor

from hienluong.directory import service as directory
from hienluong.directory.models import AgencyCode
from hienluong.directory.service import Actor
from hienluong.evidence.queries.entries import search
from hienluong.exchange.commands import accept_packet
from hienluong.kit import clock
from hienluong.ledger import service as ledger
from hienluong.ledger.entry_rows import entries_by_tile
from hienluong.ledger.models import Change, Entry, QueuedChange
from hienluong.ledger.sequencer import SEQUENCER_LOCK
from hienluong.ledger.service import Wanted
from hienluong.ledger.table_checks import check_acts, check_batches, check_rows
from hienluong.ledger.verification import SEGMENT
from hienluong.systems import service as systems

AT_ONCE = 2500
AGENCIES = 200
YEAR = timedelta(days=365)
ACTIONS = (
    "exchange.packet-delivered",
    "exchange.packet-accepted",
    "exchange.packet-fetched",
    "staff.change_people",
)
WEIGHTS = (60, 20, 20, 0.01)


def agency_codes(prefixes: list[str]) -> list[list[str]]:
    """Returns, for each prefix, the codes in use that start with it."""
    codes = AgencyCode.objects.filter(primary=True).order_by("code")
    return [list(codes.filter(code__startswith=one).values_list("code", flat=True)) for one in prefixes]


def register_systems(codes: list[str]) -> dict[str, tuple[str, str]]:
    """Registers a system of each agency and returns client id and secret by agency code."""
    made = {}
    for code in codes:
        found = directory.agency_by_code(code)
        assert found is not None, code
        _, client_id, secret = systems.register_system(
            actor=directory.Actor.platform("benchmark"),
            agency=found.agency,
            name=f"Benchmark {code}",
            now=clock.now(),
        )
        made[code] = (client_id, secret)
    return made


def statements_of_acceptance(orders: list[dict[str, str]]) -> list[list[str]]:
    """Accepts packets and returns, for each, the statements of its transaction with their values written in.

    Args:
        orders: access token and edXML file of each packet.
    """
    return [_statements(order["token"], order["packet"].encode()) for order in orders]


def _statements(token: str, source: bytes) -> list[str]:
    actor = systems.system_by_token(token, now=clock.now())
    assert actor is not None
    said: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's protocol
        if connection.in_atomic_block:
            said.append(ClientCursor(connection.connection).mogrify(sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        accept_packet(actor=actor, source=source, declared_not_secret=True, now=clock.now())
    return said


def evidence(order: dict[str, int]) -> dict[str, Any]:
    """Lets the ledger grow to so many entries and measures sequencing, proofs and the verification of everything."""
    _hold_the_sequencer()
    _record_acts(order["entries"] - ledger.head() - ledger.waiting())
    begin = time.perf_counter()
    moved = ledger.sequence_waiting(now=clock.now(), sign=True)
    sequenced = time.perf_counter() - begin
    size = ledger.head()
    proofs = []
    for step in range(50):
        entry_id = Entry.objects.values_list("id", flat=True).get(index=size * step // 50)
        begin = time.perf_counter()
        proof = ledger.prove(entry_id)
        proofs.append((time.perf_counter() - begin) * 1000)
    verified, verified_here = min(_verifying() for _one in range(3))
    return {
        "entries": size,
        "sequenced_per_second": moved / sequenced,
        "proof_bytes": len(ledger.TlogProof(proof.index, proof.hashes, proof.checkpoint).text().encode()),
        "proof_ms": proofs,
        "verified_seconds": verified,
        "verified_processor_seconds": verified_here,
        **_hashing(size),
        "search_ms": _searching(),
    }


def _verifying() -> tuple[float, float]:
    """Returns the seconds that verifying everything took, and of these the seconds of this process's processor."""
    begin, begin_here = time.perf_counter(), time.process_time()
    report = ledger.verify_log()
    took = time.perf_counter() - begin, time.process_time() - begin_here
    assert report.faults == [], report.faults
    return took


def _record_acts(count: int) -> None:
    """Records acts as a province has them: most by a few systems, some by many people, over the last year."""
    end = clock.now()
    chance = random.Random(4711)
    agencies = [str(UUID(int=chance.getrandbits(128))) for _one in range(AGENCIES)]
    for start in range(0, count, AT_ONCE):
        batch = start // AT_ONCE
        agency = agencies[batch % AGENCIES]
        kind = "person" if batch % 5 == 4 else "system"
        actor = ledger.ActorRef(
            kind, str(batch % (2000 if kind == "person" else 40)), "benchmark", agency=agency
        )
        acts = [
            ledger.Act(
                chance.choices(ACTIONS, WEIGHTS)[0],
                f"packet:{UUID(int=(one // 4) << 64)}" if one % 7 else f"person:{one % 3000}",
                {"sha256": hashlib.sha256(b"%d" % one).hexdigest()},
            )
            for one in range(start, min(start + AT_ONCE, count))
        ]
        ledger.record_many(actor=actor, acts=acts, now=end - YEAR * (1 - start / count))


def _searching() -> dict[str, float]:
    """Measures what a page of the search takes in each way of searching: the second of three, in milliseconds."""
    first, last = Entry.objects.order_by("index").first(), Entry.objects.order_by("-index").first()
    assert first is not None
    assert last is not None
    middle = Entry.objects.get(index=last.index // 2)
    rare = Entry.objects.filter(action=ACTIONS[-1]).order_by("index").first() or middle
    day = {"since": middle.queued_at, "until": middle.queued_at + timedelta(days=1)}
    year = {"since": first.queued_at, "until": last.queued_at}
    busy = {"actor": "system:0"}
    ways: dict[str, dict[str, Any]] = {
        "newest": {},
        "subject": {"subject": middle.subject},
        "actor": busy,
        "frequent act": {"action": ACTIONS[0]},
        "rare act": {"action": rare.action},
        "agency": {"agency": middle.agency},
        "day": day,
        "subject and act": {"subject": middle.subject, "action": middle.action},
        "actor and act": {**busy, "action": ACTIONS[0]},
        "actor and rare act": {**busy, "action": rare.action},
        "actor and day": {**busy, **day},
        "actor and act that never met": {"actor": rare.actor, "action": "exchange.packet-recalled"},
        "act that never was, in a year": {"action": "exchange.packet-recalled", **year},
        "rare act and day": {"action": rare.action, **day},
        "agency and rare act": {"agency": middle.agency, "action": rare.action},
        "agency, act and day": {"agency": middle.agency, "action": ACTIONS[0], **day},
        "agency and actor of another": {"agency": middle.agency, "actor": "system:1", **year},
        "nobody": {"actor": "person:nobody"},
        "nobody, in a year": {"actor": "person:nobody", **year},
    }
    places = {
        "": "",
        ", from the middle on": f"{middle.queued_at.isoformat()}~{middle.index}",
        ", the oldest": f"{first.queued_at.isoformat()}~{first.index + 60}",
    }
    took = {}
    for name, narrowed in ways.items():
        for where, before in places.items():
            times = []
            for _again in range(3):
                begin = time.perf_counter()
                search(Actor.platform("benchmark"), Wanted(**narrowed), before=before)
                times.append((time.perf_counter() - begin) * 1000)
            took[name + where] = statistics.median(times)
    return took


def _hashing(size: int) -> dict[str, float]:
    """Measures what nobody who recomputes a log can do without: its bytes hashed at one go, and each hash by itself.

    Three calls of SHA-256 an entry: over salt and entry, over the leaf (34 bytes), over an inner node (65 bytes).
    """
    leaf, node = bytes(34), bytes(65)
    sha256 = hashlib.sha256
    bulk = singly = 0.0
    for start in range(0, size, SEGMENT):
        contents = [
            content
            for rows in entries_by_tile(start, min(start + SEGMENT, size))
            for _index, content, *_rest in rows
        ]
        together = b"".join(contents)
        begin = time.process_time()
        sha256(together).digest()
        bulk += time.process_time() - begin
        begin = time.process_time()
        for content in contents:
            sha256(content).digest()
            sha256(leaf).digest()
            sha256(node).digest()
        singly += time.process_time() - begin
    return {"hashed_at_once_seconds": bulk, "hashed_singly_seconds": singly}


def _hold_the_sequencer() -> None:
    """Keeps the worker beside us from beginning, until this process ends: it is measured how long it takes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [SEQUENCER_LOCK])


def rows(order: dict[str, int]) -> dict[str, Any]:
    """Lets a guarded table grow by so many rows, a hundred an act, and measures the verification of tables, and its memory."""
    _hold_the_sequencer()
    begin = time.perf_counter()
    for start in range(0, order["rows"], 100):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO files_destruction (file_id, holder, destroyed_at, reason, journaled) "
                "SELECT gen_random_uuid(), gen_random_uuid(), now(), 'benchmark ' || one, true "
                "FROM generate_series(%s::int, %s::int) AS one",
                [start + 1, min(start + 100, order["rows"])],
            )
            ledger.record(
                actor=ledger.ActorRef("system", "0", "benchmark"),
                action="files.destroy",
                subject=f"rows:{start}",
                details={},
                now=clock.now(),
            )
    written = time.perf_counter() - begin
    waiting = QueuedChange.objects.count()
    begin = time.perf_counter()
    ledger.sequence_waiting(now=clock.now(), sign=True)
    sequenced = time.perf_counter() - begin
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    checks: dict[str, Callable[[], Iterable[object]]] = {
        "batches": partial(check_batches, ledger.head()),
        "acts": check_acts,
        "rows": check_rows,
    }
    seconds = {}
    for name, check in checks.items():
        begin = time.perf_counter()
        found = list(check())
        seconds[name] = time.perf_counter() - begin
        assert found == [], found[:5]
    return {
        "rows": order["rows"],
        "changes": Change.objects.count(),
        "written_seconds": written,
        "sequenced_per_second": waiting / sequenced,
        "seconds": seconds,
        "peak_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "peak_kib_before": before,
    }


def answer(function: str) -> None:
    """Calls one of the functions above with what is read, and prints its result as the last line."""
    result = globals()[function](json.load(sys.stdin))
    sys.stdout.write("\n" + json.dumps(result) + "\n")
