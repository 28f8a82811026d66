"""Pages of the administrators: the systems that people sign on to."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, require
from hienluong.identity import commands, queries
from hienluong.identity.errors import SignOnRefused
from hienluong.identity.forms import SignOnClientForm
from hienluong.identity.models import SignOnClient
from hienluong.kit import clock


def _actor(request: HttpRequest) -> Actor | None:
    actor: Actor | None = getattr(request, "actor", None)
    return actor


def _system(request: HttpRequest, client_id: UUID) -> SignOnClient:
    found = queries.sign_on_client(_actor(request), client_id)
    if found is None:
        raise Http404
    return found


@require_GET
def client_list(request: HttpRequest) -> HttpResponse:
    """Lists the systems that people sign on to."""
    return render(
        request, "identity/sign_on_clients.html", {"systems": queries.sign_on_clients(_actor(request))}
    )


@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Registers a system and shows its secret, once."""
    require(_actor(request), "identity.manage_sign_on")
    form = SignOnClientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        found = directory.agency_by_code(given["agency_code"])
        if found is None:
            form.add_error("agency_code", _("No agency has this code."))
        else:
            try:
                system, client_id, secret = commands.register_sign_on_client(
                    actor=_actor(request),
                    agency=found.agency,
                    name=given["name"],
                    redirect_uris=given["redirect_uris"].splitlines(),
                    now=clock.now(),
                )
            except SignOnRefused as refusal:
                form.take(refusal)
            else:
                return _secret_page(request, system, client_id, secret)
    return render(request, "identity/register_sign_on_client.html", {"form": form})


@require_GET
def client_detail(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Shows one system."""
    return render(request, "identity/sign_on_client.html", {"system": _system(request, client_id)})


@sensitive_variables("secret")
@require_POST
def rotate(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Gives a system a new secret and shows it, once."""
    system = _system(request, client_id)
    secret = commands.rotate_sign_on_secret(actor=_actor(request), system=system, now=clock.now())
    return _secret_page(request, system, system.client_id, secret)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Asks, and then ends a system."""
    system = _system(request, client_id)
    if request.method != "POST":
        return render(request, "identity/end_sign_on_client.html", {"system": system})
    commands.end_sign_on_client(actor=_actor(request), system=system, now=clock.now())
    messages.success(request, _("Nobody signs on to %(name)s any more.") % {"name": system.name})
    return redirect("identity:sign_on_clients")


def _secret_page(request: HttpRequest, system: SignOnClient, client_id: str, secret: str) -> HttpResponse:
    context = {"system": system, "client_id": client_id, "secret": secret}
    return render(request, "identity/sign_on_secret.html", context)
