"""Sending a document: fill in, check your answers, send. Files chosen once are kept through all of it."""

from __future__ import annotations

from typing import Literal, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hienluong.composing import commands
from hienluong.composing.drafts import DraftExpired
from hienluong.composing.forms import DOCUMENT_TYPES, Changing, SendForm
from hienluong.directory.service import ActingRequest, Actor, require
from hienluong.exchange import service
from hienluong.exchange.errors import PacketNotFound
from hienluong.exchange.service import Delivery, Packet, Receipt
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError


@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """Shows the form, then the answers to check, then sends; whatever goes wrong, nothing typed or chosen is lost."""
    actor = require(cast("ActingRequest", request).actor, "exchange.send_packet")
    changing = _changing(actor, request)
    if request.method != "POST":
        return _form(request, SendForm(actor, changing=changing))
    kept = request.POST.getlist("kept")
    refused = getattr(request, "uploads_refused", ())
    form = SendForm(actor, request.POST, request.FILES, slips=kept, refused=refused, changing=changing)
    step = request.POST.get("step", "check")
    if not form.is_valid() or step == "edit":
        return _form(request, form)
    if step != "send":
        return render(request, "composing/send_check.html", {"form": form})
    try:
        receipt = _send(actor, form)
    except HienluongError as error:
        if isinstance(error, DraftExpired):
            form.kept = []
        form.add_error(None, error.explain(_))
        return _form(request, form, status=error.status)
    if receipt.repeated:
        messages.info(request, _("This document was sent already; it was not sent twice."))
    else:
        messages.success(request, _("The document was accepted for delivery; its journey is below."))
    return redirect("exchange:packet", packet_id=receipt.packet_id)


def _send(actor: Actor, form: SendForm) -> Receipt:
    given, key, now = form.draft(), f"page-{form.cleaned_data['key']}", clock.now()
    declared = form.cleaned_data["not_secret"]
    if form.numbered_by is None:
        return service.send_document(
            actor=actor, draft=given, declared_not_secret=declared, idempotency_key=key, now=now
        )
    return commands.send_numbered(
        actor=actor,
        draft=given,
        book=form.numbered_by,
        declared_not_secret=declared,
        idempotency_key=key,
        now=now,
    )


def _changing(actor: Actor, request: HttpRequest) -> Changing | None:
    """Returns the document that the address says is updated or replaced, None where it names none.

    Raises:
        PacketNotFound: the actor's agency did not send it.
    """
    kind: Literal[2, 3] = 2 if "updates" in request.GET else 3
    name = request.GET.get("updates") or request.GET.get("replaces")
    if not name:
        return None
    try:
        found = service.packet(actor, UUID(name))
    except ValueError as problem:
        raise PacketNotFound(id=name) from problem
    if found.sender_id != actor.agency_id or found.kind != Packet.Kind.DOCUMENT:
        raise PacketNotFound(id=name)
    went_to = found.deliveries.exclude(standing=Delivery.Standing.REMOVED).exclude(
        state=Delivery.State.WITHDRAWN
    )
    return Changing(kind, found, list(went_to.order_by("id").values_list("recipient__code", flat=True)))


def _form(request: HttpRequest, form: SendForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "document_types": DOCUMENT_TYPES}
    return render(request, "composing/send.html", context, status=status)
