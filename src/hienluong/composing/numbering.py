"""Books that give documents their numbers: a module above offers them, and nobody here knows which.

Without an offer, and for whoever keeps no books, the number is typed by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hienluong.directory.service import Actor
from hienluong.kit.vietnamese import fold


@dataclass(frozen=True, slots=True)
class Book:
    """A series of numbers of the actor's agency in a year, and the number that it gives next, as it is written."""

    series: str
    year: int
    next: str


class TakeNumber(Protocol):
    """Takes the next number of a book, in the caller's transaction; the same key again gives the same number."""

    def __call__(self, *, actor: Actor, book: Book, purpose: str, key: str, now: datetime) -> str:
        """Returns the number as it is written."""
        ...


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is offered: the books that the actor may take numbers from in a year, and taking one."""

    books: Callable[[Actor, int], list[Book]]
    take: TakeNumber


_offered: list[Numbers] = []


def offer_numbers(numbers: Numbers) -> None:
    """Lets documents take their numbers from these books from now on."""
    _offered[:] = [numbers]


def books_of(actor: Actor, year: int) -> list[Book]:
    """Returns the books that can number a document of the actor's agency dated in the year."""
    return [book for numbers in _offered for book in numbers.books(actor, year)]


def book_for(books: list[Book], type_name: str) -> Book | None:
    """Returns the book that a type of document suggests: the one of its name, or the only one there is."""
    named = [book for book in books if fold(book.series) == fold(type_name)]
    if named:
        return named[0]
    return books[0] if len(books) == 1 else None


def take_number(*, actor: Actor, book: Book, purpose: str, key: str, now: datetime) -> str:
    """Takes the next number of a book, in the caller's transaction."""
    (numbers,) = _offered
    return numbers.take(actor=actor, book=book, purpose=purpose, key=key, now=now)
