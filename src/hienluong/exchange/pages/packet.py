"""One packet: what it says, its attachments, its journey, and what can be done about it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from hienluong.directory.service import allowed
from hienluong.exchange import policy, service
from hienluong.exchange.models import Delivery, Packet
from hienluong.exchange.offers import shown_with
from hienluong.exchange.pages import actor_of
from hienluong.exchange.receipts import signed
from hienluong.exchange.service import Hop, Journey, Offer, Remark, Shown
from hienluong.files.service import file_answer
from hienluong.kit import clock
from hienluong.recipients.service import why_dropped

BEFORE_DELIVERY = frozenset({"trace", "accepted"})


@dataclass(frozen=True, slots=True)
class Leg:
    """The journey to one recipient: the delivery, its steps in time, the statuses the reader may report about it.

    `offers` and `remarks` are what modules above add about this recipient.
    """

    delivery: Delivery
    steps: list[Hop]
    may_report: list[str]
    offers: list[Offer]
    remarks: list[Remark]


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """A group the packet was sent to: what became of it at each recipient, and who got nothing and why."""

    name: str
    deliveries: list[Delivery]
    dropped: list[tuple[str, str]]


def _outcomes(journey: Journey) -> list[GroupOutcome]:
    """Returns the outcomes group by group, as the groups were when the packet was sent."""
    outcomes = []
    for audience in journey.audiences:
        codes = set(audience.codes)
        dropped = [(gone["name"], why_dropped(gone["why"], gone["successor"])) for gone in audience.dropped]
        found = [row for row in journey.deliveries if row.recipient_code in codes]
        outcomes.append(GroupOutcome(audience.name, found, dropped))
    return outcomes


@require_GET
def open_entry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Opens an entry: here opening is fetching and confirming, and the first time the sender is told (status 01)."""
    delivery = service.open_entry(actor=actor_of(request), delivery_id=delivery_id, now=clock.now())
    return redirect("exchange:packet", packet_id=delivery.packet_id)


@require_GET
def show(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Shows a packet that the actor's agency sent or received, or that was opened by break-glass."""
    actor = actor_of(request)
    opened = service.open_packet(actor=actor, packet_id=packet_id, now=clock.now())
    journey = opened.journey
    shown = Shown() if opened.by_glass else shown_with(actor, journey.packet, journey.deliveries)
    legs = [
        Leg(
            delivery,
            [hop for hop in journey.hops if hop.delivery_id == delivery.pk],
            [code for code in service.reportable_now(actor, delivery) if code != policy.ARRIVED],
            [offer for offer in shown.offers if offer.delivery == delivery.pk],
            [remark for remark in shown.remarks if remark.delivery == delivery.pk],
        )
        for delivery in journey.deliveries
    ]
    mine = (
        None
        if opened.by_glass
        else next((leg for leg in legs if leg.delivery.recipient.agency_id == actor.agency_id), None)
    )
    open_to_all = journey.packet.secrecy == Packet.Secrecy.OPEN
    return render(
        request,
        "exchange/packet.html",
        {
            "packet": journey.packet,
            "parts": [(part, bytes(part.sha256).hex()) for part in journey.parts],
            "before_us": [hop for hop in journey.hops if hop.step in BEFORE_DELIVERY],
            "legs": legs,
            "outcomes": _outcomes(journey),
            "offers": [offer for offer in shown.offers if offer.delivery is None],
            "remarks": [remark for remark in shown.remarks if remark.delivery is None],
            "mine": mine,
            "to_open": mine is not None and mine.delivery.state in {policy.DELIVERED, policy.FETCHED},
            "sent_by_us": journey.packet.sender_id == actor.agency_id and not opened.by_glass,
            "by_glass": opened.by_glass,
            "glass": opened.glass,
            "receipts": [
                row
                for row in journey.transmissions
                if row.submitter == actor.agency_id and not opened.by_glass
            ],
            "may_quarantine": open_to_all and allowed(actor, "exchange.quarantine_packet"),
            "may_destroy": journey.packet.secrecy == Packet.Secrecy.QUARANTINED
            and allowed(actor, "exchange.destroy_packet"),
        },
    )


@require_GET
def attachment(request: HttpRequest, packet_id: UUID, position: int) -> HttpResponseBase:
    """Hands out an attachment, always as a download: it never runs or shows inside our pages."""
    part = service.read_part(actor=actor_of(request), packet_id=packet_id, position=position, now=clock.now())
    headers = {
        "Content-Disposition": content_disposition_header(True, part.name) or "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return file_answer(part.chunks, size=part.size, content_type=part.media_type, headers=headers)


@require_GET
def receipt(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """Hands out a receipt as a JSON file, as the API gives it."""
    facts = signed(service.receipt(actor_of(request), receipt_id))
    response = HttpResponse(json.dumps(facts, ensure_ascii=False, indent=2), content_type="application/json")
    response.headers["Content-Disposition"] = (
        content_disposition_header(True, f"receipt-{receipt_id}.json") or ""
    )
    return response
