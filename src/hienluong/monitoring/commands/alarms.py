"""Alarms: raised once, said again after a time, cleared; limits and silences."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.db import connection, transaction

from hienluong.directory.service import Actor, require
from hienluong.kit.crash import crash_point
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.ledger import service as ledger
from hienluong.monitoring.commands.retry import REASON_LIMIT
from hienluong.monitoring.conditions import BY_NAME, Condition, Reading, limit_of, readings
from hienluong.monitoring.errors import AlarmUnknown, ChoiceRefused, SilenceOver
from hienluong.monitoring.models import Alarm, Limit, Silence
from hienluong.monitoring.telling import tell_cleared, tell_raised

WATCHMAN = Actor.platform("monitoring")
LOCK = 0x616C61726D  # "alarm": one evaluation at a time in the whole database
CALM = timedelta(minutes=3)
"""An alarm is over when its condition has been well for so long: what flickers is said once."""
SILENCE_MAX = timedelta(days=30)
REPEAT_MAX = 168


@transaction.atomic
def evaluate_alarms(*, now: datetime) -> list[Alarm]:
    """Looks at every condition; raises, repeats and clears alarms, and returns those that are not over.

    One evaluation at a time, under a lock of the database: a second worker returns at once with nothing. What is said
    commits with the alarm, so a worker that is killed has said it or has not raised it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s::bigint)", [LOCK])
        if not cursor.fetchone()[0]:
            return []
    quiet = set(
        Silence.objects.filter(begins_at__lte=now, ends_at__gt=now).values_list("condition", flat=True)
    )
    standing = {alarm.condition: alarm for alarm in Alarm.objects.filter(cleared_at=None)}
    raised = []
    for reading in readings(now=now):
        name = reading.condition.name
        alarm = standing.get(name)
        if reading.bad:
            raised.append(_raise(alarm, reading, now, silent=name in quiet))
        elif alarm is not None and now - alarm.seen_at >= CALM:
            _clear(alarm, reading, now, silent=name in quiet or not reading.watched)
        elif alarm is not None:
            raised.append(alarm)
    crash_point("monitoring.before_commit")
    return raised


def _raise(alarm: Alarm | None, reading: Reading, now: datetime, *, silent: bool) -> Alarm:
    is_new = alarm is None
    if alarm is None:
        alarm = Alarm(id=new_id(), condition=reading.condition.name, raised_at=now, limit=reading.limit)
    worse = min if reading.condition.below else max
    seen = [one for one in (alarm.worst, reading.finite) if one is not None]
    alarm.worst = worse(seen) if seen else None
    alarm.value, alarm.seen_at = reading.finite, now
    due = alarm.told_at is None or now - alarm.told_at >= timedelta(hours=reading.repeat_hours)
    if due and not silent:
        alarm.told_at, alarm.told = now, alarm.told + 1
    alarm.save(force_insert=is_new)
    if due and not silent:
        tell_raised(alarm, now=now)
    if is_new:
        _record("monitoring.alarm-raised", alarm, now)
    return alarm


def _clear(alarm: Alarm, reading: Reading, now: datetime, *, silent: bool) -> None:
    alarm.cleared_at, alarm.value = now, reading.finite
    alarm.save(update_fields=["cleared_at", "value"])
    # Whoever was never told of it need not hear that it is over; and one that nobody watches any more is not well.
    if alarm.told and not silent:
        tell_cleared(alarm, now=now)
    _record("monitoring.alarm-cleared", alarm, now)


def _record(action: str, alarm: Alarm, now: datetime) -> None:
    ledger.record(
        actor=WATCHMAN.ref,
        action=action,
        subject=f"alarm:{alarm.pk}",
        details={"condition": alarm.condition, "value": _exact(alarm.value), "limit": _exact(alarm.limit)},
        now=now,
    )


def _exact(value: float | None) -> str | None:
    """Returns a number as text: entries of the ledger hold no fractions."""
    return None if value is None else f"{value:g}"


