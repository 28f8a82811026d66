"""Groups of recipients: listed, shown with who is in them today, made, changed, taken out of use."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.directory import service as directory
from hienluong.directory.service import AskedForm, Question, acting_actor, allowed, ask, require
from hienluong.kit import clock
from hienluong.kit.errors import NotAuthenticated
from hienluong.recipients import commands, queries
from hienluong.recipients.forms import GroupForm
from hienluong.recipients.models import RecipientGroup

FORM = "recipients/ask.html"


def _may_make(request: HttpRequest) -> bool:
    actor = acting_actor(request)
    own = RecipientGroup(owner_id=actor.agency_id if actor else None)
    return allowed(actor, "recipients.manage_groups", own)


@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    """Lists the groups of the province and of the agency."""
    text = request.GET.get("q", "")[:200]
    found = queries.groups(acting_actor(request), text)
    context = {"groups": found, "text": text, "may_make": _may_make(request)}
    return render(request, "recipients/groups.html", context)


@require_GET
def group(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Shows who is in a group today, and who dropped out."""
    actor = acting_actor(request)
    found = queries.group_by_id(actor, group_id)
    may_change = allowed(actor, "recipients.manage_groups", found)
    context = {"expanded": queries.expand_group(found), "group": found, "may_change": may_change}
    return render(request, "recipients/group.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Makes a group."""
    actor = acting_actor(request)
    if actor is None or actor.agency_id is None:
        raise NotAuthenticated
    require(actor, "recipients.manage_groups", RecipientGroup(owner_id=actor.agency_id))
    owner = directory.agency_by_id(actor.agency_id)
    form = GroupForm(actor, request.POST or None)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        made = commands.create_group(
            actor=actor,
            owner=None if given.get("reach") == "province" else owner,
            name=given["name"],
            members=form.members() or (),
            rule_place=given["rule_place"] if form.is_rule else "",
            rule_kind=given["rule_kind"] if form.is_rule else "",
            now=clock.now(),
        )
        return _("The group was made: %(name)s.") % {"name": made.name}, _address(made)

    question = Question(
        gettext_lazy("Make a group"),
        gettext_lazy("Make the group"),
        reverse("recipients:groups"),
        template=FORM,
    )
    return ask(request, form, question, act)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Changes a group's name and members."""
    actor = acting_actor(request)
    found = queries.group_by_id(actor, group_id)
    actor = require(actor, "recipients.manage_groups", found)
    form = GroupForm(actor, request.POST or None, group=found)
    expanded = queries.expand_group(found)
    if form.asks_for_members:
        codes = [getattr(agency, "primary_code", "") for agency in expanded.agencies]
        form.initial.update(form.listed_and_other(codes))

    def act(given: dict[str, Any]) -> tuple[str, str]:
        changed = commands.change_group(
            actor=actor, group=found, name=given["name"], members=form.members(), now=clock.now()
        )
        return _("Saved: %(name)s.") % {"name": changed.name}, _address(changed)

    gone = [(gettext_lazy("Dropped out"), one.agency.name) for one in expanded.dropped]
    question = Question(
        gettext_lazy("Change a group"), gettext_lazy("Save"), _address(found), facts=gone, template=FORM
    )
    return ask(request, form, question, act)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Takes a group out of use."""
    actor = acting_actor(request)
    found = queries.group_by_id(actor, group_id)
    actor = require(actor, "recipients.manage_groups", found)

    def act(_given: dict[str, Any]) -> tuple[str, str]:
        commands.end_group(actor=actor, group=found, now=clock.now())
        return _("The group is in use no more: %(name)s.") % {"name": found.name}, reverse(
            "recipients:groups"
        )

    question = Question(
        gettext_lazy("Take a group out of use"),
        gettext_lazy("Take out of use"),
        _address(found),
        facts=[(gettext_lazy("Group"), found.name)],
        warning=gettext_lazy("What was sent to it keeps its recipients; nobody can choose it any more."),
        tone="danger",
    )
    return ask(request, AskedForm(request.POST or None), question, act)


def _address(found: RecipientGroup) -> str:
    return reverse("recipients:group", args=[found.pk])
