"""Sending a document: fill in, check your answers, send. Files chosen once are kept through all of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hienluong.directory.service import require
from hienluong.exchange import service
from hienluong.exchange.drafts import DraftExpired
from hienluong.exchange.forms import DOCUMENT_TYPES, SendForm
from hienluong.exchange.pages import actor_of
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError


@require_http_methods(["GET", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """Shows the form, then the answers to check, then sends; whatever goes wrong, nothing typed or chosen is lost."""
    actor = require(actor_of(request), "exchange.send_packet")
    if request.method != "POST":
        return _form(request, SendForm(actor))
    form = SendForm(actor, request.POST, request.FILES, slips=request.POST.getlist("kept"))
    step = request.POST.get("step", "check")
    if not form.is_valid() or step == "edit":
        return _form(request, form)
    if step != "send":
        return render(request, "exchange/send_check.html", {"form": form})
    try:
        receipt = service.send_document(
            actor=actor,
            draft=form.draft(),
            declared_not_secret=form.cleaned_data["not_secret"],
            idempotency_key=f"page-{form.cleaned_data['key']}",
            now=clock.now(),
        )
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


def _form(request: HttpRequest, form: SendForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "document_types": DOCUMENT_TYPES}
    return render(request, "exchange/send.html", context, status=status)
