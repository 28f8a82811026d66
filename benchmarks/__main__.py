"""Runs the benchmarks: `python -m benchmarks [--seconds N] [--json]`."""

from benchmarks.accept import main

main()
