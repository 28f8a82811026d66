"""How much moves on the axis, by the hour: hours that are over are counted once and kept, the newest are counted anew.

An act is stamped a moment before it commits, so an hour is counted when it has been over for ten minutes, and the one
before it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncHour

from hienluong.directory.service import Agency
from hienluong.exchange.service import Delivery, DeliveryEvent, Packet, Recipient, Transmission
from hienluong.monitoring.models import Hour

HOUR = timedelta(hours=1)
SHOWN = 25
"""The present hour, and the 24 before it."""
SETTLED = timedelta(minutes=10)
AT_FIRST = 48 * HOUR
"""So far back the first count goes."""
AT_MOST = 31 * 24 * HOUR
"""So far back a count goes after a long rest."""
DELIVERED, CONFIRMED = "delivered", "confirmed"
FAILED = frozenset({"dead", "rejected"})


@dataclass(slots=True)
class Moved:
    """What moved in a time."""

    accepted: int = 0
    delivered: int = 0
    confirmed: int = 0
    failed: int = 0

    def add(self, other: Moved | Hour) -> None:
        """Adds what moved in another time."""
        self.accepted += other.accepted
        self.delivered += other.delivered
        self.confirmed += other.confirmed
        self.failed += other.failed

    def note(self, step: str, count: int) -> None:
        """Adds steps of deliveries."""
        if step == DELIVERED:
            self.delivered += count
        elif step == CONFIRMED:
            self.confirmed += count
        elif step in FAILED:
            self.failed += count


@dataclass(frozen=True, slots=True)
class Flow:
    """The last clock hours, the present one included.

    Attributes:
        since: when the first of them began.
        hours: when each began, the oldest first.
        per_hour: packets accepted in each.
        delivered_per_hour: packets delivered in each.
        day: what moved in all of them.
        hour: what moved in the last sixty minutes.
        last_accepted: when the axis last accepted a packet.
    """

    since: datetime
    hours: list[datetime]
    per_hour: list[int]
    delivered_per_hour: list[int]
    day: Moved
    hour: Moved
    last_accepted: datetime | None


@dataclass(slots=True)
class _Counted:
    hours: dict[datetime, Moved] = field(default_factory=dict)
    recent: Moved = field(default_factory=Moved)


def sandbox_mailboxes() -> list[int]:
    """Returns the recipients of the sandbox: what they send each other is no business of the province."""
    return list(Recipient.objects.filter(agency__place=Agency.Place.SANDBOX).values_list("pk", flat=True))


def real_deliveries() -> QuerySet[Delivery]:
    """Returns all deliveries but those of the sandbox, and of packets that were taken out: nothing is asked about them."""
    found = Delivery.objects.exclude(recipient__agency__place=Agency.Place.SANDBOX)
    return found.filter(packet__secrecy=Packet.Secrecy.OPEN)


def flow(*, now: datetime) -> Flow:
    """Returns how much moved of late; a few hours are counted, however much is stored."""
    since = _floor(now) - (SHOWN - 1) * HOUR
    hours = [since + place * HOUR for place in range(SHOWN)]
    kept = {row.begins_at: row for row in Hour.objects.filter(begins_at__gte=since)}
    missing = next((hour for hour in hours if hour not in kept), hours[-1])
    counted = _count(min(missing, now - HOUR), now, recent=now - HOUR)
    moved: list[Moved | Hour] = [kept.get(hour) or counted.hours.get(hour) or Moved() for hour in hours]
    day = Moved()
    for one in moved:
        day.add(one)
    return Flow(
        since=since,
        hours=hours,
        per_hour=[one.accepted for one in moved],
        delivered_per_hour=[one.delivered for one in moved],
        day=day,
        hour=counted.recent,
        last_accepted=_accepted().order_by("-accepted_at").values_list("accepted_at", flat=True).first(),
    )


def moved_ever(*, now: datetime) -> Moved:
    """Returns what moved since the first hour that was counted: it only grows, as counters must."""
    sums = Hour.objects.aggregate(
        accepted=Sum("accepted"),
        delivered=Sum("delivered"),
        confirmed=Sum("confirmed"),
        failed=Sum("failed"),
        last=Max("begins_at"),
    )
    last = sums.pop("last")
    total = Moved(**{name: value or 0 for name, value in sums.items()})
    for hour in _count(last + HOUR if last else _floor(now), now, recent=now).hours.values():
        total.add(hour)
    return total


def count_hours(*, now: datetime) -> int:
    """Counts the hours that are over, and the newest of those counted before once more; returns how many."""
    end = _floor(now - SETTLED)
    last = Hour.objects.aggregate(last=Max("begins_at"))["last"]
    first = max(last, end - AT_MOST) if last else end - AT_FIRST
    if first >= end:
        return 0
    counted = _count(first, end, recent=end).hours
    rows = []
    for place in range(int((end - first) / HOUR)):
        moved = counted.get(first + place * HOUR, Moved())
        rows.append(
            Hour(
                begins_at=first + place * HOUR,
                accepted=moved.accepted,
                delivered=moved.delivered,
                confirmed=moved.confirmed,
                failed=moved.failed,
            )
        )
    Hour.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["begins_at"],
        update_fields=["accepted", "delivered", "confirmed", "failed"],
    )
    return len(rows)


def _accepted() -> QuerySet[Transmission]:
    tests = Agency.objects.filter(place=Agency.Place.SANDBOX)
    return Transmission.objects.exclude(submitter__in=tests.values("pk"))


def _steps() -> QuerySet[DeliveryEvent]:
    found = DeliveryEvent.objects.filter(
        plane=DeliveryEvent.Plane.MAILBOX, after__in=[DELIVERED, CONFIRMED, *sorted(FAILED)]
    )
    tests = sandbox_mailboxes()  # without any, the index alone answers
    return found.exclude(delivery__recipient__in=tests) if tests else found


def _count(begin: datetime, end: datetime, *, recent: datetime) -> _Counted:
    """Counts what moved from one moment up to another, by the hour; and since `recent` in all."""
    counted = _Counted()
    accepted: Iterable[Any] = (
        _accepted()
        .filter(accepted_at__gte=begin, accepted_at__lt=end)
        .annotate(hour=TruncHour("accepted_at", tzinfo=UTC))
        .values_list("hour")
        .annotate(count=Count("pk"), late=Count("pk", filter=Q(accepted_at__gte=recent)))
    )
    for hour, count, late in accepted:
        counted.hours.setdefault(hour, Moved()).accepted += count
        counted.recent.accepted += late
    steps: Iterable[Any] = (
        _steps()
        .filter(at__gte=begin, at__lt=end)
        .annotate(hour=TruncHour("at", tzinfo=UTC))
        .values_list("hour", "after")
        .annotate(count=Count("pk"), late=Count("pk", filter=Q(at__gte=recent)))
    )
    for hour, after, count, late in steps:
        counted.hours.setdefault(hour, Moved()).note(after, count)
        counted.recent.note(after, late)
    return counted


def _floor(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
