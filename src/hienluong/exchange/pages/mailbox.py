"""The agency's mailbox and what it sent."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from hienluong.exchange import service
from hienluong.exchange.forms import InboxFilter, SentFilter
from hienluong.exchange.offers import marked
from hienluong.exchange.pages import actor_of
from hienluong.kit import clock


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Lists the agency's mailbox, newest first."""
    form = InboxFilter(request.GET)
    before = request.GET.get("before", "")
    page = service.inbox(
        actor_of(request), before=int(before) if before.isdecimal() else None, **form.query()
    )
    marks = marked(page.items)
    for delivery in page.items:
        delivery.marks = marks.get(delivery.pk, [])  # type: ignore[attr-defined]  # for the page
    return render(request, "exchange/inbox.html", {"page": page, "form": form, **_pager(request, page.next)})


@require_GET
def open_entry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Opens an entry: here opening is fetching and confirming, and the first time the sender is told (status 01)."""
    delivery = service.open_entry(actor=actor_of(request), delivery_id=delivery_id, now=clock.now())
    return redirect("exchange:packet", packet_id=delivery.packet_id)


@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """Lists what the agency sent, newest first, with how far each packet is."""
    form = SentFilter(request.GET)
    page = service.sent(actor_of(request), before=_uuid(request.GET.get("before", "")), **form.query())
    return render(request, "exchange/sent.html", {"page": page, "form": form, **_pager(request, page.next)})


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _pager(request: HttpRequest, following: str | None) -> dict[str, str]:
    """Returns the addresses of the first and the next page, with the filters kept, and of the list without any."""
    query = request.GET.copy()
    was_further = query.pop("before", None)
    first = f"{request.path}?{query.urlencode()}"
    if following:
        query["before"] = following
    filtered = any(request.GET.get(name) for name in ("q", "show", "kind"))
    return {
        "first": first if was_further else "",
        "next": f"{request.path}?{query.urlencode()}" if following else "",
        "reset": request.path if filtered else "",
    }
