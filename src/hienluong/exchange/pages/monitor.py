"""The axis as its operators watch it: metadata, never content (decision 11)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hienluong.directory.service import allowed
from hienluong.exchange import service
from hienluong.exchange.pages import actor_of
from hienluong.kit import clock


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Shows the axis; htmx asks every five seconds for the moving part alone."""
    actor = actor_of(request)
    now = clock.now()
    context = {
        "monitor": service.monitor(actor, now=now),
        "now": now,
        "may_retry": allowed(actor, "exchange.retry_delivery"),
        "may_ask": allowed(actor, "access.request_glass"),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "exchange/monitor_now.html" if part else "exchange/monitor.html", context)


@require_POST
def retry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Tries a failed delivery again."""
    service.retry_delivery(actor=actor_of(request), delivery_id=delivery_id, now=clock.now())
    messages.success(request, _("The delivery is tried again now."))
    return redirect("exchange:monitor")
