"""Documents after they were sent, for agencies' systems: asked back, revoked, corrected, and what changed what."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Header, Query, Router

from hienluong.corrections import commands, queries
from hienluong.corrections.schemas import (
    AskedListOut,
    AskedOut,
    CorrectionIn,
    LinkListOut,
    LinkOut,
    RecallIn,
    RecallListOut,
    RecallOut,
    RevocationIn,
)
from hienluong.directory.service import calling_actor
from hienluong.exchange.api import RECEIPTS, receipt_answer
from hienluong.kit import clock
from hienluong.systems.service import SystemBearer

router = Router(auth=SystemBearer(), tags=["corrections"])

IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=1, max_length=70, pattern="^[ -~]*$")
]


@router.post("/packets/{packet_id}/recall", response=AskedListOut, summary="Ask a document back")
def recall_document(
    request: HttpRequest, packet_id: UUID, body: RecallIn, idempotency_key: IdempotencyKey = None
) -> AskedListOut:
    """Asks a document of the caller's agency back (13); what nobody has fetched is withdrawn at once.

    Asking again is harmless: whoever was asked is not asked twice.
    """
    asked = commands.recall_document(
        actor=calling_actor(request),
        packet_id=packet_id,
        recipients=body.recipients,
        reason=body.reason,
        note=body.note,
        idempotency_key=idempotency_key,
        now=clock.now(),
    )
    items = [
        AskedOut.model_construct(
            delivery_id=one.delivery.pk,
            recipient_code=one.delivery.recipient.code,
            recipient_name=one.delivery.recipient.name,
            state=one.delivery.state,
            business_state=one.delivery.business_state,
            recall=RecallOut.of(one.recall) if one.recall else None,
        )
        for one in asked
    ]
    return AskedListOut.model_construct(items=items)


@router.post("/packets/{packet_id}/revocation", response=RECEIPTS, summary="Revoke a document")
def revoke_document(
    request: HttpRequest, packet_id: UUID, body: RevocationIn, idempotency_key: IdempotencyKey = None
) -> HttpResponse:
    """Writes a revocation (kind 1) of a document of the caller's agency and sends it; answers its receipt.

    Copies that nobody has fetched are withdrawn at once; the others when the recipient agrees (15).
    """
    return receipt_answer(
        commands.revoke_document(
            actor=calling_actor(request),
            packet_id=packet_id,
            reason=body.reason,
            recipients=body.recipients,
            idempotency_key=idempotency_key,
            now=clock.now(),
        )
    )


@router.post("/deliveries/{delivery_id}/correction", response=RecallOut, summary="Correct a wrong recipient")
def correct_recipient(
    request: HttpRequest, delivery_id: int, body: CorrectionIn, idempotency_key: IdempotencyKey = None
) -> RecallOut:
    """Takes a document back from the agency it went to by mistake and sends it to the right one, in one act."""
    recall = commands.correct_recipient(
        actor=calling_actor(request),
        delivery_id=delivery_id,
        to=body.to,
        note=body.note,
        idempotency_key=idempotency_key,
        now=clock.now(),
    )
    return RecallOut.of(recall)


@router.get("/recalls", response=RecallListOut, summary="What was asked back, by the agency or from it")
def list_recalls(
    request: HttpRequest,
    side: Annotated[
        Literal["sent", "received"] | None,
        Query(description="asked back by us, or from us; both when left out"),
    ] = None,
    state: Annotated[
        list[Literal["asked", "withdrawn", "agreed", "refused", "returned"]] | None, Query()
    ] = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> RecallListOut:
    """Lists recalls, newest first; `state=asked` are those not answered yet."""
    page = queries.recalls(
        calling_actor(request), side=side or "", states=state or (), before=before, limit=limit
    )
    return RecallListOut.model_construct(items=[RecallOut.of(row) for row in page.items], next=page.next)


@router.get(
    "/packets/{packet_id}/changes", response=LinkListOut, summary="What a packet changes, and what changed it"
)
def list_changes(request: HttpRequest, packet_id: UUID) -> LinkListOut:
    """Returns both ends of every revocation, update and replacement that the packet is part of."""
    found = queries.changes(calling_actor(request), packet_id)
    return LinkListOut.model_construct(items=[LinkOut.of(link) for link in found])
