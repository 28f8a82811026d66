"""The list of reasons: shown to everybody, kept by administrators and operators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.directory.service import AskedForm, Question, acting_actor, allowed, ask, require
from hienluong.kit import clock
from hienluong.reasons import commands, queries
from hienluong.reasons.forms import ReasonForm
from hienluong.reasons.models import Reason


@require_GET
def reasons(request: HttpRequest) -> HttpResponse:
    """Lists every reason, those no longer offered too."""
    actor = acting_actor(request)
    context = {
        "reasons": queries.reasons(actor),
        "may_change": allowed(actor, "reasons.manage_reasons"),
    }
    return render(request, "reasons/reasons.html", context)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Adds a reason."""
    actor = require(acting_actor(request), "reasons.manage_reasons")

    def act(given: dict[str, Any]) -> tuple[str, str]:
        made = commands.add_reason(actor=actor, now=clock.now(), **given)
        return _("Saved: %(name)s.") % {"name": made.text}, reverse("reasons:reasons")

    question = Question(
        gettext_lazy("Add a reason"), gettext_lazy("Add the reason"), reverse("reasons:reasons")
    )
    return ask(request, ReasonForm(request.POST or None), question, act)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, reason_id: UUID) -> HttpResponse:
    """Gives a reason another wording."""
    actor = require(acting_actor(request), "reasons.manage_reasons")
    found = queries.reason_by_id(actor, reason_id)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        changed = commands.change_reason(actor=actor, reason=found, now=clock.now(), **given)
        return _("Saved: %(name)s.") % {"name": changed.text}, reverse("reasons:reasons")

    question = Question(
        gettext_lazy("Change a reason"),
        gettext_lazy("Save"),
        reverse("reasons:reasons"),
        lead=gettext_lazy("The present wording ends today and stays in the list."),
        facts=_facts(found),
    )
    return ask(request, ReasonForm(request.POST or None, reason=found), question, act)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, reason_id: UUID) -> HttpResponse:
    """Offers a reason no more."""
    actor = require(acting_actor(request), "reasons.manage_reasons")
    found = queries.reason_by_id(actor, reason_id)

    def act(_given: dict[str, Any]) -> tuple[str, str]:
        commands.end_reason(actor=actor, reason=found, now=clock.now())
        return _("The reason is offered no more: %(name)s.") % {"name": found.text}, reverse(
            "reasons:reasons"
        )

    question = Question(
        gettext_lazy("Stop offering a reason"),
        gettext_lazy("Offer no more"),
        reverse("reasons:reasons"),
        facts=_facts(found),
        tone="danger",
    )
    return ask(request, AskedForm(request.POST or None), question, act)


def _facts(reason: Reason) -> list[tuple[Any, Any]]:
    return [
        (gettext_lazy("What for"), reason.get_act_display()),
        (gettext_lazy("Code"), reason.code),
        (gettext_lazy("Reason"), reason.text),
    ]
