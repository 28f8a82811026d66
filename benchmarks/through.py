"""Measures the whole way: handed in, delivered, fetched from the mailbox and confirmed, by agencies' systems over HTTP.

Eight systems hand in as fast as they can, and eight others empty their mailboxes meanwhile as the documentation tells
them to. The clock stops when the last packet is confirmed, so that nothing counts that is still on its way.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from typing import Any

from benchmarks.accept import RECIPIENTS, SENDERS, SIZES, WARM_UP_SECONDS, orders_of, send, wait_until_quiet
from benchmarks.packets import template
from benchmarks.province import REPOSITORY, Province, new_province


def run(*, seconds: int, rounds: int) -> tuple[str, dict[str, Any]]:
    """Measures, and returns the figures for people and for programs."""
    with new_province() as province:
        rates = measure(province, seconds, rounds)
    lines = ["handed in, delivered, fetched and confirmed, to the last one:"]
    for size, figures in rates.items():
        middle = statistics.median(figures)
        shown = " ".join(f"{one:.1f}" for one in figures)
        lines.append(f"  {size:>6} attachment {middle:8.1f} packets/s   median of {shown}")
    return "\n".join(lines), rates


def measure(province: Province, seconds: int, rounds: int) -> dict[str, list[float]]:
    """Returns, for each size, the packets per second of each round."""
    senders, recipients = province.call("agency_codes", ["H50.S", "H50.C"])
    senders, recipients = senders[:SENDERS], recipients[:RECIPIENTS]
    tokens = province.tokens([*senders, *recipients])
    rates: dict[str, list[float]] = {size: [] for size in SIZES}
    first = 200_000_000_000
    for _round in range(rounds):
        for size, attachment in SIZES.items():
            packets = {one: [template(one, to, attachment) for to in recipients] for one in senders}
            orders = orders_of(province, {one: tokens[one] for one in senders}, packets)
            _all_the_way(province, orders, [tokens[one] for one in recipients], first, WARM_UP_SECONDS)
            rate = _all_the_way(province, orders, [tokens[one] for one in recipients], first + 10**8, seconds)
            rates[size].append(rate)
            first += 10**9
            wait_until_quiet(province)
    return rates


def _all_the_way(
    province: Province, orders: dict[str, Any], tokens: list[str], first: int, seconds: float
) -> float:
    """Returns the packets per second, from the first handed in to the last confirmed."""
    receivers = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.receivers"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    assert receivers.stdin
    assert receivers.stdout
    try:
        receivers.stdin.write(json.dumps({"port": province.port, "tokens": tokens}) + "\n")
        receivers.stdin.flush()
        receivers.stdout.readline()  # they are there
        sending = send({**orders, "first": first, "seconds": seconds})
        sent = len(sending["seconds"])
        receivers.stdin.write(f"{sent}\n")
        receivers.stdin.flush()
        received = json.loads(receivers.stdout.readline())
    finally:
        receivers.kill()
        receivers.wait()
    if received["confirmed"] != sent:
        raise RuntimeError(f"{sent} packets were handed in, {received['confirmed']} confirmed")
    elapsed: float = received["last"] - sending["began"]
    return sent / elapsed
