"""Alarms: what stands, every condition as it is, what was; limits and silences."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.directory.service import AskedForm, Question, acting_actor, allowed, ask, pager, require
from hienluong.kit import clock
from hienluong.monitoring import commands, queries
from hienluong.monitoring.conditions import BY_NAME, Condition, limit_of
from hienluong.monitoring.errors import AlarmUnknown
from hienluong.monitoring.forms import LimitForm, SilenceForm


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Shows every condition as it is, the silences, and the alarms that were."""
    actor, now = acting_actor(request), clock.now()
    standing = {alarm.condition: alarm for alarm in queries.open_alarms(actor)}
    quiet = queries.silences(actor, now=now)
    silent = {silence.condition for silence in quiet}
    past = queries.past_alarms(actor, before=request.GET.get("after", ""))
    return render(
        request,
        "monitoring/alarms.html",
        {
            "rows": [
                (reading, standing.get(reading.condition.name), reading.condition.name in silent)
                for reading in queries.conditions_now(actor, now=now)
            ],
            "silences": [(one, BY_NAME.get(one.condition)) for one in quiet],
            "past": [(one, BY_NAME.get(one.condition)) for one in past.items],
            "pager": pager(request, past.next),
            "disks": queries.disks(actor, now=now),
            "now": now,
            "may_manage": allowed(actor, "monitoring.manage_alarms"),
        },
    )


@require_http_methods(["GET", "POST"])
def limit(request: HttpRequest, condition: str) -> HttpResponse:
    """Sets when a condition is bad, and how often its alarm is said again."""
    actor = require(acting_actor(request), "monitoring.manage_alarms")
    found = _condition(condition)
    present = limit_of(found, clock.now())

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.set_limit(
            actor=actor,
            condition=condition,
            value=given["value"],
            watched=given["watched"] == "yes",
            repeat_hours=given["repeat_hours"],
            reason=given["reason"],
            now=clock.now(),
        )
        return _("Saved. The next look, within a minute, goes by it."), reverse("monitoring:alarms")

    initial = {
        "value": f"{present.value:g}",
        "watched": "yes" if present.watched else "no",
        "repeat_hours": present.repeat_hours,
    }
    question = _question(found, gettext_lazy("Change the limit of an alarm"), gettext_lazy("Save"))
    return ask(request, LimitForm(found, request.POST or None, initial=initial), question, act)


@require_http_methods(["GET", "POST"])
def silence(request: HttpRequest, condition: str) -> HttpResponse:
    """Lets nobody be told of a condition for a time."""
    actor = require(acting_actor(request), "monitoring.manage_alarms")
    found = _condition(condition)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        now = clock.now()
        until = now + timedelta(hours=int(given["hours"]))
        commands.silence_condition(
            actor=actor, condition=condition, until=until, reason=given["reason"], now=now
        )
        return _("Nobody is told of it until then; the alarm itself is kept."), reverse("monitoring:alarms")

    question = _question(found, gettext_lazy("Silence an alarm"), gettext_lazy("Silence it"))
    return ask(request, SilenceForm(request.POST or None), question, act)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, silence_id: int) -> HttpResponse:
    """Ends a silence, after a check."""
    actor = require(acting_actor(request), "monitoring.manage_alarms")
    present = next((one for one in queries.silences(actor, now=clock.now()) if one.pk == silence_id), None)
    if present is None or present.condition not in BY_NAME:
        raise AlarmUnknown(name=silence_id)

    def act(_given: dict[str, Any]) -> tuple[str, str]:
        commands.end_silence(actor=actor, silence_id=silence_id, now=clock.now())
        return _("The silence is over."), reverse("monitoring:alarms")

    question = _question(
        BY_NAME[present.condition], gettext_lazy("End a silence"), gettext_lazy("End it now")
    )
    return ask(request, AskedForm(request.POST or None), question, act)


def _condition(name: str) -> Condition:
    if name not in BY_NAME:
        raise AlarmUnknown(name=name[:40])
    return BY_NAME[name]


def _question(condition: Condition, title: Any, submit: Any) -> Question:
    return Question(
        title,
        submit,
        reverse("monitoring:alarms"),
        facts=[(gettext_lazy("Condition"), condition.title)],
    )
