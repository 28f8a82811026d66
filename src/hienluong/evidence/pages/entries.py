"""The auditor's pages: entries searched, one subject followed through time, one entry verified, evidence taken along."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from hienluong.directory.service import acting_actor, allowed, pager, require
from hienluong.evidence import commands
from hienluong.evidence.bundle import Bundle
from hienluong.evidence.forms import EntryFilter
from hienluong.evidence.names import names_of
from hienluong.evidence.queries import changes, entries
from hienluong.kit import clock
from hienluong.kit.cursors import Page
from hienluong.kit.errors import InvalidInput

FILTERS = ("subject", "actor", "action", "since", "until")


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Lists entries, newest first, narrowed by what, who, act and days."""
    actor = require(acting_actor(request), "evidence.view_entries")
    form = EntryFilter(request.GET)
    wanted = form.wanted()
    page: Page[entries.Line] = Page([], None)
    if wanted is not None:
        page = entries.search(actor, wanted, before=request.GET.get("before", ""))
    subject = wanted.subject if wanted else ""
    context = {
        "page": page,
        "form": form,
        "subject": names_of([subject]).get(subject, subject) if subject else "",
        "filters": [(name, request.GET[name]) for name in FILTERS if request.GET.get(name)],
        "may_export": bool(page.items) and allowed(actor, "evidence.export_bundle"),
        **pager(request, page.next, *FILTERS, cursor="before"),
    }
    return render(request, "evidence/entries.html", context, status=200 if wanted is not None else 422)


@require_GET
def show(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Shows one entry, and computes its proof anew, step by step."""
    actor = acting_actor(request)
    view = entries.entry_view(actor, entry_id, now=clock.now())
    rows = changes.changes_seen(actor, view.line.entry, limit=changes.SHOWN + 1)
    context = {
        "view": view,
        "entry": view.line.entry,
        "changes": rows[: changes.SHOWN],
        "more_changes": len(rows) > changes.SHOWN,
        "searches": allowed(actor, "evidence.view_entries"),
    }
    return render(request, "evidence/entry.html", context)


@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """Hands the entries of a search out as a bundle that anybody can check."""
    form = EntryFilter(request.POST)
    actor = require(acting_actor(request), "evidence.view_entries")
    wanted = form.wanted()
    if wanted is None:
        raise InvalidInput
    return bundle_answer(commands.export_entries(actor=actor, wanted=wanted, now=clock.now()))


def bundle_answer(bundle: Bundle) -> StreamingHttpResponse:
    """Returns the answer that carries a bundle while it is made."""
    answer = StreamingHttpResponse(bundle.chunks(), content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{bundle.name}.zip"'
    return answer
