"""What came to the agency and what it sent: lists, searched by one form, and taken along as tables."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hienluong.directory.service import acting_actor, pager, require, table_answer
from hienluong.exchange import service as exchange
from hienluong.kit import clock
from hienluong.kit.ids import as_number, as_uuid
from hienluong.mailbox import batches, commands, queries
from hienluong.mailbox.commands import Outcome
from hienluong.mailbox.forms import DocumentSearch, InboxSearch, SentSearch
from hienluong.mailbox.offers import found_elsewhere

PAGE_MAX = 50


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
        {
            "page": page,
            "form": form,
            "elsewhere": elsewhere,
            "acts": list(batches.offered(actor)),
            **_pager(request, form, page.next),
        },
    )


@require_POST
def batch(request: HttpRequest) -> HttpResponseBase:
    """Does one thing to the entries that were ticked: asks what it needs, lets it be checked, and says what became of each."""
    actor = require(acting_actor(request), "exchange.view_mailbox")
    act = request.POST.get("act", "")
    if act in batches.ACTS:
        require(actor, "exchange.confirm_delivery")
    ids = _ticked(request)
    if act not in dict(batches.offered(actor)) or not ids:
        messages.error(request, _("Nothing was done: tick the documents and choose what to do with them."))
        return redirect("mailbox:inbox")
    if act in batches.TABLES:
        query = {**InboxSearch({}).query(), "kind": None, "only": ids}
        rows = commands.export_inbox(actor=actor, query=query, form=_form(act), now=clock.now())
        return table_answer(act, "inbox", _("Inbox"), commands.inbox_heading(), rows)
    step = request.POST.get("step", "")
    found = queries.entries_of(actor, ids)
    left = queries.entries_of(actor, _numbers(request, "left"))
    if step != "send":  # what was sent once may come again: then its state must not speak against it
        left += [one for one in found if batches.refusal(actor, act, one)]
        found = [one for one in found if one not in left]
    refused = [Outcome(one, batches.refusal(actor, act, one) or _("It was left out.")) for one in left]
    shown = {"act": act, "about": batches.ACTS[act], "refused": refused}
    form = batches.BatchForm(act, found, request.POST if step else None)
    asked = batches.ACTS[act].checked and bool(found)
    if asked and (step != "send" or not form.is_valid()):
        template = "batch_check" if step == "check" and form.is_valid() else "batch"
        return render(request, f"mailbox/{template}.html", {"form": form, **shown})
    outcomes = commands.act_on_entries(
        actor=actor,
        act=act,
        entries=form.entries() if asked else {one.pk: {} for one in found},
        key=form.cleaned_data["key"] if asked else "",
        now=clock.now(),
    )
    outcomes += refused
    shown |= {"outcomes": outcomes, "done": sum(one.is_done for one in outcomes)}
    return render(request, "mailbox/batch_done.html", shown)


def _ticked(request: HttpRequest) -> list[int]:
    """Returns the entries that were ticked, at most a page of them; "all" stands for what the page listed."""
    return _numbers(request, "listed" if request.POST.get("all") else "entry")


def _numbers(request: HttpRequest, name: str) -> list[int]:
    found = [as_number(one) for one in request.POST.getlist(name)]
    return [one for one in found if one is not None][:PAGE_MAX]


@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """Lists what the agency sent, newest first, with how far each packet is; `?show=` narrows it to what is not done."""
    actor, show = require(acting_actor(request), "exchange.view_mailbox"), request.GET.get("show", "")
    form = SentSearch(request.GET)
    query, before = form.query(), as_uuid(request.GET.get("before", ""))
    if show in queries.SENT_VIEWS:
        page = queries.sent_in(actor, show, now=clock.now(), before=before)
        context = {"page": page, "show": show, **pager(request, page.next, cursor="before")}
        return render(request, "mailbox/sent.html", context)
    page = exchange.sent(actor, before=before, **query)
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
