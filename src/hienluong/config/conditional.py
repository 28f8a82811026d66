"""Conditional reads of the API: every answer to a GET has an ETag, and If-None-Match saves sending it again.

RFC 9110, sections 8.8.3, 13.1.2 and 15.4.5; Django compares the tags.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response

Run = Callable[..., HttpResponseBase]
OK = 200


def answering_conditionally(run: Run) -> Run:
    """Returns the operation whose answers have an ETag, and which answers 304 to who holds the same already."""

    def conditional(request: HttpRequest, **values: Any) -> HttpResponseBase:
        response = run(request, **values)
        if response.status_code != OK:
            return response
        if "ETag" not in response.headers:  # a large file, sent in pieces, brings its own
            if not isinstance(response, HttpResponse):
                return response
            response.headers["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()}"'
        # Kept by nobody but who asked, and never used without asking again.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        if "HTTP_IF_NONE_MATCH" not in request.META:
            return response
        unchanged = get_conditional_response(
            request, etag=response.headers["ETag"], response=cast("HttpResponse", response)
        )
        if unchanged is response or not isinstance(unchanged, HttpResponse):  # Django types it loosely
            return response
        for name in ("Preference-Applied", "Retry-After", "Deprecation", "Sunset"):
            if name in response.headers:
                unchanged.headers[name] = response.headers[name]
        return unchanged

    return conditional
