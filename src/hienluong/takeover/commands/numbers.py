"""Gives numbers: one series per agency, kind and year, without a gap and never twice (Decree 30/2020/NĐ-CP, art. 15)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hienluong.directory.service import Actor, require
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.vietnamese import normalise
from hienluong.ledger import service as ledger
from hienluong.takeover.agencies import agency_for
from hienluong.takeover.errors import NoSuchBook, NumberGivenAlready
from hienluong.takeover.models import GivenNumber, NumberBook

SERIES_MAX = 100
NUMBER_MAX = 999_999
YEARS = range(1945, 2201)

NO_SERIES = _("Say which documents share these numbers, in at most {limit} characters.")
NO_NUMBER = _("A book continues from a number between 1 and {limit}.")
NO_YEAR = _("This is no year.")


@transaction.atomic
def continue_book(
    *, actor: Actor | None, series: str, year: int, number: int, now: datetime, agency: str = ""
) -> NumberBook:
    """Lets a book continue from a number: the one after the last that the earlier system gave.

    Args:
        actor: a clerk for the own agency; the platform for the agency whose code is given.
        series: which documents share the numbers, as the head of the agency decided.
        year: of the book; numbers begin anew on 1 January.
        number: the next one it gives.
        now: the time.
        agency: its code, where the actor acts for none.

    Raises:
        PermissionMissing, AgencyNotNamed, InvalidInput.
        NumberGivenAlready: the book has given this number, or a later one.
    """
    actor = require(actor, "takeover.manage_numbers")
    owner = agency_for(actor, agency)
    name = _series(series)
    if not 1 <= number <= NUMBER_MAX:
        raise InvalidInput([FieldError("/number", NO_NUMBER, {"limit": NUMBER_MAX})])
    if year not in YEARS:
        raise InvalidInput([FieldError("/year", NO_YEAR)])
    NumberBook.objects.bulk_create(
        [NumberBook(agency=owner, series=name, year=year, first=number, next=number)], ignore_conflicts=True
    )
    book = NumberBook.objects.select_for_update().get(agency=owner, series=name, year=year)
    last = book.given.order_by("-number").values_list("number", flat=True).first()
    if last is not None and number <= last:
        raise NumberGivenAlready(series=name, year=year, last=last, wanted=number)
    before = book.next
    book.next, book.first = number, (number if last is None else book.first)
    book.save(update_fields=["next", "first"])
    ledger.record(
        actor=actor.ref,
        action="takeover.book-continued",
        subject=f"agency:{owner.pk}",
        details={"series": name, "year": year, "next": number, "before": before},
        now=now,
    )
    return book


@transaction.atomic
def take_number(
    *,
    actor: Actor | None,
    series: str,
    now: datetime,
    year: int | None = None,
    purpose: str = "",
    agency: str = "",
    key: str | None = None,
) -> GivenNumber:
    """Takes the next number of a book. Whoever comes at the same moment waits for this transaction to end.

    A transaction that is rolled back gives its number back, so that none is lost; the same key again gives the number
    that it gave before. In a new year a series that the agency had in the year before begins with 1.

    Raises:
        PermissionMissing, AgencyNotNamed, InvalidInput.
        NoSuchBook: nobody has said from which number it continues.
    """
    actor = require(actor, "takeover.take_numbers")
    owner, name, of_year = agency_for(actor, agency), _series(series), year or in_vietnam(now).year
    books = NumberBook.objects.filter(agency=owner, series=name)
    if not books.filter(year=of_year).exists():
        if not books.filter(year=of_year - 1).exists():
            raise NoSuchBook(series=name, year=of_year)
        NumberBook.objects.bulk_create(
            [NumberBook(agency=owner, series=name, year=of_year, first=1, next=1)], ignore_conflicts=True
        )
    book = books.select_for_update().get(year=of_year)  # the row stays locked until this transaction ends
    if key is not None and (before := book.given.filter(key=key).first()) is not None:
        return before
    book.next += 1
    book.save(update_fields=["next"])
    given = GivenNumber.objects.create(
        book=book,
        number=book.next - 1,
        key=key,
        purpose=normalise(purpose)[:300],
        given_to=actor.name,
        given_at=now,
    )
    ledger.record(
        actor=actor.ref,
        action="takeover.number-given",
        subject=f"agency:{owner.pk}",
        details={"series": name, "year": of_year, "number": given.number},
        now=now,
    )
    return given


def _series(series: str) -> str:
    name = normalise(series)
    if not name or len(name) > SERIES_MAX:
        raise InvalidInput([FieldError("/series", NO_SERIES, {"limit": SERIES_MAX})])
    return name
