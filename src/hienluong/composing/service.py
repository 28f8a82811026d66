"""Public Python API of the composing: modules above offer the books that number documents."""

from hienluong.composing.numbering import Book, Numbers, offer_numbers

__all__ = ["Book", "Numbers", "offer_numbers"]
