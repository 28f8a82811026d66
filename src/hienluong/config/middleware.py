"""What every answer gets, and the short way for agencies' systems."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.urls import Resolver404, resolve

from hienluong.kit import clock
from hienluong.kit.errors import HienluongError, NotFound

GetResponse = Callable[[HttpRequest], HttpResponseBase]

WIDER = {"form_leads_to": "form-action 'self'", "connects_to": "connect-src 'self'"}
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


PROGRAMS = ("/api/", "/log/checkpoint", "/log/key-changes/", "/log/tile/", "/witness/")
"""Where programs ask and no person; the page of the log itself is for people."""


def security_headers(get_response: GetResponse) -> GetResponse:
    """Returns a layer that gives every answer the security headers; a page never weakens them.

    Two exceptions are narrow: an answer whose form ends at another server (single sign-on leads back to the system that
    asked) names it in `form_leads_to`, one that reaches the signer on the person's machine in `connects_to`.
    """

    def layer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for attribute, rule in WIDER.items():
            if place := getattr(response, attribute, ""):
                response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(
                    rule, f"{rule} {place}"
                )
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return layer


def api_shortcut(get_response: GetResponse) -> GetResponse:
    """Returns a layer that takes /api/ and the public log past the page layers.

    An agency's system has no session, no form and no language cookie; the page layers would cost more CPU than
    the insert itself, and make of a public tile one that nobody may keep. Errors are problem documents: by the API's own handlers, and here where no operation answers.
    """

    def layer(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(PROGRAMS):
            return get_response(request)
        from hienluong.config.api import MethodNotOffered, problem_response  # noqa: PLC0415 - the API needs loaded models

        assert isinstance(request, WSGIRequest)  # noqa: S101 - granian serves WSGI only
        request.get_host()  # refuses unknown host names
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return problem_response(request, NotFound())
        request.resolver_match = match
        response = match.func(request, *match.args, **match.kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            offered = response.headers["Allow"]
            response = problem_response(request, MethodNotOffered(method=request.method, offered=offered))
            response.headers["Allow"] = offered
        assert isinstance(response, HttpResponseBase)  # noqa: S101 - views answer
        if isinstance(response, HttpResponse):  # a length, or the server would send chunks
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    return layer


def error_pages(get_response: GetResponse) -> GetResponse:
    """Returns a layer that turns the house's errors into pages for people (RFC 9457 is for systems)."""

    def layer(request: HttpRequest) -> HttpResponseBase:
        from hienluong.config.uploads import refusal_of  # noqa: PLC0415 - as below
        from hienluong.portal.pages import error_page  # noqa: PLC0415 - as below

        refusal = refusal_of(request, int(request.META.get("CONTENT_LENGTH") or 0))
        return get_response(request) if refusal is None else error_page(request, refusal)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        from hienluong.directory import service as directory  # noqa: PLC0415 - models are loaded after the middleware
        from hienluong.directory.errors import PermissionMissing  # noqa: PLC0415 - the same
        from hienluong.portal.pages import error_page  # noqa: PLC0415 - templates are loaded after the middleware

        if not isinstance(exception, HienluongError):
            return None
        if isinstance(exception, PermissionMissing):
            directory.record_refusal(exception, where=request.path, now=clock.now())
        return error_page(request, exception)

    layer.process_exception = process_exception  # type: ignore[attr-defined]  # Django's protocol for function layers
    return layer
