"""Measures how many packets per second the axis accepts, beside PostgreSQL and the disk alone.

Eight agencies' systems hand in documents with one PDF, each to one of eight communes, over HTTP, to the product as
`hienluong serve` runs it: durable, two web processes, and the worker that delivers at the same time.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

from benchmarks import peer
from benchmarks.packets import NUMBER_PLACE, template
from benchmarks.province import REPOSITORY, Province, new_province
from hienluong.config.postgres import embedded
from hienluong.kit.sealed import sealed_size

SENDERS = 8
RECIPIENTS = 8
SIZES = {"1 kB": 1_000, "100 kB": 100_000}
"""Bytes of the attachment."""
WARM_UP_SECONDS = 2.0
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
class Result:
    """One size, measured and set beside the peer."""

    size: str
    packet_bytes: int
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


def measure(province: Province, seconds: int) -> list[Result]:
    """Measures every size with the product, then the peer on the same PostgreSQL with web and worker stopped."""
    senders, recipients = province.call("agency_codes", ["H50.S", "H50.C"])
    recipients = recipients[:RECIPIENTS]
    tokens = province.tokens(senders[:SENDERS])
    assert len(tokens) == SENDERS
    files = {
        name: {sender: [template(sender, one, size) for one in recipients] for sender in tokens}
        for name, size in SIZES.items()
    }
    loads = {}
    first = 100_000_000_000
    for name, by_sender in files.items():
        orders = {
            "port": province.port,
            "place": NUMBER_PLACE,
            "senders": [
                {"token": tokens[sender], "templates": [base64.b64encode(one).decode() for one in packets]}
                for sender, packets in by_sender.items()
            ],
        }
        send({**orders, "first": first, "seconds": WARM_UP_SECONDS})
        loads[name] = under_load(province, {**orders, "first": first + 10**8, "seconds": seconds})
        first += 10**9
    captured = _captured(province, tokens, next(iter(files.values())))
    province.stop()
    transactions = _transactions_per_second(province, captured, seconds)
    results = []
    for name, by_sender in files.items():
        size = len(next(iter(by_sender.values()))[0])
        place = province.data.parent / "peer"
        written = peer.files_per_second(place, sealed_size(size), writers=SENDERS, seconds=seconds)
        results.append(Result(name, size, loads[name], transactions, written))
    return results


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
    after, machine_after = _spent(province), psutil.cpu_times()
    elapsed = measured["elapsed"]
    cpu = {
        part: tuple(100 * (spent - before[part][kind]) / elapsed for kind, spent in enumerate(after[part]))
        for part in after
    }
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


def _spent(province: Province) -> dict[str, tuple[float, float]]:
    """Returns the processor seconds (user, system) of every part so far."""
    spent = {}
    for part, processes in province.processes().items():
        times = [process.cpu_times() for process in processes]
        spent[part] = (sum(one.user for one in times), sum(one.system for one in times))
    return spent


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


def _transactions_per_second(
    province: Province, captured: list[tuple[list[str], list[str]]], seconds: int
) -> float:
    cluster = embedded(province.installation)
    scripts = [peer.pgbench_script(*pair, offset) for offset, pair in enumerate(captured)]
    url = province.installation.database_url()
    with tempfile.TemporaryDirectory() as place:
        cluster.start()
        try:
            return peer.transactions_per_second(
                cluster, url, scripts, Path(place), clients=SENDERS, seconds=seconds
            )
        finally:
            cluster.stop()


def report(results: list[Result]) -> str:
    """Returns the figures for people."""
    lines = [f"{os.cpu_count()} processors, {platform.platform()}, load before {os.getloadavg()[0]:.1f}"]
    for result in results:
        load = result.load
        lines += [
            "",
            f"{result.size} attachment ({result.packet_bytes} bytes of edXML), {SENDERS} senders:",
            (
                f"  accepted   {load.packets_per_second:8.1f} packets/s   median {load.median_ms:.1f} ms, "
                f"99th percentile {load.p99_ms:.1f} ms; delivered meanwhile {load.delivered_per_second:.1f}/s"
            ),
            (
                f"  peer       {result.peer_per_second:8.1f} packets/s   from pgbench "
                f"{result.transactions_per_second:.1f} transactions/s and {result.files_per_second:.1f} files/s"
            ),
            f"  ratio      {result.ratio:8.2f}",
            "  processor  "
            + ", ".join(f"{part} {user:.0f}+{system:.0f}" for part, (user, system) in load.cpu.items())
            + " % (user+system, of one processor)",
            "  machine    " + ", ".join(f"{kind} {share:.0f} %" for kind, share in load.machine.items()),
        ]
    first = results[0]
    verdict = "stretch reached" if first.ratio >= STRETCH else "reached" if first.ratio >= GOAL else "MISSED"
    lines += ["", f"Goal at {first.size}: ratio {GOAL:.2f}, stretch {STRETCH:.2f}: {verdict}."]
    return "\n".join(lines)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--seconds", type=int, default=15, help="of each measurement (default: 15)")
    parser.add_argument("--json", action="store_true", help="print JSON for a program to read")
    options = parser.parse_args()
    with new_province() as province:
        results = measure(province, options.seconds)
    if options.json:
        facts = [
            {**asdict(result), "peer_per_second": result.peer_per_second, "ratio": result.ratio}
            for result in results
        ]
        print(json.dumps(facts, ensure_ascii=False, indent=1))
    else:
        print(report(results))
