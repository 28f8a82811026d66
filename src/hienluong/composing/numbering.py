"""Books that give documents their numbers: a module above offers them, and nobody here knows which.

Without an offer, and for whoever keeps no books, the number is typed by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from hienluong.directory.service import Actor
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.vietnamese import fold

NUMBER_MOST: Final = 11
_AS_WRITTEN: Final = frozenset("0123456789abcdefghijklmnopqrstuvwxyz")


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


def number_given(
    *, actor: Actor, typed: str, series: str, year: int, purpose: str, key: str, now: datetime
) -> str:
    """Returns the number that is asked for: as typed, or the next of a book, taken in the caller's transaction.

    A book's number below ten has a nought before it (Decree 30/2020/NĐ-CP, App. I, II.3.b).

    Args:
        actor: who gives it.
        typed: as typed; empty: the book gives it.
        series: of the book of the actor's agency.
        year: of the book.
        purpose: what the number is for, in words.
        key: the same again gives the same number.
        now: the moment.

    Raises:
        InvalidInput: what was typed is no number, or there is no such book.
        and whatever the book raises; no number was taken then.
    """
    if typed:
        if len(typed) > NUMBER_MOST or not _AS_WRITTEN.issuperset(typed.lower()):
            raise InvalidInput(
                [FieldError("/number", _("A number is of figures, perhaps with a letter behind: 15, 15a."))]
            )
        return typed
    book = next((one for one in books_of(actor, year) if one.series == series), None)
    if book is None:
        raise InvalidInput([FieldError("/number", _("Give the number, or choose the book that gives it."))])
    return take_number(actor=actor, book=book, purpose=purpose, key=key, now=now).zfill(2)
