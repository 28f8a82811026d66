"""What the API takes and gives about deadlines."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Field, Schema

from hienluong.deadlines import policy
from hienluong.deadlines.models import Clock
from hienluong.deadlines.queries import Tally

Part = Annotated[str, Field(min_length=1, max_length=90, pattern="^[^\\x00-\\x1f\\x7f]*$")]


class ClockOut(Schema):
    """One deadline."""

    id: int
    duty: Literal["send", "receipt", "answer"]
    reference: str = Field(description="number and notation")
    issued_on: date | None = Field(description="date of the document, for the duty to send")
    priority: int = Field(description="0 normal to 4 express at a set hour")
    packet_id: UUID | None = Field(description="null: a signed document that is not sent yet")
    delivery_id: int | None
    begun_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    outcome: Literal["", "done", "void"] = Field(description="empty while it runs")
    late: bool = Field(description="done after its time, or running and over its time now")
    basis: str = Field(description="where the duty stands")

    @staticmethod
    def of(clock: Clock, now: datetime) -> ClockOut:
        """Returns the deadline as the API gives it."""
        return ClockOut.model_construct(
            id=clock.pk,
            duty=clock.duty,
            reference=clock.reference,
            issued_on=clock.issued_on,
            priority=clock.priority,
            packet_id=clock.packet_id,
            delivery_id=clock.delivery_id,
            begun_at=clock.begun_at,
            due_at=clock.due_at,
            stopped_at=clock.stopped_at,
            outcome=clock.outcome,
            late=clock.late or (not clock.outcome and clock.due_at < now),
            basis=policy.BASIS[(clock.duty, policy.is_urgent(clock.priority))],
        )


class ClockListOut(Schema):
    """One page of deadlines."""

    items: list[ClockOut]
    next: str | None = Field(description="give it as `after` for the next page; null: this is the last")


class TallyOut(Schema):
    """How the agency keeps to its deadlines."""

    overdue: int = Field(description="running and over their time now")
    running: int = Field(description="running and not due yet")
    on_time: int = Field(description="done in time, of those due in the last 30 days")
    late: int = Field(description="done late, of those due in the last 30 days")

    @staticmethod
    def of(tally: Tally) -> TallyOut:
        """Returns the figures as the API gives them."""
        return TallyOut(overdue=tally.overdue, running=tally.running, on_time=tally.on_time, late=tally.late)


class AnnouncementIn(Schema):
    """A document that was signed and waits to be sent."""

    number: Part
    notation: Part
    signed_at: datetime = Field(description="when it was signed; without a zone, Vietnamese time")
    priority: Annotated[int, Field(ge=0, le=4)] = 0


class CancellationIn(Schema):
    """Why a signed document will not be sent over the axis."""

    reason: Annotated[str, Field(min_length=1, max_length=300, pattern="^[^\\x00]*$")]
