"""Public Python API of taking over: how many files of the agency's earlier system wait for somebody."""

from hienluong.takeover.queries.intakes import waiting_count

__all__ = ["waiting_count"]
