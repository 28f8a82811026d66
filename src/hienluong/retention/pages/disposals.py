"""Disposals: what is over its time, the list, approving by a second person, the certificate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hienluong.directory.service import (
    Question,
    acting_actor,
    allowed,
    ask,
    pager,
    require,
    table_answer,
)
from hienluong.kit import clock
from hienluong.kit.ids import as_number, as_uuid
from hienluong.retention import commands, queries
from hienluong.retention.forms import DeclineForm, NoteForm
from hienluong.retention.models import Disposal, DisposalItem
from hienluong.retention.policy import ITEMS_MAX

TONES = {
    Disposal.State.PROPOSED: "progress",
    Disposal.State.APPROVED: "progress",
    Disposal.State.DECLINED: "neutral",
    Disposal.State.TAKEN_BACK: "neutral",
    Disposal.State.DONE: "good",
}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Lists disposals, and says how much is over its time; `?show=` narrows it to those that wait for a second person."""
    actor, show = acting_actor(request), request.GET.get("show", "")
    page = queries.disposals(actor, show=show, before=as_uuid(request.GET.get("before", "")))
    for one in page.items:
        one.tone = TONES[Disposal.State(one.state)]  # type: ignore[attr-defined]  # for the page
    may_propose = allowed(actor, "retention.propose_disposal")
    today = clock.in_vietnam(clock.now()).date()
    due = len(queries.over_time(actor, on=today, limit=ITEMS_MAX)) if may_propose else 0
    context = {
        "page": page,
        "due": due,
        "may_propose": may_propose,
        "many_agencies": actor is not None and queries.keeps_for(actor) is None,
        "show": show,
        **pager(request, page.next, cursor="before"),
    }
    return render(request, "retention/disposals.html", context)


@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Proposes what is over its time, after a check."""
    actor, now = require(acting_actor(request), "retention.propose_disposal"), clock.now()
    found = queries.over_time(actor, on=clock.in_vietnam(now).date(), limit=ITEMS_MAX)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        made = commands.propose_disposal(actor=actor, note=given["note"], now=now)
        said = _("Proposed. Another head or deputy of your agency has to approve it.")
        return said, reverse("retention:disposal", args=[made.pk])

    question = Question(
        gettext_lazy("Propose a disposal"),
        gettext_lazy("Propose it"),
        reverse("retention:disposals"),
        facts=[(gettext_lazy("Documents past their retention period"), str(len(found)))],
        warning=gettext_lazy("Nothing is destroyed before a second person has approved the list."),
    )
    return ask(request, NoteForm(request.POST or None), question, act)


@require_GET
def show(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    """Shows a disposal with its documents."""
    actor = acting_actor(request)
    disposal = queries.find_disposal(actor, disposal_id)
    after = request.GET.get("after", "")
    page = queries.items_of(actor, disposal, after=as_number(after))
    waits = disposal.state == Disposal.State.PROPOSED and actor is not None
    own = waits and actor is not None and disposal.agency_id == actor.agency_id
    mine = actor is not None and disposal.proposer == actor.person_id
    context = {
        "disposal": disposal,
        "tone": TONES[Disposal.State(disposal.state)],
        "page": page,
        "counts": _counts(disposal),
        "may_approve": own and not mine and allowed(actor, "retention.approve_disposal"),
        "may_take_back": own and allowed(actor, "retention.propose_disposal"),
        "first": request.path if after else "",
        "next": f"?after={page.next}" if page.next else "",
    }
    return render(request, "retention/disposal.html", context)


def _counts(disposal: Disposal) -> list[tuple[str, int]]:
    found = queries.outcomes_of(disposal)
    return [(str(label), found[value]) for value, label in DisposalItem.Outcome.choices if value in found]


@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    """Approves a disposal, after a check: the second person's yes."""
    actor = require(acting_actor(request), "retention.approve_disposal")
    disposal = queries.find_disposal(actor, disposal_id)
    back = reverse("retention:disposal", args=[disposal_id])

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.approve_disposal(actor=actor, disposal_id=disposal_id, note=given["note"], now=clock.now())
        return _("Approved: the documents are destroyed in a moment."), back

    question = Question(
        gettext_lazy("Approve a disposal"),
        gettext_lazy("Destroy them"),
        back,
        facts=_facts(disposal),
        warning=gettext_lazy(
            "Your agency's copies are destroyed for good; what they were, their hashes and their history stay."
        ),
        tone="danger",
    )
    return ask(request, NoteForm(request.POST or None), question, act)


