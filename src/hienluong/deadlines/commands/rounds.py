"""Reminds people: once on every working day, and at once where the time of an urgent document is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from hienluong.deadlines import policy, queries
from hienluong.deadlines.clocks import calendar_on
from hienluong.deadlines.models import Clock, Round
from hienluong.deadlines.reminders import REMINDER, Open, messages_of_round, tell_of_overdue
from hienluong.directory.service import Actor
from hienluong.exchange.service import Delivery, Packet
from hienluong.kit.clock import in_vietnam
from hienluong.kit.crash import crash_point
from hienluong.ledger import service as ledger
from hienluong.notices import service as notices

PART = Actor.platform("deadlines")


def remind_people(*, now: datetime) -> int:
    """Reminds everybody responsible of what waits and returns how many; nobody twice on a day, nobody on a day off.

    The day's row and what is told commit together: a worker that is killed leaves neither, and of several workers the
    second finds the row.
    """
    day = in_vietnam(now).date()
    if not policy.reminds_at(calendar_on(day), day, settings.REMINDER_TIME, now):
        return 0
    with transaction.atomic():
        round_, is_first = Round.objects.get_or_create(day=day, defaults={"at": now, "people": 0})
        if not is_first:
            return 0
        told = messages_of_round(_waiting(), day)
        notices.tell_many(code=REMINDER, messages=told, now=now)
        crash_point("deadlines.before_round")
        round_.people = len(told)
        round_.save(update_fields=["people"])
        ledger.record(
            actor=PART.ref,
            action="deadlines.people_reminded",
            subject=f"day:{day}",
            details={"people": len(told)},
            now=now,
        )
    return len(told)


def _waiting() -> dict[UUID, Open]:
    """Returns what waits at each agency."""
    waiting: defaultdict[UUID, Open] = defaultdict(Open)
    for agency, unsent, untold in queries.open_by_agency():
        waiting[agency] += Open(unsent=unsent, untold=untold)
    troubles = (
        Delivery.objects.filter(
            state__in=[Delivery.State.DEAD, Delivery.State.REJECTED],
            kind=Packet.Kind.DOCUMENT,
            packet__secrecy=Packet.Secrecy.OPEN,
            packet__sender__place="province",
        )
        .values("packet__sender")
        .annotate(count=Count("pk"))
    )
    for row in troubles.values_list("packet__sender", "count"):
        waiting[row[0]] += Open(failed=row[1])
    return dict(waiting)


def warn_of_urgent(*, clock_ids: Collection[int], now: datetime) -> int:
    """Tells people that the time of urgent documents is over, once for each, and returns of how many."""
    with transaction.atomic():
        clocks = list(
            Clock.objects.select_for_update(skip_locked=True)
            .filter(pk__in=clock_ids, outcome="", warned_at=None)
            .order_by("pk")
        )
        if not clocks:
            return 0
        Clock.objects.filter(pk__in=[clock.pk for clock in clocks]).update(warned_at=now)
        tell_of_overdue(clocks, now)
        ledger.record(
            actor=PART.ref,
            action="deadlines.urgent_overdue",
            subject="deadlines:clocks",
            details={"clocks": [clock.pk for clock in clocks]},
            now=now,
        )
    return len(clocks)
