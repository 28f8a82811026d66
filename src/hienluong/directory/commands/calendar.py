"""The working calendar: what administrators change of the days and hours that deadlines are counted by."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction

from hienluong.directory.actors import Actor
from hienluong.directory.errors import CalendarRefused
from hienluong.directory.events import CalendarChanged
from hienluong.directory.models import CalendarDay, WorkingHours
from hienluong.directory.permissions import require
from hienluong.kit.errors import FieldError, NotFound
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.events import publish
from hienluong.ledger import service as ledger


@transaction.atomic
def set_calendar_day(
    *, actor: Actor | None, day: date, kind: str, name: str, source: str, now: datetime
) -> CalendarDay:
    """Says that a day is a holiday or a make-up working day, and by which decision; a day said before is changed.

    Raises:
        PermissionMissing: the actor does not manage the calendar.
        CalendarRefused: the kind is unknown, or name or source is missing.
    """
    actor = require(actor, "directory.manage_calendar")
    wrong = [
        FieldError(f"/{field}", _("This must be given."))
        for field, value in (("name", name), ("source", source))
        if not value.strip()
    ]
    if kind not in CalendarDay.Kind.values:
        wrong.append(FieldError("/kind", _("Choose a holiday or a make-up working day.")))
    if wrong:
        raise CalendarRefused(wrong)
    row, _made = CalendarDay.objects.update_or_create(
        day=day, defaults={"kind": kind, "name": name.strip(), "source": source.strip()}
    )
    publish(CalendarChanged(day, now))
    ledger.record(
        actor=actor.ref,
        action="directory.set_calendar_day",
        subject=f"day:{day}",
        details={"kind": kind, "name": name.strip(), "source": source.strip()},
        now=now,
    )
    return row


@transaction.atomic
def remove_calendar_day(*, actor: Actor | None, day_id: int, now: datetime) -> date:
    """Makes a day an ordinary one again and returns it; the proposals of the package do not bring it back.

    Raises:
        PermissionMissing: the actor does not manage the calendar.
        NotFound: there is no such row.
    """
    actor = require(actor, "directory.manage_calendar")
    row = CalendarDay.objects.filter(pk=day_id).first()
    if row is None:
        raise NotFound
    row.delete()
    publish(CalendarChanged(row.day, now))
    ledger.record(
        actor=actor.ref,
        action="directory.remove_calendar_day",
        subject=f"day:{row.day}",
        details={"kind": row.kind, "name": row.name},
        now=now,
    )
    return row.day


@transaction.atomic
def set_working_hours(
    *,
    actor: Actor | None,
    valid_from: date,
    morning: tuple[time, time],
    afternoon: tuple[time, time],
    source: str,
    now: datetime,
) -> WorkingHours:
    """Says the working hours from a day on, and by which decision; the hours before that day stay in force for it.

    Raises:
        PermissionMissing: the actor does not manage the calendar.
        CalendarRefused: the times do not follow one another, or the source is missing.
    """
    actor = require(actor, "directory.manage_calendar")
    wrong = []
    if not morning[0] < morning[1] < afternoon[0] < afternoon[1]:
        wrong.append(FieldError("/morning_from", _("The four times must follow one another.")))
    if not source.strip():
        wrong.append(FieldError("/source", _("This must be given.")))
    if wrong:
        raise CalendarRefused(wrong)
    row, _made = WorkingHours.objects.update_or_create(
        valid_from=valid_from,
        defaults={
            "morning_from": morning[0],
            "morning_to": morning[1],
            "afternoon_from": afternoon[0],
            "afternoon_to": afternoon[1],
            "provisional": False,
            "source": source.strip(),
        },
    )
    publish(CalendarChanged(valid_from, now))
    ledger.record(
        actor=actor.ref,
        action="directory.set_working_hours",
        subject=f"day:{valid_from}",
        details={"hours": [str(moment) for moment in (*morning, *afternoon)], "source": source.strip()},
        now=now,
    )
    return row
