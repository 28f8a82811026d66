"""Break-glass requests: what waits, what runs, what was; asking, approving, declining, ending."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hienluong.access import commands
from hienluong.access.forms import AnswerForm, AskForm
from hienluong.access.queries import break_glass as queries
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import acting_actor, allowed, pager, require
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Lists requests, newest first; `?show=` narrows it to those to be answered, that run, or are one's own."""
    actor, show = acting_actor(request), request.GET.get("show", "")
    page = queries.glass_requests(actor, now=clock.now(), show=show, before=request.GET.get("before", ""))
    context = {"page": page, "show": show, "may_ask": allowed(actor, "access.request_glass")}
    return render(
        request, "access/break_glass.html", {**context, **pager(request, page.next, cursor="before")}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Asks to see something, why, on what legal basis and for how long; `?kind=&id=` fills in what."""
    actor = require(acting_actor(request), "access.request_glass")
    given = {"kind": request.GET.get("kind", ""), "object_id": request.GET.get("id", "")}
    form = AskForm(request.POST if request.method == "POST" else None, initial=given)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            grant = commands.request_break_glass(actor=actor, now=clock.now(), **form.cleaned_data)
        except HienluongError as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            messages.success(request, _("Asked. Another administrator or auditor has to approve it."))
            return redirect("access:break_glass_one", grant_id=grant.pk)
    return render(request, "access/ask.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Shows a request with every look; a POST approves or declines it."""
    actor, now = acting_actor(request), clock.now()
    view = queries.glass_request(actor, grant_id, now=now)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        act = commands.approve_break_glass if "approve" in request.POST else commands.decline_break_glass
        try:
            act(actor=actor, grant_id=grant_id, note=form.cleaned_data["note"], now=now)
        except PermissionMissing:
            raise
        except HienluongError as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            messages.success(
                request,
                _("Approved. The agencies that hold it were told.")
                if "approve" in request.POST
                else _("Not approved."),
            )
            return redirect("access:break_glass_one", grant_id=grant_id)
    return render(request, "access/break_glass_one.html", {"view": view, "form": form}, status=status)


@require_POST
def end(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Ends running access, or takes one's own request back."""
    commands.end_break_glass(actor=acting_actor(request), grant_id=grant_id, now=clock.now())
    messages.success(request, _("It is over: the content can no longer be seen."))
    return redirect("access:break_glass_one", grant_id=grant_id)
