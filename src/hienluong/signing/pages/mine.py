"""One's own signature: certificates, the image, the test of the device."""

from __future__ import annotations

from typing import BinaryIO

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from hienluong.directory.service import Question, acting_actor, require, take_file
from hienluong.kit import clock
from hienluong.signing import commands, queries
from hienluong.signing.forms import CertificateForm
from hienluong.signing.labels import certificate_view
from hienluong.signing.pages.device import with_device


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """Shows the certificates that a person signs with."""
    rows = queries.own_certificates(acting_actor(request), now=clock.now())
    shown = [certificate_view(one) for one in rows]
    context = {
        "rows": [one for one in shown if not one.ended],
        "ended": [one for one in shown if one.ended],
    }
    return with_device(render(request, "signing/mine.html", context))


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Takes a person's certificate; the next page tests the device."""
    actor = require(acting_actor(request), "signing.register_certificate")
    form = CertificateForm(request.POST or None, request.FILES or None)

    def stage(*, source: BinaryIO, file_name: str) -> str:  # noqa: ARG001 - as take_file calls it
        row = commands.register_own_certificate(actor=actor, content=source.read(), now=clock.now())
        return reverse("signing:certificate", args=[row.pk])

    form.question = Question(
        gettext_lazy("Register a certificate"),
        gettext_lazy("Register it"),
        reverse("signing:mine"),
        lead=gettext_lazy("The certificate of the device that you sign with. Your device is tested next."),
    )
    return with_device(take_file(request, form, "signing/file.html", stage))
