"""Lists by where documents wait; many signed on one's own device, or sealed, after one confirmation; how far a run is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hienluong.directory.service import acting_actor, allowed, pager, require
from hienluong.issuing import commands, queries
from hienluong.issuing.errors import DocumentNotFound
from hienluong.issuing.forms import lists_for
from hienluong.issuing.models import RunItem, Step
from hienluong.issuing.pages.device import (
    SIGNS,
    Item,
    asked_as_file,
    certificate_chosen,
    device_page,
    items_to_seal,
    items_to_sign,
)
from hienluong.kit import clock
from hienluong.kit.errors import fill
from hienluong.kit.ids import as_uuid, new_id

TONES = {
    Step.PREPARED: "progress",
    Step.NUMBERED: "progress",
    Step.SIGNED: "progress",
    Step.SEALED: "progress",
    Step.ISSUED: "good",
    Step.RETURNED: "bad",
    Step.GIVEN_UP: "neutral",
}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Lists documents; the first list is the one in which something waits for the actor."""
    actor = require(acting_actor(request), "issuing.view_documents")
    lists = lists_for(actor, queries.waiting(actor))
    names = [name for name, _title, _count in lists]
    first = next((name for name, _title, count in lists if count), "all")
    show = request.GET.get("show", "")
    show = show if show in names else first
    page = queries.documents(actor, show=show, after=request.GET.get("after", ""))
    context: dict[str, Any] = {
        "lists": lists,
        "show": show,
        "documents": [(one, TONES[Step(one.step)]) for one in page.items],
        "many": show if show in SIGNS and page.items else "",
        "after": request.GET.get("after", ""),
        "may_prepare": allowed(actor, "issuing.prepare_document"),
        **pager(request, page.next, "show"),
    }
    return render(request, "issuing/documents.html", context)


@require_GET
def many(request: HttpRequest) -> HttpResponse:
    """Shows the documents that were ticked, to be signed or sealed together after one confirmation."""
    actor = require(acting_actor(request), "issuing.view_documents")
    what = request.GET.get("what", "")
    ids = [one for text in request.GET.getlist("entry")[: commands.MANY_MOST] if (one := as_uuid(text))]
    if what not in SIGNS:
        raise DocumentNotFound
    require(actor, SIGNS[what])
    if request.GET.get("all"):  # without a script the box ticks nothing by itself
        shown = queries.documents(actor, show=what, after=request.GET.get("after", ""))
        ids = [one.pk for one in shown.items]
    found = queries.waiting_among(actor, ids, what)
    chosen = certificate_chosen(request, actor, agency=what == "seal")
    items: list[Item] = []
    if chosen.row is not None and chosen.on_device:
        make = items_to_seal if what == "seal" else items_to_sign
        items = [item for one in found for item in make(one, chosen.row)]
    context = {
        "what": what,
        "documents": found,
        "chosen": chosen,
        "items": items,
        "key": new_id(),
        **asked_as_file(what, found, chosen),
        "then": f"{reverse('issuing:documents')}?show={what}",
    }
    return device_page(request, "issuing/many.html", context, devices=bool(items))


@require_POST
def begin_run(request: HttpRequest) -> HttpResponse:
    """Begins to seal those that were confirmed."""
    actor = require(acting_actor(request), "issuing.seal_document")
    run = commands.begin_run(
        actor=actor,
        document_ids=[one for text in request.POST.getlist("entry") if (one := as_uuid(text))],
        certificate_id=as_uuid(request.POST.get("certificate", "")) or new_id(),
        key=as_uuid(request.POST.get("key", "")),
        now=clock.now(),
    )
    return redirect("issuing:run", run_id=run.pk)


@require_GET
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Shows how far a run is, and what became of each document; asked again every other second while it goes on."""
    progress = queries.run(acting_actor(request), run_id)
    context = {
        "progress": progress,
        "items": [(item, _said(item)) for item in progress.items],
        "count": len(progress.items),
        "under_way": progress.run.ended_at is None,
    }
    template = "issuing/run_now.html" if request.headers.get("HX-Request") else "issuing/run.html"
    status = 286 if request.headers.get("HX-Request") and progress.run.ended_at else 200
    return render(request, template, context, status=status)


def _said(item: RunItem) -> str:
    if item.refused is None:
        return ""
    params = item.refused.get("params", {})
    return " ".join(
        fill(_(item.refused[name]), params) for name in ("detail", "todo") if item.refused.get(name)
    )
