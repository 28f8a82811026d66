"""Legal holds: the list, one hold, placing and lifting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.directory.service import Question, acting_actor, allowed, ask, require
from hienluong.kit import clock
from hienluong.kit.ids import as_uuid
from hienluong.retention import commands, queries
from hienluong.retention.forms import ReasonForm


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Lists holds in force; with `?show=lifted` those that were lifted."""
    lifted = request.GET.get("show") == "lifted"
    before = request.GET.get("before", "")
    page = queries.holds(acting_actor(request), lifted=lifted, before=as_uuid(before))
    keep = "show=lifted&" if lifted else ""
    context = {
        "page": page,
        "lifted": lifted,
        "first": f"?{keep}" if before else "",
        "next": f"?{keep}before={page.next}" if page.next else "",
    }
    return render(request, "retention/holds.html", context)


@require_GET
def show(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    """Shows one hold: who placed it, why, and who lifted it."""
    actor = acting_actor(request)
    hold = queries.find_hold(actor, hold_id)
    may_lift = (
        hold.lifted_at is None
        and actor is not None
        and allowed(actor, "retention.manage_holds")
        and queries.keeps_for(actor) in {None, hold.agency_id}
    )
    return render(request, "retention/hold.html", {"hold": hold, "may_lift": may_lift})


@require_http_methods(["GET", "POST"])
def place(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Places a hold on a packet, after a check."""
    actor = require(acting_actor(request), "retention.manage_holds")
    packet = queries.packet_to_hold(actor, packet_id)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        hold = commands.place_hold(actor=actor, packet_id=packet_id, reason=given["reason"], now=clock.now())
        said = _("The legal hold is in force: nobody can destroy it until it is lifted.")
        return said, reverse("retention:hold", args=[hold.pk])

    everybody = queries.keeps_for(actor) is None
    question = Question(
        gettext_lazy("Place a legal hold"),
        gettext_lazy("Place the hold"),
        reverse("retention:holds") if everybody else reverse("exchange:packet", args=[packet_id]),
        facts=[
            (gettext_lazy("Document"), f"{packet.code_number}/{packet.code_notation}"),
            (gettext_lazy("Sender"), packet.sender_name),
            (
                gettext_lazy("What it keeps"),
                gettext_lazy("every copy in the province")
                if everybody
                else gettext_lazy("your agency's copy"),
            ),
        ],
    )
    return ask(request, ReasonForm(request.POST or None), question, act)


@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    """Lifts a hold, after a check."""
    actor = require(acting_actor(request), "retention.manage_holds")
    hold = queries.find_hold(actor, hold_id)
    back = reverse("retention:hold", args=[hold_id])

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.lift_hold(actor=actor, hold_id=hold_id, reason=given["reason"], now=clock.now())
        return _("The legal hold is lifted."), back

    question = Question(
        gettext_lazy("Lift a legal hold"),
        gettext_lazy("Lift the hold"),
        back,
        facts=[
            (gettext_lazy("Document"), f"{hold.packet.code_number}/{hold.packet.code_notation}"),
            (gettext_lazy("Reason of the hold"), hold.reason),
        ],
        warning=gettext_lazy(
            "From then on the document can be destroyed. Copies that their sender took back meanwhile are destroyed at once."
        ),
        tone="danger",
    )
    return ask(request, ReasonForm(request.POST or None), question, act)