@transaction.atomic
def set_limit(
    *,
    actor: Actor | None,
    condition: str,
    value: float,
    watched: bool,
    repeat_hours: int,
    reason: str,
    now: datetime,
) -> Limit:
    """Sets when a condition is bad, whether it is watched, and how often an alarm is said again.

    Raises:
        PermissionMissing: the actor may not.
        AlarmUnknown: there is no such condition.
        ChoiceRefused: a value that cannot be.
    """
    actor = require(actor, "monitoring.manage_alarms")
    found, reason = _condition(condition), " ".join(reason.split())
    errors = _faults(reason)
    if not math.isfinite(value) or value < 0 or (found.unit == "percent" and value > 100):  # noqa: PLR2004 - per cent
        errors.append(FieldError("/value", _("Give a number from 0 on; of per cent at most 100.")))
    if not 1 <= repeat_hours <= REPEAT_MAX:
        errors.append(FieldError("/repeat_hours", _("Give hours from 1 to 168.")))
    if errors:
        raise ChoiceRefused(errors)
    before = limit_of(found, now)
    limit, _made = Limit.objects.update_or_create(
        condition=found.name,
        defaults={"value": value, "watched": watched, "repeat_hours": repeat_hours, "changed_at": now},
    )
    ledger.record(
        actor=actor.ref,
        action="monitoring.set_limit",
        subject=f"condition:{found.name}",
        details={
            "reason": reason,
            "before": [_exact(before.value), before.watched, before.repeat_hours],
            "after": [_exact(value), watched, repeat_hours],
        },
        now=now,
    )
    return limit


@transaction.atomic
def silence_condition(
    *, actor: Actor | None, condition: str, until: datetime, reason: str, now: datetime
) -> Silence:
    """Lets nobody be told of a condition until a moment; its alarm is kept and shown.

    Raises:
        PermissionMissing: the actor may not.
        AlarmUnknown: there is no such condition.
        ChoiceRefused: no reason, or an end that is past or more than 30 days away.
    """
    actor = require(actor, "monitoring.manage_alarms")
    found, reason = _condition(condition), " ".join(reason.split())
    errors = _faults(reason)
    if not now < until <= now + SILENCE_MAX:
        errors.append(FieldError("/until", _("Give a moment to come, at most 30 days away.")))
    if errors:
        raise ChoiceRefused(errors)
    silence = Silence.objects.create(
        condition=found.name, reason=reason, by=actor.name[:200], begins_at=now, ends_at=until
    )
    ledger.record(
        actor=actor.ref,
        action="monitoring.silence_condition",
        subject=f"condition:{found.name}",
        details={"reason": reason, "until": until.isoformat(timespec="seconds")},
        now=now,
    )
    return silence


@transaction.atomic
def end_silence(*, actor: Actor | None, silence_id: int, now: datetime) -> Silence:
    """Ends a silence now; an alarm that stands is said at the next look.

    Raises:
        PermissionMissing: the actor may not.
        AlarmUnknown: there is no such silence.
        SilenceOver: it has ended.
    """
    actor = require(actor, "monitoring.manage_alarms")
    silence = Silence.objects.select_for_update().filter(pk=silence_id).first()
    if silence is None:
        raise AlarmUnknown(name=silence_id)
    if silence.ends_at <= now:
        raise SilenceOver
    silence.ends_at = now
    silence.save(update_fields=["ends_at"])
    ledger.record(
        actor=actor.ref,
        action="monitoring.end_silence",
        subject=f"condition:{silence.condition}",
        details={"silence": silence.pk},
        now=now,
    )
    return silence


def _condition(name: str) -> Condition:
    found = BY_NAME.get(name)
    if found is None:
        raise AlarmUnknown(name=name[:40])
    return found


def _faults(reason: str) -> list[FieldError]:
    if not reason:
        return [FieldError("/reason", _("Say why, for the record."))]
    if len(reason) > REASON_LIMIT:
        return [FieldError("/reason", _("Write at most 300 letters."))]
    return []
