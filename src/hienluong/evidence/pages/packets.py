"""The evidence of one packet for those who sent or received it: its entries, receipts, proofs, and all of it as one file."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from hienluong.directory.service import acting_actor, allowed, pager
from hienluong.evidence import commands
from hienluong.evidence.pages.entries import bundle_answer
from hienluong.evidence.queries import changes, entries, receipts
from hienluong.evidence.receipt_pdf import receipt_pdf
from hienluong.kit import clock
from hienluong.signing import service as signing


@require_GET
def show(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Shows the entries about a packet that are the actor's to see, and the receipts the agency holds."""
    actor = acting_actor(request)
    party, page = entries.entries_of_packet(actor, packet_id, before=request.GET.get("before", ""))
    context = {
        "party": party,
        "packet": party.packet,
        "page": page,
        "receipts": receipts.receipts_of_packet(actor, packet_id, now=clock.now()),
        "may_export": allowed(actor, "evidence.export_bundle"),
        "reads": allowed(actor, "exchange.view_mailbox"),
        **pager(request, page.next, cursor="before"),
    }
    return render(request, "evidence/packet.html", context)


@require_GET
def signatures(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Shows what is found about the signatures of each attachment, to those who may read them."""
    packet, parts = commands.check_packet(actor=acting_actor(request), packet_id=packet_id, now=clock.now())
    context = {"packet": packet, "parts": [(part, signing.views_of(part.report)) for part in parts]}
    return render(request, "evidence/signatures.html", context)


@require_POST
def export(request: HttpRequest, packet_id: UUID) -> HttpResponseBase:
    """Hands the evidence of a packet out as a bundle."""
    bundle = commands.export_packet(actor=acting_actor(request), packet_id=packet_id, now=clock.now())
    return bundle_answer(bundle)


@require_GET
def proof(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Hands out the proof of an entry as a file; 409 with the time to come again until a checkpoint covers it."""
    found = receipts.proof_of_entry(acting_actor(request), entry_id)
    return _file(found.text().encode(), "text/plain; charset=utf-8", f"{entry_id}.tlog-proof")


@require_GET
def change_proof(request: HttpRequest, entry_id: UUID, place: int) -> HttpResponse:
    """Hands out the proof of one change of a row that came with an act; 409 until a checkpoint covers it."""
    found = changes.proof_of_change(acting_actor(request), entry_id, place)
    return _file(found.text().encode(), "text/plain; charset=utf-8", f"{place}.change-proof")


@require_GET
def paper(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Hands out an entry with its proof as a PDF with a QR code."""
    now = clock.now()
    content = receipt_pdf(receipts.proven_entry(acting_actor(request), entry_id, now=now), now=now)
    return _file(content, "application/pdf", f"{entry_id}.pdf")


@require_GET
def receipt(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """Hands out a receipt as a PDF with a QR code: at once, and with the proof as soon as there is one."""
    now = clock.now()
    content = receipt_pdf(receipts.proven_receipt(acting_actor(request), receipt_id, now=now), now=now)
    return _file(content, "application/pdf", f"receipt-{receipt_id}.pdf")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)
