"""Public Python API of composing: how many drafts somebody has, and the books that modules above offer to number documents."""

from hienluong.composing.document_types import DOCUMENT_TYPES
from hienluong.composing.forms import ManyFilesField, ManyFilesInput, NumberForm
from hienluong.composing.numbering import Book, Numbers, number_given, offer_numbers
from hienluong.composing.queries import draft_count

__all__ = [
    "DOCUMENT_TYPES",
    "Book",
    "ManyFilesField",
    "ManyFilesInput",
    "NumberForm",
    "Numbers",
    "draft_count",
    "number_given",
    "offer_numbers",
]
