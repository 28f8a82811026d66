"""Files of agencies: hand in, look at what would change, confirm, undo; every one is kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hienluong.directory.service import acting_actor, pager, require, take_file, today
from hienluong.files.service import takes_file
from hienluong.imports import commands, queries
from hienluong.imports.errors import ImportFileTooLarge
from hienluong.imports.formats.records import MAX_BYTES
from hienluong.imports.forms import ImportForm
from hienluong.imports.models import AgencyImport
from hienluong.kit import clock

UNDER_WAY = (AgencyImport.State.CHECKING, AgencyImport.State.APPLYING)
COUNTS = ("created", "renamed", "moved", "recoded", "ended", "changed", "unchanged", "left_out", "wrong")
SAMPLES = ("created", "renamed", "moved", "recoded", "ended")


@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Lists the imports, newest first; with `?show=checked` those that wait to be imported or discarded."""
    show = request.GET.get("show", "")
    page = queries.agency_imports(
        acting_actor(request), only_checked=show == "checked", before=request.GET.get("before") or None
    )
    context = {"imports": page.items, "show": show, **pager(request, page.next, cursor="before")}
    return render(request, "imports/list.html", context)


@require_http_methods(["GET", "POST"])
@takes_file(
    most=MAX_BYTES, permission="directory.manage_agencies", refusal=ImportFileTooLarge(limit=MAX_BYTES)
)
def hand_in(request: HttpRequest) -> HttpResponse:
    """Takes a file in and has it checked."""
    actor = require(acting_actor(request), "directory.manage_agencies")
    form = ImportForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        initial={"effective_on": today()},
    )

    def stage(**given: Any) -> str:
        row = commands.stage_import(actor=actor, now=clock.now(), **given)
        return reverse("imports:show", args=[row.pk])

    return take_file(request, form, "imports/new.html", stage)


@require_GET
def show(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Shows one import; while it is under way htmx asks every two seconds for the part that moves."""
    row = queries.agency_import(acting_actor(request), import_id)
    context = {
        "row": row,
        "under_way": row.state in UNDER_WAY,
        "counts": [(name, row.counts[name]) for name in COUNTS if name in row.counts],
        "errors": queries.import_errors(row),
        "samples": [(name, row.findings[name]) for name in SAMPLES if row.findings.get(name)],
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "imports/now.html" if part else "imports/import.html", context)


@require_POST
def confirm(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Has a checked file imported."""
    commands.confirm_import(actor=acting_actor(request), import_id=import_id, now=clock.now())
    return redirect("imports:show", import_id=import_id)


@require_POST
def discard(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Gives a checked file up."""
    commands.discard_import(actor=acting_actor(request), import_id=import_id, now=clock.now())
    messages.success(request, _("The file was discarded; nothing was imported."))
    return redirect("imports:list")


@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Undoes an import, after asking once more."""
    actor = acting_actor(request)
    row = queries.agency_import(actor, import_id)
    if request.method == "POST":
        commands.undo_import(actor=actor, import_id=import_id, now=clock.now())
        messages.success(request, _("The import was undone; the agencies are as they were before it."))
        return redirect("imports:show", import_id=import_id)
    return render(request, "imports/undo.html", {"row": row})
