"""Reads of clocks: one agency's list, how each agency keeps to its deadlines, what is due on one packet.

Every list reads an index of the state it shows; none reckons. By number only: a subject is content (decision 19).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from hienluong.deadlines.clocks import calendar_on
from hienluong.deadlines.errors import ClockNotFound
from hienluong.deadlines.models import Clock, Round
from hienluong.deadlines.permissions import watches
from hienluong.directory.service import Actor, Agency, day_after, primary_codes, require
from hienluong.exchange.service import Delivery, Packet
from hienluong.kit.clock import VIETNAM, in_vietnam
from hienluong.kit.cursors import (
    Page,
    all_rows,
    no_cursor,
    page_of,
    read_cursor,
    read_moment_cursor,
    write_cursor,
    write_moment_cursor,
)
from hienluong.kit.errors import Forbidden
from hienluong.kit.ids import LARGEST_NUMBER
from hienluong.kit.worktime import WorkingTimeUndefined

PAGE, PAGE_MAX = 50, 500
STATES = ("overdue", "soon", "running", "late", "on_time")
EXPORTED_AT_ONCE = 2000
DAYS = 30
"""Of what was done, the figures look back so many days, unless another span is asked for."""


def clocks_visible_to(actor: Actor | None, agency_id: UUID | None = None) -> QuerySet[Clock]:
    """Returns the clocks of one agency: the actor's own, or any for those who watch over the province.

    Raises:
        NotAuthenticated, PermissionMissing: the actor may see none.
        ClockNotFound: another agency's, and the actor does not watch over the province.
        Forbidden: no agency was named, and the actor has none.
    """
    actor = require(actor, "deadlines.view_deadlines")
    wanted = agency_id or actor.agency_id
    if wanted is None:
        raise Forbidden
    if wanted != actor.agency_id and not watches.test(actor, None):
        raise ClockNotFound
    return Clock.objects.filter(agency_id=wanted)


def _in_state(state: str, now: datetime) -> Q:
    if state == "soon":
        return Q(outcome="", due_at__gte=now, due_at__lte=near_until(now))
    return {
        "overdue": Q(outcome="", due_at__lt=now),
        "running": Q(outcome="", due_at__gte=now),
        "late": Q(outcome="done", late=True),
        "on_time": Q(outcome="done", late=False),
    }[state]


def near_until(now: datetime) -> datetime:
    """Returns until when a deadline is near: the end of the next working day, or of a day where none is known."""
    today = in_vietnam(now).date()
    try:
        day = calendar_on(today).next_working_day(today)
    except WorkingTimeUndefined:
        return now + timedelta(days=1)
    return datetime.combine(day, time.max, VIETNAM)


@dataclass(frozen=True, slots=True)
class Pressing:
    """How many deadlines of an agency are over or near; of each so many of documents with a degree of urgency."""

    overdue: int
    overdue_urgent: int
    soon: int
    soon_urgent: int


def pressing(actor: Actor | None, *, now: datetime) -> Pressing:
    """Returns what presses at the actor's agency, by an index of what runs there; errors as `clocks_visible_to`."""
    over, urgent = Q(due_at__lt=now), Q(priority__gt=0)
    near = clocks_visible_to(actor).filter(outcome="", due_at__lte=near_until(now))
    return Pressing(
        **near.aggregate(
            overdue=Count("pk", filter=over),
            overdue_urgent=Count("pk", filter=over & urgent),
            soon=Count("pk", filter=~over),
            soon_urgent=Count("pk", filter=~over & urgent),
        )
    )


def overdue_everywhere(actor: Actor | None, *, now: datetime) -> int:
    """Returns how many deadlines of all agencies are over.

    Raises:
        PermissionMissing: the actor does not watch over the province.
    """
    require(actor, "deadlines.view_agencies")
    return Clock.objects.filter(outcome="", due_at__lt=now).count()


def clocks(
    actor: Actor | None,
    *,
    now: datetime,
    agency_id: UUID | None = None,
    state: str = "overdue",
    duty: str = "",
    after: str = "",
    limit: int = PAGE,
) -> Page[Clock]:
    """Returns an agency's clocks in one state: what runs by its end, most pressing first; what is done newest first.

    Args:
        actor: who asks.
        now: the moment that tells what is overdue.
        agency_id: whose; the actor's own unless given.
        state: one of `STATES`.
        duty: only these.
        after: the cursor of the page before.
        limit: at most so many.

    Raises:
        InvalidInput: the cursor is none of this list.
        NotAuthenticated, PermissionMissing, ClockNotFound, Forbidden: as `clocks_visible_to`.
    """
    found = clocks_visible_to(actor, agency_id).filter(_in_state(state, now))
    if duty:
        found = found.filter(duty=duty)
    forward = state in {"overdue", "soon", "running"}
    if after:
        moment, number = read_moment_cursor("deadlines", after, field="after")
        beyond = Q(due_at__gt=moment) if forward else Q(due_at__lt=moment)
        tie = Q(due_at=moment, pk__gt=number) if forward else Q(due_at=moment, pk__lt=number)
        # The first condition alone bounds the walk along the index; the second settles ties.
        bound = Q(due_at__gte=moment) if forward else Q(due_at__lte=moment)
        found = found.filter(bound).filter(beyond | tie)
    order = ("due_at", "pk") if forward else ("-due_at", "-pk")
    limit = min(limit, EXPORTED_AT_ONCE)
    found = found.select_related("packet", "delivery__recipient").only(*_SHOWN).order_by(*order)
    return page_of(found, limit, lambda clock: write_moment_cursor("deadlines", clock.due_at, clock.pk))


