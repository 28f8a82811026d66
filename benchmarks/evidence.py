"""Measures the evidence: how fast entries find their place, what a proof costs, and how long the whole log takes to verify.

Verification is measured in processor time beside what nobody who recomputes the log can do without: SHA-256 over the same
bytes, and the calls of SHA-256 that a log of so many entries consists of, three for each.
"""

from __future__ import annotations

import os
import statistics
from typing import Any

from benchmarks.province import new_province

ENTRIES = 1_000_000
SLOW_MS = 20


def run(*, seconds: int, rounds: int) -> tuple[str, dict[str, Any]]:  # noqa: ARG001 - the form of all benchmarks: this one counts entries
    """Measures, and returns the figures for people and for programs.

    The environment variable EVIDENCE_ENTRIES says how long the log is and how many rows are guarded (default: a million).
    """
    wanted = int(os.environ.get("EVIDENCE_ENTRIES") or ENTRIES)
    with new_province() as province:
        figures = province.call("evidence", {"entries": wanted})
        figures["tables"] = province.call("rows", {"rows": wanted})
    tables = figures["tables"]
    proofs = figures["proof_ms"]
    verified, here = figures["verified_seconds"], figures["verified_processor_seconds"]
    ways = sorted(figures["search_ms"].items(), key=lambda one: -one[1])
    slowest = ways[0]
    at_once, singly = figures["hashed_at_once_seconds"], figures["hashed_singly_seconds"]
    lines = [
        f"a log of {figures['entries']:,} entries:",
        f"  sequenced, with tiles and checkpoint {figures['sequenced_per_second']:10,.0f} entries/s",
        f"  proof without its entry              {figures['proof_bytes']:10,d} bytes (goal: at most 1,200)",
        f"  proof                                {statistics.median(proofs):10.2f} ms, slowest {max(proofs):.2f} (goal: at most 5)",
        f"  whole verification                   {verified:10.1f} s, of which {here:.1f} s of this processor, the rest the database",
        f"  SHA-256 over the same bytes at once  {at_once:10.1f} s: {here / at_once:.0f} times that",
        f"  the hashes the log consists of       {singly:10.1f} s, one call each: {here / singly:.2f} times that (goal: at most 2)",
        f"  slowest page of the search           {slowest[1]:10.1f} ms (goal: at most 100): {slowest[0]}",
        *(f"    {name:60s} {took:7.1f} ms" for name, took in ways if took > SLOW_MS),
        f"tables with {tables['changes']:,} changes of rows:",
        f"  put in order                         {tables['sequenced_per_second']:10,.0f} changes/s",
        f"  batches recomputed                   {tables['seconds']['batches']:10.1f} s",
        f"  changes without an act looked for    {tables['seconds']['acts']:10.1f} s",
        f"  rows compared                        {tables['seconds']['rows']:10.1f} s",
        f"  largest memory of the process        {tables['peak_kib'] / 1024:10.0f} MiB, before {tables['peak_kib_before'] / 1024:.0f}",
    ]
    return "\n".join(lines), figures
