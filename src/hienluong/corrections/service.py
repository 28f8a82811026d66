"""Public Python API of corrections: how many documents are asked back without an answer."""

from hienluong.corrections.queries import unanswered_count

__all__ = ["unanswered_count"]
