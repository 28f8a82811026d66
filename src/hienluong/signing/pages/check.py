"""The public page that checks the signatures of any file, for people without an account too; nothing is kept."""

from __future__ import annotations

import base64
import json
from typing import cast

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from hienluong.directory.service import acting_actor
from hienluong.identity.service import client_address
from hienluong.kit import clock
from hienluong.signing.errors import TooManyChecks
from hienluong.signing.formats.report import FileReport
from hienluong.signing.forms import CheckForm
from hienluong.signing.labels import views_of
from hienluong.signing.queries import validate_file

CHECKS_PER_MINUTE = 30
"""From one address, by people without an account: each costs a process and some tenths of a second."""


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Takes a file, and shows what is found about its signatures, for people and (to be saved) for programs.

    Raises:
        TooManyChecks: of people without an account.
    """
    if request.method == "POST" and not request.user.is_authenticated:
        _count(client_address(request))
    form = CheckForm(request.POST, request.FILES) if request.method == "POST" else CheckForm()
    for refusal in getattr(request, "uploads_refused", ()):
        form.errors.pop("file", None)
        form.add_error("file", refusal.explain(gettext))
    files, saved = [], ""
    if form.is_valid():
        given, signed = form.cleaned_data["file"], form.cleaned_data["signed_file"]
        report = validate_file(
            acting_actor(request),
            cast("bytes", given.read()),
            now=clock.now(),
            name=given.name or "",
            signed=cast("bytes", signed.read()) if signed else None,
        )
        files, saved = views_of(report), as_address(report)
    context = {"form": form, "files": files, "saved": saved, "address": request.build_absolute_uri()}
    return render(request, "signing/check.html", context, status=422 if form.errors else 200)


def as_address(report: FileReport) -> str:
    """Returns a report for programs as an address that holds it: it can be saved although it is kept nowhere."""
    content = json.dumps(report.as_json(), ensure_ascii=False, indent=1).encode()
    return f"data:application/json;base64,{base64.b64encode(content).decode()}"


def _count(address: str) -> None:
    """Counts a file that somebody without an account wants checked.

    Raises:
        TooManyChecks: it is one too many.
    """
    counter = f"signing.checks:{address}"
    so_far = cache.get(counter, 0)
    if so_far >= CHECKS_PER_MINUTE:
        raise TooManyChecks(retry_after=60, limit=CHECKS_PER_MINUTE)
    cache.set(counter, so_far + 1, timeout=60)