_SHOWN = (
    *("duty", "reference", "issued_on", "priority", "begun_at", "by_day", "due_at", "stopped_at", "outcome"),
    *(
        "late",
        "announced_by",
        "agency_id",
        "packet__sender_name",
        "packet__kind",
        "delivery__recipient__name",
    ),
)


def all_clocks(
    actor: Actor | None, *, now: datetime, agency_id: UUID | None, state: str, duty: str
) -> Iterator[Clock]:
    """Returns everything that `clocks` lists, read page by page: for files."""
    chosen: dict[str, Any] = {
        "now": now,
        "agency_id": agency_id,
        "state": state,
        "duty": duty,
        "limit": EXPORTED_AT_ONCE,
    }
    return all_rows(lambda after: clocks(actor, after=after, **chosen))


@dataclass(frozen=True, slots=True)
class Tally:
    """How one agency keeps to its deadlines: what is overdue and what runs now, what ended in the span.

    `on_time` and `late` count what was done by the day its time ended in the span; what is no longer due counts nowhere.
    """

    agency_id: UUID
    agency_name: str
    agency_code: str
    overdue: int
    running: int
    on_time: int
    late: int

    @property
    def missed(self) -> int:
        """Overdue now, and done late in the span: the worst have most."""
        return self.overdue + self.late

    @property
    def share(self) -> int | None:
        """Of a hundred that were due, how many were done in time; None where nothing was due."""
        due = self.overdue + self.late + self.on_time
        return self.on_time * 100 // due if due else None


_TALLY = """
SELECT agency_id, sum(overdue)::bigint AS overdue, sum(running)::bigint AS running, sum(on_time)::bigint AS on_time,
    sum(late)::bigint AS late, (sum(overdue) + sum(late))::bigint AS missed
FROM (
    SELECT agency_id, count(*) FILTER (WHERE due_at < %(now)s) AS overdue,
        count(*) FILTER (WHERE due_at >= %(now)s) AS running, 0 AS on_time, 0 AS late
    FROM deadlines_clock WHERE outcome = '' AND (%(agency)s::uuid IS NULL OR agency_id = %(agency)s::uuid) GROUP BY 1
    UNION ALL
    SELECT agency_id, 0, 0, count(*) FILTER (WHERE NOT late), count(*) FILTER (WHERE late)
    FROM deadlines_clock WHERE outcome = 'done' AND due_at >= %(start)s AND due_at < %(end)s
        AND (%(agency)s::uuid IS NULL OR agency_id = %(agency)s::uuid) GROUP BY 1
) AS counted GROUP BY agency_id
"""
_WORST = f"""SELECT * FROM ({_TALLY}) AS tally
WHERE %(missed)s::bigint IS NULL OR missed < %(missed)s OR (missed = %(missed)s AND agency_id > %(last)s::uuid)
ORDER BY missed DESC, agency_id LIMIT %(limit)s"""  # noqa: S608 - our own statement


def agencies(
    actor: Actor | None,
    *,
    now: datetime,
    since: date | None = None,
    until: date | None = None,
    after: str = "",
    limit: int = PAGE,
) -> Page[Tally]:
    """Returns how agencies keep to their deadlines, worst first; those without any clock do not appear.

    Args:
        actor: who watches over the province.
        now: the moment that tells what is overdue.
        since: the first day of the span; 30 days ago unless given.
        until: the last day of the span; today unless given.
        after: the cursor of the page before.
        limit: at most so many.

    Raises:
        PermissionMissing: the actor does not watch over the province.
        InvalidInput: the cursor is none of this list.
    """
    require(actor, "deadlines.view_agencies")
    limit = min(limit, PAGE_MAX)
    missed, last = _read_rank(after) if after else (None, None)
    values = {**_span(now, since, until), "agency": None, "missed": missed, "last": last, "limit": limit + 1}
    page = page_of(
        _counted(_WORST, values),
        limit,
        lambda row: write_cursor("deadlines-agencies", f"{row['missed']}~{row['agency_id']}"),
    )
    return Page(_named(page.items), page.next)


