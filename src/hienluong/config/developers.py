"""The pages for people who write or run agencies' systems; public, since they hold no data of anybody."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from hienluong.config.api import api
from hienluong.config.error_list import error_list
from hienluong.directory.service import allowed
from hienluong.kit.deprecation import EXTENSION, MINIMUM_DAYS, Deprecation


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Says how to start: the sandbox, the first call, and where everything else is."""
    actor = getattr(request, "actor", None)
    context = {
        "public_url": settings.PUBLIC_URL,
        "keep_days": settings.SANDBOX_KEEP_DAYS,
        "sees_systems": allowed(actor, "systems.view_systems"),
    }
    return render(request, "config/developers.html", context)


@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    """Lists every error of the API; the `type` of a problem document leads here."""
    return render(request, "config/errors.html", {"errors": error_list(translation.get_language())})


@require_safe
def deprecation(request: HttpRequest) -> HttpResponse:
    """Says how long operations go on answering after they were declared to go, and which are."""
    paths = api.get_openapi_schema()["paths"]
    going = [
        (f"{method.upper()} {path}", Deprecation.of(operation[EXTENSION]))
        for path, operations in paths.items()
        for method, operation in operations.items()
        if EXTENSION in operation
    ]
    context = {"going": sorted(going, key=lambda row: row[1].sunset), "minimum_days": MINIMUM_DAYS}
    return render(request, "config/deprecation.html", context)
