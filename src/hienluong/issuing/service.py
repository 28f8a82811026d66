"""Public Python API of issuing: what waits for somebody."""

from hienluong.issuing.queries import Waiting, waiting

__all__ = ["Waiting", "waiting"]
