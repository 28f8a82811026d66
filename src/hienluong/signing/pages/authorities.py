"""The trust list: everybody sees it, administrators add to it and end what stands in it."""

from __future__ import annotations

from typing import Any, BinaryIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.directory import service as directory
from hienluong.directory.service import Question, acting_actor, allowed, ask, require, take_file, today
from hienluong.kit import clock
from hienluong.signing import commands, queries
from hienluong.signing.forms import AuthorityForm
from hienluong.signing.labels import authority_view
from hienluong.signing.models import TrustedAuthority

MANAGE = "signing.manage_authorities"


@require_GET
def authorities(request: HttpRequest) -> HttpResponse:
    """Lists the authorities that are believed today."""
    actor, now = acting_actor(request), clock.now()
    rows = [authority_view(one, now=now) for one in queries.authorities(actor, now=now)]
    context = {"rows": rows, "manages": allowed(actor, MANAGE)}
    return render(request, "signing/authorities.html", context)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Takes certificates of authorities."""
    actor = require(acting_actor(request), MANAGE)
    form = AuthorityForm(request.POST or None, request.FILES or None, initial={"valid_from": today()})

    def stage(*, source: BinaryIO, file_name: str, **given: Any) -> str:  # noqa: ARG001 - as take_file calls it
        added = commands.import_authorities(
            actor=actor,
            content=source.read(),
            purpose=TrustedAuthority.Purpose(given["purpose"]),
            source=given["taken_from"],
            valid_from=given["valid_from"],
            now=clock.now(),
        )
        said = ngettext("%(count)d authority was added.", "%(count)d authorities were added.", len(added))
        messages.success(request, said % {"count": len(added)})
        return reverse("signing:authorities")

    form.question = Question(
        gettext_lazy("Add authorities to the trust list"),
        gettext_lazy("Add them"),
        reverse("signing:authorities"),
        lead=gettext_lazy(
            "What they issued is believed from the day that you name. Take the file from the authority itself."
        ),
    )
    return take_file(request, form, "signing/file.html", stage)


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """Takes an authority out of the list."""
    actor = require(acting_actor(request), MANAGE)
    rows = queries.authorities_by_fingerprint(actor, fingerprint, now=clock.now())

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.end_authority(actor=actor, fingerprint=fingerprint, reason=given["reason"], now=clock.now())
        return _("The authority is believed no more: %(name)s.") % {"name": rows[0].name}, reverse(
            "signing:authorities"
        )

    question = Question(
        gettext_lazy("Take the authority out of the trust list"),
        gettext_lazy("Take it out"),
        reverse("signing:authorities"),
        facts=[
            (pgettext_lazy("signature", "Authority"), rows[0].name),
            (gettext_lazy("Believed for"), ", ".join(str(row.get_purpose_display()) for row in rows)),
            (gettext_lazy("SHA-256"), rows[0].sha256),
        ],
        warning=gettext_lazy(
            "Signatures that lead to it are found not to hold from today on, for everybody."
        ),
        tone="danger",
    )
    return ask(request, directory.ReasonForm(request.POST or None, most=500), question, act)
