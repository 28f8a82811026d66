"""Books of numbers, the numbers they gave last, and from where they could continue."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import IntegerField, Max
from django.db.models.functions import Cast

from hienluong.directory.service import Actor, allowed, require
from hienluong.kit.cursors import Page, page_of, read_number_cursor, write_cursor
from hienluong.takeover.agencies import agency_for
from hienluong.takeover.errors import BookUnknown
from hienluong.takeover.models import Direction, GivenNumber, NumberBook, TakenDocument

GIVEN_SHOWN = 20
PAGE = 50


@dataclass(frozen=True, slots=True)
class Books:
    """An agency's books, newest year first, and the numbers given last."""

    books: list[NumberBook]
    given: list[GivenNumber]


def books(actor: Actor | None, *, agency: str = "") -> Books:
    """Returns the agency's books.

    Raises:
        NotAuthenticated, PermissionMissing, AgencyNotNamed.
    """
    actor = require(actor, "takeover.take_numbers")
    owner = agency_for(actor, agency)
    found = NumberBook.objects.filter(agency=owner).order_by("-year", "series")
    given = GivenNumber.objects.filter(book__agency=owner).select_related("book").order_by("-pk")
    return Books(list(found), list(given[:GIVEN_SHOWN]))


def books_of(actor: Actor | None, *, before: str = "", limit: int = PAGE) -> Page[NumberBook]:
    """Returns the books of the actor's agency, the one begun last first.

    Raises:
        NotAuthenticated, PermissionMissing.
        InvalidInput: the cursor is none of this list.
    """
    actor = require(actor, "takeover.take_numbers")
    found = NumberBook.objects.filter(agency=agency_for(actor))
    if before:
        found = found.filter(pk__lt=read_number_cursor("books", before, field="before"))
    return page_of(found.order_by("-pk"), limit, lambda book: write_cursor("books", book.pk))


def numbers_of(
    actor: Actor | None, book_id: int, *, before: str = "", limit: int = PAGE
) -> Page[GivenNumber]:
    """Returns the numbers that a book of the actor's agency gave, the last first.

    Raises:
        NotAuthenticated, PermissionMissing.
        BookUnknown: the agency has no such book.
        InvalidInput: the cursor is none of this list.
    """
    actor = require(actor, "takeover.take_numbers")
    book = NumberBook.objects.filter(pk=book_id, agency=agency_for(actor)).first()
    if book is None:
        raise BookUnknown(id=book_id)
    found = book.given.order_by("-number")
    if before:
        found = found.filter(number__lt=read_number_cursor("numbers", before, field="before"))
    return page_of(found, limit, lambda row: write_cursor("numbers", row.number))


def next_numbers(actor: Actor, *, year: int) -> list[tuple[str, int]]:
    """Returns each series of the actor's agency with the number it gives next in a year, 1 where the year begins.

    Nothing for whoever may take none.
    """
    if actor.agency_id is None or not allowed(actor, "takeover.take_numbers"):
        return []
    found = NumberBook.objects.filter(agency=actor.agency_id, year__in=[year - 1, year]).order_by("year")
    numbers = {book.series: book.next if book.year == year else 1 for book in found}
    return sorted(numbers.items())


def highest_taken(actor: Actor | None, *, year: int, direction: str = Direction.OUTGOING) -> int | None:
    """Returns the highest number among the documents taken over from a year, None where there is none.

    Raises:
        NotAuthenticated, PermissionMissing.
    """
    actor = require(actor, "takeover.manage_numbers")
    numbered = TakenDocument.objects.filter(
        agency=actor.agency_id, direction=direction, day__year=year, number__regex=r"^[0-9]{1,6}$"
    )
    highest: int | None = numbered.aggregate(highest=Max(Cast("number", IntegerField())))["highest"]
    return highest
