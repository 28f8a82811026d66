"""Signed documents that wait to be sent: noted by the clerk or the agency's system, taken off the list.

The axis learns of a document when it is handed in. That one was signed and is still not sent, only its agency can say.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from hienluong.deadlines import policy
from hienluong.deadlines.clocks import at_once, calendar_on, reference_of
from hienluong.deadlines.errors import (
    AnnouncedBefore,
    AnnouncementOver,
    AnnouncementRefused,
    ClockNotFound,
)
from hienluong.deadlines.models import Clock
from hienluong.directory.service import Actor, require
from hienluong.exchange.service import PRIORITIES
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import FieldError, Forbidden
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger

PART_MAX = 90
CLOCKS_DIFFER = timedelta(minutes=5)
"""The clock of an agency's system may be ahead of ours by so much."""


def announce_document(
    *, actor: Actor | None, number: str, notation: str, signed_at: datetime, priority: int, now: datetime
) -> Clock:
    """Notes that a document was signed and must be sent; its clock stops when it comes, by number, notation and date.

    Args:
        actor: who notes it.
        number: of the document.
        notation: of the document.
        signed_at: when it was signed; its day is the date of the document.
        priority: degree of urgency, 0 to 4 as on the wire.
        now: the moment.

    Raises:
        PermissionMissing: the actor may not.
        AnnouncementRefused: number, notation, time or urgency cannot be.
        AnnouncedBefore: this document is known already.
    """
    actor = require(actor, "deadlines.announce_document")
    _check(number, notation, signed_at, priority, now)
    if actor.agency_id is None:
        raise Forbidden
    day = in_vietnam(signed_at).date()
    reference = reference_of(number, notation)
    due = policy.due_to_send(
        calendar_on(day), at_once(), signed_at=signed_at, by_day=False, priority=priority
    )
    with transaction.atomic():
        found = _made(
            Clock(
                duty=Clock.Duty.SEND,
                agency_id=actor.agency_id,
                reference=reference,
                issued_on=day,
                priority=priority,
                begun_at=signed_at,
                due_at=due,
                announced_by=actor.name[:200],
            )
        )
        ledger.record(
            actor=actor.ref,
            action="deadlines.announce_document",
            subject=f"agency:{actor.agency_id}",
            details={"clock": found.pk, "reference": reference, "signed_at": signed_at.isoformat()},
            now=now,
        )
    return found


def _made(clock: Clock) -> Clock:
    try:
        with transaction.atomic():
            clock.save(force_insert=True)
    except IntegrityError as known:
        raise AnnouncedBefore(reference=clock.reference) from known
    return clock


def _check(number: str, notation: str, signed_at: datetime, priority: int, now: datetime) -> None:
    wrong = [
        FieldError(f"/{name}", _("Give it in at most {limit} characters."), {"limit": PART_MAX})
        for name, text in (("number", number), ("notation", notation))
        if not text.strip() or len(text) > PART_MAX or not text.isprintable()
    ]
    if priority not in PRIORITIES:
        wrong.append(FieldError("/priority", _("Choose a degree of urgency.")))
    if signed_at > now + CLOCKS_DIFFER:
        wrong.append(FieldError("/signed_at", _("It cannot be signed later than now.")))
    elif signed_at < now - 2 * policy.LOOKS_BACK or not policy.is_measured(
        in_vietnam(signed_at).date(), in_vietnam(now).date()
    ):
        wrong.append(FieldError("/signed_at", _("It was signed more than a year ago.")))
    if wrong:
        raise AnnouncementRefused(wrong)


def cancel_announcement(*, actor: Actor | None, clock_id: int, reason: str, now: datetime) -> Clock:
    """Takes a signed document off the list: it will not be sent over the axis.

    Raises:
        PermissionMissing: the actor may not.
        ClockNotFound: the actor's agency has no such document.
        AnnouncementOver: it was sent, or taken off before.
        AnnouncementRefused: no reason was given.
    """
    actor = require(actor, "deadlines.announce_document")
    if actor.agency_id is None:
        raise Forbidden
    with transaction.atomic():
        clock = (
            Clock.objects.select_for_update()
            .filter(pk=clock_id, agency_id=actor.agency_id, duty=Clock.Duty.SEND)
            .first()
        )
        if clock is None:
            raise ClockNotFound
        if clock.outcome or clock.packet_id:
            raise AnnouncementOver(reference=clock.reference)
        if not reason.strip():
            raise AnnouncementRefused([FieldError("/reason", _("Give the reason."))])
        clock.outcome, clock.stopped_at = Clock.Outcome.VOID, now
        clock.save(update_fields=["outcome", "stopped_at"])
        ledger.record(
            actor=actor.ref,
            action="deadlines.cancel_announcement",
            subject=f"agency:{actor.agency_id}",
            details={"clock": clock.pk, "reference": clock.reference, "reason": reason.strip()[:300]},
            now=now,
        )
    return clock