@require_http_methods(["GET", "POST"])
def decline(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    """Declines a disposal, after a check."""
    actor = require(acting_actor(request), "retention.approve_disposal")
    disposal = queries.find_disposal(actor, disposal_id)
    back = reverse("retention:disposal", args=[disposal_id])

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.decline_disposal(actor=actor, disposal_id=disposal_id, note=given["note"], now=clock.now())
        return _("Declined: everything is kept."), back

    question = Question(
        gettext_lazy("Decline a disposal"), gettext_lazy("Decline it"), back, facts=_facts(disposal)
    )
    return ask(request, DeclineForm(request.POST or None), question, act)


@require_POST
def take_back(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    """Takes a proposal back."""
    commands.take_back_disposal(actor=acting_actor(request), disposal_id=disposal_id, now=clock.now())
    messages.success(request, _("Taken back: everything is kept."))
    return redirect("retention:disposal", disposal_id=disposal_id)


def _facts(disposal: Disposal) -> list[tuple[Any, str]]:
    return [
        (gettext_lazy("Documents"), str(disposal.items.count())),
        (gettext_lazy("Proposed by"), disposal.proposed_by),
    ]


@require_GET
def certificate(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    """Shows the certificate of destruction, to be printed and signed."""
    actor = acting_actor(request)
    disposal = queries.find_disposal(actor, disposal_id)
    if disposal.state != Disposal.State.DONE:
        raise Http404
    words = _in_words(queries.certificate_rows(actor, disposal))
    rows = [dict(zip(queries.CERTIFICATE, row, strict=True)) for row in words]
    context = {"disposal": disposal, "rows": rows, "counts": _counts(disposal)}
    return render(request, "retention/certificate.html", context)


@require_GET
def export(request: HttpRequest, disposal_id: UUID, form: str) -> HttpResponseBase:
    """Hands the documents of a disposal out as CSV (UTF-8 with a mark, as spreadsheet programs want it) or a workbook."""
    actor = acting_actor(request)
    disposal = queries.find_disposal(actor, disposal_id)
    rows = _in_words(queries.certificate_rows(actor, disposal))
    name = f"disposal-{disposal.counted_on}-{str(disposal.pk)[-12:]}"
    return table_answer(form, name, str(disposal.counted_on), _titles(), rows)


def _titles() -> tuple[str, ...]:
    return (
        _("Document id"), _("Number and notation"), _("Kind of document"), _("Date"), _("Sender"), _("Accepted"),
        _("Months kept"), _("What it rests on"), _("Over its time since"), _("Outcome"), _("When"), _("Bytes"),
        "SHA-256",
    )  # fmt: skip


def _in_words(rows: Iterable[list[Any]]) -> Iterator[list[str]]:
    outcomes = {value: str(label) for value, label in DisposalItem.Outcome.choices}
    for row in rows:
        named = dict(zip(queries.CERTIFICATE, row, strict=True))
        for name in ("date", "due_on"):
            named[name] = f"{named[name]:%d/%m/%Y}" if named[name] else ""
        for name in ("accepted", "at"):
            named[name] = f"{clock.in_vietnam(named[name]):%d/%m/%Y %H:%M}" if named[name] else ""
        named["outcome"] = outcomes[named["outcome"]]
        yield ["" if value is None else str(value) for value in named.values()]
