"""Public Python API of composing: how many drafts somebody has; modules above offer the books that number documents."""

from hienluong.composing.numbering import Book, Numbers, offer_numbers
from hienluong.composing.queries import draft_count

__all__ = ["Book", "Numbers", "draft_count", "offer_numbers"]
