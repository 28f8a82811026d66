"""Acts on agencies: form, check your answers, act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from hienluong.directory import agency_forms, commands, queries
from hienluong.directory.actors import Actor
from hienluong.directory.agency_forms import AgencyForm
from hienluong.directory.errors import AgencyRefused
from hienluong.directory.middleware import acting_actor
from hienluong.directory.models import Agency
from hienluong.directory.permissions import require
from hienluong.kit import clock

Given = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """How an act is put to people, and the command behind it."""

    title: str | Promise
    lead: str | Promise
    form: type[AgencyForm]
    run: Callable[[Actor, Agency, Given], Agency]


def _change(actor: Actor, agency: Agency, given: Given) -> Agency:
    return commands.change_agency(actor=actor, agency_id=agency.pk, particulars=given, now=clock.now())


def _rename(actor: Actor, agency: Agency, given: Given) -> Agency:
    return commands.rename_agency(actor=actor, agency_id=agency.pk, now=clock.now(), **given)


def _move(actor: Actor, agency: Agency, given: Given) -> Agency:
    parent_id = given["parent"].pk if given["parent"] else None
    return commands.move_agency(
        actor=actor, agency_id=agency.pk, parent_id=parent_id, on=given["on"], now=clock.now()
    )


def _merge(actor: Actor, agency: Agency, given: Given) -> Agency:
    commands.merge_agencies(
        actor=actor,
        agency_ids=[agency.pk, *(other.pk for other in given["others"])],
        successor_id=given["successor"].pk,
        on=given["on"],
        now=clock.now(),
    )
    return agency


def _split(actor: Actor, agency: Agency, given: Given) -> Agency:
    return commands.split_agency(
        actor=actor,
        agency_id=agency.pk,
        successor_ids=[one.pk for one in given["successors"]],
        mail_to=given["mail_to"].pk,
        on=given["on"],
        now=clock.now(),
    )


def _end(actor: Actor, agency: Agency, given: Given) -> Agency:
    return commands.end_agency(actor=actor, agency_id=agency.pk, on=given["on"], now=clock.now())


def _code(actor: Actor, agency: Agency, given: Given) -> Agency:
    commands.add_agency_code(actor=actor, agency_id=agency.pk, now=clock.now(), **given)
    return agency


ACTS = {
    "change": Act(
        gettext_lazy("Change particulars"),
        gettext_lazy(
            "Its kind and how it is reached. Its name and its place in the tree have acts of their own."
        ),
        agency_forms.ParticularsForm,
        _change,
    ),
    "rename": Act(
        gettext_lazy("Rename"),
        gettext_lazy("The former name is kept with its dates, and the agency is still found by it."),
        agency_forms.RenameForm,
        _rename,
    ),
    "move": Act(
        gettext_lazy("Move in the tree"),
        gettext_lazy("Everything below moves with it. Where it stood before is kept with its dates."),
        agency_forms.MoveForm,
        _move,
    ),
    "merge": Act(
        gettext_lazy("Merge into another agency"),
        gettext_lazy(
            "From the day on its codes lead to the successor, and whoever sends to them is told. "
            "Once that day has come it cannot be undone."
        ),
        agency_forms.MergeForm,
        _merge,
    ),
    "split": Act(
        gettext_lazy("Split the agency"),
        gettext_lazy(
            "Its tasks go to several agencies, and one of them receives its mail. Once the day has come it cannot be undone."
        ),
        agency_forms.SplitForm,
        _split,
    ),
    "end": Act(
        gettext_lazy("End the agency"),
        gettext_lazy(
            "Nobody takes over: from the day on nothing can be sent to it. Once that day has come it cannot be undone."
        ),
        agency_forms.EndForm,
        _end,
    ),
    "code": Act(
        gettext_lazy("Add a published code"),
        gettext_lazy("A code once given is never given to another agency; the former ones still lead here."),
        agency_forms.CodeForm,
        _code,
    ),
}


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Creates an agency or an internal unit."""
    actor = require(acting_actor(request), "directory.manage_agencies")
    parent = request.GET.get("parent", "")
    initial = {"kind": "unit" if parent else "other", "place": "province", "parent": parent}
    form = agency_forms.NewAgencyForm(request.POST if request.method == "POST" else None, initial=initial)

    def run(given: Given) -> Agency:
        particulars = {name: given.pop(name) for name in commands.PARTICULARS if name != "kind"}
        above = given.pop("parent")
        return commands.create_agency(
            actor=actor,
            particulars=particulars,
            parent_id=above.pk if above else None,
            now=clock.now(),
            **given,
        )

    title = _("Create an agency or unit")
    return _asked(request, form, title, _("It stands in the directory from its first day on."), None, run)


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, agency_id: UUID, act: str) -> HttpResponse:
    """Asks for what an act needs, lets it be checked, and does it."""
    actor = require(acting_actor(request), "directory.manage_agencies")
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404
    agency = queries.agency_detail(actor, agency_id).agency
    if request.method == "POST":
        form = chosen.form(request.POST)
    else:
        form = chosen.form(initial={name: getattr(agency, name) for name in commands.PARTICULARS})
    return _asked(
        request,
        form,
        str(chosen.title),
        str(chosen.lead),
        agency,
        lambda given: chosen.run(actor, agency, given),
    )


def _asked(
    request: HttpRequest,
    form: AgencyForm,
    title: str,
    lead: str,
    agency: Agency | None,
    run: Callable[[Given], Agency],
) -> HttpResponse:
    shown = {"form": form, "title": title, "lead": lead, "agency": agency}
    step = request.POST.get("step", "")
    if not form.is_valid() or step == "edit":
        status = 422 if form.is_bound and form.errors else 200
        return render(request, "directory/agency_act.html", shown, status=status)
    if step != "send":
        return render(request, "directory/agency_act_check.html", shown)
    try:
        done = run(dict(form.cleaned_data))
    except AgencyRefused as refusal:
        form.take(refusal.errors)
        return render(request, "directory/agency_act.html", shown, status=422)
    messages.success(request, _("Done: %(act)s — %(name)s.") % {"act": title, "name": done.name})
    return redirect("directory:agency", agency_id=done.pk)


@require_http_methods(["GET", "POST"])
def end_code(request: HttpRequest, agency_id: UUID, code_id: int) -> HttpResponse:
    """Ends one code of an agency."""
    actor = require(acting_actor(request), "directory.manage_agencies")
    detail = queries.agency_detail(actor, agency_id)
    code = next((one for one in detail.codes if one.pk == code_id), None)
    if code is None:
        raise Http404
    form = agency_forms.EndForm(request.POST if request.method == "POST" else None)

    def run(given: Given) -> Agency:
        commands.end_agency_code(actor=actor, code_id=code_id, on=given["on"], now=clock.now())
        return detail.agency

    title = _("End the code %(code)s") % {"code": code.code}
    lead = _("It still leads to the agency for whoever uses it; it is no longer offered.")
    return _asked(request, form, title, lead, detail.agency, run)
