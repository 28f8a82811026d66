"""Files of earlier systems: hand in, say which column is what, look at what would come, take over, undo."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hienluong.directory.service import acting_actor, allowed, pager, require, take_file
from hienluong.files.service import takes_file
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError
from hienluong.takeover import commands
from hienluong.takeover.errors import FileTooLarge
from hienluong.takeover.formats.archives import MAX_BYTES as ARCHIVE_BYTES
from hienluong.takeover.formats.tables import MAX_BYTES as TABLE_BYTES
from hienluong.takeover.forms import ArchiveForm, ColumnsForm, RegisterForm
from hienluong.takeover.models import Intake, State
from hienluong.takeover.pages import saved
from hienluong.takeover.queries import intakes as queries

UNDER_WAY = (State.CHECKING, State.APPLYING)


@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Lists what was handed in, newest first; with `?show=waiting` what somebody has to go on with."""
    actor, show = acting_actor(request), request.GET.get("show", "")
    page = queries.intakes(actor, only_waiting=show == "waiting", before=request.GET.get("before", ""))
    return render(
        request,
        "takeover/intakes.html",
        {
            "intakes": page.items,
            "show": show,
            **pager(request, page.next, cursor="before"),
            "may_manage": allowed(actor, "takeover.manage_intakes"),
            "may_read": allowed(actor, "takeover.view_documents"),
        },
    )


@require_http_methods(["GET", "POST"])
@takes_file(most=TABLE_BYTES, permission="takeover.manage_intakes", refusal=FileTooLarge(limit=TABLE_BYTES))
def hand_in_register(request: HttpRequest) -> HttpResponse:
    """Takes a register in and asks for its columns next."""
    actor = require(acting_actor(request), "takeover.manage_intakes")
    form = RegisterForm(
        queries.profiles(actor), request.POST if request.method == "POST" else None, request.FILES or None
    )

    def stage(**given: Any) -> str:
        row = commands.stage_register(actor=actor, now=clock.now(), **given)
        return reverse("takeover:columns", args=[row.pk])

    return take_file(request, form, "takeover/new_register.html", stage)


@require_http_methods(["GET", "POST"])
@takes_file(
    most=ARCHIVE_BYTES, permission="takeover.manage_intakes", refusal=FileTooLarge(limit=ARCHIVE_BYTES)
)
def hand_in_archive(request: HttpRequest) -> HttpResponse:
    """Takes an archive of packets in and has it checked."""
    actor = require(acting_actor(request), "takeover.manage_intakes")
    form = ArchiveForm(request.POST if request.method == "POST" else None, request.FILES or None)

    def stage(**given: Any) -> str:
        row = commands.stage_archive(actor=actor, now=clock.now(), **given)
        return reverse("takeover:intake", args=[row.pk])

    return take_file(request, form, "takeover/new_archive.html", stage)


@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, intake_id: UUID) -> HttpResponse:
    """Asks which column of a register holds what; those whose names are known are chosen already."""
    actor = require(acting_actor(request), "takeover.manage_intakes")
    row = queries.intake(actor, intake_id).row
    form = ColumnsForm(row.heading, row.columns, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            commands.choose_columns(
                actor=actor,
                intake_id=intake_id,
                columns=form.columns(),
                skip_wrong_rows=form.cleaned_data["skip_wrong_rows"],
                save_as=form.cleaned_data["save_as"],
                now=clock.now(),
            )
        except HienluongError as refusal:
            form.add_error(None, refusal.explain(_))
        else:
            return redirect("takeover:intake", intake_id=intake_id)
    status = 422 if form.errors else 200
    return render(request, "takeover/columns.html", {"form": form, "row": row}, status=status)


@require_GET
def show(request: HttpRequest, intake_id: UUID) -> HttpResponse:
    """Shows one intake; while it is under way htmx asks every two seconds for the part that moves."""
    detail = queries.intake(acting_actor(request), intake_id)
    context = {
        "detail": detail,
        "row": detail.row,
        "under_way": detail.row.state in UNDER_WAY,
        "is_archive": detail.row.kind == Intake.Kind.ARCHIVE,
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "takeover/intake_now.html" if part else "takeover/intake.html", context)


@require_POST
def confirm(request: HttpRequest, intake_id: UUID) -> HttpResponse:
    """Has a checked file taken over."""
    commands.confirm_intake(actor=acting_actor(request), intake_id=intake_id, now=clock.now())
    return redirect("takeover:intake", intake_id=intake_id)


@require_POST
def discard(request: HttpRequest, intake_id: UUID) -> HttpResponse:
    """Gives a file up."""
    commands.discard_intake(actor=acting_actor(request), intake_id=intake_id, now=clock.now())
    messages.success(request, _("The file was discarded; nothing was taken over."))
    return redirect("takeover:intakes")


@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, intake_id: UUID) -> HttpResponse:
    """Undoes an intake, after asking once more."""
    actor = require(acting_actor(request), "takeover.manage_intakes")
    row = queries.intake(actor, intake_id).row
    if request.method == "POST":
        commands.undo_intake(actor=actor, intake_id=intake_id, now=clock.now())
        messages.success(request, _("It was undone: what this file brought is no longer here."))
        return redirect("takeover:intake", intake_id=intake_id)
    return render(request, "takeover/undo.html", {"row": row})


@require_GET
def aside(request: HttpRequest, aside_id: int) -> HttpResponseBase:
    """Hands out a file that was kept aside."""
    return saved(commands.read_aside_file(actor=acting_actor(request), aside_id=aside_id, now=clock.now()))
