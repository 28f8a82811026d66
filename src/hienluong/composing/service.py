"""Public Python API of composing: what other modules may call."""

from hienluong.composing.queries import draft_count

__all__ = ["draft_count"]
