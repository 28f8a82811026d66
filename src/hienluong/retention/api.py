"""What was destroyed, for agencies' own systems: they may have to do the same with their copies."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from hienluong.directory.service import calling_actor
from hienluong.kit.cursors import read_id_cursor, read_number_cursor, write_cursor
from hienluong.retention import queries
from hienluong.retention.schemas import DestroyedListOut, DestroyedOut, DisposalOut, DisposalsOut
from hienluong.systems.service import SystemBearer

router = Router(auth=SystemBearer(), tags=["retention"])


@router.get("/disposals", response=DisposalsOut, summary="Disposals of the agency")
def list_disposals(
    request: HttpRequest,
    before: Annotated[str, Query(description="a cursor of an earlier answer; empty: the newest")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> DisposalsOut:
    """Lists what was proposed, approved and carried out, newest first."""
    page = queries.disposals(
        calling_actor(request), before=read_id_cursor("disposals", before, field="before"), limit=limit
    )
    return DisposalsOut.model_construct(
        items=[DisposalOut.of(row) for row in page.items],
        next=write_cursor("disposals", page.next) if page.next else None,
    )


@router.get(
    "/disposals/{disposal_id}/documents", response=DestroyedListOut, summary="Documents of a disposal"
)
def list_disposed(
    request: HttpRequest,
    disposal_id: UUID,
    after: Annotated[str, Query(description="a cursor of an earlier answer; empty: from the beginning")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> DestroyedListOut:
    """Lists the documents of a disposal and what became of the agency's copy of each."""
    actor = calling_actor(request)
    disposal = queries.find_disposal(actor, disposal_id)
    place = read_number_cursor("disposed", after, field="after")
    page = queries.items_of(actor, disposal, after=place or None, limit=limit)
    return DestroyedListOut.model_construct(
        items=[DestroyedOut.of(row) for row in page.items],
        next=write_cursor("disposed", int(page.next)) if page.next else None,
    )
