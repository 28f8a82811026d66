"""Deadlines for agencies' own systems: what is due, what is late, and signed documents that wait to be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router

from hienluong.deadlines import commands, queries
from hienluong.deadlines.schemas import AnnouncementIn, CancellationIn, ClockListOut, ClockOut, TallyOut
from hienluong.directory.service import calling_actor
from hienluong.kit import clock as time
from hienluong.systems.service import once

router = Router(tags=["deadlines"])


@router.get("/deadlines", response=ClockListOut, summary="What is due, and what was done")
def list_deadlines(
    request: HttpRequest,
    state: Literal["overdue", "soon", "running", "late", "on_time"] = "overdue",
    duty: Literal["send", "receipt", "answer"] | None = None,
    after: Annotated[str, Query(description="a cursor of an earlier answer; empty: the beginning")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> ClockListOut:
    """Lists the deadlines of the caller's agency: what runs, most pressing first; what is done, newest first."""
    now = time.now()
    page = queries.clocks(
        calling_actor(request), now=now, state=state, duty=duty or "", after=after, limit=limit
    )
    return ClockListOut.model_construct(items=[ClockOut.of(one, now) for one in page.items], next=page.next)


@router.get("/deadlines/figures", response=TallyOut, summary="How the agency keeps to its deadlines")
def get_figures(request: HttpRequest) -> TallyOut:
    """Counts what is overdue, what runs, and what was done in time and late in the last 30 days."""
    return TallyOut.of(queries.tally(calling_actor(request), now=time.now()))


@router.post("/deadlines/announcements", response={201: ClockOut}, summary="Note a signed document")
@once()
def announce_document(request: HttpRequest, body: AnnouncementIn) -> tuple[int, ClockOut]:
    """Notes that a document was signed and must be sent: its people are reminded until it is.

    It stops by itself when the document is handed in with this number, notation and date.
    """
    now = time.now()
    made = commands.announce_document(
        actor=calling_actor(request),
        number=body.number,
        notation=body.notation,
        signed_at=_aware(body.signed_at),
        priority=body.priority,
        now=now,
    )
    return 201, ClockOut.of(made, now)


@router.post(
    "/deadlines/announcements/{clock_id}/cancel", response=ClockOut, summary="Take a document off the list"
)
@once()
def cancel_announcement(request: HttpRequest, clock_id: int, body: CancellationIn) -> tuple[int, ClockOut]:
    """Takes a signed document off the list: it will not be sent over the axis."""
    now = time.now()
    ended = commands.cancel_announcement(
        actor=calling_actor(request), clock_id=clock_id, reason=body.reason, now=now
    )
    return 200, ClockOut.of(ended, now)


def _aware(moment: datetime) -> datetime:
    """Returns the moment with its zone; without one it is Vietnamese time."""
    return moment.replace(tzinfo=time.VIETNAM) if moment.tzinfo is None else moment
