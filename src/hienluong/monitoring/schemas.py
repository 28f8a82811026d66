"""What the API takes and gives about the platform's state: metadata, never content."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Field, Schema

from hienluong.monitoring.conditions import Reading
from hienluong.monitoring.models import Alarm
from hienluong.monitoring.queries import Failure, FailureGroup, Waiting

Text = Annotated[str, Field(pattern="^[^\\x00]*$")]
"""Text that the database can hold: everything but the letter NUL."""
CauseCode = Literal["refused", "no-mailbox", "file-missing", "no-channel", "behind-dead-letter", "other"]
ConditionName = Literal[
    "waiting",
    "dead_letters",
    "failure_rate",
    "disk_days",
    "disk_free",
    "worker",
    "ledger",
    "ledger_faults",
    "witnesses",
    "timestamps",
    "contradictions",
    "backup",
    "webhooks",
]


class WaitingOut(Schema):
    """What waits for one recipient."""

    recipient_code: str
    recipient_name: str
    count: int
    unrouted: int = Field(description="of them: waiting for a route")
    over_an_hour: int
    over_a_day: int
    oldest: datetime

    @classmethod
    def of(cls, row: Waiting) -> WaitingOut:
        """Returns a row as the API gives it."""
        return cls(
            recipient_code=row.recipient.code,
            recipient_name=row.recipient.name,
            count=row.count,
            unrouted=row.unrouted,
            over_an_hour=row.hour,
            over_a_day=row.day,
            oldest=row.oldest,
        )


class WaitingListOut(Schema):
    """One page of what waits."""

    items: list[WaitingOut]
    next: str | None


class FailureGroupOut(Schema):
    """Failures of one cause at one recipient."""

    cause: CauseCode
    recipient_code: str
    recipient_name: str
    count: int
    oldest: datetime

    @classmethod
    def of(cls, row: FailureGroup) -> FailureGroupOut:
        """Returns a group as the API gives it."""
        return cls(
            cause=row.cause.code,  # type: ignore[arg-type]  # one of the codes above; a test compares them
            recipient_code=row.recipient.code,
            recipient_name=row.recipient.name,
            count=row.count,
            oldest=row.oldest,
        )


class FailureGroupListOut(Schema):
    """One page of groups of failures."""

    items: list[FailureGroupOut]
    next: str | None


class FailureOut(Schema):
    """One delivery that fails."""

    delivery_id: int
    packet_id: UUID
    sender_name: str
    recipient_code: str
    recipient_name: str
    state: Literal["dead", "rejected", "waiting"]
    cause: CauseCode
    text: str = Field(description="the cause as it was noted")
    attempts: int
    since: datetime
    again_at: datetime | None = Field(description="when the axis tries by itself; null: not any more")

    @classmethod
    def of(cls, row: Failure) -> FailureOut:
        """Returns a failure as the API gives it."""
        return cls(
            delivery_id=row.delivery_id,
            packet_id=row.packet_id,
            sender_name=row.sender,
            recipient_code=row.recipient.code,
            recipient_name=row.recipient.name,
            state=row.state,  # type: ignore[arg-type]  # what FAILING lets through
            cause=row.cause.code,  # type: ignore[arg-type]  # one of the codes above
            text=row.text,
            attempts=row.attempts,
            since=row.since,
            again_at=row.again_at,
        )


class FailureListOut(Schema):
    """One page of failures."""

    items: list[FailureOut]
    next: str | None


class RetryIn(Schema):
    """What to try again, and why: one delivery; or a cause, a recipient, or both; or everything."""

    delivery: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    cause: CauseCode | None = None
    recipient: Text = Field("", max_length=60, description="its code")
    everything: bool = False
    reason: Text = Field(min_length=1, max_length=300)


class RetryOut(Schema):
    """What is tried again; what does not fail any more is not in it."""

    deliveries: list[int]
    more: bool = Field(description="more were chosen than go at once: ask again")


class GiveAgainIn(Schema):
    """Whose packets are given again, and which: those that came in a time, or one; and why."""

    recipient: Text = Field(min_length=1, max_length=60, description="its code")
    since: datetime | None = Field(None, description="what came from this moment on")
    until: datetime | None = Field(None, description="and before this one")
    packet: UUID | None = Field(None, description="one packet instead of a time")
    reason: Text = Field(min_length=1, max_length=300)


class GiveAgainOut(Schema):
    """What lies in the mailbox once more."""

    deliveries: list[int]
    gone: int = Field(
        description="cannot be given: the agency's copy was destroyed, or malware was found in it"
    )
    more: bool = Field(description="more were chosen than go at once: ask again, within a day")


class AlarmOut(Schema):
    """A condition as it is, and its alarm."""

    condition: ConditionName
    value: float | None = Field(description="null: there is nothing to measure, or there never was anything")
    limit: float
    unit: Literal["minutes", "hours", "days", "percent", ""]
    bad: bool
    watched: bool
    silenced_until: datetime | None
    alarm_since: datetime | None

    @classmethod
    def of(cls, reading: Reading, alarm: Alarm | None, silenced_until: datetime | None) -> AlarmOut:
        """Returns a condition as the API gives it."""
        return cls(
            condition=reading.condition.name,  # type: ignore[arg-type]  # one of the names above
            value=reading.finite,
            limit=reading.limit,
            unit=reading.condition.unit,  # type: ignore[arg-type]  # the same
            bad=reading.bad,
            watched=reading.watched,
            silenced_until=silenced_until,
            alarm_since=alarm.raised_at if alarm else None,
        )


class AlarmListOut(Schema):
    """Every condition."""

    items: list[AlarmOut]


class SilenceIn(Schema):
    """Of what nobody is told, until when, and why."""

    condition: ConditionName
    until: datetime = Field(description="at most 30 days away; without a zone it is Vietnamese time")
    reason: Text = Field(min_length=1, max_length=300)


class SilenceOut(Schema):
    """A silence."""

    id: int
    condition: str
    until: datetime
    reason: str
    by: str
