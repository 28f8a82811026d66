"""The mailbox for agencies' own systems: list, wait, fetch and confirm, one by one or several at once."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from ninja import Header, Query, Router

from hienluong.directory.service import calling_actor
from hienluong.exchange import service
from hienluong.exchange.models import Delivery
from hienluong.exchange.schemas import (
    BATCH_ENTRIES,
    ConfirmedOut,
    ConfirmIn,
    ConfirmManyIn,
    ConfirmManyOut,
    CriteriaIn,
    EntryOut,
    InboxOut,
    State,
)
from hienluong.exchange.service import ARRIVALS, Confirmation, Fetched
from hienluong.files.service import Part, file_answer, multipart_answer
from hienluong.jobs import service as jobs
from hienluong.kit import clock
from hienluong.kit.cursors import Page, read_number_cursor, write_cursor
from hienluong.kit.errors import HienluongError, NotAuthenticated
from hienluong.systems.service import once

router = Router()
EDXML = "application/xml"
COME_AGAIN_SECONDS = 5
_WAIT = re.compile(r'(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?=[,;]|$)', re.IGNORECASE)


@router.get("/inbox", response=InboxOut, summary="The agency's mailbox, oldest first")
def list_inbox(
    request: HttpRequest,
    response: HttpResponse,
    criteria: Query[CriteriaIn],
    state: Annotated[list[State] | None, Query()] = None,
    kind: Literal["edoc", "status"] | None = None,
    after: Annotated[str, Query(description="a cursor of an earlier answer; empty: from the beginning")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    prefer: Annotated[
        str, Header(alias="Prefer", description="wait=20: answer when something is there (RFC 7240)")
    ] = "",
) -> InboxOut:
    """Lists what lies in the mailbox; without `state`, what has not been confirmed.

    `resume` continues the list at any later time and passes over nothing, whatever is delivered meanwhile. With
    `Prefer: wait=20` an empty answer is held back for so many seconds at most, until something arrives; where no
    more requests can wait, it comes at once, without `Preference-Applied` and with `Retry-After`.
    """
    wanted = criteria.criteria()
    actor, place = calling_actor(request), read_number_cursor("inbox", after, field="after")
    if actor.agency_id is None:
        raise NotAuthenticated

    def look() -> Page[Delivery]:
        return service.inbox(
            actor,
            states=state or ("delivered", "fetched"),
            kind=kind,
            criteria=wanted,
            after=place,
            limit=limit,
        )

    seconds = _seconds_to_wait(prefer)
    page, could_wait = jobs.wait_for(
        look, until=lambda found: bool(found.items), topic=ARRIVALS, key=actor.agency_id.hex, seconds=seconds
    )
    if seconds and could_wait:
        response.headers["Preference-Applied"] = f"wait={seconds}"
    elif seconds:
        response.headers["Retry-After"] = str(COME_AGAIN_SECONDS)
    last = page.items[-1].position if page.items else place
    return InboxOut.model_construct(
        items=[EntryOut.of(row) for row in page.items],
        next=write_cursor("inbox", int(page.next)) if page.next else None,
        resume=write_cursor("inbox", last or place),
    )


def _seconds_to_wait(prefer: str) -> int:
    """Returns how long the caller prefers to wait (RFC 7240, section 4.3), no longer than the setting allows."""
    asked = _WAIT.search(prefer)
    longest: int = settings.LONG_POLL_SECONDS
    return min(int(asked[1]), longest) if asked else 0


@router.get(
    "/inbox/packets",
    summary="Fetch several packets",
    openapi_extra={
        "responses": {
            200: {
                "description": (
                    "A part for each packet, in the order asked for: its headers are Entry, ETag (SHA-256), "
                    "Content-Length and Content-Disposition. The last part is JSON: `left_out` are entries that did "
                    "not fit and are to be asked for again, `refused` those that cannot be fetched, each with its problem."
                ),
                "content": {"multipart/mixed": {"schema": {"type": "string", "format": "binary"}}},
            },
        }
    },
)
def fetch_packets(
    request: HttpRequest, entry: Annotated[list[int], Query(min_length=1, max_length=BATCH_ENTRIES)]
) -> HttpResponseBase:
    """Answers several packets as multipart/mixed (RFC 2046), as many as fit into the limit of bytes, and always one.

    Each is the file that `GET /inbox/{entry}/packet` answers, and counts as fetched. Fetching again is harmless.
    """
    batch = service.fetch_packets(
        actor=calling_actor(request), delivery_ids=entry, most_bytes=settings.BATCH_MAX_BYTES, now=clock.now()
    )
    summary = {
        "left_out": batch.left_out,
        "refused": [
            {"entry": one.delivery_id, "problem": _problem(request, one.problem)} for one in batch.refused
        ],
    }
    text = json.dumps(summary, ensure_ascii=False).encode()
    parts = [
        Part(
            {"Content-Type": EDXML, "Entry": str(one.delivery.pk), **_file_headers(one)},
            one.size,
            one.chunks(),
        )
        for one in batch.fetched
    ]
    parts.append(Part({"Content-Type": "application/json; charset=utf-8"}, len(text), [text]))
    return multipart_answer(parts)


def _file_headers(fetched: Fetched) -> dict[str, str]:
    return {
        "ETag": f'"{fetched.etag}"',
        "Content-Disposition": f'attachment; filename="{fetched.delivery.packet_id}.edxml"',
    }


def _problem(request: HttpRequest, error: HienluongError) -> dict[str, Any]:
    with translation.override(translation.get_language_from_request(request)):
        return error.problem(translate=translation.gettext)


@router.post("/inbox/confirm", response=ConfirmManyOut, summary="Confirm several packets (mailbox plane)")
@once()
def confirm_packets(request: HttpRequest, body: ConfirmManyIn) -> tuple[int, ConfirmManyOut]:
    """Notes for several entries that the caller's system has the packet, or cannot take it.

    Each entry has its own outcome: one that is refused holds up no other. Confirming again is harmless.
    """
    outcomes = service.confirm_deliveries(
        actor=calling_actor(request),
        confirmations=[Confirmation(one.entry, one.outcome, one.note) for one in body.items],
        now=clock.now(),
    )
    return 200, ConfirmManyOut.model_construct(
        items=[
            ConfirmedOut.model_construct(entry=one.pk, state=one.state, problem=None)
            if isinstance(one, Delivery)
            else ConfirmedOut.model_construct(
                entry=one.delivery_id, state=None, problem=_problem(request, one.problem)
            )
            for one in outcomes
        ]
    )


@router.get(
    "/inbox/{entry_id}/packet",
    summary="Fetch a packet",
    openapi_extra={
        "responses": {
            200: {"description": "The edXML file; its ETag is its SHA-256", "content": {EDXML: {}}},
            304: {"description": "The file is the one named in If-None-Match"},
        }
    },
)
def fetch_packet(request: HttpRequest, entry_id: int) -> HttpResponseBase:
    """Answers the edXML file: the sender's bytes with one trace of the axis added. Fetching again is harmless."""
    fetched = service.fetch_packet(actor=calling_actor(request), delivery_id=entry_id, now=clock.now())
    return file_answer(
        fetched.chunks(), size=fetched.size, content_type=EDXML, headers=_file_headers(fetched)
    )


@router.post("/inbox/{entry_id}/confirm", response=EntryOut, summary="Confirm a packet (mailbox plane)")
@once()
def confirm_packet(request: HttpRequest, entry_id: int, body: ConfirmIn) -> tuple[int, EntryOut]:
    """Notes that the caller's system has the packet, or cannot take it. Confirming again is harmless."""
    return 200, EntryOut.of(
        service.confirm_delivery(
            actor=calling_actor(request),
            delivery_id=entry_id,
            outcome=body.outcome,
            note=body.note,
            now=clock.now(),
        )
    )
