"""The REST API v1: one NinjaAPI, each module's router, RFC 9457 errors, OpenAPI at /api/v1/docs."""

from __future__ import annotations

import json
import logging
from uuid import UUID

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404 as DjangoNotFound
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.utils.encoding import escape_uri_path
from django.views.decorators.http import require_safe
from ninja.errors import AuthenticationError, HttpError, ValidationError

from hienluong import __version__
from hienluong.config.error_list import router as error_router
from hienluong.config.openapi import DocumentedApi
from hienluong.copies.api import router as copies_router
from hienluong.corrections.api import router as corrections_router
from hienluong.deadlines.api import router as deadlines_router
from hienluong.directory import service as directory
from hienluong.directory.api import router as directory_router
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.service import Actor
from hienluong.evidence.api import router as evidence_router
from hienluong.exchange.api import router as exchange_router
from hienluong.issuing.api import router as issuing_router
from hienluong.kit import clock
from hienluong.kit.errors import (
    FieldError,
    Forbidden,
    HienluongError,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    TooLarge,
)
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import short_code
from hienluong.mailbox.api import router as mailbox_router
from hienluong.monitoring.api import router as monitoring_router
from hienluong.reasons.api import router as reasons_router
from hienluong.recipients.api import router as recipients_router
from hienluong.retention.api import router as retention_router
from hienluong.signing.api import router as signing_router
from hienluong.systems import service as systems
from hienluong.systems.api import router as systems_router
from hienluong.systems.service import SystemBearer
from hienluong.takeover.api import router as takeover_router
from hienluong.webhooks.api import router as webhooks_router

log = logging.getLogger(__name__)

api = DocumentedApi(
    title="Hiền Lương",
    version=__version__,
    description="The API that agencies' own systems use. Errors are RFC 9457 problem documents.",
    docs_url="/docs",
    docs_decorator=require_safe,
    urls_namespace="api",
)
for _router in (
    systems_router, directory_router, recipients_router, reasons_router, exchange_router, mailbox_router, takeover_router,
    corrections_router, deadlines_router, webhooks_router, monitoring_router, retention_router, evidence_router, signing_router, issuing_router, copies_router,
):  # fmt: skip
    api.add_router("", _router, auth=SystemBearer())
api.add_router("", error_router)


class RequestUnreadable(HienluongError):
    """The body is not what its Content-Type says."""

    code = "request-unreadable"
    status = 400
    title = _("The request cannot be read")
    detail = _("The body of the request cannot be read as what its Content-Type says.")
    kept = _("Nothing was changed.")
    todo = _("Correct the body and send again; /api/v1/docs shows what each address takes.")


class MethodNotOffered(HienluongError):
    """The address exists, the method does not."""

    code = "method-not-offered"
    status = 405
    title = _("Method not offered")
    detail = _("This address does not offer the method {method}.")
    kept = _("Nothing was changed.")
    todo = _("Use one of: {offered}.")


def problem_response(request: HttpRequest, error: HienluongError) -> HttpResponse:
    """Returns the RFC 9457 answer to an error, in the caller's language."""
    language = translation.get_language_from_request(request)
    with translation.override(language):
        body = error.problem(instance=escape_uri_path(request.path), translate=translation.gettext)
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=error.status, content_type="application/problem+json"
    )
    response.headers["Content-Language"] = language
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == NotAuthenticated.status:
        response.headers["WWW-Authenticate"] = 'Bearer realm="hienluong"'
    return response


@api.exception_handler(HienluongError)
def _our_error(request: HttpRequest, error: HienluongError) -> HttpResponse:
    if isinstance(error, PermissionMissing):
        directory.record_refusal(error, where=request.path, now=clock.now())
    actor = getattr(request, "auth", None)
    if error.status == Forbidden.status and isinstance(actor, Actor) and isinstance(actor.id, UUID):
        systems.note_refusal(
            system=actor.id, code=error.code, detail=f"{request.method} {request.path}", now=clock.now()
        )
    return problem_response(request, error)


@api.exception_handler(AuthenticationError)
def _not_authenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    return problem_response(request, NotAuthenticated())


@api.exception_handler(DjangoNotFound)
def _not_found(request: HttpRequest, error: DjangoNotFound) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    return problem_response(request, NotFound())


@api.exception_handler(UnreadablePostError)
def _cut_off(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    return problem_response(request, RequestUnreadable())  # the caller has hung up: it is read by nobody


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    return problem_response(request, RequestUnreadable())  # ninja raises it for bodies only


@api.exception_handler(MultiPartParserError)
@api.exception_handler(SuspiciousOperation)
def _no_form(request: HttpRequest, error: Exception) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    return problem_response(
        request, RequestUnreadable()
    )  # a form of several parts that is none, or of too many


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:  # noqa: ARG001 - ninja's signature
    return problem_response(request, TooLarge())


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = [
        FieldError("/" + "/".join(str(part) for part in item["loc"][1:]), str(item["msg"]))
        for item in error.errors
    ]
    return problem_response(request, InvalidInput(fields))


@api.exception_handler(Exception)
def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    reference = short_code()
    log.error("API error %s at %s", reference, request.path, exc_info=error)
    return problem_response(
        request,
        HienluongError(
            detail=_("An unexpected error happened; it was logged as {reference}."),
            todo=_("Send the same request again; if it fails again, tell the operator the reference."),
            reference=reference,
        ),
    )
