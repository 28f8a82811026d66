"""The working calendar as administrators see and change it: holidays, make-up days, working hours."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from hienluong.directory import commands, queries
from hienluong.directory.errors import CalendarRefused
from hienluong.directory.forms import CalendarDayForm, WorkingHoursForm
from hienluong.directory.middleware import acting_actor
from hienluong.kit import clock

FIRST_YEAR, LAST_YEAR = 2000, 2100


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Shows one year of the calendar and the working hours; the year is in the address."""
    return _page(request, CalendarDayForm(), WorkingHoursForm())


@require_POST
def set_day(request: HttpRequest) -> HttpResponse:
    """Adds or changes a day."""
    form = CalendarDayForm(request.POST)
    if form.is_valid():
        try:
            row = commands.set_calendar_day(actor=acting_actor(request), now=clock.now(), **form.cleaned_data)
        except CalendarRefused as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("Saved: %(name)s.") % {"name": row.name})
            return redirect(f"{reverse('directory:calendar')}?year={row.day.year}")
    return _page(request, form, WorkingHoursForm(), status=422)


@require_POST
def remove_day(request: HttpRequest, day_id: int) -> HttpResponse:
    """Makes a day an ordinary one again."""
    day = commands.remove_calendar_day(actor=acting_actor(request), day_id=day_id, now=clock.now())
    messages.success(request, _("%(day)s is an ordinary day again.") % {"day": day.strftime("%d/%m/%Y")})
    return redirect(f"{reverse('directory:calendar')}?year={day.year}")


@require_POST
def set_hours(request: HttpRequest) -> HttpResponse:
    """Adds or changes the working hours from a day on."""
    form = WorkingHoursForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            commands.set_working_hours(
                actor=acting_actor(request),
                valid_from=given["valid_from"],
                morning=(given["morning_from"], given["morning_to"]),
                afternoon=(given["afternoon_from"], given["afternoon_to"]),
                source=given["source"],
                now=clock.now(),
            )
        except CalendarRefused as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("The working hours were saved."))
            return redirect("directory:calendar")
    return _page(request, CalendarDayForm(), form, status=422)


def _page(
    request: HttpRequest, day_form: CalendarDayForm, hours_form: WorkingHoursForm, *, status: int = 200
) -> HttpResponse:
    year = _year(request)
    found = queries.calendar_year(acting_actor(request), year)
    return render(
        request,
        "directory/calendar.html",
        {"calendar": found, "year": year, "day_form": day_form, "hours_form": hours_form},
        status=status,
    )


def _year(request: HttpRequest) -> int:
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else clock.in_vietnam(clock.now()).year  # noqa: PLR2004 - a year
    return min(max(year, FIRST_YEAR), LAST_YEAR)
