"""Runs the benchmarks: `python -m benchmarks [accept] [through] [as2] [cost] [evidence] [signing] [--seconds N] [--rounds N] [--json]`."""

from __future__ import annotations

import argparse
import json

from benchmarks import accept, beside_as2, cost, evidence, signing, through

ALL = {
    "accept": accept.run,
    "through": through.run,
    "as2": beside_as2.run,
    "cost": cost.run,
    "evidence": evidence.run,
    "signing": signing.run,
}
"""Acceptance beside PostgreSQL and the disk; the whole way to the confirmation; acceptance beside django-pyas2; acceptance
with and without evidence; the ledger; signatures."""


def main() -> None:
    """Measures what is asked for, and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(ALL)} (default: all)")
    parser.add_argument("--seconds", type=int, default=8, help="of each measurement (default: 8)")
    parser.add_argument(
        "--rounds", type=int, default=5, help="of product and peer in turns, at most 9 (default: 5)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON for a program to read")
    options = parser.parse_args()
    unknown = set(options.names) - set(ALL)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    facts = {}
    for name in options.names or ALL:
        said, facts[name] = ALL[name](seconds=options.seconds, rounds=options.rounds)
        if not options.json:
            print(f"## {name}\n{said}\n", flush=True)
    if options.json:
        print(json.dumps(facts, ensure_ascii=False, indent=1))


main()
