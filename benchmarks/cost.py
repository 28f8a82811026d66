"""Measures what the evidence costs: how many packets are accepted with it and without it, and what it keeps of each.

Two installations in one run: one as it ships, one that writes no entry and has no triggers. They take turns, and each
round's share is taken within the round.
"""

from __future__ import annotations

import statistics
import time
from typing import Any, Final

import psycopg

from benchmarks.accept import (
    RECIPIENTS,
    SENDERS,
    SIZES,
    WARM_UP_SECONDS,
    Load,
    orders_of,
    under_load,
    wait_until_quiet,
)
from benchmarks.packets import template
from benchmarks.province import Province, new_province

GOAL: Final = 0.8
WITHOUT: Final = {"DJANGO_SETTINGS_MODULE": "benchmarks.without_evidence"}
DROP_TRIGGERS: Final = """
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT tgname, tgrelid::regclass AS owner FROM pg_trigger WHERE tgname LIKE 'ledger\\_guard%' LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', one.tgname, one.owner);
    END LOOP;
END
$$
"""
KEPT: Final = """
SELECT (SELECT count(*) FROM exchange_transmission),
       (SELECT count(*) FROM ledger_change), (SELECT count(*) FROM ledger_entry),
       pg_total_relation_size('ledger_change'), pg_total_relation_size('ledger_entry') + pg_total_relation_size('ledger_tile')
"""


def run(*, seconds: int, rounds: int) -> tuple[str, dict[str, Any]]:
    """Measures, and returns the figures for people and for programs."""
    with new_province() as province, new_province(WITHOUT) as bare:
        with psycopg.connect(bare.installation.database_url()) as database:
            database.execute(DROP_TRIGGERS)
        figures = measure(province, bare, seconds, rounds)
    share = statistics.median(figures["shares"])
    shown = " ".join(f"{one:.2f}" for one in figures["shares"])
    spent, bare_spent = (statistics.median(figures[name]) for name in ("cpu_ms_with", "cpu_ms_without"))
    lines = [
        f"accepted, 1 kB attachment, {SENDERS} senders:",
        f"  with evidence    {statistics.median(figures['with']):8.1f} packets/s",
        f"  without          {statistics.median(figures['without']):8.1f} packets/s",
        f"  share            {share:8.2f}  median of {shown} (goal: {GOAL}: {'reached' if share >= GOAL else 'MISSED'})",
        f"  processor time   {spent:8.1f} ms of the product per packet, without {bare_spent:.1f} ms",
        "kept of each packet, which was delivered:",
        f"  entries          {figures['entries']:8.1f}, {figures['entry_bytes']:,.0f} bytes with their tiles and indices",
        f"  changes of rows  {figures['changes']:8.1f}, {figures['change_bytes']:,.0f} bytes with their indices",
    ]
    return "\n".join(lines), {**figures, "share": share}


def measure(province: Province, bare: Province, seconds: int, rounds: int) -> dict[str, Any]:
    """Lets both accept in turns, and counts afterwards what is kept of what."""
    size = next(iter(SIZES.values()))
    orders = {}
    for one in (province, bare):
        senders, recipients = one.call("agency_codes", ["H50.S", "H50.C"])
        tokens = one.tokens(senders[:SENDERS])
        written = {
            sender: [template(sender, to, size) for to in recipients[:RECIPIENTS]] for sender in tokens
        }
        orders[one.port] = orders_of(one, tokens, written)
    rates: dict[int, list[float]] = {province.port: [], bare.port: []}
    spent: dict[int, list[float]] = {province.port: [], bare.port: []}
    first = 300_000_000_000
    before = None
    for turn in range(rounds):
        for one in (province, bare) if turn % 2 == 0 else (bare, province):  # neither always comes first
            under_load(one, {**orders[one.port], "first": first, "seconds": WARM_UP_SECONDS})
            if one is province and before is None:
                before = _kept(province)
            load = under_load(one, {**orders[one.port], "first": first + 10**8, "seconds": seconds})
            rates[one.port].append(load.packets_per_second)
            spent[one.port].append(_milliseconds_per_packet(load))
            first += 10**9
            wait_until_quiet(one)
    assert before is not None
    packets, changes, entries, change_bytes, entry_bytes = (
        after - was for after, was in zip(_kept(province), before, strict=True)
    )
    return {
        "with": rates[province.port],
        "without": rates[bare.port],
        "cpu_ms_with": spent[province.port],
        "cpu_ms_without": spent[bare.port],
        "shares": [
            ours / theirs for ours, theirs in zip(rates[province.port], rates[bare.port], strict=True)
        ],
        "packets": packets,
        "changes": changes / packets,
        "entries": entries / packets,
        "change_bytes": change_bytes / packets,
        "entry_bytes": entry_bytes / packets,
    }


def _milliseconds_per_packet(load: Load) -> float:
    """Returns the processor time of the product's own parts, which another load on the machine changes little."""
    percent = sum(user + system for part, (user, system) in load.cpu.items() if part != "client")
    return 10 * percent / load.packets_per_second


def _kept(province: Province) -> tuple[int, ...]:
    """Returns packets, changes, entries and their bytes once nothing waits for its place any more."""
    with psycopg.connect(province.installation.database_url(), autocommit=True) as database:
        until = time.monotonic() + 120
        while database.execute(
            "SELECT EXISTS (SELECT FROM ledger_queuedchange) OR EXISTS (SELECT FROM ledger_queuedentry) "
            "OR EXISTS (SELECT FROM exchange_delivery WHERE state = 'waiting')"
        ).fetchone() == (True,):
            if time.monotonic() > until:
                raise RuntimeError("the ledger does not come to rest")
            time.sleep(1)
        row = database.execute(KEPT).fetchone()
    assert row is not None
    return tuple(int(one) for one in row)
