"""Deadlines: an agency's own, how all agencies keep to theirs, files of both, signed documents that wait to be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.deadlines import commands, queries, tables
from hienluong.deadlines.forms import AnnouncementForm, CancellationForm, ClockFilter, SpanFilter
from hienluong.deadlines.labels import STATES, basis_of, in_another_day, said
from hienluong.deadlines.models import Clock
from hienluong.directory.service import (
    Actor,
    Question,
    acting_actor,
    allowed,
    ask,
    pager,
    require,
    table_answer,
)
from hienluong.kit import clock as time

ANNOUNCE = "deadlines.announce_document"


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Shows an agency's people their own deadlines; whoever watches over the province is led to all agencies."""
    actor = require(acting_actor(request), "deadlines.view_deadlines")
    if allowed(actor, "deadlines.view_agencies"):
        return redirect("deadlines:agencies")
    return _list(request, actor, None)


@require_GET
def of_agency(request: HttpRequest, agency_id: UUID) -> HttpResponse:
    """Shows one agency's deadlines to those who watch over the province, or to its own people."""
    return _list(request, require(acting_actor(request), "deadlines.view_deadlines"), agency_id)


def _list(request: HttpRequest, actor: Actor, agency_id: UUID | None) -> HttpResponse:
    now, form = time.now(), ClockFilter(request.GET)
    chosen = form.query()
    page = queries.clocks(actor, now=now, agency_id=agency_id, after=request.GET.get("after", ""), **chosen)
    counts = queries.tally(actor, now=now, agency_id=agency_id)
    may_announce = allowed(actor, ANNOUNCE) and counts.agency_id == actor.agency_id
    exports = "deadlines:export_agency" if agency_id else "deadlines:export"
    return render(
        request,
        "deadlines/deadlines.html",
        {
            "rows": [_row(one, now) for one in page.items],
            "form": form,
            "state": chosen["state"],
            "tally": counts,
            "days": queries.DAYS,
            "at_once": settings.AT_ONCE_MINUTES,
            "may_announce": may_announce,
            "ours": counts.agency_id == actor.agency_id,
            "watches": allowed(actor, "deadlines.view_agencies"),
            "exports": [
                (form_.upper(), reverse(exports, args=[*([agency_id] if agency_id else []), form_]))
                for form_ in ("csv", "xlsx")
            ],
            "filters": f"state={chosen['state']}&duty={chosen['duty']}",
            **pager(request, page.next, "state", "duty"),
        },
    )


def _row(clock: Clock, now: datetime) -> dict[str, Any]:
    text, tone = said(clock, now)
    if not clock.stopped_at and clock.due_at >= now and in_another_day(clock, now):
        text = str(STATES["running"])  # the day and the time stand beside it
    return {
        "clock": clock,
        "said": text,
        "tone": tone,
        "basis": basis_of(clock),
        "waits": clock.duty == Clock.Duty.SEND and not clock.packet_id and not clock.outcome,
    }


@require_GET
def agencies(request: HttpRequest) -> HttpResponse:
    """Lists how agencies keep to their deadlines, worst first."""
    actor, form = acting_actor(request), SpanFilter(request.GET)
    page = queries.agencies(actor, now=time.now(), after=request.GET.get("after", ""), **form.query())
    query = request.GET.copy()
    query.pop("after", None)
    return render(
        request,
        "deadlines/agencies.html",
        {
            "tallies": page.items,
            "form": form,
            "days": queries.DAYS,
            "filters": query.urlencode(),
            **pager(request, page.next, "since", "until"),
        },
    )


@require_GET
def export(request: HttpRequest, form: str, agency_id: UUID | None = None) -> HttpResponseBase:
    """Hands out an agency's list with the same filters, all of it, as a table."""
    actor, now = require(acting_actor(request), "deadlines.view_deadlines"), time.now()
    queries.clocks_visible_to(actor, agency_id)  # a refusal comes before the first byte
    found = queries.all_clocks(actor, now=now, agency_id=agency_id, **ClockFilter(request.GET).query())
    rows = tables.rows_of_clocks(found, now)
    return table_answer(form, "deadlines", _("Deadlines"), tables.heading_of_clocks(), rows)


@require_GET
def export_agencies(request: HttpRequest, form: str) -> HttpResponseBase:
    """Hands out the list of agencies over the same days, all of it, as a table."""
    actor = require(acting_actor(request), "deadlines.view_agencies")
    found = queries.all_agencies(actor, now=time.now(), **SpanFilter(request.GET).query())
    heading, rows = tables.heading_of_agencies(), tables.rows_of_agencies(found)
    return table_answer(form, "deadlines-by-agency", _("Deadlines by agency"), heading, rows)


@require_http_methods(["GET", "POST"])
def announce(request: HttpRequest) -> HttpResponse:
    """Notes a signed document that waits to be sent."""
    actor = require(acting_actor(request), ANNOUNCE)
    form = AnnouncementForm(request.POST or None)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        clock = commands.announce_document(
            actor=actor,
            number=given["number"],
            notation=given["notation"],
            signed_at=form.signed_at(),
            priority=given["priority"],
            now=time.now(),
        )
        due = f"{time.in_vietnam(clock.due_at):%H:%M %d/%m/%Y}"
        return _("Noted: it must be sent by %(due)s.") % {"due": due}, f"{_address()}?state=running"

    question = Question(
        gettext_lazy("Note a signed document"),
        gettext_lazy("Note it"),
        _address(),
        lead=gettext_lazy(
            "A document that was signed and is not sent yet: you are reminded of it until it is sent. "
            "It is taken off by itself when it is sent with this number, notation and date."
        ),
    )
    return ask(request, form, question, act)


@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, clock_id: int) -> HttpResponse:
    """Takes a signed document off the list, after a check."""
    actor = require(acting_actor(request), ANNOUNCE)
    clock = queries.clock(actor, clock_id)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.cancel_announcement(actor=actor, clock_id=clock_id, reason=given["reason"], now=time.now())
        return _("It is off the list."), _address()

    question = Question(
        gettext_lazy("Take a document off the list"),
        gettext_lazy("Take it off"),
        _address(),
        lead=gettext_lazy(
            "It will not be sent over the axis: withdrawn before sending, or sent on paper only."
        ),
        facts=[(gettext_lazy("Number"), clock.reference)],
        tone="danger",
    )
    return ask(request, CancellationForm(request.POST or None), question, act)


def _address() -> str:
    return reverse("deadlines:deadlines")
