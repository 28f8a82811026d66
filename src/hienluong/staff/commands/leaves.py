"""Who is away, and who stands in for them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from hienluong.directory.errors import AlreadyEnded
from hienluong.directory.service import Actor, Leave, Person, Post, require
from hienluong.kit import clock, events
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.notices import service as notices
from hienluong.notices.service import Reader
from hienluong.staff.errors import LeaveOverlaps, LeaveRefused
from hienluong.staff.events import LeaveEnded, LeaveEntered
from hienluong.staff.policy import may_stand_in
from hienluong.staff.queries import overlapping_leave

DAY = timedelta(days=1)
HOME = "/acting-for/"

notices.declare_text(
    "staff.stand_in", _("You stand in for {person} ({title}, {agency}) from {first_day} to {last_day}.")
)


def enter_leave(
    *,
    actor: Actor | None,
    post: Post,
    stand_in: Post | None,
    valid_from: date,
    valid_to: date,
    now: datetime,
) -> Leave:
    """Enters that the holder of a post is away, and who acts in it meanwhile; returns the leave.

    Args:
        actor: who enters it.
        post: the post whose holder is away.
        stand_in: a post at the same agency out of which its holder stands in; None: nobody does.
        valid_from: the first day away, today or later.
        valid_to: the first day back.
        now: the moment of the act.

    Raises:
        PermissionMissing: the actor enters no leaves of this post.
        LeaveRefused: the days, or who stands in, cannot be accepted.
        LeaveOverlaps: the holder is away on some of these days already.
    """
    actor = require(actor, "staff.manage_leaves", post)
    errors = _day_faults(post, valid_from, valid_to, clock.in_vietnam(now).date())
    if stand_in is not None:
        errors += _stand_in_faults(actor, post, stand_in, valid_from, valid_to)
    if errors:
        raise LeaveRefused(errors)
    with transaction.atomic():
        parties = {post.person_id} | ({stand_in.person_id} if stand_in else set())
        list(Person.objects.select_for_update().filter(pk__in=parties).order_by("pk"))  # one leave at a time
        if (other := overlapping_leave(post.pk, valid_from, valid_to)) is not None:
            raise LeaveOverlaps(
                person=other.post.person.full_name,
                valid_from=f"{other.valid_from:%d/%m/%Y}",
                last_day=f"{other.valid_to - DAY:%d/%m/%Y}",
            )
        if stand_in is not None and overlapping_leave(stand_in.pk, valid_from, valid_to) is not None:
            raise LeaveRefused(
                [FieldError("/stand_in", _("Who is to stand in is away on some of these days."))]
            )
        leave = Leave.objects.create(post=post, stand_in=stand_in, valid_from=valid_from, valid_to=valid_to)
        if stand_in is not None:
            _tell(leave, stand_in, now)
        events.publish(LeaveEntered(leave.pk, actor.ref, now))
        ledger.record(
            actor=actor.ref,
            action="staff.enter_leave",
            subject=f"post:{post.pk}",
            details={
                "leave": leave.pk,
                "stand_in": stand_in.pk if stand_in else None,
                "stand_in_person": str(stand_in.person_id) if stand_in else None,
                "from": valid_from.isoformat(),
                "to": valid_to.isoformat(),
            },
            now=now,
        )
    return leave


def _day_faults(post: Post, first: date, end: date, today: date) -> list[FieldError]:
    faults = []
    if first < today:
        faults.append(FieldError("/valid_from", _("A leave begins today or later.")))
    if end <= first:
        faults.append(FieldError("/valid_to", _("The last day is before the first.")))
    if first < post.valid_from or (post.valid_to is not None and first >= post.valid_to):
        faults.append(FieldError("/valid_from", _("The post is not held on this day.")))
    return faults


def _stand_in_faults(actor: Actor, post: Post, stand_in: Post, first: date, end: date) -> list[FieldError]:
    def fault(text: str) -> FieldError:
        return FieldError("/stand_in", text)

    faults = []
    if stand_in.agency_id != post.agency_id or not may_stand_in(post.role, stand_in.role):
        faults.append(fault(_("Nobody with this post may stand in for that one.")))
    if stand_in.person_id == post.person_id:
        faults.append(fault(_("Nobody stands in for themself.")))
    if str(actor.id) == str(stand_in.person_id):
        faults.append(fault(_("You cannot name yourself; ask somebody else who enters leaves.")))
    if stand_in.valid_from > first or (stand_in.valid_to is not None and stand_in.valid_to < end):
        faults.append(fault(_("Who is to stand in does not hold a post here on all of these days.")))
    return faults


def _tell(leave: Leave, stand_in: Post, now: datetime) -> None:
    notices.tell(
        readers=[Reader(stand_in.person_id, stand_in.person.email)],
        code="staff.stand_in",
        values={
            "person": leave.post.person.full_name,
            "title": leave.post.title,
            "agency": leave.post.agency.name,
            "first_day": f"{leave.valid_from:%d/%m/%Y}",
            "last_day": f"{leave.valid_to - DAY:%d/%m/%Y}",
        },
        link=f"{HOME}#leave-{leave.pk}",
        now=now,
    )


def end_leave(*, actor: Actor | None, leave: Leave, now: datetime) -> Leave:
    """Ends a leave today, or calls one off that has not begun: who stood in stands in no more, from this moment on.

    Raises:
        PermissionMissing: the actor enters no leaves of this post.
        AlreadyEnded: it is over.
    """
    actor = require(actor, "staff.manage_leaves", leave.post)
    today = clock.in_vietnam(now).date()
    with transaction.atomic():
        leave = Leave.objects.select_for_update(of=("self",)).get(pk=leave.pk)
        if leave.valid_to <= max(today, leave.valid_from):
            raise AlreadyEnded(ended_on=f"{leave.valid_to:%d/%m/%Y}")
        leave.valid_to = max(today, leave.valid_from)
        leave.save(update_fields=["valid_to"])
        events.publish(LeaveEnded(leave.pk, actor.ref, now))
        ledger.record(
            actor=actor.ref,
            action="staff.end_leave",
            subject=f"post:{leave.post_id}",
            details={"leave": leave.pk, "to": leave.valid_to.isoformat()},
            now=now,
        )
    return leave
