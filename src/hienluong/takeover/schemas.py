"""What the API gives of documents taken over and of books of numbers, and what it takes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Field, Schema

from hienluong.takeover.models import GivenNumber, NumberBook, TakenDocument

Text = Annotated[str, Field(pattern="^[^\\x00]*$")]
"""Text that the database can hold: everything but the letter NUL."""


class TakenPartOut(Schema):
    """An attachment of a packet that was taken over."""

    name: str
    type: str
    size: int
    sha256: str


class TakenDocumentOut(Schema):
    """A document of an earlier system. History: this axis never carried it, so it has no journey."""

    id: UUID
    system: str = Field(description="the earlier system's name")
    direction: Literal["incoming", "outgoing"]
    kind: Literal["edoc", "status"]
    business: int | None = Field(description="of a packet: 0 new, 1 revocation, 2 update, 3 replacement")
    status_code: str
    document_id: str
    number: str
    notation: str
    dated_on: date | None
    registered_on: date | None
    arrival_number: str
    type_name: str
    subject: str
    party: str = Field(description="the other side: who sent it, or to whom it went")
    party_code: str
    signer: str
    parts: list[TakenPartOut] = Field(description="empty for a line of a register")

    @staticmethod
    def of(row: TakenDocument) -> TakenDocumentOut:
        """Returns a document as the API gives it."""
        return TakenDocumentOut.model_construct(
            id=row.pk,
            system=row.intake.system,
            direction=row.direction,
            kind=row.kind,
            business=row.business,
            status_code=row.status_code,
            document_id=row.document_id,
            number=row.number,
            notation=row.notation,
            dated_on=row.dated_on,
            registered_on=row.registered_on,
            arrival_number=row.arrival_number,
            type_name=row.type_name,
            subject=row.subject,
            party=row.party,
            party_code=row.party_code,
            signer=row.signer,
            parts=[TakenPartOut.model_validate(part) for part in row.parts],
        )


class TakenDocumentListOut(Schema):
    """One page of documents that were taken over."""

    items: list[TakenDocumentOut]
    next: str | None = Field(description="give it as `after` for the next page; null: this is the last")


class BookOut(Schema):
    """A book of numbers: one series of the agency in a year (Decree 30/2020/NĐ-CP, art. 15)."""

    id: int
    series: str
    year: int
    first: int = Field(description="from which number it continued an earlier system's book")
    next: int = Field(description="the number that it gives next")

    @staticmethod
    def of(row: NumberBook) -> BookOut:
        """Returns a book as the API gives it."""
        return BookOut.model_construct(
            id=row.pk, series=row.series, year=row.year, first=row.first, next=row.next
        )


class BookListOut(Schema):
    """One page of books."""

    items: list[BookOut]
    next: str | None = Field(description="give it as `before` for the next page; null: this is the last")


class NumberOut(Schema):
    """A number that a book gave; never changed, never given again."""

    series: str
    year: int
    number: int
    written: str = Field(description="as it stands on the document: 08")
    purpose: str
    given_to: str
    given_at: datetime

    @staticmethod
    def of(row: GivenNumber) -> NumberOut:
        """Returns a number as the API gives it."""
        return NumberOut.model_construct(
            series=row.book.series,
            year=row.book.year,
            number=row.number,
            written=str(row),
            purpose=row.purpose,
            given_to=row.given_to,
            given_at=row.given_at,
        )


class NumberListOut(Schema):
    """One page of numbers."""

    items: list[NumberOut]
    next: str | None = Field(description="give it as `before` for the next page; null: this is the last")


class TakeNumberIn(Schema):
    """From which book the next number is taken, and for what."""

    series: Text = Field(min_length=1, max_length=100)
    year: int | None = Field(None, ge=1945, le=2200, description="null: this year")
    purpose: Text = Field("", max_length=300)
