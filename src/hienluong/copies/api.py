"""Copies for agencies' own systems: handed in, numbered, signed for the agency, fetched; what its device signs is carried there."""

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
from hienluong.copies.schemas import (
    CopyCertificatesOut,
    CopyListOut,
    CopyNumberIn,
    CopyOut,
    GiveUpIn,
    HandIn,
    KindName,
    StepName,
)
from hienluong.directory.service import calling_actor
from hienluong.files import service as files
from hienluong.kit import clock
from hienluong.signing.service import CertificateIn, CompleteIn, PreparedOut, UsableOut

router = Router(tags=["copies"])
ONE = "/copies/{copy_id}"
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
    """Takes a PDF, a scan or an electronic document, signed or not: the copy waits for the agency's signature."""
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


@router.get(ONE, response=CopyOut, summary="One copy")
def show_copy(request: HttpRequest, copy_id: UUID) -> CopyOut:
    """Answers a copy."""
    return CopyOut.of(queries.copy(calling_actor(request), copy_id))


@router.get(f"{ONE}/file", summary="The PDF as it is now", openapi_extra=_FILE)
def fetch_copy(request: HttpRequest, copy_id: UUID) -> HttpResponseBase:
    """Gives the PDF: with the agency's signature from the step `sealed` on."""
    row = queries.copy(calling_actor(request), copy_id)
    size, _sha256 = files.facts_of(row.file)
    chunks = files.open_for(holder=row.pk, file_id=row.file)
    return files.file_answer(chunks, size=size, content_type="application/octet-stream", headers={})


@router.get(f"{ONE}/certificates", response=CopyCertificatesOut, summary="With what it can be signed")
def list_copy_certificates(request: HttpRequest, copy_id: UUID) -> CopyCertificatesOut:
    """Answers the certificates of the agency that are on devices."""
    actor = calling_actor(request)
    found = queries.certificates_for(actor, queries.copy(actor, copy_id), now=clock.now())
    return CopyCertificatesOut.model_construct(items=[UsableOut.of(one) for one in found])


@router.post(f"{ONE}/number", response=CopyOut, summary="Give its number in the register")
def number_copy(request: HttpRequest, copy_id: UUID, body: CopyNumberIn) -> CopyOut:
    """Gives the number, of a book or as typed. A number that it has stays with it; asked again, nothing more happens."""
    one = commands.number_copy(
        actor=calling_actor(request),
        copy_id=copy_id,
        number=body.number,
        series=body.book,
        now=clock.now(),
    )
    return CopyOut.of(one)


@router.post(
    f"{ONE}/seal/prepared", response={201: PreparedOut}, summary="Prepare it for the agency's device"
)
def prepare_copy_seal(request: HttpRequest, copy_id: UUID, body: CertificateIn) -> Status[PreparedOut]:
    """Gives the hash that the agency's device signs."""
    row = commands.prepare_seal(
        actor=calling_actor(request), copy_id=copy_id, certificate_id=body.certificate, now=clock.now()
    )
    return Status(201, PreparedOut.of(row))


@router.post(f"{ONE}/seal/prepared/{{prepared_id}}", response=CopyOut, summary="Bring the agency's signature")
def complete_copy_seal(request: HttpRequest, copy_id: UUID, prepared_id: UUID, body: CompleteIn) -> CopyOut:
    """Puts the agency's signature into the copy, once it fits hash and certificate. Signed already, it stays as it is."""
    one = commands.complete_seal(
        actor=calling_actor(request),
        copy_id=copy_id,
        prepared_id=prepared_id,
        signature=body.octets,
        now=clock.now(),
    )
    return CopyOut.of(one)


@router.post(f"{ONE}/give-up", response=CopyOut, summary="Give it up")
def give_up_copy(request: HttpRequest, copy_id: UUID, body: GiveUpIn) -> CopyOut:
    """Gives up a copy that is not signed yet; row, number and file stay. Given up already, it stays as it is."""
    one = commands.give_up_copy(
        actor=calling_actor(request), copy_id=copy_id, reason=body.reason, now=clock.now()
    )
    return CopyOut.of(one)
