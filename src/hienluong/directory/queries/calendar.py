"""The working calendar, for the clocks of law and for the people who edit it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hienluong.directory.actors import Actor
from hienluong.directory.models import CalendarDay, WorkingHours
from hienluong.directory.permissions import allowed, require
from hienluong.kit import worktime


def calendar(on: date) -> worktime.WorkCalendar:
    """Returns the working calendar around a day: the days of its year and the two beside it, and all working hours.

    Holidays and hours are rows that administrators edit; where no hours are entered, kit's provisional ones hold.
    """
    rows = CalendarDay.objects.filter(day__year__gte=on.year - 1, day__year__lte=on.year + 1)
    kinds = {
        CalendarDay.Kind.HOLIDAY: worktime.DayKind.HOLIDAY,
        CalendarDay.Kind.MAKE_UP: worktime.DayKind.WORKING,
    }
    days = [
        worktime.CalendarDay(row.day, kinds[CalendarDay.Kind(row.kind)], row.name, row.source) for row in rows
    ]
    hours = [
        worktime.WorkHours(
            periods=((row.morning_from, row.morning_to), (row.afternoon_from, row.afternoon_to)),
            valid_from=row.valid_from,
            source=row.source,
        )
        for row in WorkingHours.objects.all()
    ]
    return worktime.WorkCalendar(days, hours) if hours else worktime.WorkCalendar(days)


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year as administrators see it: its days out of the ordinary and all working hours, newest first."""

    days: list[CalendarDay]
    hours: list[WorkingHours]
    may_change: bool


def calendar_year(actor: Actor | None, year: int) -> CalendarYear:
    """Returns one year of the working calendar.

    Raises:
        NotAuthenticated, PermissionMissing: nobody, or no person, is signed in.
    """
    actor = require(actor, "directory.view_calendar")
    return CalendarYear(
        days=list(CalendarDay.objects.filter(day__year=year).order_by("day")),
        hours=list(WorkingHours.objects.order_by("-valid_from")),
        may_change=allowed(actor, "directory.manage_calendar"),
    )
