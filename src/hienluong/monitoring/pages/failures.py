"""What failed and why, and trying it again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.directory.service import Question, acting_actor, allowed, ask, pager, require
from hienluong.kit import clock
from hienluong.kit.errors import NotFound
from hienluong.monitoring import commands, queries
from hienluong.monitoring.causes import BY_CODE
from hienluong.monitoring.commands.retry import AT_ONCE, Retried
from hienluong.monitoring.forms import FailureFilter, ReasonForm, RetryForm


@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    """Lists the failures by cause and recipient."""
    actor = acting_actor(request)
    page = queries.failure_groups(actor, after=request.GET.get("after", ""))
    return render(
        request,
        "monitoring/groups.html",
        {
            "page": page,
            "pager": pager(request, page.next),
            "may_retry": allowed(actor, "monitoring.retry_deliveries"),
        },
    )


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Lists the deliveries that fail, the newest first."""
    actor = require(acting_actor(request), "monitoring.view_monitor")
    form = FailureFilter(request.GET)
    cause, code = form.chosen()
    recipient = queries.recipient_by_code(actor, code) if code else None
    page = queries.failures(
        actor,
        cause=cause,
        recipient=recipient.pk if recipient else (0 if code else None),  # an unknown code finds nothing
        before=request.GET.get("after", ""),
    )
    return render(
        request,
        "monitoring/failures.html",
        {
            "page": page,
            "form": form,
            "pager": pager(request, page.next, "cause", "to"),
            "chosen": BY_CODE.get(cause),
            "query": f"?cause={cause}&to={recipient.code if recipient else ''}",
            "may_retry_all": (cause or recipient)
            and page.items
            and allowed(actor, "monitoring.retry_deliveries"),
            "may_retry": allowed(actor, "monitoring.retry_deliveries"),
            "may_ask": allowed(actor, "access.request_glass"),
        },
    )


@require_GET
def show(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Shows one failure: what is known of it, and what to do."""
    actor = acting_actor(request)
    return render(
        request,
        "monitoring/failure.html",
        {
            "row": queries.failure(actor, delivery_id),
            "may_retry": allowed(actor, "monitoring.retry_deliveries"),
            "may_ask": allowed(actor, "access.request_glass"),
        },
    )


@require_http_methods(["GET", "POST"])
def retry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Tries one delivery again, after a check."""
    actor = require(acting_actor(request), "monitoring.retry_deliveries")
    found = queries.failure(actor, delivery_id)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        done = commands.retry_failures(
            actor=actor, delivery_id=delivery_id, reason=given["reason"], now=clock.now()
        )
        return _said(done), reverse("monitoring:failures")

    question = Question(
        gettext_lazy("Try a delivery again"),
        gettext_lazy("Try it again"),
        reverse("monitoring:failure", args=[delivery_id]),
        facts=[
            (gettext_lazy("Sender"), found.sender),
            (gettext_lazy("Recipient"), found.recipient.name),
            (gettext_lazy("Cause"), found.cause.title),
        ],
    )
    return ask(request, ReasonForm(request.POST or None), question, act)


@require_http_methods(["GET", "POST"])
def retry_all(request: HttpRequest) -> HttpResponse:
    """Tries all of a cause, of a recipient, or of both again, after a check."""
    actor = require(acting_actor(request), "monitoring.retry_deliveries")
    chosen = request.POST if request.method == "POST" else request.GET
    cause, code = chosen.get("cause", ""), chosen.get("to", "")
    recipient = queries.recipient_by_code(actor, code) if code else None
    if (code and recipient is None) or (cause and cause not in BY_CODE) or not (cause or code):
        raise NotFound
    count = queries.count_failures(actor, cause=cause, recipient=recipient.pk if recipient else None)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        done = commands.retry_failures(
            actor=actor,
            cause=cause,
            recipient=recipient.pk if recipient else None,
            reason=given["reason"],
            now=clock.now(),
        )
        return _said(done), reverse("monitoring:monitor")

    facts = [(gettext_lazy("Failing deliveries"), str(count))]
    if cause:
        facts.append((gettext_lazy("Cause"), str(BY_CODE[cause].title)))
    if recipient is not None:
        facts.append((gettext_lazy("Recipient"), recipient.name))
    warning = _("Only the oldest %(most)d go at once; ask again for the rest.") % {"most": AT_ONCE}
    question = Question(
        gettext_lazy("Try several deliveries again"),
        gettext_lazy("Try them again"),
        reverse("monitoring:groups"),
        lead=BY_CODE[cause].todo if cause else "",
        facts=facts,
        warning=warning if count > AT_ONCE else "",
    )
    form = RetryForm(request.POST or None, initial={"cause": cause, "to": code})
    return ask(request, form, question, act)


def _said(done: Retried) -> str:
    count = len(done.delivery_ids)
    if not count:
        return _("Nothing had to be tried again: nothing of it fails any more, or it is asked back.")
    said = ngettext("%(count)d delivery is tried again.", "%(count)d deliveries are tried again.", count)
    return said % {"count": count}
