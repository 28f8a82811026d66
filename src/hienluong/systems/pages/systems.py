"""Agencies' systems: the list, one system, registering, secrets, networks, the end, the sandbox."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, Agency, allowed, require
from hienluong.kit import clock
from hienluong.systems import commands, queries
from hienluong.systems.errors import SandboxFull, SecretNotFound, SecretShownBefore, SystemRefused
from hienluong.systems.forms import (
    NetworksForm,
    OnceForm,
    RegisterForm,
    RotateForm,
    SandboxForm,
    SystemFilter,
    end_of_day,
)
from hienluong.systems.models import AgencySystem

SHOWN_FOR = 3600
"""For how many seconds a form that showed a secret is remembered, so that sending it again does nothing."""


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Lists the systems the actor may see, and who still calls operations that will go."""
    actor, now = _actor(request), clock.now()
    form = SystemFilter(request.GET)
    query = form.query()
    page = queries.search_systems(actor, **query, after=request.GET.get("after"), now=now)
    following = request.GET.copy()
    following["after"] = page.next or ""
    return render(
        request,
        "systems/systems.html",
        {
            "page": page,
            "form": form,
            "state": query["state"],
            "reset": request.path if request.GET.get("q") else "",
            "first": request.path if request.GET.get("after") else "",
            "next": f"?{following.urlencode()}" if page.next else "",
            "deprecated": queries.deprecated_use(actor, now=now),
            "may_register": allowed(actor, "systems.manage_systems"),
            "may_open_sandbox": allowed(actor, "systems.open_sandbox", _own_agency(actor)),
        },
    )


@require_GET
def show(request: HttpRequest, system_id: UUID) -> HttpResponse:
    """Shows one system: secrets, rights, networks, what was refused."""
    actor = _actor(request)
    detail = queries.system_detail(actor, system_id, now=clock.now())
    return render(
        request,
        "systems/system.html",
        {
            "detail": detail,
            "system": detail.system,
            "may_manage": allowed(actor, "systems.manage_systems", detail.system)
            and detail.system.valid_to is None,
            "may_grant": allowed(actor, "systems.grant_sending") and detail.system.valid_to is None,
        },
    )


