"""The axis for agencies' own systems: hand in, follow, report; what lies in the mailbox is in `inbox_api`."""

from __future__ import annotations

import json
from typing import Annotated, Any, BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Header, Query, Router, UploadedFile

from hienluong.directory.service import calling_actor
from hienluong.edxml.content import Content
from hienluong.exchange import service
from hienluong.exchange.errors import PacketTooLarge
from hienluong.exchange.inbox_api import router as inbox_router
from hienluong.exchange.receipts import public_keys, signed
from hienluong.exchange.schemas import (
    CriteriaIn,
    DeliveryOut,
    DocumentIn,
    PacketOut,
    ReceiptKeysOut,
    ReceiptOut,
    SentItemOut,
    SentOut,
    State,
    StatusIn,
    TraceOut,
    WarningOut,
)
from hienluong.exchange.service import Attached, Change, Draft, Receipt
from hienluong.files.service import read_body
from hienluong.kit import clock
from hienluong.kit.cursors import read_id_cursor, write_cursor
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.systems.service import SystemBearer

__all__ = ["RECEIPTS", "CriteriaIn", "State", "receipt_answer", "router"]

router = Router(auth=SystemBearer(), tags=["exchange"])
router.add_router("", inbox_router, auth=SystemBearer(), tags=["exchange"])
EDXML = "application/xml"

DeclaredNotSecret = Annotated[bool, Header(alias="Declared-Not-Secret")]
IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=1, max_length=100, pattern="^[ -~]*$")
]


def receipt_answer(receipt: Receipt) -> HttpResponse:
    """Answers a receipt as it was stored, signed: it was built from checked values, and every packet passes here."""
    warnings = [{name: one[name] for name in WarningOut.model_fields} for one in receipt.facts["warnings"]]
    return HttpResponse(
        json.dumps({**signed(receipt.facts), "warnings": warnings}, ensure_ascii=False),
        status=200 if receipt.repeated else 201,
        content_type="application/json; charset=utf-8",
    )


RECEIPTS = {201: ReceiptOut, 200: ReceiptOut}


@router.post(
    "/packets",
    response=RECEIPTS,
    summary="Hand in an edXML file",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {EDXML: {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def hand_in_packet(
    request: HttpRequest,
    declared_not_secret: DeclaredNotSecret = False,  # noqa: FBT002 - ninja passes headers by name
    idempotency_key: IdempotencyKey = None,
) -> HttpResponse:
    """Takes a packet (a document or a status) and answers 201 with its receipt once it is durable.

    The same file, or the same Idempotency-Key, again answers 200 with the first receipt.
    """
    most: int = settings.PACKET_MAX_BYTES
    return receipt_answer(
        service.accept_packet(
            actor=calling_actor(request),
            source=read_body(request, refusal=PacketTooLarge(limit=most), most=most),
            declared_not_secret=declared_not_secret,
            idempotency_key=idempotency_key,
            now=clock.now(),
        )
    )


@router.post("/documents", response=RECEIPTS, summary="Send a document; the edXML is written here")
def send_document(
    request: HttpRequest,
    document: Form[DocumentIn],
    attachments: File[list[UploadedFile]],
    declared_not_secret: DeclaredNotSecret = False,  # noqa: FBT002 - ninja passes headers by name
    idempotency_key: IdempotencyKey = None,
) -> HttpResponse:
    """Writes a document of the caller's agency from a form with files, and hands it in.

    It is a new one (kind 0), or with `updates` or `replaces` one that changes earlier ones (2, 3).
    """
    values = document.dict()
    change = _change(
        **{name: values.pop(name) for name in ("updates", "replaces", "change_reason", "added", "removed")}
    )
    draft = Draft(**values, change=change, attachments=[_attached(file) for file in attachments])
    return receipt_answer(
        service.send_document(
            actor=calling_actor(request),
            draft=draft,
            declared_not_secret=declared_not_secret,
            idempotency_key=idempotency_key,
            now=clock.now(),
        )
    )


def _attached(file: UploadedFile) -> Attached:
    return Attached(file.name or "", Content.from_stream(cast("BinaryIO", file.file)))


def _change(
    updates: str, replaces: list[str], change_reason: str, added: list[str], removed: list[str]
) -> Change | None:
    """Returns what a document changes, None for a new one.

    Raises:
        InvalidInput: it updates and replaces, or receivers change without an update.
    """
    if (updates and replaces) or ((added or removed) and not updates):
        text = _("A document updates one or replaces several; receivers are added and removed by an update.")
        raise InvalidInput([FieldError("/updates", text)])
    if updates:
        return Change(kind=2, documents=[updates], reason=change_reason, added=added, removed=removed)
    return Change(kind=3, documents=replaces, reason=change_reason) if replaces else None


@router.get("/sent", response=SentOut, summary="What the agency sent")
def list_sent(
    request: HttpRequest,
    criteria: Query[CriteriaIn],
    before: Annotated[str, Query(description="a cursor of an earlier answer; empty: the newest")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> SentOut:
    """Lists the agency's documents, newest first, each with its deliveries."""
    page = service.sent(
        calling_actor(request),
        criteria=criteria.criteria(),
        before=read_id_cursor("sent", before, field="before"),
        limit=limit,
    )
    return SentOut.model_construct(
        items=[
            SentItemOut.model_construct(
                packet=PacketOut.of(packet),
                deliveries=[DeliveryOut.of(row) for row in packet.deliveries.all()],
            )
            for packet in page.items
        ],
        next=write_cursor("sent", page.next) if page.next else None,
    )


@router.get("/packets/{packet_id}", response=TraceOut, summary="A packet and every hop of its journey")
def trace_packet(request: HttpRequest, packet_id: UUID) -> TraceOut:
    """Returns a packet that the agency sent or received: traces, acceptance, deliveries, statuses."""
    return TraceOut.of(service.journey(calling_actor(request), packet_id))


@router.get("/receipts/{receipt_id}", response=ReceiptOut, summary="A receipt again")
def read_receipt(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """Returns the receipt of a file that the agency handed in."""
    return receipt_answer(Receipt(service.receipt(calling_actor(request), receipt_id), repeated=True))


@router.get("/receipt-keys", auth=None, response=ReceiptKeysOut, summary="The keys that verify receipts")
def list_receipt_keys(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001 - ninja passes it
    """Returns the public keys (JWK set, RFC 7517) that receipts are signed with, former ones too; for everybody."""
    return public_keys()


@router.post(
    "/deliveries/{delivery_id}/statuses", response=RECEIPTS, summary="Report a status (business plane)"
)
def report_status(
    request: HttpRequest, delivery_id: int, body: StatusIn, idempotency_key: IdempotencyKey = None
) -> HttpResponse:
    """Writes a status packet about a delivery and sends it: 01–06, 15, 16 by the recipient, 13 by the sender."""
    return receipt_answer(
        service.report_status(
            actor=calling_actor(request),
            delivery_id=delivery_id,
            status=body.status,
            note=body.note,
            reason=body.reason,
            staff=body.staff,
            idempotency_key=idempotency_key,
            now=clock.now(),
        )
    )
