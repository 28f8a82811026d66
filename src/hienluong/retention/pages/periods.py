"""For how long kinds of documents are kept."""

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
from hienluong.retention import commands, queries
from hienluong.retention.errors import PeriodNotFound
from hienluong.retention.forms import EndPeriodForm, PeriodForm


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Lists all periods, those in force first."""
    actor = acting_actor(request)
    context = {"periods": queries.periods(actor), "may_change": allowed(actor, "retention.manage_periods")}
    return render(request, "retention/periods.html", context)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Writes a period, after a check."""
    actor, now = require(acting_actor(request), "retention.manage_periods"), clock.now()

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.set_period(actor=actor, now=now, **given)
        return _("The period is written; it applies from its first day on."), reverse("retention:periods")

    question = Question(
        gettext_lazy("Set a period"),
        gettext_lazy("Set it"),
        reverse("retention:periods"),
        warning=gettext_lazy(
            "It decides what is proposed for destruction. Write what the law or your province's decision says."
        ),
    )
    today = clock.in_vietnam(now).date()
    return ask(request, PeriodForm(request.POST or None, today=today), question, act)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, period_id: UUID) -> HttpResponse:
    """Ends a period without another one, after a check."""
    actor, now = require(acting_actor(request), "retention.manage_periods"), clock.now()
    period = queries.find_period(actor, period_id)
    if period is None:
        raise PeriodNotFound

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.end_period(actor=actor, period_id=period_id, valid_to=given["valid_to"], now=now)
        return _("The period ends."), reverse("retention:periods")

    kind = period.type_name or gettext_lazy("every other kind")
    question = Question(
        gettext_lazy("End a period"),
        gettext_lazy("End it"),
        reverse("retention:periods"),
        facts=[(gettext_lazy("Kind of document"), kind)],
    )
    today = clock.in_vietnam(now).date()
    return ask(request, EndPeriodForm(request.POST or None, today=today), question, act)
