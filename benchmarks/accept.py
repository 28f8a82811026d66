"""Measures how many packets per second the axis accepts, beside PostgreSQL and the disk alone.

Eight agencies' systems hand in documents with one PDF, each to one of eight communes, over HTTP, to the product as
`hienluong serve` runs it: durable, two web processes, and the worker that delivers at the same time.

A machine is faster in one minute than in the next. So product and peer take turns, and each round's ratio is taken
within the round; the median of the rounds is the result.
"""

from __future__ import annotations

import base64
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import psutil
import psycopg

from benchmarks import peer
from benchmarks.packets import NUMBER_PLACE, template
from benchmarks.province import REPOSITORY, Province, new_province
from benchmarks.senders import request
from hienluong.kit.sealed import sealed_size

SENDERS = 8
RECIPIENTS = 8
SIZES = {"1 kB": 1_000, "100 kB": 100_000}
"""Bytes of the attachment."""
WARM_UP_SECONDS = 2.0
QUIET_SECONDS, QUIET_SHARE, QUIET_LIMIT_SECONDS = 2.0, 0.05, 180.0
"""The product is at rest when it used less than this share of one processor for that long."""
GOAL, STRETCH = 0.20, 0.30
"""Wanted share of the peer's rate, at 1 kB."""


@dataclass(frozen=True, slots=True)
class Load:
    """What the senders saw, and what it cost.

    Attributes:
        packets_per_second: accepted, by the clock of the senders.
        median_ms: half of the packets were answered within it.
        p99_ms: of a hundred packets, one took longer.
        cpu: part → (user, system), in percent of one processor.
        machine: share of all processors' time: user, system, iowait, steal, idle, in percent.
        delivered_per_second: what the worker delivered in the same time.
    """

    packets_per_second: float
    median_ms: float
    p99_ms: float
    cpu: dict[str, tuple[float, float]]
    machine: dict[str, float]
    delivered_per_second: float


@dataclass(frozen=True, slots=True)
class Round:
    """One size, measured once, with what the peer did right after."""

    load: Load
    transactions_per_second: float
    files_per_second: float

    @property
    def peer_per_second(self) -> float:
        """Returns the packets per second that database and disk allow, one after the other."""
        return 1 / (1 / self.transactions_per_second + 1 / self.files_per_second)

    @property
    def ratio(self) -> float:
        """Returns ours as a share of the peer's."""
        return self.load.packets_per_second / self.peer_per_second


@dataclass(frozen=True, slots=True)
class Result:
    """One size, in all rounds."""

    size: str
    packet_bytes: int
    rounds: list[Round]

    @property
    def middle(self) -> Round:
        """Returns the round whose ratio is the median."""
        return sorted(self.rounds, key=lambda one: one.ratio)[len(self.rounds) // 2]


def measure(province: Province, seconds: int, rounds: int) -> list[Result]:
    """Measures every size with the product, then the peer beside it on a copy of its database, in turns."""
    senders, recipients = province.call("agency_codes", ["H50.S", "H50.C"])
    recipients = recipients[:RECIPIENTS]
    tokens = province.tokens(senders[:SENDERS])
    assert len(tokens) == SENDERS
    files = {
        name: {sender: [template(sender, one, size) for one in recipients] for sender in tokens}
        for name, size in SIZES.items()
    }
    orders = {name: orders_of(province, tokens, by_sender) for name, by_sender in files.items()}
    captured = _captured(province, tokens, next(iter(files.values())))
    scripts = [peer.pgbench_script(*pair, offset) for offset, pair in enumerate(captured)]
    database = peer.copy_of_database(province.installation)
    results = [Result(name, len(_any_of(by_sender)), []) for name, by_sender in files.items()]
    first = 100_000_000_000
    for turn in range(rounds):
        loads = {}
        for name in files:
            send({**orders[name], "first": first, "seconds": WARM_UP_SECONDS})
            loads[name] = under_load(province, {**orders[name], "first": first + 10**8, "seconds": seconds})
            first += 10**9
        wait_until_quiet(province)
        transactions = peer.transactions_per_second(
            province.installation, database, scripts, clients=SENDERS, seconds=seconds, turn=turn
        )
        for result in results:
            written = peer.files_per_second(
                province.data.parent / "peer",
                sealed_size(result.packet_bytes),
                writers=SENDERS,
                seconds=seconds,
            )
            result.rounds.append(Round(loads[result.size], transactions, written))
    return results


def _any_of(by_sender: Mapping[str, list[bytes]]) -> bytes:
    return next(iter(by_sender.values()))[0]


def orders_of(
    province: Province, tokens: Mapping[str, str], by_sender: Mapping[str, list[bytes]]
) -> dict[str, Any]:
    """Returns the orders for `benchmarks.senders`: who hands what in, each to every recipient in turn."""
    return {
        "port": province.port,
        "place": NUMBER_PLACE,
        "senders": [
            {"requests": [base64.b64encode(request(one, tokens[sender])).decode() for one in packets]}
            for sender, packets in by_sender.items()
        ],
    }


def wait_until_quiet(province: Province) -> None:
    """Waits until the product has nothing left to do, so that the peer has the machine for itself.

    Raises:
        RuntimeError: it does not come to rest.
    """
    until = time.monotonic() + QUIET_LIMIT_SECONDS
    while time.monotonic() < until:
        before = _spent(province)
        time.sleep(QUIET_SECONDS)
        busy = sum(sum(spent) for spent in _spent_since(before, province).values()) / QUIET_SECONDS
        if busy < QUIET_SHARE:
            return
    raise RuntimeError(f"the product is still busy {QUIET_LIMIT_SECONDS} s after the load")


def send(orders: Mapping[str, Any]) -> dict[str, Any]:
    """Lets the senders work through their orders and returns what they measured.

    Raises:
        RuntimeError: a packet was not accepted.
    """
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.senders"],
        input=json.dumps(orders),
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
    )
    measured: dict[str, Any] = json.loads(answer.stdout)
    if measured["refusals"]:
        raise RuntimeError(f"{len(measured['refusals'])} refused, first: {measured['refusals'][0]}")
    return measured


