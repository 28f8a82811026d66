"""The first page of the operators, and the whole list of what waits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from hienluong.directory.service import acting_actor, allowed, pager
from hienluong.kit import clock
from hienluong.monitoring import queries
from hienluong.monitoring.conditions import BY_NAME

MAP_LEVELS = (1, 10, 50)
"""From so many waiting packets on a commune has the next colour."""


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Shows the state of the platform; htmx asks every five seconds for the moving part alone."""
    actor, now = acting_actor(request), clock.now()
    seen = queries.overview(actor, now=now)
    context = {
        "seen": seen,
        "alarms": [(alarm, BY_NAME[alarm.condition]) for alarm in seen.alarms if alarm.condition in BY_NAME],
        "now": now,
        "hours": [date_format(localtime(hour), "H:i") for hour in seen.flow.hours],
        "moved": [
            (_("Accepted"), seen.flow.per_hour),
            (_("Delivered"), seen.flow.delivered_per_hour),
        ],
        "may_give_again": allowed(actor, "monitoring.give_again"),
        "may_retry": allowed(actor, "monitoring.retry_deliveries"),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "monitoring/monitor_now.html" if part else "monitoring/monitor.html", context)


@require_GET
def communes(request: HttpRequest) -> HttpResponse:
    """Shows the map of the communes coloured by what waits there; the monitor asks for it again every minute."""
    places = queries.waiting_by_commune(acting_actor(request))
    shapes = [
        {
            "name": place.commune.unit.full_name,
            "outline": place.commune.outline,
            "href": _row_or_agency(place),
            "level": sum(place.count >= least for least in MAP_LEVELS),
            "says": _waiting_in_words(place.count),
        }
        for place in places
    ]
    waiting = sorted((place for place in places if place.count), key=lambda place: -place.count)
    context = {
        "shapes": shapes,
        "waiting": waiting,
        "levels": MAP_LEVELS,
        "quiet": len(places) - len(waiting),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "monitoring/communes_now.html" if part else "monitoring/communes.html", context)


def _row_or_agency(place: queries.WaitingPlace) -> str:
    """Leads to the row beside the map, or where nothing waits to the agency."""
    if place.count or place.commune.agency is None:
        return f"#waits-{place.commune.unit.code}"
    return reverse("directory:agency", args=[place.commune.agency.pk])


def _waiting_in_words(count: int) -> str:
    number = number_format(count, use_l10n=True, force_grouping=True)
    return ngettext("%(number)s packet waits", "%(number)s packets wait", count) % {"number": number}


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Lists what waits for each recipient, the oldest first."""
    page = queries.waiting(acting_actor(request), now=clock.now(), after=request.GET.get("after", ""))
    return render(request, "monitoring/waiting.html", {"page": page, "pager": pager(request, page.next)})
