"""Public Python API of composing: how many drafts somebody has, and the books that modules above offer to number documents."""

from hienluong.composing.document_types import DOCUMENT_TYPES
from hienluong.composing.forms import ManyFilesField, ManyFilesInput
from hienluong.composing.numbering import Book, Numbers, book_for, books_of, offer_numbers, take_number
from hienluong.composing.queries import draft_count

__all__ = [
    "DOCUMENT_TYPES",
    "Book",
    "ManyFilesField",
    "ManyFilesInput",
    "Numbers",
    "book_for",
    "books_of",
    "draft_count",
    "offer_numbers",
    "take_number",
]
