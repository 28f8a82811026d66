"""The metrics for Prometheus: for whoever shows their token, and nobody else."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from hienluong.kit import clock
from hienluong.monitoring import metrics
from hienluong.monitoring.errors import MetricsRefused


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Answers with every metric; 404 while there is no token on this server, 401 for any other token."""
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    opens = metrics.token_opens(given.strip() if scheme.lower() == "bearer" else "")
    if opens is None:
        raise Http404
    if not opens:
        refusal = HttpResponse(f"{MetricsRefused().explain()}\n", status=401, content_type="text/plain")
        refusal.headers["WWW-Authenticate"] = 'Bearer realm="hienluong metrics"'
        return refusal
    return HttpResponse(metrics.exposition(now=clock.now()), content_type=CONTENT_TYPE_PLAIN_0_0_4)
