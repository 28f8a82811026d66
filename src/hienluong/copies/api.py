"""Copies for agencies' own systems: documents are handed in; copies are fetched once a clerk has signed them."""

from __future__ import annotations

from typing import Annotated, cast
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from hienluong.copies import commands, queries
from hienluong.copies.commands import Handed
from hienluong.copies.models import Kind
from hienluong.copies.schemas import CopyListOut, CopyOut, HandIn, KindName, StepName
from hienluong.directory.service import calling_actor
from hienluong.files import service as files
from hienluong.kit import clock

router = Router(tags=["copies"])
_FILE = {
    "responses": {
        200: {
            "description": "the file",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@router.post("/copies", response={201: CopyOut}, summary="Hand in a document to be copied")
def hand_in_copy(request: HttpRequest, given: Form[HandIn], file: File[UploadedFile]) -> Status[CopyOut]:
    """Takes a PDF, a scan or an electronic document, signed or not: a clerk signs the copy for the agency."""
    actor = calling_actor(request)
    handed = Handed(
        **{**given.dict(), "kind": Kind(given.kind)}, file=(file.name or "", cast("bytes", file.read()))
    )
    return Status(201, CopyOut.of(commands.prepare_copy(actor=actor, handed=handed, now=clock.now())))


@router.get("/copies", response=CopyListOut, summary="The register of copies")
def list_copies(
    request: HttpRequest,
    kind: KindName | None = None,
    step: StepName | None = None,
    after: Annotated[str, Query(description="a cursor of an earlier answer; empty: the newest")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CopyListOut:
    """Lists the copies of the agency, the newest first."""
    page = queries.copies(
        calling_actor(request),
        kind=kind or "",
        step=step or "",
        after=after,
        limit=limit,
        cursor_named="after",
    )
    return CopyListOut.model_construct(items=[CopyOut.of(row) for row in page.items], next=page.next)


@router.get("/copies/{copy_id}", response=CopyOut, summary="One copy")
def show_copy(request: HttpRequest, copy_id: UUID) -> CopyOut:
    """Answers a copy."""
    return CopyOut.of(queries.copy(calling_actor(request), copy_id))


@router.get("/copies/{copy_id}/file", summary="The PDF as it is now", openapi_extra=_FILE)
def fetch_copy(request: HttpRequest, copy_id: UUID) -> HttpResponseBase:
    """Gives the PDF: with the agency's signature from the step `sealed` on."""
    row = queries.copy(calling_actor(request), copy_id)
    size, _sha256 = files.facts_of(row.file)
    chunks = files.open_for(holder=row.pk, file_id=row.file)
    return files.file_answer(chunks, size=size, content_type="application/octet-stream", headers={})
