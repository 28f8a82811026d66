"""Counts the requests of this process: how many, with which answer, how long they took.

The processes of the web server share one directory (PROMETHEUS_MULTIPROC_DIR, set by `config.web`), in which each
keeps its counts; whoever answers the metrics adds them up.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

GetResponse = Callable[[HttpRequest], HttpResponseBase]

AREAS: Final = {"api": "api", "static": "static", "healthz": "health", "metrics": "metrics"}
"""By the first part of the address; everything else is a page. No address, agency or person becomes a label."""
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_own = CollectorRegistry()
REQUESTS = Counter(
    "hienluong_http_requests_total",
    "Requests that were answered.",
    ["area", "method", "status"],
    registry=_own,
)
DURATION = Histogram(
    "hienluong_http_request_duration_seconds",
    "How long requests took; those of the API that wait for news wait up to half a minute.",
    ["area"],
    buckets=SECONDS,
    registry=_own,
)


def count_requests(get_response: GetResponse) -> GetResponse:
    """Returns a layer that counts every request; the outermost one, so that the others' time is in it."""

    def layer(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = get_response(request)
        area = AREAS.get(request.path.split("/", 2)[1], "page")
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(area, method, str(response.status_code)).inc()
        DURATION.labels(area).observe(time.perf_counter() - began)
        return response

    return layer


def counted_requests() -> CollectorRegistry:
    """Returns what all processes of the web server have counted together."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return _own
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # the library has no types here
    return together
