"""Measures the evidence: how fast entries find their place, what a proof costs, and how long the whole log takes to verify.

Verification is measured beside SHA-256 over the same bytes, which nobody who recomputes the log can do without.
"""

from __future__ import annotations

import os
import statistics
from typing import Any

from benchmarks.province import new_province

ENTRIES = 1_000_000


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
    lines = [
        f"a log of {figures['entries']:,} entries:",
        f"  sequenced, with tiles and checkpoint {figures['sequenced_per_second']:10,.0f} entries/s",
        f"  proof without its entry              {figures['proof_bytes']:10,d} bytes (goal: at most 1,200)",
        f"  proof                                {statistics.median(proofs):10.2f} ms, slowest {max(proofs):.2f} (goal: at most 5)",
        f"  whole verification                   {figures['verified_seconds']:10.1f} s",
        f"  SHA-256 over the same bytes          {figures['hashed_seconds']:10.1f} s",
        f"  ratio                                {figures['verified_seconds'] / figures['hashed_seconds']:10.1f}",
        f"tables with {tables['changes']:,} changes of rows:",
        f"  put in order                         {tables['sequenced_per_second']:10,.0f} changes/s",
        f"  batches recomputed                   {tables['seconds']['batches']:10.1f} s",
        f"  changes without an act looked for    {tables['seconds']['acts']:10.1f} s",
        f"  rows compared                        {tables['seconds']['rows']:10.1f} s",
        f"  largest memory of the process        {tables['peak_kib'] / 1024:10.0f} MiB, before {tables['peak_kib_before'] / 1024:.0f}",
    ]
    return "\n".join(lines), figures
