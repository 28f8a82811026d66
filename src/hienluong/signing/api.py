"""Signatures for agencies' own systems: files checked, and signed in two halves by the signer's own device."""

from __future__ import annotations

from typing import Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language_from_request, override
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from hienluong.directory.service import agency_by_id, calling_actor
from hienluong.files.service import file_answer
from hienluong.kit import clock
from hienluong.kit.errors import NotAuthenticated
from hienluong.signing import commands, queries
from hienluong.signing.formats.levels import Level
from hienluong.signing.schemas import (
    AuthorityOut,
    BringIn,
    CompleteIn,
    EndIn,
    PreparedOut,
    PrepareIn,
    RegisteredOut,
    RegisterOut,
    SignaturesOut,
)
from hienluong.systems.service import SystemBearer

router = Router(auth=SystemBearer(), tags=["signing"])
ONE = "/signatures/certificates/{certificate_id}"


def _gives(what: str, content_type: str) -> dict[str, Any]:
    content = {content_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"responses": {200: {"description": what, "content": content}}}


_PDF = _gives("the signed PDF", "application/pdf")
_PNG = _gives("the image", "image/png")


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
def list_signing_certificates(
    request: HttpRequest,
    after: str = "",
    of: Literal["agency", "people"] = "agency",
    ended: bool = False,  # noqa: FBT001, FBT002 - of the address
) -> RegisterOut:
    """Answers with which certificates the agency signs, or those who sign for it; what ends first comes first."""
    page = queries.certificates(
        calling_actor(request), now=clock.now(), after=after, people=of == "people", ended=ended
    )
    return RegisterOut(certificates=[RegisteredOut.of(one) for one in page.items], next=page.next)


@router.post(
    "/signatures/certificates", response={201: RegisteredOut}, summary="Register a certificate on a device"
)
def register_signing_certificate(
    request: HttpRequest, given: Form[BringIn], certificates: File[UploadedFile]
) -> Status[RegisteredOut]:
    """Takes the certificate and those above it, of the agency or of somebody who signs for it.

    It signs nothing until its holder, or a clerk of the agency, has signed in and tested the device: they are told. The
    same one again is answered again.
    """
    actor, now = calling_actor(request), clock.now()
    agency = agency_by_id(actor.agency_id) if actor.agency_id is not None else None
    if agency is None:
        raise NotAuthenticated
    row = commands.bring_certificate(
        actor=actor,
        agency=agency,
        holder=queries.holder(agency, post_id=given.post) if given.post is not None else None,
        content=_bytes_of(certificates),
        now=now,
    )
    return Status(201, RegisteredOut.of(queries.registered(row, now=now)))


@router.get(ONE, response=RegisteredOut, summary="One signing certificate")
def show_signing_certificate(request: HttpRequest, certificate_id: UUID) -> RegisteredOut:
    """Answers a certificate of the agency or of somebody who signs for it: whether it was tested, when it ends."""
    row = queries.visible(calling_actor(request), certificate_id)
    return RegisteredOut.of(queries.registered(row, now=clock.now()))


@router.get(f"{ONE}/image", summary="The image on the page", openapi_extra=_PNG)
def fetch_signing_image(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Gives the image of the seal or of the handwritten signature."""
    return HttpResponse(queries.image(calling_actor(request), certificate_id), content_type="image/png")


@router.post(f"{ONE}/image", response=RegisteredOut, summary="Give it the image of the seal")
def set_signing_image(request: HttpRequest, certificate_id: UUID, file: File[UploadedFile]) -> RegisteredOut:
    """Takes the image that shows with a certificate of the agency. People give their own, signed in."""
    actor, now = calling_actor(request), clock.now()
    commands.set_image(actor=actor, certificate_id=certificate_id, png=_bytes_of(file), now=now)
    return RegisteredOut.of(queries.registered(queries.visible(actor, certificate_id), now=now))


@router.post(f"{ONE}/end", response=RegisteredOut, summary="End a signing certificate")
def end_signing_certificate(request: HttpRequest, certificate_id: UUID, body: EndIn) -> RegisteredOut:
    """Ends a certificate of the agency: nothing is signed with it here any more. The authority is not told."""
    actor, now = calling_actor(request), clock.now()
    row = commands.end_certificate(actor=actor, certificate_id=certificate_id, reason=body.reason, now=now)
    return RegisteredOut.of(queries.registered(row, now=now))


def _bytes_of(file: UploadedFile) -> bytes:
    return cast("bytes", file.read())
