"""Written delegations of the right to sign: listed, shown, entered, revoked."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.directory import service as directory
from hienluong.directory.service import (
    Question,
    ReasonForm,
    acting_actor,
    allowed,
    ask,
    day_after,
    pager,
    require,
)
from hienluong.kit import clock
from hienluong.kit.ids import as_number
from hienluong.staff import commands, queries
from hienluong.staff.forms import DelegationForm
from hienluong.staff.models import Delegation

WHOSE = {
    "mine": gettext_lazy("Mine"),
    "agency": gettext_lazy("My agency's"),
    "all": gettext_lazy("All"),
}
STATES = {
    "in_force": gettext_lazy("In force"),
    "coming": gettext_lazy("To come"),
    "ending": gettext_lazy("Ending within 7 days"),
    "over": gettext_lazy("Over"),
}


@require_GET
def delegations(request: HttpRequest) -> HttpResponse:
    """Lists delegations: mine, my agency's, all."""
    actor = acting_actor(request)
    whose, state = request.GET.get("whose", ""), request.GET.get("state", "in_force")
    offered = queries.whose_offered(actor)
    page = queries.delegations(actor, whose=whose, state=state, after=as_number(request.GET.get("after", "")))
    return render(
        request,
        "staff/delegations.html",
        {
            "page": page,
            "whose": whose if whose in offered else offered[-1],
            "state": state,
            "offered": [(name, WHOSE[name]) for name in offered],
            "states": STATES.items(),
            "may_enter": bool(queries.posts_to_delegate(actor)),
            **pager(request, page.next),
        },
    )


@require_GET
def delegation(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """Shows one delegation."""
    actor = acting_actor(request)
    found = queries.delegation_by_id(actor, delegation_id)
    today = directory.today()
    over = found.revoked_on is not None or (found.valid_to is not None and found.valid_to <= today)
    in_force = found in queries.delegations_in_force(found.taker, today)
    return render(
        request,
        "staff/delegation.html",
        {
            "delegation": found,
            "in_force": in_force,
            "may_revoke": not over and allowed(actor, "staff.grant_delegation", found.giver),
        },
    )


@require_GET
def givers(request: HttpRequest) -> HttpResponse:
    """Lists the posts for which the actor may enter a delegation, to choose one."""
    posts = queries.posts_to_delegate(acting_actor(request))
    return render(request, "staff/delegation_givers.html", {"posts": posts})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, post_id: int) -> HttpResponse:
    """Enters a delegation that a post gives."""
    actor = acting_actor(request)
    giver = queries.post_by_id(actor, post_id)
    actor = require(actor, "staff.grant_delegation", giver)
    takers = queries.posts_to_take(actor, giver)
    bases = [
        row
        for row in queries.delegations_in_force(giver, directory.today())
        if row.kind == Delegation.Kind.TL
    ]
    form = DelegationForm(request.POST or None)
    form.offer("taker", takers)
    form.offer_bases(bases)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        made = commands.grant_delegation(
            actor=actor,
            giver=giver,
            taker=next(row for row in takers if str(row.pk) == given["taker"]),
            kind=given["kind"],
            basis=next((row for row in bases if str(row.pk) == given["basis"]), None),
            scope=given["scope"],
            document_number=given["document_number"],
            document_date=given["document_date"],
            reference=given["reference"],
            valid_from=given["valid_from"],
            valid_to=day_after(given["last_day"]),
            now=clock.now(),
        )
        return _("The delegation was entered."), reverse("staff:delegation", args=[made.pk])

    question = Question(
        gettext_lazy("Enter a delegation"),
        gettext_lazy("Enter the delegation"),
        reverse("staff:delegations"),
        lead=gettext_lazy(
            "As the written document says it (Decree 30/2020, art. 13): KT. to a deputy; TL. and TUQ. to the head of "
            "a unit; TUQ. is limited in time and is not handed on."
        ),
        facts=[
            (gettext_lazy("Who delegates"), f"{giver.person.full_name} — {giver.title}"),
            (gettext_lazy("Agency"), giver.agency.name),
        ],
    )
    return ask(request, form, question, act)


@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """Revokes a delegation."""
    actor = acting_actor(request)
    found = queries.delegation_by_id(actor, delegation_id)
    actor = require(actor, "staff.grant_delegation", found.giver)
    address = reverse("staff:delegation", args=[found.pk])

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.revoke_delegation(actor=actor, delegation=found, now=clock.now(), **given)
        return _("The delegation was revoked."), address

    question = Question(
        gettext_lazy("Revoke a delegation"),
        gettext_lazy("Revoke"),
        address,
        facts=[
            (gettext_lazy("Delegation"), f"{found.get_kind_display()} — {found.document_number}"),
            (gettext_lazy("Who delegates"), found.giver.person.full_name),
            (gettext_lazy("Who is to sign"), found.taker.person.full_name),
        ],
        warning=gettext_lazy("From this moment on nobody signs by it, nor by what was handed on from it."),
        tone="danger",
    )
    return ask(request, ReasonForm(request.POST or None, most=500), question, act)
