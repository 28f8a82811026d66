"""Reads of the monitoring: metadata, never content. Lists go on from a place by cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from hienluong.directory.service import Actor, Agency, Commune, map_of_communes, require
from hienluong.exchange.service import Delivery, Recipient, policy
from hienluong.kit.cursors import (
    Page,
    page_of,
    read_id_cursor,
    read_moment_cursor,
    read_number_cursor,
    write_cursor,
    write_moment_cursor,
)
from hienluong.ledger import service as ledger
from hienluong.monitoring.causes import BY_CODE, CAUSE, FAILING, Cause
from hienluong.monitoring.conditions import Reading, readings
from hienluong.monitoring.disk import Forecast
from hienluong.monitoring.disk import forecasts as disk_forecasts
from hienluong.monitoring.errors import DeliveryGone
from hienluong.monitoring.flow import Flow, real_deliveries
from hienluong.monitoring.flow import flow as flow_of_axis
from hienluong.monitoring.models import Alarm, Silence
from hienluong.webhooks import service as webhooks

PAGE = 50
PAGE_MAX = 200
FIRST = 10
"""So many rows of each list stand on the first page."""
WAITING = ("waiting", "unrouted")
GIVEN_LATELY = timedelta(days=1)
"""What was given again within this time is not given once more with others: whoever asks for the rest gets the rest."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for one recipient: how many packets, since when, and how old they are.

    `unrouted` of them wait for a route, `hour` are older than an hour, `day` older than a day.
    """

    recipient: Recipient
    count: int
    unrouted: int
    hour: int
    day: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class WaitingPlace:
    """A commune on the map: how many packets wait for it and its units, and since when the oldest."""

    commune: Commune
    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures of one cause at one recipient."""

    cause: Cause
    recipient: Recipient
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """One delivery that fails: metadata only.

    `state` is dead, rejected or waiting; `again_at` is when the axis tries by itself.
    """

    delivery_id: int
    packet_id: Any
    sender: str
    recipient: Recipient
    state: str
    cause: Cause
    text: str
    attempts: int
    since: datetime
    again_at: datetime | None

    @property
    def retriable(self) -> bool:
        """Whether trying it again does anything: what waits behind a dead letter follows that one."""
        return self.cause.code != "behind-dead-letter"


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of the platform at one moment; metadata, never content."""

    flow: Flow
    waiting: Page[Waiting]
    groups: Page[FailureGroup]
    recipients_waiting: int
    waiting_count: int
    failing_count: int
    dead_count: int
    ledger_head: int
    ledger_waiting: int
    verified_at: datetime | None
    ledger_faults: int
    webhooks_stopped: int
    webhooks_failing: int
    disks: list[Forecast]
    alarms: list[Alarm]


@dataclass(frozen=True, slots=True)
class Glance:
    """What the home page says of the axis."""

    failing: int
    recipients_waiting: int
    alarms: int
    flow: Flow


def glance(actor: Actor | None, *, now: datetime) -> Glance:
    """Returns the few numbers for the home page.

    Raises:
        PermissionMissing: the actor does not watch the axis.
    """
    require(actor, "monitoring.view_monitor")
    counts = _counts()
    alarms = Alarm.objects.filter(cleared_at=None).count()
    return Glance(counts["failing"], counts["recipients"], alarms, flow_of_axis(now=now))


def overview(actor: Actor | None, *, now: datetime) -> Overview:
    """Returns what an operator watches: flow, what waits, what fails and why, the ledger, webhooks, disks, alarms.

    Raises:
        PermissionMissing: the actor does not watch the axis.
    """
    require(actor, "monitoring.view_monitor")
    counts = _counts()
    hooks = webhooks.trouble_counts()
    verification = ledger.last_verification()
    return Overview(
        flow=flow_of_axis(now=now),
        waiting=waiting(actor, now=now, limit=FIRST),
        groups=failure_groups(actor, limit=FIRST),
        recipients_waiting=counts["recipients"],
        waiting_count=counts["waiting"],
        failing_count=counts["failing"],
        dead_count=counts["dead"],
        ledger_head=ledger.head(),
        ledger_waiting=ledger.waiting(),
        verified_at=verification.started_at if verification else None,
        ledger_faults=verification.faults if verification else 0,
        webhooks_stopped=hooks.stopped,
        webhooks_failing=hooks.failing,
        disks=disk_forecasts(now=now),
        alarms=open_alarms(actor),
    )


def _counts() -> dict[str, int]:
    rows = real_deliveries().filter(state__in=[*WAITING, "dead", "rejected"])
    return rows.aggregate(
        waiting=Count("pk", filter=Q(state__in=WAITING)),
        recipients=Count("recipient", filter=Q(state__in=WAITING), distinct=True),
        failing=Count("pk", filter=FAILING),
        dead=Count("pk", filter=Q(state="dead")),
    )


def waiting(actor: Actor | None, *, now: datetime, after: str = "", limit: int = PAGE) -> Page[Waiting]:
    """Returns what waits for each recipient, the oldest first.

    Raises:
        PermissionMissing: the actor does not watch the axis.
        InvalidInput: the cursor is none of this list.
    """
    require(actor, "monitoring.view_monitor")
    found: QuerySet[Any, Any] = (
        real_deliveries()
        .filter(state__in=WAITING)
        .values("recipient")
        .annotate(
            oldest=Min("created_at"),
            count=Count("pk"),
            unrouted=Count("pk", filter=Q(state="unrouted")),
            hour=Count("pk", filter=Q(created_at__lte=now - timedelta(hours=1))),
            day=Count("pk", filter=Q(created_at__lte=now - timedelta(days=1))),
        )
    )
    if after:
        since, recipient = read_moment_cursor("waiting", after, field="after")
        found = found.filter(Q(oldest__gt=since) | Q(oldest=since, recipient__gt=recipient))
    page = page_of(
        found.order_by("oldest", "recipient"), min(limit, PAGE_MAX), _place("waiting", "recipient")
    )
    known = _recipients(page.items)
    return Page(
        [
            Waiting(
                known[row["recipient"]],
                row["count"],
                row["unrouted"],
                row["hour"],
                row["day"],
                row["oldest"],
            )
            for row in page.items
        ],
        page.next,
    )


def waiting_by_commune(actor: Actor | None) -> list[WaitingPlace]:
    """Returns every commune of today with what waits for it, in Vietnamese order.

    Raises:
        PermissionMissing: the actor does not watch the axis.
    """
    require(actor, "monitoring.view_monitor")
    found: QuerySet[Any, Any] = (
        real_deliveries()
        .filter(state__in=WAITING, recipient__agency__unit__isnull=False)
        .values("recipient__agency__unit")
        .annotate(count=Count("pk"), oldest=Min("created_at"))
    )
    waits = {row["recipient__agency__unit"]: row for row in found}
    nothing: dict[str, Any] = {"count": 0, "oldest": None}
    return [
        WaitingPlace(commune, row["count"], row["oldest"])
        for commune in map_of_communes(actor)
        for row in [waits.get(commune.unit.pk, nothing)]
    ]


def failure_groups(actor: Actor | None, *, after: str = "", limit: int = PAGE) -> Page[FailureGroup]:
    """Returns the failures, grouped by cause and recipient; the group with the oldest failure first.

    Raises:
        PermissionMissing: the actor does not watch the axis.
        InvalidInput: the cursor is none of this list.
    """
    require(actor, "monitoring.view_monitor")
    found: QuerySet[Any, Any] = (
        real_deliveries()
        .filter(FAILING)
        .annotate(cause=CAUSE)
        .values("cause", "recipient")
        .annotate(oldest=Min("changed_at"), first=Min("pk"), count=Count("pk"))
    )
    if after:
        since, first = read_moment_cursor("groups", after, field="after")
        found = found.filter(Q(oldest__gt=since) | Q(oldest=since, first__gt=first))
    page = page_of(found.order_by("oldest", "first"), min(limit, PAGE_MAX), _place("groups", "first"))
    known = _recipients(page.items)
    return Page(
        [
            FailureGroup(BY_CODE[row["cause"]], known[row["recipient"]], row["count"], row["oldest"])
            for row in page.items
        ],
        page.next,
    )


def failures_chosen(*, cause: str = "", recipient: int | None = None) -> QuerySet[Any, Any]:
    """Returns the deliveries that fail, narrowed down; for reads and commands that have asked who may."""
    found: QuerySet[Any, Any] = real_deliveries().filter(FAILING).annotate(cause=CAUSE)
    if cause:
        found = found.filter(cause=cause)
    if recipient is not None:
        found = found.filter(recipient=recipient)
    return found


def failures(
    actor: Actor | None,
    *,
    cause: str = "",
    recipient: int | None = None,
    before: str = "",
    limit: int = PAGE,
) -> Page[Failure]:
    """Returns the deliveries that fail, the newest first.

    Args:
        actor: who asks.
        cause: a code of `causes.CAUSES`; empty: all.
        recipient: the number of a recipient; None: all.
        before: a cursor; empty: from the newest on.
        limit: how many at most.

    Raises:
        PermissionMissing: the actor does not watch the axis.
        InvalidInput: the cursor is none of this list.
    """
    require(actor, "monitoring.view_monitor")
    found = failures_chosen(cause=cause, recipient=recipient)
    if before:
        found = found.filter(pk__lt=read_number_cursor("failures", before, field="before"))
    found = found.select_related("packet", "recipient").order_by("-pk")
    page = page_of(found, min(limit, PAGE_MAX), lambda row: write_cursor("failures", row.pk))
    return Page([_failure(row) for row in page.items], page.next)


def failure(actor: Actor | None, delivery_id: int) -> Failure:
    """Returns one delivery that fails.

    Raises:
        PermissionMissing: the actor does not watch the axis.
        DeliveryGone: there is none of that number, or it does not fail any more.
    """
    require(actor, "monitoring.view_monitor")
    found = failures_chosen().select_related("packet", "recipient").filter(pk=delivery_id).first()
    if found is None:
        raise DeliveryGone(id=delivery_id)
    return _failure(found)


def count_failures(actor: Actor | None, *, cause: str = "", recipient: int | None = None) -> int:
    """Returns how many deliveries would be tried again."""
    require(actor, "monitoring.view_monitor")
    return failures_chosen(cause=cause, recipient=recipient).exclude(cause="behind-dead-letter").count()


def fetched_ones(
    recipient: Recipient,
    *,
    since: datetime | None,
    until: datetime | None,
    packet_id: UUID | None,
    now: datetime,
) -> QuerySet[Delivery]:
    """Returns what can be given again: one packet, or what came in a time and was not given again within a day.

    For reads and commands that have asked who may.
    """
    found = Delivery.objects.filter(
        recipient=recipient, state__in=["fetched", "confirmed"], packet__secrecy="open"
    ).exclude(business_state__in=[policy.ASKED_BACK, policy.REFUSED])
    if packet_id is not None:
        return found.filter(packet=packet_id)
    found = found.filter(delivered_at__gte=since, delivered_at__lt=until)
    return found.exclude(given_again_at__gt=now - GIVEN_LATELY)


def count_fetched(
    actor: Actor | None,
    recipient: Recipient,
    *,
    since: datetime | None,
    until: datetime | None,
    packet_id: UUID | None,
    now: datetime,
) -> int:
    """Returns how many packets would be given again, those included whose copy is gone."""
    require(actor, "monitoring.view_monitor")
    return fetched_ones(recipient, since=since, until=until, packet_id=packet_id, now=now).count()


def mailboxes(actor: Actor | None) -> list[tuple[str, str]]:
    """Returns (code, name) of every recipient that has a mailbox, for choosing by typing."""
    require(actor, "monitoring.view_monitor")
    found = Recipient.objects.filter(agency__isnull=False).exclude(agency__place=Agency.Place.SANDBOX)
    return list(found.order_by("agency__sort_key").values_list("code", "name"))


def recipient_of(actor: Actor | None, number: int) -> Recipient | None:
    """Returns a recipient by its number, None for one that is not there or belongs to the sandbox."""
    require(actor, "monitoring.view_monitor")
    return Recipient.objects.exclude(agency__place=Agency.Place.SANDBOX).filter(pk=number).first()


def recipient_by_code(actor: Actor | None, code: str) -> Recipient | None:
    """Returns a recipient by its code."""
    require(actor, "monitoring.view_monitor")
    return Recipient.objects.exclude(agency__place=Agency.Place.SANDBOX).filter(code=code).first()


def disks(actor: Actor | None, *, now: datetime) -> list[Forecast]:
    """Returns how full the disks are and when they will be full."""
    require(actor, "monitoring.view_monitor")
    return disk_forecasts(now=now)


def conditions_now(actor: Actor | None, *, now: datetime) -> list[Reading]:
    """Returns every condition as it is at this moment."""
    require(actor, "monitoring.view_monitor")
    return readings(now=now)


def open_alarms(actor: Actor | None) -> list[Alarm]:
    """Returns the alarms that are not over, the oldest first."""
    require(actor, "monitoring.view_monitor")
    return list(Alarm.objects.filter(cleared_at=None).order_by("raised_at", "condition"))


def past_alarms(actor: Actor | None, *, before: str = "", limit: int = PAGE) -> Page[Alarm]:
    """Returns the alarms that are over, the newest first.

    Raises:
        PermissionMissing: the actor does not watch the axis.
        InvalidInput: the cursor is none of this list.
    """
    require(actor, "monitoring.view_monitor")
    found = Alarm.objects.exclude(cleared_at=None)
    if before:
        found = found.filter(pk__lt=read_id_cursor("alarms", before, field="before"))
    return page_of(
        found.order_by("-pk"), min(limit, PAGE_MAX), lambda alarm: write_cursor("alarms", str(alarm.pk))
    )


def silences(actor: Actor | None, *, now: datetime) -> list[Silence]:
    """Returns the silences that are in force or will be, the one that ends first first."""
    require(actor, "monitoring.view_monitor")
    return list(Silence.objects.filter(ends_at__gt=now).order_by("ends_at", "pk")[:PAGE_MAX])


def _failure(row: Any) -> Failure:
    return Failure(
        delivery_id=row.pk,
        packet_id=row.packet_id,
        sender=row.packet.sender_name,
        recipient=row.recipient,
        state=row.state,
        cause=BY_CODE[row.cause],
        text=row.failure,
        attempts=row.attempts,
        since=row.changed_at,
        again_at=row.due_at,
    )


def _recipients(rows: Iterable[dict[str, Any]]) -> dict[int, Recipient]:
    return Recipient.objects.in_bulk([row["recipient"] for row in rows])


def _place(name: str, number: str) -> Callable[[dict[str, Any]], str]:
    """Returns what gives the cursor of a group: since when its oldest stands, and the number that settles ties."""
    return lambda row: write_moment_cursor(name, row["oldest"], row[number])
