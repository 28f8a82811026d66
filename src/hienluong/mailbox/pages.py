"""What came to the agency and what it sent: lists, searched by one form, and taken along as tables."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from hienluong.directory.service import acting_actor, pager, require, table_answer
from hienluong.exchange import service as exchange
from hienluong.kit import clock
from hienluong.kit.ids import as_number, as_uuid
from hienluong.mailbox import commands
from hienluong.mailbox.forms import DocumentSearch, InboxSearch, SentSearch
from hienluong.mailbox.offers import found_elsewhere


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Lists the agency's mailbox, newest first."""
    actor = require(acting_actor(request), "exchange.view_mailbox")
    form = InboxSearch(request.GET)
    query = form.query()
    page = exchange.inbox(actor, before=as_number(request.GET.get("before", "")), **query)
    marks = exchange.marked(page.items)
    for delivery in page.items:
        delivery.marks = marks.get(delivery.pk, [])  # type: ignore[attr-defined]  # for the page
    elsewhere = found_elsewhere(actor, query["criteria"], received=True, filters=form.filters())
    return render(
        request,
        "mailbox/inbox.html",
        {"page": page, "form": form, "elsewhere": elsewhere, **_pager(request, form, page.next)},
    )


@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """Lists what the agency sent, newest first, with how far each packet is."""
    actor = require(acting_actor(request), "exchange.view_mailbox")
    form = SentSearch(request.GET)
    query = form.query()
    page = exchange.sent(actor, before=as_uuid(request.GET.get("before", "")), **query)
    elsewhere = found_elsewhere(actor, query["criteria"], received=False, filters=form.filters())
    return render(
        request,
        "mailbox/sent.html",
        {"page": page, "form": form, "elsewhere": elsewhere, **_pager(request, form, page.next)},
    )


@require_GET
def export_inbox(request: HttpRequest, form: str) -> HttpResponseBase:
    """Hands out what came in, narrowed as the list is, all of it, as a table."""
    rows = commands.export_inbox(
        actor=require(acting_actor(request), "exchange.view_mailbox"),
        query=InboxSearch(request.GET).query(),
        form=_form(form),
        now=clock.now(),
    )
    return table_answer(form, "inbox", _("Inbox"), commands.inbox_heading(), rows)


@require_GET
def export_sent(request: HttpRequest, form: str) -> HttpResponseBase:
    """Hands out what was sent, narrowed as the list is, all of it, as a table."""
    rows = commands.export_sent(
        actor=require(acting_actor(request), "exchange.view_mailbox"),
        query=SentSearch(request.GET).query(),
        form=_form(form),
        now=clock.now(),
    )
    return table_answer(form, "sent", _("Sent"), commands.sent_heading(), rows)


def _form(form: str) -> commands.Form:
    if form == "csv":
        return "csv"
    if form == "xlsx":
        return "xlsx"
    raise Http404


def _pager(request: HttpRequest, form: DocumentSearch, following: str | None) -> dict[str, str]:
    return {
        **pager(request, following, cursor="before"),
        "reset": request.path if form.narrowed else "",
        "filters": urlencode(form.filters()),
    }
