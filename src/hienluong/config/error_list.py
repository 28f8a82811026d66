"""The list of every error the API gives: `GET /api/v1/errors`, and the page that the `type` of a problem leads to."""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import pkgutil
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.views.decorators.http import require_safe
from ninja import Router, Schema
from pydantic import Field

import hienluong.kit
from hienluong.kit.errors import PROBLEM_TYPE_BASE, HienluongError, all_error_classes

NOT_OF_THE_API = (
    "hienluong.config.",
    "hienluong.kit.http",
    "hienluong.kit.connections",
    "hienluong.client.",
)
"""Where errors come from that no answer of the API carries: the operator's commands, our own calls to elsewhere."""

OF_THE_API = "hienluong.config.api"
CACHE_SECONDS = 3600

router = Router(tags=["config"])


class ErrorOut(Schema):
    """A kind of error."""

    code: str = Field(description="Stable; programs decide by it.")
    type: str = Field(description="What `type` of the problem document says.")
    status: int = Field(description="The HTTP status.")
    retryable: bool = Field(description="Whether the same request may succeed later without being changed.")
    title: str
    meaning: str = Field(description="What was wrong; {names} in braces are filled in from `params`.")
    kept: str = Field(description="What is kept or unchanged, if there is anything to say.")
    todo: str = Field(description="What to do.")


class ErrorListOut(Schema):
    """Every kind of error, by code."""

    language: str
    errors: list[ErrorOut]


def error_list(language: str) -> list[dict[str, Any]]:
    """Returns every error the API gives, by code, in a language."""
    with translation.override(language):
        return [
            {
                "code": error.code,
                "type": PROBLEM_TYPE_BASE + error.code,
                "status": error.status,
                "retryable": error.retryable,
                "title": translation.gettext(error.title),
                "meaning": translation.gettext(error.detail),
                "kept": translation.gettext(error.kept) if error.kept else "",
                "todo": translation.gettext(error.todo) if error.todo else "",
            }
            for error in _api_errors()
        ]


@functools.cache
def _api_errors() -> list[type[HienluongError]]:
    # The list must not depend on what this process happened to use before.
    importlib.import_module("hienluong.config.urls")
    for info in pkgutil.iter_modules(hienluong.kit.__path__, "hienluong.kit."):
        importlib.import_module(info.name)
    return [
        error
        for error in all_error_classes()
        if error.__module__.startswith("hienluong.")
        and (error.__module__ == OF_THE_API or not error.__module__.startswith(NOT_OF_THE_API))
    ]


@functools.lru_cache(maxsize=4)
def _document(language: str) -> tuple[bytes, str]:
    body = json.dumps({"language": language, "errors": error_list(language)}, ensure_ascii=False, indent=1)
    content = body.encode()
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


@router.get("/errors", response=ErrorListOut, auth=None, summary="Every error code")
def list_errors(request: HttpRequest) -> HttpResponse:
    """Lists every error the API gives, in the language of `Accept-Language`: what it means and what to do.

    For everybody, without a token; may be cached for an hour.
    """
    language = translation.get_language_from_request(request)
    content, etag = _document(language)
    unchanged = request.headers.get("If-None-Match") == etag
    response = HttpResponse(
        b"" if unchanged else content, status=304 if unchanged else 200, content_type="application/json"
    )
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Language"] = language
    return response


@require_safe
def type_page(request: HttpRequest) -> HttpResponse:
    """Answers where the `type` of a problem document leads: a page for people, the list for programs."""
    if "text/html" in request.headers.get("Accept", ""):
        return redirect("developer_errors")
    return list_errors(request)