def under_load(province: Province, orders: Mapping[str, Any]) -> Load:
    """Returns what the senders saw, with the processor time of every part meanwhile."""
    before, machine_before = _spent(province), psutil.cpu_times()
    delivered_before = _delivered(province)
    measured = send(orders)
    spent, machine_after = _spent_since(before, province), psutil.cpu_times()
    elapsed = measured["elapsed"]
    cpu = {part: (100 * user / elapsed, 100 * system / elapsed) for part, (user, system) in spent.items()}
    cpu["client"] = (100 * measured["cpu"] / elapsed, 0.0)
    kinds = ("user", "system", "iowait", "steal", "idle")
    passed = {kind: getattr(machine_after, kind) - getattr(machine_before, kind) for kind in kinds}
    total = sum(passed.values())
    taken = measured["seconds"]
    return Load(
        packets_per_second=len(taken) / elapsed,
        median_ms=1000 * statistics.median(taken),
        p99_ms=1000 * taken[len(taken) * 99 // 100],
        cpu=cpu,
        machine={kind: 100 * spent / total for kind, spent in passed.items()},
        delivered_per_second=(_delivered(province) - delivered_before) / elapsed,
    )


Spent = dict[str, dict[psutil.Process, tuple[float, float]]]


def _spent(province: Province) -> Spent:
    """Returns the processor seconds (user, system) of every process so far, by its part."""
    spent: Spent = {}
    for part, processes in province.processes().items():
        spent[part] = {}
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                spent[part][process] = (times.user, times.system)
    return spent


def _spent_since(before: Spent, province: Province) -> dict[str, tuple[float, float]]:
    """Returns the processor seconds of every part since then; a process that has ended since counts for nothing."""
    since = {}
    for part, processes in _spent(province).items():
        was = before.get(part, {})
        user = sum(now[0] - was.get(process, (0.0, 0.0))[0] for process, now in processes.items())
        system = sum(now[1] - was.get(process, (0.0, 0.0))[1] for process, now in processes.items())
        since[part] = (user, system)
    return since


def _delivered(province: Province) -> int:
    with psycopg.connect(province.installation.database_url()) as database:
        row = database.execute(
            "SELECT count(*) FROM exchange_delivery WHERE delivered_at IS NOT NULL"
        ).fetchone()
    return int(row[0]) if row else 0


def _captured(
    province: Province, tokens: Mapping[str, str], files: Mapping[str, list[bytes]]
) -> list[tuple[list[str], list[str]]]:
    """Returns, for one recipient of each sender, the statements of two acceptances."""
    orders = []
    for position, (sender, packets) in enumerate(files.items()):
        # The first keeps the place of the number, for the script to find; its identity is free all the same.
        kept = packets[position].decode()
        orders.append({"token": tokens[sender], "packet": kept})
        orders.append({"token": tokens[sender], "packet": kept.replace(NUMBER_PLACE, f"{position:012d}")})
    said = province.call("statements_of_acceptance", orders)
    return list(zip(said[::2], said[1::2], strict=True))


def report(results: list[Result]) -> str:
    """Returns the figures for people."""
    lines = [f"{os.cpu_count()} processors, {platform.platform()}, load before {os.getloadavg()[0]:.1f}"]
    for result in results:
        middle = result.middle
        load = middle.load
        lines += [
            "",
            f"{result.size} attachment ({result.packet_bytes} bytes of edXML), {SENDERS} senders:",
            (
                f"  accepted   {load.packets_per_second:8.1f} packets/s   median {load.median_ms:.1f} ms, "
                f"99th percentile {load.p99_ms:.1f} ms; delivered meanwhile {load.delivered_per_second:.1f}/s"
            ),
            (
                f"  peer       {middle.peer_per_second:8.1f} packets/s   from pgbench "
                f"{middle.transactions_per_second:.1f} transactions/s and {middle.files_per_second:.1f} files/s"
            ),
            f"  ratio      {middle.ratio:8.2f}             median of "
            + " ".join(f"{one.ratio:.2f}" for one in result.rounds),
            "  processor  "
            + ", ".join(f"{part} {user:.0f}+{system:.0f}" for part, (user, system) in load.cpu.items())
            + " % (user+system, of one processor)",
            "  machine    " + ", ".join(f"{kind} {share:.0f} %" for kind, share in load.machine.items()),
        ]
    ratio = results[0].middle.ratio
    verdict = "stretch reached" if ratio >= STRETCH else "reached" if ratio >= GOAL else "MISSED"
    lines += ["", f"Goal at {results[0].size}: ratio {GOAL:.2f}, stretch {STRETCH:.2f}: {verdict}."]
    return "\n".join(lines)


def run(*, seconds: int, rounds: int) -> tuple[str, list[dict[str, Any]]]:
    """Measures, and returns the figures for people and for programs."""
    with new_province() as province:
        results = measure(province, seconds, rounds)
    return report(results), [{**asdict(result), "ratio": result.middle.ratio} for result in results]
