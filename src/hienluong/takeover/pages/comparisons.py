"""Both systems side by side: counts by day and agency, and the documents in which they differ."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.directory.service import acting_actor, require, table_answer, take_file
from hienluong.files.service import takes_file
from hienluong.kit import clock
from hienluong.kit.ids import as_number
from hienluong.takeover import commands
from hienluong.takeover.errors import FileTooLarge
from hienluong.takeover.formats.tables import MAX_BYTES as TABLE_BYTES
from hienluong.takeover.forms import DIFFERENCE_NAMES, CompareForm
from hienluong.takeover.models import Difference, State
from hienluong.takeover.queries import comparisons as queries
from hienluong.takeover.queries import intakes

KINDS = tuple(str(kind) for kind in Difference.Kind.values)


@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Lists the comparisons of the agency, newest first."""
    return render(
        request, "takeover/comparisons.html", {"comparisons": queries.comparisons(acting_actor(request))}
    )


@require_http_methods(["GET", "POST"])
@takes_file(most=TABLE_BYTES, permission="takeover.manage_intakes", refusal=FileTooLarge(limit=TABLE_BYTES))
def new(request: HttpRequest) -> HttpResponse:
    """Takes the earlier system's register of some days and has it compared."""
    actor = require(acting_actor(request), "takeover.manage_intakes")
    form = CompareForm(
        intakes.profiles(actor), request.POST if request.method == "POST" else None, request.FILES or None
    )

    def stage(**given: Any) -> str:
        row = commands.stage_comparison(actor=actor, now=clock.now(), **given)
        return reverse("takeover:comparison", args=[row.pk])

    return take_file(request, form, "takeover/new_comparison.html", stage)


@require_GET
def show(request: HttpRequest, comparison_id: UUID) -> HttpResponse:
    """Shows one comparison; while it is under way htmx asks every two seconds."""
    kind = request.GET.get("kind", "")
    after = request.GET.get("after", "")
    found = queries.comparison(
        acting_actor(request),
        comparison_id,
        kind=kind if kind in KINDS else "",
        after=as_number(after) or 0,
    )
    context = {
        "found": found,
        "row": found.row,
        "under_way": found.row.state == State.CHECKING,
        "kind": kind,
        "kinds": [(str(value), label) for value, label in Difference.Kind.choices],
        "first": f"{request.path}?kind={kind}" if after else "",
        "next": f"{request.path}?kind={kind}&after={found.differences.next}"
        if found.differences.next
        else "",
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "takeover/comparison_now.html" if part else "takeover/comparison.html", context)


@require_GET
def export(request: HttpRequest, comparison_id: UUID, form: str) -> HttpResponseBase:
    """Hands out all differences as a table."""
    actor = require(acting_actor(request), "takeover.manage_intakes")
    if form not in ("csv", "xlsx"):
        raise Http404
    words = {name: str(label) for name, label in DIFFERENCE_NAMES.items()}
    rows = commands.export_comparison(
        actor=actor, comparison_id=comparison_id, words=words, form=form, now=clock.now()
    )
    heading = [_("What"), _("Date"), _("Number"), _("Agency"), _("Subject"), _("Row"), _("Field"), _("Earlier system"), _("Here")]  # fmt: skip
    return table_answer(form, f"comparison-{comparison_id}", _("Comparison"), heading, rows)
