"""The public page of the log: its head, how it grew, its key, and a form that checks a proof in the browser alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hienluong.evidence.queries.head import public_head
from hienluong.kit import clock


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Shows the head of the log to everybody; nothing that is checked here is sent anywhere."""
    head = public_head(now=clock.now())
    context = {
        "head": head,
        "names": [date_format(clock.in_vietnam(day), "d/m") for day in head.days],
        "series": [(_("Entries added"), head.added)],
    }
    return render(request, "evidence/log.html", context)
