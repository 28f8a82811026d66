"""What was taken over from an earlier system and the books of numbers, for agencies' own systems: each its agency's."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router

from hienluong.directory.service import Actor
from hienluong.exchange.api import CriteriaIn
from hienluong.kit import clock
from hienluong.systems.service import once
from hienluong.takeover import commands
from hienluong.takeover.queries import documents, numbers
from hienluong.takeover.schemas import (
    BookListOut,
    BookOut,
    NumberListOut,
    NumberOut,
    TakenDocumentListOut,
    TakenDocumentOut,
    TakeNumberIn,
)

router = Router(tags=["takeover"])
Limit = Annotated[int, Query(ge=1, le=200)]
Before = Annotated[str, Query(description="a cursor of an earlier answer; empty: the newest")]


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.auth  # type: ignore[attr-defined]  # ninja puts there what SystemBearer returned
    return actor


@router.get("/taken-documents", response=TakenDocumentListOut, summary="Documents of an earlier system")
def list_taken_documents(
    request: HttpRequest,
    criteria: Query[CriteriaIn],
    direction: Literal["incoming", "outgoing"] | None = None,
    after: Annotated[str, Query(description="a cursor of an earlier answer; empty: the newest")] = "",
    limit: Limit = 50,
) -> TakenDocumentListOut:
    """Lists the documents that the agency took over, newest first by their own dates, narrowed as every search is."""
    page = documents.documents(
        _actor(request),
        criteria=criteria.criteria(),
        direction=direction or "",
        after=after,
        limit=limit,
        cursor_named="after",
    )
    return TakenDocumentListOut.model_construct(
        items=[TakenDocumentOut.of(row) for row in page.items], next=page.next
    )


@router.get(
    "/taken-documents/{document_id}", response=TakenDocumentOut, summary="One document of an earlier system"
)
def show_taken_document(request: HttpRequest, document_id: UUID) -> TakenDocumentOut:
    """Answers one document that the agency took over."""
    return TakenDocumentOut.of(documents.document(_actor(request), document_id))


@router.get("/number-books", response=BookListOut, summary="Books of numbers")
def list_number_books(request: HttpRequest, before: Before = "", limit: Limit = 50) -> BookListOut:
    """Lists the agency's books, the one begun last first."""
    page = numbers.books_of(_actor(request), before=before, limit=limit)
    return BookListOut.model_construct(items=[BookOut.of(row) for row in page.items], next=page.next)


@router.get("/number-books/{book_id}/numbers", response=NumberListOut, summary="Numbers that a book gave")
def list_numbers(
    request: HttpRequest,
    book_id: Annotated[int, Path(ge=1, le=2**63 - 1)],
    before: Before = "",
    limit: Limit = 50,
) -> NumberListOut:
    """Lists the numbers that a book of the agency gave, the last first."""
    page = numbers.numbers_of(_actor(request), book_id, before=before, limit=limit)
    return NumberListOut.model_construct(items=[NumberOut.of(row) for row in page.items], next=page.next)


@router.post("/numbers", response={201: NumberOut}, summary="Take the next number of a book")
@once()
def take_number(request: HttpRequest, body: TakeNumberIn) -> tuple[int, NumberOut]:
    """Takes the next number: never given twice, and none left out. The same `Idempotency-Key` again gives it again."""
    given = commands.take_number(
        actor=_actor(request),
        series=body.series,
        year=body.year,
        purpose=body.purpose,
        now=clock.now(),
    )
    return 201, NumberOut.of(given)
