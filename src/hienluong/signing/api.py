"""Signatures for agencies' own systems: files checked, and signed in two halves by the signer's own device."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import get_language_from_request, override
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from hienluong.directory.service import calling_actor
from hienluong.files.service import file_answer
from hienluong.kit import clock
from hienluong.signing import commands, queries
from hienluong.signing.formats.levels import Level
from hienluong.signing.schemas import (
    AuthorityOut,
    CompleteIn,
    PreparedOut,
    PrepareIn,
    RegisteredOut,
    RegisterOut,
    SignaturesOut,
)
from hienluong.systems.service import SystemBearer

router = Router(auth=SystemBearer(), tags=["signing"])
_PDF = {
    "responses": {
        200: {
            "description": "the signed PDF",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@router.post("/signatures/validate", response=SignaturesOut, summary="Check the signatures of a file")
def validate_signatures(
    request: HttpRequest, file: File[UploadedFile], signed_file: File[UploadedFile | None] = None
) -> SignaturesOut:
    """Checks any file: PDF, a signature beside a file (with the file as `signed_file`), XML, an edXML packet.

    No authority is asked meanwhile: where it is not known whether a certificate was revoked, the answer says so, and some
    minutes later it is known.
    """
    report = queries.validate_file(
        calling_actor(request),
        _bytes_of(file),
        now=clock.now(),
        name=file.name or "",
        signed=_bytes_of(signed_file) if signed_file is not None else None,
    )
    with override(get_language_from_request(request)):
        return SignaturesOut.of(report)


@router.post("/signatures/prepared", response={201: PreparedOut}, summary="Prepare a PDF for a signature")
def prepare_signature(
    request: HttpRequest,
    wanted: Form[PrepareIn],
    file: File[UploadedFile],
    certificates: File[UploadedFile],
) -> Status[PreparedOut]:
    """Takes a PDF and the signer's certificates, and gives the hash that the signer's device signs; no key ever comes here."""
    row = commands.prepare_signature(
        actor=calling_actor(request),
        content=_bytes_of(file),
        certificates=_bytes_of(certificates),
        level=Level(wanted.level),
        now=clock.now(),
        name=file.name or "",
        reason=wanted.reason,
    )
    return Status(201, PreparedOut.of(row))


@router.get("/signatures/prepared/{prepared_id}", response=PreparedOut, summary="A prepared signature")
def show_prepared_signature(request: HttpRequest, prepared_id: UUID) -> PreparedOut:
    """Answers what waits for its signature, or has it, until its time is over."""
    return PreparedOut.of(queries.prepared(calling_actor(request), prepared_id, now=clock.now()))


@router.post(
    "/signatures/prepared/{prepared_id}/signature",
    response=PreparedOut,
    summary="Complete a prepared signature",
)
def complete_signature(request: HttpRequest, prepared_id: UUID, body: CompleteIn) -> PreparedOut:
    """Puts the signature into the document, once it fits the hash and the certificate. Again with the same one: done already."""
    row = commands.complete_signature(
        actor=calling_actor(request), prepared_id=prepared_id, signature=body.octets, now=clock.now()
    )
    return PreparedOut.of(row)


@router.get("/signatures/prepared/{prepared_id}/document", summary="The signed document", openapi_extra=_PDF)
def fetch_signed_document(request: HttpRequest, prepared_id: UUID) -> HttpResponseBase:
    """Gives the signed PDF, for a day after it was completed."""
    size, chunks = queries.signed_document(calling_actor(request), prepared_id, now=clock.now())
    return file_answer(chunks, size=size, content_type="application/pdf", headers={})


@router.get(
    "/signatures/authorities",
    response=list[AuthorityOut],
    summary="Authorities whose certificates are believed",
)
def list_authorities(request: HttpRequest) -> list[AuthorityOut]:
    """Answers the trust list in force, with the certificates."""
    return [AuthorityOut.of(one) for one in queries.authorities(calling_actor(request), now=clock.now())]


@router.get(
    "/signatures/certificates", response=RegisterOut, summary="The agency's signing certificates in use"
)
def list_signing_certificates(request: HttpRequest, after: str = "") -> RegisterOut:
    """Answers with which certificates the agency signs, what ends first first."""
    page = queries.certificates(calling_actor(request), now=clock.now(), after=after)
    return RegisterOut(certificates=[RegisteredOut.of(one) for one in page.items], next=page.next)


def _bytes_of(file: UploadedFile) -> bytes:
    return cast("bytes", file.read())