@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Registers a system and shows its secret, once."""
    actor = require(_actor(request), "systems.manage_systems")
    form = RegisterForm(actor, request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        _once(form)
        try:
            system, _client, secret = commands.register_system(
                actor=actor,
                agency=given["agency"],
                name=given["name"],
                networks=given["networks"],
                secret_ends_at=end_of_day(given["secret_ends_on"]),
                now=clock.now(),
            )
        except SystemRefused as refusal:
            _again(form, refusal)
        else:
            return _show_secret(request, system, secret)
    return _page(request, "systems/system_register.html", form)


@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
def rotate(request: HttpRequest, system_id: UUID) -> HttpResponse:
    """Makes a new secret and shows it, once; ending the former one at once is checked before."""
    actor, now = _actor(request), clock.now()
    system = _managed(actor, system_id)
    good = queries.good_secrets(system, now=now)
    overlap = len(good) == 1
    form = RotateForm(request.POST if request.method == "POST" else None, overlap=overlap)
    shown = {"system": system, "good": good, "overlap": overlap}
    step = request.POST.get("step", "")
    if not form.is_valid() or step == "edit":
        return _page(request, "systems/secret_rotate.html", form, **shown)
    if form.cleaned_data["former"] == "now" and good and step != "send":
        return _page(request, "systems/secret_rotate_check.html", form, **shown)
    _once(form)
    try:
        secret = commands.rotate_system_secret(
            actor=actor,
            system=system,
            former_ends_at=form.former_ends_at(now),
            ends_at=end_of_day(form.cleaned_data["ends_on"]),
            now=now,
        )
    except SystemRefused as refusal:
        _again(form, refusal)
        return _page(request, "systems/secret_rotate.html", form, **shown)
    return _show_secret(request, system, secret)


@require_http_methods(["GET", "POST"])
def end_secret(request: HttpRequest, system_id: UUID, key_id: str) -> HttpResponse:
    """Ends one secret at once, after a check."""
    actor = _actor(request)
    system = _managed(actor, system_id)
    if request.method == "POST":
        commands.end_system_secret(actor=actor, system=system, key_id=key_id, now=clock.now())
        messages.success(request, _("The secret %(key_id)s has ended.") % {"key_id": key_id})
        return redirect("systems:system", system_id=system.pk)
    good = queries.good_secrets(system, now=clock.now())
    secret = next((row for row in good if row.key_id == key_id), None)
    if secret is None:
        raise SecretNotFound
    context = {"system": system, "secret": secret, "last": len(good) == 1}
    return render(request, "systems/secret_end.html", context)


@require_http_methods(["GET", "POST"])
def networks(request: HttpRequest, system_id: UUID) -> HttpResponse:
    """Sets the networks a system may call from."""
    actor = _actor(request)
    system = _managed(actor, system_id)
    form = NetworksForm(
        request.POST if request.method == "POST" else None, initial={"networks": "\n".join(system.networks)}
    )
    if form.is_valid():
        try:
            commands.set_system_networks(
                actor=actor, system=system, networks=form.cleaned_data["networks"], now=clock.now()
            )
        except SystemRefused as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("The networks were saved; they hold everywhere within 5 seconds."))
            return redirect("systems:system", system_id=system.pk)
    return _page(request, "systems/system_networks.html", form, system=system)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, system_id: UUID) -> HttpResponse:
    """Ends a system, after a check."""
    actor = _actor(request)
    system = _managed(actor, system_id)
    if request.method == "POST":
        commands.end_system(actor=actor, system=system, now=clock.now())
        messages.success(request, _("The system %(system)s has ended.") % {"system": system.name})
        return redirect("systems:system", system_id=system.pk)
    return render(request, "systems/system_end.html", {"system": system})


@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
def sandbox(request: HttpRequest) -> HttpResponse:
    """Opens a sandbox system for the developers of an agency and shows its secret, once."""
    actor = _actor(request)
    own = _own_agency(actor)
    actor = require(actor, "systems.open_sandbox", own)
    any_agency = allowed(actor, "systems.manage_systems")
    form = SandboxForm(actor, request.POST if request.method == "POST" else None, any_agency=any_agency)
    if form.is_valid() and own is not None:
        _once(form)
        try:
            system, _client, secret = commands.open_sandbox(
                actor=actor,
                owner=form.cleaned_data.get("agency", own),
                name=form.cleaned_data["name"],
                now=clock.now(),
            )
        except SystemRefused as refusal:
            _again(form, refusal)
        except SandboxFull as refusal:
            form.add_error(None, refusal.explain(_))
        else:
            return _show_secret(request, system, secret)
    return _page(request, "systems/sandbox.html", form)


def _actor(request: HttpRequest) -> Actor | None:
    return getattr(request, "actor", None)


def _own_agency(actor: Actor | None) -> Agency | None:
    return directory.agency_by_id(actor.agency_id) if actor and actor.agency_id else None


def _managed(actor: Actor | None, system_id: UUID) -> AgencySystem:
    """Returns a system that the actor manages."""
    system = queries.find_system(actor, system_id)
    require(actor, "systems.manage_systems", system)
    return system


def _once(form: OnceForm) -> None:
    """Lets a form do its work one time.

    Raises:
        SecretShownBefore: it did it before.
    """
    if not cache.add(f"systems.shown:{form.cleaned_data['key']}", value=True, timeout=SHOWN_FOR):
        raise SecretShownBefore


def _again(form: OnceForm, refusal: SystemRefused) -> None:
    """Shows what was refused, and lets the form be sent again."""
    cache.delete(f"systems.shown:{form.cleaned_data['key']}")
    form.take(refusal)


@sensitive_variables("secret")
def _show_secret(request: HttpRequest, system: AgencySystem, secret: str) -> HttpResponse:
    return render(request, "systems/secret.html", {"system": system, "secret": secret}, status=201)


def _page(request: HttpRequest, template: str, form: Any, **more: Any) -> HttpResponse:
    return render(request, template, {"form": form, **more}, status=422 if form.errors else 200)
