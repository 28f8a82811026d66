"""Evidence for agencies' own systems: the entries of their packets, proofs, receipts as pages."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request, override
from ninja import Query, Router

from hienluong.directory.service import calling_actor
from hienluong.evidence import commands
from hienluong.evidence.queries import changes, entries, receipts
from hienluong.evidence.receipt_pdf import receipt_pdf
from hienluong.evidence.schemas import (
    LedgerEntriesOut,
    LedgerEntryOut,
    PartSignaturesOut,
    ProofStateOut,
    RowChangeOut,
    RowChangesOut,
)
from hienluong.kit import clock
from hienluong.kit.cursors import read_cursor, write_cursor
from hienluong.signing.service import SignaturesOut
from hienluong.systems.service import SystemBearer

router = Router(auth=SystemBearer(), tags=["evidence"])
PROOF, PDF = "text/plain; charset=utf-8", "application/pdf"


def _content(kind: str) -> dict[str, Any]:
    """Returns what OpenAPI says of an answer that is a file."""
    schema = {"type": "string"} | ({"format": "binary"} if kind == PDF else {})
    name = kind.split(";", maxsplit=1)[0]
    return {"responses": {200: {"description": "the file", "content": {name: {"schema": schema}}}}}


@router.get(
    "/packets/{packet_id}/signatures",
    response=list[PartSignaturesOut],
    summary="The signatures of what a packet carries",
)
def check_packet_signatures(request: HttpRequest, packet_id: UUID) -> list[PartSignaturesOut]:
    """Checks each attachment of a packet that the agency sent or received, as `POST /signatures/validate` does.

    A signature in a file of its own (.p7s) is checked with the attachment of the same name without that ending.
    """
    _packet, parts = commands.check_packet(actor=calling_actor(request), packet_id=packet_id, now=clock.now())
    with override(get_language_from_request(request)):
        return [
            PartSignaturesOut(position=one.position, signatures=SignaturesOut.of(one.report)) for one in parts
        ]


@router.get(
    "/packets/{packet_id}/entries", response=LedgerEntriesOut, summary="Entries of the ledger about a packet"
)
def list_ledger_entries(
    request: HttpRequest,
    packet_id: UUID,
    before: Annotated[str, Query(description="a cursor of an earlier answer; empty: the newest")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> LedgerEntriesOut:
    """Lists what the ledger says about a packet of the agency: the sender sees every delivery, a recipient its own."""
    place = str(read_cursor("entries", before, field="before")) if before else ""
    _party, page = entries.entries_of_packet(calling_actor(request), packet_id, before=place, limit=limit)
    return LedgerEntriesOut.model_construct(
        items=[LedgerEntryOut.of(line) for line in page.items],
        next=write_cursor("entries", page.next) if page.next else None,
    )


@router.get(
    "/entries/{ledger_entry}", response=ProofStateOut, summary="Whether an entry is under a checkpoint"
)
def read_ledger_entry(request: HttpRequest, ledger_entry: UUID) -> ProofStateOut:
    """Says whether a checkpoint covers an entry, and else by when one will; a receipt names its entry."""
    return ProofStateOut.of(receipts.proven_entry(calling_actor(request), ledger_entry, now=clock.now()))


@router.get("/entries/{ledger_entry}/proof", summary="The proof of an entry", openapi_extra=_content(PROOF))
def read_ledger_proof(request: HttpRequest, ledger_entry: UUID) -> HttpResponse:
    """Gives the proof as a `.tlog-proof` file, the same for everybody who may see the entry.

    409 with `Retry-After` until a checkpoint covers it, which is within twenty seconds. A later checkpoint gives another
    proof of the same entry; each stays good.
    """
    found = receipts.proof_of_entry(calling_actor(request), ledger_entry)
    return HttpResponse(found.text(), content_type=PROOF)


@router.get("/entries/{ledger_entry}/changes", response=RowChangesOut, summary="Rows that an act changed")
def list_row_changes(
    request: HttpRequest,
    ledger_entry: UUID,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> RowChangesOut:
    """Lists the changes of rows that came with an act of the agency; of another agency's act none is shown."""
    found = changes.changes_of_entry(calling_actor(request), ledger_entry, limit=limit)
    return RowChangesOut.model_construct(items=[RowChangeOut.of(one) for one in found])


@router.get(
    "/entries/{ledger_entry}/changes/{place}/proof",
    summary="The proof of one change of a row",
    openapi_extra=_content(PROOF),
)
def read_change_proof(request: HttpRequest, ledger_entry: UUID, place: int) -> HttpResponse:
    """Gives the proof that an act changed a row just so, as a `.change-proof` file; 409 as for the proof of an entry."""
    found = changes.proof_of_change(calling_actor(request), ledger_entry, place)
    return HttpResponse(found.text(), content_type=PROOF)


@router.get("/entries/{ledger_entry}/document", summary="An entry as a PDF", openapi_extra=_content(PDF))
def read_ledger_document(request: HttpRequest, ledger_entry: UUID) -> HttpResponse:
    """Gives the entry and its proof as a PDF with a QR code, in Vietnamese and English."""
    now = clock.now()
    found = receipts.proven_entry(calling_actor(request), ledger_entry, now=now)
    return HttpResponse(receipt_pdf(found, now=now), content_type=PDF)


@router.get("/receipts/{receipt_id}/proof", summary="The proof of a receipt", openapi_extra=_content(PROOF))
def read_receipt_proof(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """Gives the proof that the acceptance of a file stands in the log; as the proof of the entry that the receipt names."""
    actor = calling_actor(request)
    found = receipts.proven_receipt(actor, receipt_id, now=clock.now())
    return HttpResponse(receipts.proof_of(found).text(), content_type=PROOF)


@router.get("/receipts/{receipt_id}/document", summary="A receipt as a PDF", openapi_extra=_content(PDF))
def read_receipt_document(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """Gives the receipt as a PDF with a QR code: at once, and with the proof as soon as a checkpoint covers the entry."""
    now = clock.now()
    found = receipts.proven_receipt(calling_actor(request), receipt_id, now=now)
    return HttpResponse(receipt_pdf(found, now=now), content_type=PDF)
