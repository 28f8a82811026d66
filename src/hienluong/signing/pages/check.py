"""The public page that checks the signatures of any file, for people without an account too; nothing is kept."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from hienluong.directory.service import acting_actor
from hienluong.kit import clock
from hienluong.signing.forms import CheckForm
from hienluong.signing.labels import views_of
from hienluong.signing.queries import validate_file


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Takes a file, and shows what is found about its signatures."""
    form = CheckForm(request.POST, request.FILES) if request.method == "POST" else CheckForm()
    for refusal in getattr(request, "uploads_refused", ()):
        form.errors.pop("file", None)
        form.add_error("file", refusal.explain(gettext))
    files = []
    if form.is_valid():
        given, signed = form.cleaned_data["file"], form.cleaned_data["signed_file"]
        report = validate_file(
            acting_actor(request),
            cast("bytes", given.read()),
            now=clock.now(),
            name=given.name or "",
            signed=cast("bytes", signed.read()) if signed else None,
        )
        files = views_of(report)
    return render(
        request, "signing/check.html", {"form": form, "files": files}, status=422 if form.errors else 200
    )
