"""Begins and stops clocks, in the transaction of what happened on the axis.

Every packet passes here, so the statements are written out: one for an accepted document, one for what a drain carried,
one for a status. A clock that cannot be reckoned never holds up a document.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Case, Value, When

from hienluong.deadlines import policy
from hienluong.deadlines.models import REFERENCE_MAX, AnswerDate, Clock
from hienluong.deadlines.policy import AtOnce
from hienluong.directory import service as directory
from hienluong.exchange.events import Arrival
from hienluong.kit.clock import VIETNAM, in_vietnam
from hienluong.kit.worktime import WorkCalendar, WorkingTimeUndefined

log = logging.getLogger(__name__)

_calendars: directory.Recent[int, WorkCalendar] = directory.Recent()
"""By year: one calendar knows the days of the years beside it too."""

_SEND = """
INSERT INTO deadlines_clock (duty, agency_id, packet_id, reference, issued_on, priority, begun_at, by_day, due_at,
    stopped_at, outcome, late, announced_by)
VALUES ('send', %s, %s, %s, %s, %s, %s, true, %s, %s, 'done', %s, '')
ON CONFLICT (agency_id, reference, issued_on) WHERE duty = 'send' AND outcome <> 'void'
DO UPDATE SET packet_id = excluded.packet_id, stopped_at = excluded.stopped_at, outcome = 'done',
    late = excluded.stopped_at > deadlines_clock.due_at
WHERE deadlines_clock.outcome = ''
"""
_ARRIVED = """
WITH arrival AS (
    SELECT one.* FROM unnest(%s::bigint[], %s::uuid[], %s::uuid[], %s::text[], %s::smallint[], %s::timestamptz[])
        AS one (delivery_id, packet_id, agency_id, reference, priority, due_at)
    JOIN directory_agency agency ON agency.id = one.agency_id AND agency.place <> 'sandbox'
    JOIN exchange_delivery delivery ON delivery.id = one.delivery_id
)
INSERT INTO deadlines_clock (duty, agency_id, packet_id, delivery_id, reference, priority, begun_at, by_day, due_at,
    outcome, late, announced_by)
SELECT 'receipt', agency_id, packet_id, delivery_id, reference, priority, %s::timestamptz, false, due_at, '', false, ''
FROM arrival
UNION ALL
SELECT 'answer', agency_id, packet_id, delivery_id, reference, priority, %s::timestamptz, false,
    ((answer_by + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh') - interval '1 microsecond', '', false, ''
FROM arrival JOIN deadlines_answerdate USING (packet_id)
ON CONFLICT (delivery_id, duty) WHERE delivery_id IS NOT NULL DO NOTHING
"""


def calendar_on(day: date) -> WorkCalendar:
    """Returns the working calendar around a day, read anew every few seconds."""
    found = _calendars.get([day.year])
    if day.year not in found:
        version = _calendars.version
        found = {day.year: directory.calendar(day)}
        _calendars.put(found, version=version)
    return found[day.year]


def at_once() -> AtOnce:
    """Returns what "at once" is in this province."""
    return AtOnce(settings.AT_ONCE_MINUTES, frozenset(settings.AT_ONCE_AT_NIGHT))


def reference_of(number: str, notation: str, otherwise: str = "") -> str:
    """Returns number and notation as they are read, cut to what is kept; `otherwise` where both are missing."""
    return ("/".join(part for part in (number.strip(), notation.strip()) if part) or otherwise)[
        :REFERENCE_MAX
    ]


def begin_sending(
    *, agency: UUID, packet: UUID, reference: str, issued_on: date, priority: int, sent_at: datetime
) -> None:
    """Notes when a document was issued and sent; one that was announced as signed stops waiting."""
    if not policy.is_measured(issued_on, in_vietnam(sent_at).date()):
        return
    begun = datetime.combine(issued_on, time(), VIETNAM)
    due = policy.due_to_send(
        calendar_on(issued_on), at_once(), signed_at=begun, by_day=True, priority=priority
    )
    values: list[Any] = [agency, packet, reference, issued_on, priority, begun, due, sent_at, sent_at > due]
    with connection.cursor() as cursor:
        cursor.execute(_SEND, values)


def keep_answer_date(*, packet: UUID, answer_by: date, today: date) -> None:
    """Keeps by when an answer is wanted, for each delivery of the packet; a slip far from today is left out."""
    if policy.is_measured(answer_by, today):
        AnswerDate.objects.get_or_create(packet_id=packet, defaults={"answer_by": answer_by})


def begin_receipts(arrivals: Sequence[Arrival], at: datetime) -> None:
    """Begins the clocks of documents that reached mailboxes of the province: telling the sender, and answering."""
    rows: list[tuple[Any, ...]] = []
    due_by_priority: dict[int, datetime] = {}
    calendar, minutes = calendar_on(in_vietnam(at).date()), at_once()
    for one in arrivals:
        if one.priority not in due_by_priority:
            due_by_priority[one.priority] = policy.due_to_tell(
                calendar, minutes, arrived_at=at, priority=one.priority
            )
        due = due_by_priority[one.priority]
        reference = reference_of(*one.code.split("/", 1))
        rows.append((one.delivery_id, one.packet_id, one.agency_id, reference, one.priority, due))
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVED, [*(list(column) for column in zip(*rows, strict=True)), at, at])


def stop(*, at: datetime, **conditions: Any) -> None:
    """Stops clocks that run: what was due is done, in time or late."""
    is_late = Case(When(due_at__lt=at, then=Value(True)), default=Value(False))
    Clock.objects.filter(outcome="", **conditions).update(
        outcome=Clock.Outcome.DONE, stopped_at=at, late=is_late
    )


def forget_reference(packet: UUID) -> None:
    """Takes the number of a packet out of its clocks: it may be part of a secret."""
    Clock.objects.filter(packet=packet).update(reference=str(packet))


def void(*, at: datetime, **conditions: Any) -> None:
    """Ends clocks that run without anything done: what they are about is gone."""
    Clock.objects.filter(outcome="", **conditions).update(outcome=Clock.Outcome.VOID, stopped_at=at)


def reckons(act: str) -> _Reckoning:
    """Returns a block in which working time may be undefined: then there is no clock, and the log says so."""
    return _Reckoning(act)


class _Reckoning:
    def __init__(self, act: str) -> None:
        self._act = act

    def __enter__(self) -> None:
        """Begins."""

    def __exit__(self, kind: object, problem: object, trace: object) -> bool:
        if isinstance(problem, WorkingTimeUndefined):
            log.warning("No deadline for %s: %s", self._act, problem)
            return True
        return False
