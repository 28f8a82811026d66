"""Reads what an earlier system hands out: registers as tables, packets as files. Pure Python."""
