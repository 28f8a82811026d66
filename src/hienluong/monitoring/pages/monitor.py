"""The first page of the operators, and the whole list of what waits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hienluong.directory.service import acting_actor, allowed, pager
from hienluong.kit import clock
from hienluong.monitoring import queries
from hienluong.monitoring.conditions import BY_NAME


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Shows the state of the platform; htmx asks every five seconds for the moving part alone."""
    actor, now = acting_actor(request), clock.now()
    seen = queries.overview(actor, now=now)
    context = {
        "seen": seen,
        "alarms": [(alarm, BY_NAME[alarm.condition]) for alarm in seen.alarms if alarm.condition in BY_NAME],
        "now": now,
        "may_give_again": allowed(actor, "monitoring.give_again"),
        "may_retry": allowed(actor, "monitoring.retry_deliveries"),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "monitoring/monitor_now.html" if part else "monitoring/monitor.html", context)


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Lists what waits for each recipient, the oldest first."""
    page = queries.waiting(acting_actor(request), now=clock.now(), after=request.GET.get("after", ""))
    return render(request, "monitoring/waiting.html", {"page": page, "pager": pager(request, page.next)})
