"""The platform's state for the operators' own system, which the setting OPERATOR_SYSTEMS names; for no other."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from hienluong.directory.service import Actor, calling_actor
from hienluong.kit import clock
from hienluong.monitoring import commands, queries
from hienluong.monitoring.schemas import (
    AlarmListOut,
    AlarmOut,
    CauseCode,
    FailureGroupListOut,
    FailureGroupOut,
    FailureListOut,
    FailureOut,
    GiveAgainIn,
    GiveAgainOut,
    RetryIn,
    RetryOut,
    SilenceIn,
    SilenceOut,
    WaitingListOut,
    WaitingOut,
)
from hienluong.systems.service import once

router = Router(tags=["monitoring"])
NOBODY = 0
"""The number of no recipient: a code that nobody has finds nothing."""
Cursor = Annotated[str, Query(description="a cursor of an earlier answer; empty: from the beginning")]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/monitor/waiting", response=WaitingListOut, summary="What waits, by recipient")
def list_waiting(request: HttpRequest, after: Cursor = "", limit: Limit = 50) -> WaitingListOut:
    """Lists what has not reached its mailbox, by recipient, the oldest first."""
    page = queries.waiting(calling_actor(request), now=clock.now(), after=after, limit=limit)
    return WaitingListOut(items=[WaitingOut.of(row) for row in page.items], next=page.next)


@router.get("/monitor/failures/groups", response=FailureGroupListOut, summary="Failures by cause")
def list_failure_groups(request: HttpRequest, after: Cursor = "", limit: Limit = 50) -> FailureGroupListOut:
    """Lists failures by cause and recipient; the group with the oldest failure first."""
    page = queries.failure_groups(calling_actor(request), after=after, limit=limit)
    return FailureGroupListOut(items=[FailureGroupOut.of(row) for row in page.items], next=page.next)


@router.get("/monitor/failures", response=FailureListOut, summary="Deliveries that fail")
def list_failures(
    request: HttpRequest,
    cause: CauseCode | None = None,
    recipient: Annotated[str, Query(max_length=60, description="its code", pattern="^[^\\x00]*$")] = "",
    before: Cursor = "",
    limit: Limit = 50,
) -> FailureListOut:
    """Lists deliveries that failed or were refused by the recipient's system, the newest first."""
    actor = calling_actor(request)
    page = queries.failures(
        actor, cause=cause or "", recipient=_number(actor, recipient), before=before, limit=limit
    )
    return FailureListOut(items=[FailureOut.of(row) for row in page.items], next=page.next)


@router.post("/monitor/retry", response={202: RetryOut}, summary="Try failed deliveries again")
@once()
def retry_failures(request: HttpRequest, body: RetryIn) -> tuple[int, RetryOut]:
    """Sets failed deliveries on their way again. Harmless when repeated: what does not fail any more is left alone."""
    actor = calling_actor(request)
    done = commands.retry_failures(
        actor=actor,
        delivery_id=body.delivery,
        cause=body.cause or "",
        recipient=_number(actor, body.recipient),
        everything=body.everything,
        reason=body.reason,
        now=clock.now(),
    )
    return 202, RetryOut(deliveries=done.delivery_ids, more=done.more)


@router.post("/monitor/again", response={202: GiveAgainOut}, summary="Give fetched packets again")
@once()
def give_again(request: HttpRequest, body: GiveAgainIn) -> tuple[int, GiveAgainOut]:
    """Puts packets into an agency's mailbox once more that its system had fetched and has lost.

    It finds them as it finds new ones; statuses, deadlines and the sender are left alone. What was given again
    within a day is passed over, unless it is named by `packet`.
    """
    actor = calling_actor(request)
    done = commands.give_again(
        actor=actor,
        recipient=_number(actor, body.recipient) or NOBODY,
        since=_aware(body.since),
        until=_aware(body.until),
        packet_id=body.packet,
        reason=body.reason,
        now=clock.now(),
    )
    return 202, GiveAgainOut(deliveries=done.delivery_ids, gone=done.gone, more=done.more)


@router.get("/monitor/alarms", response=AlarmListOut, summary="Conditions and alarms")
def list_alarms(request: HttpRequest) -> AlarmListOut:
    """Lists every condition as it is at this moment, with its limit, its alarm and its silence."""
    actor, now = calling_actor(request), clock.now()
    standing = {alarm.condition: alarm for alarm in queries.open_alarms(actor)}
    quiet = {one.condition: one.ends_at for one in queries.silences(actor, now=now)}
    return AlarmListOut(
        items=[
            AlarmOut.of(one, standing.get(one.condition.name), quiet.get(one.condition.name))
            for one in queries.conditions_now(actor, now=now)
        ]
    )


@router.post("/monitor/silences", response={201: SilenceOut}, summary="Silence a condition")
@once()
def silence_condition(request: HttpRequest, body: SilenceIn) -> tuple[int, SilenceOut]:
    """Lets nobody be told of a condition until a moment; the alarm itself is kept."""
    made = commands.silence_condition(
        actor=calling_actor(request),
        condition=body.condition,
        until=_in_zone(body.until),
        reason=body.reason,
        now=clock.now(),
    )
    return 201, SilenceOut(
        id=made.pk, condition=made.condition, until=made.ends_at, reason=made.reason, by=made.by
    )


def _aware(moment: datetime | None) -> datetime | None:
    return None if moment is None else _in_zone(moment)


def _in_zone(moment: datetime) -> datetime:
    """Returns the moment with its zone; without one it is Vietnamese time."""
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.VIETNAM)


def _number(actor: Actor, code: str) -> int | None:
    if not code:
        return None
    found = queries.recipient_by_code(actor, code)
    return found.pk if found else NOBODY
