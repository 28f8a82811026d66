"""Taking documents back: asking for them, revoking them, correcting a wrong recipient; and what was taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.corrections import commands, policy, queries
from hienluong.corrections.forms import CorrectionForm, RecallFilter, RecallForm, RevocationForm
from hienluong.directory import service as directory
from hienluong.directory.service import Actor, Fact, Question, acting_actor, ask, pager, require
from hienluong.exchange import service as exchange
from hienluong.exchange.errors import DeliveryNotFound, PacketNotFound
from hienluong.exchange.service import Delivery, Packet
from hienluong.kit import clock
from hienluong.kit.ids import as_uuid

TAKE_BACK = "corrections.take_back_document"


@require_GET
def recalls(request: HttpRequest) -> HttpResponse:
    """Lists what was asked back, by the agency and from it, newest first."""
    actor = acting_actor(request)
    form = RecallFilter(request.GET)
    page = queries.recalls(actor, before=as_uuid(request.GET.get("before", "")), **form.query())
    context = {
        "page": page,
        "form": form,
        "gone": policy.GONE,
        **pager(request, page.next, "side", "state", cursor="before"),
    }
    return render(request, "corrections/recalls.html", context)


@require_http_methods(["GET", "POST"])
def recall(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Asks a document back from some or all of its recipients."""
    actor = require(acting_actor(request), TAKE_BACK)
    packet, deliveries = _sent(actor, packet_id)
    offered = [row for row in deliveries if "13" in exchange.reportable_now(actor, row)]
    form = RecallForm(actor, offered, request.POST or None)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        asked = commands.recall_document(
            actor=actor,
            packet_id=packet_id,
            recipients=given["recipients"],
            reason=given["reason"],
            note=given["note"],
            idempotency_key=f"page-{given['key']}",
            now=clock.now(),
        )
        withdrawn = sum(one.delivery.state == Delivery.State.WITHDRAWN for one in asked)
        waiting = len(asked) - withdrawn
        said = ngettext(
            "Withdrawn at once from %(count)d recipient.",
            "Withdrawn at once from %(count)d recipients.",
            withdrawn,
        ) % {"count": withdrawn}
        asks = ngettext("%(count)d recipient is asked.", "%(count)d recipients are asked.", waiting) % {
            "count": waiting
        }
        return " ".join(text for text, count in ((said, withdrawn), (asks, waiting)) if count), _address(
            packet
        )

    question = Question(
        gettext_lazy("Ask the document back"),
        gettext_lazy("Ask back"),
        _address(packet),
        lead=gettext_lazy("What nobody has fetched is withdrawn at once; the others are asked to agree."),
        facts=_facts(packet),
        warning=gettext_lazy("Where it is given back, the recipient's copy is destroyed. The record stays."),
        tone="danger",
        about=_number(packet),
    )
    return ask(request, form, question, act)


@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Revokes a document at all of its recipients."""
    actor = require(acting_actor(request), TAKE_BACK)
    packet, _deliveries = _sent(actor, packet_id)
    form = RevocationForm(request.POST or None)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        receipt = commands.revoke_document(
            actor=actor,
            packet_id=packet_id,
            reason=given["reason"],
            idempotency_key=f"page-{given['key']}",
            now=clock.now(),
        )
        return _("The revocation was accepted for delivery."), reverse(
            "exchange:packet", args=[receipt.packet_id]
        )

    question = Question(
        gettext_lazy("Revoke the document"),
        gettext_lazy("Revoke"),
        _address(packet),
        lead=gettext_lazy("Every recipient is told that the document is revoked."),
        facts=_facts(packet),
        warning=gettext_lazy(
            "Copies that nobody has fetched are withdrawn at once; an agency that agrees destroys its copy. This cannot be undone."
        ),
        tone="danger",
        about=_number(packet),
    )
    return ask(request, form, question, act)


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Takes a document back from the wrong agency and sends it to the right one."""
    actor = require(acting_actor(request), TAKE_BACK)
    wrong = queries.sent_delivery(actor, delivery_id)
    if wrong is None:
        raise DeliveryNotFound(id=delivery_id)
    form = CorrectionForm(request.POST or None)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.correct_recipient(
            actor=actor,
            delivery_id=delivery_id,
            to=given["to"].code,
            note=given["note"],
            idempotency_key=f"page-{given['key']}",
            now=clock.now(),
        )
        return _("Sent to %(agency)s instead.") % {"agency": given["to"].agency.name}, _address(wrong.packet)

    agencies = directory.search_agencies(actor, limit=200).items
    codes = directory.primary_codes(agency.pk for agency in agencies)
    reason = queries.returned_because([wrong]).get(wrong.pk)
    question = Question(
        gettext_lazy("Send to the right agency"),
        gettext_lazy("Take back and send"),
        _address(wrong.packet),
        lead=gettext_lazy(
            "The document is taken back from the wrong agency and sent to the right one in one step; the two stay linked."
        ),
        facts=[
            *_facts(wrong.packet),
            (gettext_lazy("Went to"), wrong.recipient.name),
            *([(gettext_lazy("Returned because"), reason)] if reason else []),
        ],
        agencies=[(codes[agency.pk], agency.name) for agency in agencies if agency.pk in codes],
        about=_number(wrong.packet),
    )
    return ask(request, form, question, act)


def _sent(actor: Actor, packet_id: UUID) -> tuple[Packet, list[Delivery]]:
    """Returns a document that the actor's agency sent, with its deliveries.

    Raises:
        PacketNotFound: it did not send it.
    """
    packet = exchange.packet(actor, packet_id)
    if packet.sender_id != actor.agency_id or packet.kind != Packet.Kind.DOCUMENT:
        raise PacketNotFound(id=packet_id)
    return packet, list(packet.deliveries.select_related("recipient", "packet").order_by("id"))


def _address(packet: Packet) -> str:
    return reverse("exchange:packet", args=[packet.pk])


def _facts(packet: Packet) -> list[Fact]:
    return [(gettext_lazy("Document"), f"{_number(packet)} — {packet.subject}")]


def _number(packet: Packet) -> str:
    return "/".join(part for part in (packet.code_number, packet.code_notation) if part)
