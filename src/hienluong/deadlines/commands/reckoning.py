"""Reckons the clocks that run again: the calendar or the hours of work have changed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hienluong.deadlines import policy
from hienluong.deadlines.clocks import at_once, calendar_on
from hienluong.deadlines.models import Clock
from hienluong.directory.service import Actor
from hienluong.kit.clock import in_vietnam
from hienluong.kit.worktime import WorkingTimeUndefined
from hienluong.ledger import service as ledger

BATCH = 1000
PART = Actor.platform("deadlines")


def reckon_running_clocks(*, after: int, now: datetime) -> int | None:
    """Reckons a batch of running clocks behind the id `after`, oldest first; returns the last id, None at the end.

    Clocks that have stopped stay as they were reckoned. One that is being stopped at this moment is passed over.
    """
    with transaction.atomic():
        clocks = list(
            Clock.objects.select_for_update(skip_locked=True)
            .filter(outcome="", pk__gt=after)
            .exclude(duty=Clock.Duty.ANSWER)
            .order_by("pk")[:BATCH]
        )
        moved = [clock for clock in clocks if _moves(clock)]
        if moved:
            Clock.objects.bulk_update(moved, ["due_at"])
            ledger.record(
                actor=PART.ref,
                action="deadlines.reckoned",
                subject="deadlines:clocks",
                details={"clocks": len(moved)},
                now=now,
            )
    return clocks[-1].pk if len(clocks) == BATCH else None


def _moves(clock: Clock) -> bool:
    """Reckons one clock and returns whether its end has moved."""
    calendar = calendar_on(in_vietnam(clock.begun_at).date())
    before = clock.due_at
    try:
        if clock.duty == Clock.Duty.SEND:
            clock.due_at = policy.due_to_send(
                calendar,
                at_once(),
                signed_at=clock.begun_at,
                by_day=clock.by_day,
                priority=clock.priority,
            )
        else:
            clock.due_at = policy.due_to_tell(
                calendar, at_once(), arrived_at=clock.begun_at, priority=clock.priority
            )
    except WorkingTimeUndefined:
        return False
    return clock.due_at != before
