"""Documents to be issued, for agencies' own systems: the clerk's part of every step, and what devices sign carried there."""

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
    CertificatesOut,
    DocumentListOut,
    DocumentOut,
    DocumentWholeOut,
    FileOut,
    HandIn,
    IssueIn,
    NumberedOut,
    NumberIn,
    PartIn,
    PassageOut,
    PlaceIn,
    ReasonIn,
    ResubmitIn,
    SignerOut,
    SignersOut,
)
from hienluong.kit import clock
from hienluong.signing.service import CertificateIn, CompleteIn, PreparedOut, UsableOut

router = Router(tags=["issuing"])
ONE = "/issuing-documents/{document_id}"
Position = Annotated[
    int | None,
    Query(ge=0, le=1000, description="of the file beside the document; left out: the document itself"),
]
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


@router.get(f"{ONE}/certificates", response=CertificatesOut, summary="With what it can be signed and sealed")
def list_certificates(request: HttpRequest, document_id: UUID) -> CertificatesOut:
    """Answers the certificates on devices of whoever acts in the named post today, and those of the agency."""
    found = queries.certificates_for(calling_actor(request), document_id, now=clock.now())
    return CertificatesOut.model_construct(
        sign=[UsableOut.of(one) for one in found.sign],
        seal=[UsableOut.of(one) for one in found.seal],
    )


@router.post(f"{ONE}/number", response=NumberedOut, summary="Give number and date")
def number_document(request: HttpRequest, document_id: UUID, body: NumberIn) -> NumberedOut:
    """Gives the number, of a book or as typed, and writes it with the date onto the first page. A number that it has stays with it."""
    done = commands.number_document(
        actor=calling_actor(request),
        document_id=document_id,
        dated_on=body.dated_on,
        number=body.number,
        series=body.book,
        in_file=body.in_file,
        now=clock.now(),
    )
    return NumberedOut.told(done)


@router.post(f"{ONE}/places", response=DocumentOut, summary="Put signature or seal elsewhere on the page")
def move_place(request: HttpRequest, document_id: UUID, body: PlaceIn) -> DocumentOut:
    """Puts what comes next somewhere else; without this it goes where the text proposes."""
    document = commands.move_place(
        actor=calling_actor(request), document_id=document_id, now=clock.now(), **body.model_dump()
    )
    return DocumentOut.of(document)


@router.post(
    f"{ONE}/signature/prepared", response={201: PreparedOut}, summary="Prepare it for the person's device"
)
def prepare_person_signature(
    request: HttpRequest, document_id: UUID, body: CertificateIn
) -> Status[PreparedOut]:
    """Gives the hash that the device of whoever acts in the named post signs."""
    row = commands.prepare_signature(
        actor=calling_actor(request),
        document_id=document_id,
        certificate_id=body.certificate,
        now=clock.now(),
    )
    return Status(201, PreparedOut.of(row))


@router.post(
    f"{ONE}/signature/prepared/{{prepared_id}}", response=DocumentOut, summary="Bring the person's signature"
)
def complete_person_signature(
    request: HttpRequest, document_id: UUID, prepared_id: UUID, body: CompleteIn
) -> DocumentOut:
    """Puts the signature into the document, once it fits hash and certificate. Again with the same one: done already."""
    document = commands.complete_signature(
        actor=calling_actor(request),
        document_id=document_id,
        prepared_id=prepared_id,
        signature=body.octets,
        now=clock.now(),
    )
    return DocumentOut.of(document)


@router.post(f"{ONE}/seal", response=DocumentOut, summary="Seal it with a key of the platform")
def seal_document(request: HttpRequest, document_id: UUID, body: CertificateIn) -> DocumentOut:
    """Puts the agency's signature on it and on the PDFs beside it, with a key that was registered for systems."""
    document = commands.seal_document(
        actor=calling_actor(request),
        document_id=document_id,
        certificate_id=body.certificate,
        now=clock.now(),
    )
    return DocumentOut.of(document)


@router.post(
    f"{ONE}/seal/prepared", response={201: PreparedOut}, summary="Prepare it for the agency's device"
)
def prepare_seal(request: HttpRequest, document_id: UUID, body: PartIn) -> Status[PreparedOut]:
    """Gives the hash that the agency's device signs: of the PDFs beside the document first, of the document itself last."""
    row = commands.prepare_seal(
        actor=calling_actor(request),
        document_id=document_id,
        certificate_id=body.certificate,
        position=body.position,
        now=clock.now(),
    )
    return Status(201, PreparedOut.of(row))


@router.post(
    f"{ONE}/seal/prepared/{{prepared_id}}", response=DocumentOut, summary="Bring the agency's signature"
)
def complete_seal(
    request: HttpRequest, document_id: UUID, prepared_id: UUID, body: CompleteIn, position: Position = None
) -> DocumentOut:
    """Puts the agency's signature into the document or the file beside it. Again with the same one: done already."""
    document = commands.complete_seal(
        actor=calling_actor(request),
        document_id=document_id,
        prepared_id=prepared_id,
        signature=body.octets,
        position=position,
        now=clock.now(),
    )
    return DocumentOut.of(document)


@router.post(f"{ONE}/issue", response=DocumentOut, summary="Issue it")
def issue_document(request: HttpRequest, document_id: UUID, body: IssueIn) -> DocumentOut:
    """Issues a sealed document, and sends it with the files beside it. Issued already, it stays as it is."""
    given = body.model_dump(exclude={"not_secret"})
    document = commands.issue_document(
        actor=calling_actor(request),
        document_id=document_id,
        declared_not_secret=body.not_secret,
        now=clock.now(),
        **given,
    )
    return DocumentOut.of(document)


@router.post(f"{ONE}/return", response=DocumentOut, summary="Return it to who prepared it")
def return_document(request: HttpRequest, document_id: UUID, body: ReasonIn) -> DocumentOut:
    """Returns it with a reason. A number that it has stays with it; signatures are made anew."""
    document = commands.return_document(
        actor=calling_actor(request), document_id=document_id, reason=body.reason, now=clock.now()
    )
    return DocumentOut.of(document)


@router.post(f"{ONE}/resubmit", response=DocumentOut, summary="Hand a returned document in again")
def resubmit_document(
    request: HttpRequest,
    document_id: UUID,
    given: Form[ResubmitIn],
    file: File[UploadedFile | None] = None,
    attachments: File[list[UploadedFile] | None] = None,
) -> DocumentOut:
    """Takes it in again, perhaps with another PDF or other files beside it; what is left out stays as it is."""
    document = commands.resubmit_document(
        actor=calling_actor(request),
        document_id=document_id,
        file=_named(file) if file else None,
        attachments=[_named(one) for one in attachments] if attachments else None,
        subject=given.subject,
        now=clock.now(),
    )
    return DocumentOut.of(document)


@router.post(f"{ONE}/give-up", response=DocumentOut, summary="Give it up")
def give_up_document(request: HttpRequest, document_id: UUID, body: ReasonIn) -> DocumentOut:
    """Gives it up for good. A number that it has is not given to another document."""
    document = commands.give_up_document(
        actor=calling_actor(request), document_id=document_id, reason=body.reason, now=clock.now()
    )
    return DocumentOut.of(document)


def _answer(row: Document, file_id: UUID) -> HttpResponseBase:
    size, _sha256 = files.facts_of(file_id)
    chunks = files.open_for(holder=row.pk, file_id=file_id)
    return files.file_answer(chunks, size=size, content_type="application/octet-stream", headers={})


def _named(file: UploadedFile) -> tuple[str, bytes]:
    return file.name or "", cast("bytes", file.read())
