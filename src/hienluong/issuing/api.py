"""Documents to be issued, for agencies' own systems: handed in, followed, fetched once they are signed."""

from __future__ import annotations

from typing import Annotated, Literal, cast
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import File, Form, Path, Query, Router, Status
from ninja.files import UploadedFile

from hienluong.directory.service import calling_actor, today
from hienluong.files import service as files
from hienluong.issuing import commands, queries
from hienluong.issuing.commands import Handed
from hienluong.issuing.errors import SignerUnknown
from hienluong.issuing.models import Authority, Document
from hienluong.issuing.schemas import (
    DocumentListOut,
    DocumentOut,
    DocumentWholeOut,
    FileOut,
    HandIn,
    PassageOut,
    SignerOut,
    SignersOut,
)
from hienluong.kit import clock

router = Router(tags=["issuing"])
Show = Literal["number", "seal", "issue", "returned", "issued", "all"]
_FILE = {
    "responses": {
        200: {
            "description": "the file",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@router.get("/issuing-signers", response=SignersOut, summary="Who may sign for the agency today")
def list_signers(request: HttpRequest) -> SignersOut:
    """Lists the head and whoever holds a written delegation, each with the right by which they sign."""
    found = queries.signers(calling_actor(request), today())
    return SignersOut.model_construct(
        items=[SignerOut.of(post, right) for post, rights in found for right in rights]
    )


@router.post("/issuing-documents", response={201: DocumentOut}, summary="Hand in a document to be issued")
def hand_in_document(
    request: HttpRequest,
    given: Form[HandIn],
    file: File[UploadedFile],
    attachments: File[list[UploadedFile] | None] = None,
) -> Status[DocumentOut]:
    """Takes a PDF that is not signed yet: the clerk numbers it, the named post signs, the clerk seals and issues it."""
    actor = calling_actor(request)
    signer = queries.signer(actor, given.signer, today())
    if signer is None:
        raise SignerUnknown(signer=given.signer)
    document = commands.prepare_document(
        actor=actor,
        handed=Handed(
            type_name=given.type_name,
            subject=given.subject,
            notation=given.notation,
            signer=signer,
            authority=Authority(given.authority),
            delegation=given.delegation,
            file=_named(file),
            attachments=[_named(one) for one in attachments or []],
            key=given.key,
        ),
        now=clock.now(),
    )
    return Status(201, DocumentOut.of(document))


@router.get("/issuing-documents", response=DocumentListOut, summary="Documents to be issued")
def list_documents(
    request: HttpRequest,
    show: Show = "all",
    after: Annotated[str, Query(description="a cursor of an earlier answer; empty: the newest")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DocumentListOut:
    """Lists the documents of the agency, the newest first."""
    page = queries.documents(
        calling_actor(request), show=show, after=after, limit=limit, cursor_named="after"
    )
    return DocumentListOut.model_construct(items=[DocumentOut.of(row) for row in page.items], next=page.next)


@router.get(
    "/issuing-documents/{document_id}", response=DocumentWholeOut, summary="One document to be issued"
)
def show_document(request: HttpRequest, document_id: UUID) -> DocumentWholeOut:
    """Answers a document with the files beside it and the steps it took."""
    row = queries.document(calling_actor(request), document_id)
    return DocumentWholeOut.model_construct(
        **DocumentOut.of(row).__dict__,
        files=[FileOut.of(one) for one in queries.files_of(row)],
        passages=[PassageOut.of(one) for one in queries.passages_of(row)],
    )


@router.get("/issuing-documents/{document_id}/file", summary="The PDF as it is now", openapi_extra=_FILE)
def fetch_file(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """Gives the PDF: signed by the person from the step `signed` on, by the agency from `sealed` on."""
    row = queries.document(calling_actor(request), document_id)
    return _answer(row, row.file)


@router.get(
    "/issuing-documents/{document_id}/files/{position}",
    summary="A file beside the document",
    openapi_extra=_FILE,
)
def fetch_attachment(
    request: HttpRequest, document_id: UUID, position: Annotated[int, Path(ge=0, le=1000)]
) -> HttpResponseBase:
    """Gives a file beside the document, with the agency's signature where it has one."""
    row, one = queries.attached_file(calling_actor(request), document_id, position)
    return _answer(row, one.sealed or one.original)


def _answer(row: Document, file_id: UUID) -> HttpResponseBase:
    size, _sha256 = files.facts_of(file_id)
    chunks = files.open_for(holder=row.pk, file_id=file_id)
    return files.file_answer(chunks, size=size, content_type="application/octet-stream", headers={})


def _named(file: UploadedFile) -> tuple[str, bytes]:
    return file.name or "", cast("bytes", file.read())