def _read_rank(cursor: str) -> tuple[int, UUID]:
    """Returns the place in the list of agencies that a cursor holds: how much the last one missed, and its id."""
    missed, _tilde, agency = str(read_cursor("deadlines-agencies", cursor, field="after")).partition("~")
    try:
        rank = int(missed), UUID(agency)
    except ValueError as problem:
        raise no_cursor("after") from problem
    if not 0 <= rank[0] <= LARGEST_NUMBER:
        raise no_cursor("after")
    return rank


def all_agencies(
    actor: Actor | None, *, now: datetime, since: date | None, until: date | None
) -> Iterator[Tally]:
    """Returns everything that `agencies` lists, read page by page: for files."""
    chosen: dict[str, Any] = {"now": now, "since": since, "until": until, "limit": PAGE_MAX}
    return all_rows(lambda after: agencies(actor, after=after, **chosen))


def tally(
    actor: Actor | None,
    *,
    now: datetime,
    agency_id: UUID | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Tally:
    """Returns how one agency keeps to its deadlines; see `clocks_visible_to` for whose may be seen."""
    clocks_visible_to(actor, agency_id)
    wanted = agency_id or (actor.agency_id if actor else None)
    agency = Agency.objects.filter(pk=wanted).first() if wanted is not None else None
    if agency is None:
        raise ClockNotFound
    rows = _counted(_TALLY, {**_span(now, since, until), "agency": wanted})
    none = {"agency_id": agency.pk, "overdue": 0, "running": 0, "on_time": 0, "late": 0}
    return _named(rows or [none])[0]


def _span(now: datetime, since: date | None, until: date | None) -> dict[str, datetime]:
    today = in_vietnam(now).date()
    first, last = since or today - timedelta(days=DAYS), until or today
    return {
        "now": now,
        "start": datetime.combine(first, time(), VIETNAM),
        "end": datetime.combine(day_after(last) or last, time(), VIETNAM),
    }


def _counted(statement: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _named(rows: Sequence[dict[str, Any]]) -> list[Tally]:
    wanted = [row["agency_id"] for row in rows]
    names = dict(Agency.objects.filter(pk__in=wanted).values_list("pk", "name"))
    codes = primary_codes(wanted)
    return [
        Tally(
            row["agency_id"],
            names[row["agency_id"]],
            codes.get(row["agency_id"], ""),
            int(row["overdue"]),
            int(row["running"]),
            int(row["on_time"]),
            int(row["late"]),
        )
        for row in rows
    ]


def clock(actor: Actor | None, clock_id: int) -> Clock:
    """Returns one clock of the actor's agency.

    Raises:
        ClockNotFound: there is none.
    """
    found = clocks_visible_to(actor).filter(pk=clock_id).first()
    if found is None:
        raise ClockNotFound
    return found


def clocks_of_packet(actor: Actor, packet: Packet, deliveries: Collection[Delivery]) -> list[Clock]:
    """Returns the clocks of a packet that the actor was shown: a sender all, a recipient its own."""
    found = Clock.objects.filter(packet=packet).exclude(outcome=Clock.Outcome.VOID)
    if packet.sender_id != actor.agency_id:
        found = found.filter(delivery__in=[row.pk for row in deliveries])
    return list(found.order_by("pk"))


def running_of_deliveries(deliveries: Collection[int]) -> dict[int, Clock]:
    """Returns, by delivery, the running clock that ends first."""
    found = Clock.objects.filter(delivery__in=deliveries, outcome="").order_by("-due_at")
    return {row.delivery_id: row for row in found if row.delivery_id is not None}


def open_by_agency() -> list[tuple[UUID, int, int]]:
    """Returns (agency, signed and not sent, arrived and not told) of every agency with something open."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT agency_id, count(*) FILTER (WHERE duty = 'send'), count(*) FILTER (WHERE duty = 'receipt') "
            "FROM deadlines_clock WHERE outcome = '' AND duty IN ('send', 'receipt') GROUP BY 1 ORDER BY 1"
        )
        rows: list[tuple[UUID, int, int]] = cursor.fetchall()
    return rows


def has_round(day: date) -> bool:
    """Returns whether people were reminded on the day."""
    return Round.objects.filter(day=day).exists()


def urgent_overdue(*, now: datetime, limit: int = 100) -> list[int]:
    """Returns urgent clocks whose time is over and of which nobody was warned yet, the oldest first."""
    found = Clock.objects.filter(outcome="", priority__gt=0, warned_at=None, due_at__lte=now)
    return list(found.order_by("due_at").values_list("pk", flat=True)[:limit])
