"""Measures acceptance beside django-pyas2, the AS2 server in Python: the same document, answered with a signed receipt.

Both stand on the same PostgreSQL and disk, with two processes each, and take turns. Ours is durable, writes the ledger
and delivers at the same time; the peer verifies the sender's signature, stores the message and signs its receipt (MDN).
"""

from __future__ import annotations

import base64
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.accept import RECIPIENTS, SENDERS, SIZES, WARM_UP_SECONDS, orders_of, send, wait_until_quiet
from benchmarks.as2 import peer
from benchmarks.packets import template
from benchmarks.province import Province, new_province

GOAL = 25.0
"""Wanted: so many times the peer's rate."""


@dataclass(frozen=True, slots=True)
class Round:
    """What each accepted per second, one right after the other."""

    ours: float
    peers: float

    @property
    def ratio(self) -> float:
        """Returns how many times the peer's rate ours is."""
        return self.ours / self.peers


def run(*, seconds: int, rounds: int) -> tuple[str, dict[str, Any]]:
    """Measures, and returns the figures for people and for programs."""
    with new_province() as province:
        measured = measure(province, seconds, rounds)
    lines = []
    for size, results in measured.items():
        middle = sorted(results, key=lambda one: one.ratio)[len(results) // 2]
        lines.append(
            f"{size:>6} attachment: ours {middle.ours:.1f} packets/s, django-pyas2 {middle.peers:.1f} messages/s, "
            f"ratio {middle.ratio:.1f} (median of {' '.join(f'{one.ratio:.1f}' for one in results)})"
        )
    lowest = min(statistics.median(one.ratio for one in results) for results in measured.values())
    lines.append(f"Goal: {GOAL:.0f} times at either size: {'reached' if lowest >= GOAL else 'MISSED'}.")
    return "\n".join(lines), {size: [asdict(one) for one in results] for size, results in measured.items()}


def measure(province: Province, seconds: int, rounds: int) -> dict[str, list[Round]]:
    """Returns what both did in each round, by size."""
    senders, recipients = province.call("agency_codes", ["H50.S", "H50.C"])
    tokens = province.tokens(senders[:SENDERS])
    files = {
        size: {one: [template(one, to, attachment) for to in recipients[:RECIPIENTS]] for one in tokens}
        for size, attachment in SIZES.items()
    }
    measured: dict[str, list[Round]] = {size: [] for size in SIZES}
    with peer.served(province, {size: next(iter(by.values()))[0] for size, by in files.items()}) as other:
        first = 300_000_000_000
        for _round in range(rounds):
            for size, by_sender in files.items():
                ours = _rate(orders_of(province, tokens, by_sender), first, seconds)
                wait_until_quiet(province)
                peers = _rate(_orders_of_peer(other, size), first, seconds)
                measured[size].append(Round(ours, peers))
                first += 10**9
    return measured


def _rate(orders: Mapping[str, Any], first: int, seconds: float) -> float:
    send({**orders, "first": first, "seconds": WARM_UP_SECONDS})
    measured = send({**orders, "first": first + 10**8, "seconds": seconds})
    rate: float = len(measured["seconds"]) / measured["elapsed"]
    return rate


def _orders_of_peer(other: peer.Peer, size: str) -> dict[str, Any]:
    """Returns the orders for `benchmarks.senders`; the peer's answer must be a signed receipt of a message it took."""
    message = base64.b64encode(other.messages[size]).decode()
    return {
        "port": other.port,
        "place": peer.NUMBER_PLACE,
        "accepted": "200",
        "receipt": peer.TAKEN,
        "senders": [{"requests": [message]}] * SENDERS,
    }
