"""Asking to see a packet's content by break-glass."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hienluong.directory.service import require
from hienluong.exchange import service
from hienluong.exchange.forms import AskToSeeForm
from hienluong.exchange.pages import actor_of
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Asks which packet, why, on what legal basis and for how long; `?packet=` fills in the first."""
    actor = require(actor_of(request), "identity.request_glass")
    form = AskToSeeForm(
        request.POST if request.method == "POST" else None, initial={"packet": request.GET.get("packet", "")}
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            grant = service.ask_to_see(
                actor=actor,
                packet_id=given["packet"],
                reason=given["reason"],
                legal_basis=given["legal_basis"],
                hours=given["hours"],
                now=clock.now(),
            )
        except HienluongError as refusal:
            form.add_error(None, refusal.explain(_))
            status = refusal.status
        else:
            messages.success(request, _("Asked. Another administrator or auditor has to approve it."))
            return redirect("identity:break_glass_one", grant_id=grant.pk)
    return render(request, "exchange/ask_to_see.html", {"form": form}, status=status)
