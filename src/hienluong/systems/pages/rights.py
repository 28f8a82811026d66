"""The on-behalf list: which systems may send for which agencies; granting and ending."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.directory.service import Actor, allowed, require
from hienluong.kit import clock
from hienluong.kit.ids import as_number
from hienluong.systems import commands, queries
from hienluong.systems.errors import RightRefused
from hienluong.systems.forms import GrantForm, RightFilter


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Lists who may send for whom."""
    actor = _actor(request)
    form = RightFilter(request.GET)
    before = request.GET.get("before", "")
    page = queries.search_rights(actor, **form.query(), before=as_number(before), now=clock.now())
    following = request.GET.copy()
    following["before"] = page.next or ""
    return render(
        request,
        "systems/rights.html",
        {
            "page": page,
            "form": form,
            "reset": request.path if request.GET.get("q") or request.GET.get("show") else "",
            "first": request.path if before else "",
            "next": f"?{following.urlencode()}" if page.next else "",
            "may_grant": allowed(actor, "systems.grant_sending"),
        },
    )


@require_http_methods(["GET", "POST"])
def grant(request: HttpRequest, system_id: UUID) -> HttpResponse:
    """Grants a system the right to send for others, after a check."""
    actor = require(_actor(request), "systems.grant_sending")
    system = queries.find_system(actor, system_id)
    form = GrantForm(actor, system, request.POST if request.method == "POST" else None)
    shown = {"form": form, "system": system}
    step = request.POST.get("step", "")
    if not form.is_valid() or step == "edit":
        return render(request, "systems/right_grant.html", shown, status=422 if form.errors else 200)
    if step != "send":
        return render(request, "systems/right_grant_check.html", shown)
    try:
        rights = commands.grant_sending_rights(actor=actor, system=system, now=clock.now(), **form.grant())
    except RightRefused as refusal:
        form.take(refusal)
        return render(request, "systems/right_grant.html", shown, status=422)
    messages.success(
        request,
        ngettext("Granted for %(count)d agency.", "Granted for %(count)d agencies.", len(rights))
        % {"count": len(rights)},
    )
    return redirect("systems:system", system_id=system.pk)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, right_id: int) -> HttpResponse:
    """Ends a right today, after a check."""
    actor = require(_actor(request), "systems.grant_sending")
    right = queries.find_right(actor, right_id, now=clock.now())
    if request.method == "POST":
        commands.end_sending_right(actor=actor, right=right, now=clock.now())
        messages.success(request, _("The right has ended."))
        return redirect("systems:system", system_id=right.system_id)
    return render(request, "systems/right_end.html", {"right": right})


def _actor(request: HttpRequest) -> Actor | None:
    return getattr(request, "actor", None)
