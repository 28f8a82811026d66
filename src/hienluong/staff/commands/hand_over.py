"""A successor takes over a post."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from hienluong.directory.errors import PostRefused
from hienluong.directory.service import Actor, Leave, Person, Post, assign_post, end_post, require
from hienluong.kit import clock, events
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.notices import service as notices
from hienluong.notices.service import Reader
from hienluong.staff.events import LeaveEnded, PostHandedOver

notices.declare_text(
    "staff.handed_over", _("You take over from {person}: {title}, {agency}, from {first_day} on.")
)


def hand_over_post(
    *, actor: Actor | None, post: Post, successor: Person, from_day: date, now: datetime
) -> Post:
    """Ends a post and gives the same one to a successor from a day on; returns the successor's.

    The agency's mailbox and notices to its roles are by agency and role, so they are the successor's from that day;
    `PostHandedOver` tells the modules that keep work open by post. Leaves to come of the former post are called off.
    Delegations that the post gave or took end with it: the written document names who may sign.

    Raises:
        PermissionMissing: the actor does not manage people.
        PostRefused: the day is past, or the successor is the one who leaves.
        AlreadyEnded, PostOverlaps, AccountClosed: as `end_post` and `assign_post` say.
    """
    actor = require(actor, "directory.manage_people")
    if from_day < clock.in_vietnam(now).date() or from_day < post.valid_from:
        raise PostRefused(
            [FieldError("/from_day", _("The day is past; a post is handed over today or later."))]
        )
    if successor.pk == post.person_id:
        raise PostRefused([FieldError("/successor", _("The successor holds the post already."))])
    with transaction.atomic():
        until = post.valid_to
        taken = assign_post(  # first, so that the last administrator can hand over
            actor=actor,
            person=successor,
            agency=post.agency,
            role=post.role,
            title=post.title,
            unit=post.unit,
            leads_unit=post.leads_unit,
            valid_from=from_day,
            valid_to=until if until and until > from_day else None,
            now=now,
        )
        end_post(actor=actor, post=post, valid_to=from_day, now=now)
        called_off = Leave.objects.filter(post=post, valid_from__gte=from_day).order_by("pk")
        leaves = list(called_off.values_list("pk", flat=True))
        for leave in called_off:
            leave.valid_to = leave.valid_from
            leave.save(update_fields=["valid_to"])
            events.publish(LeaveEnded(leave.pk, actor.ref, now))
        events.publish(PostHandedOver(post.pk, taken.pk, from_day))
        notices.tell(
            readers=[Reader(successor.pk, successor.email)],
            code="staff.handed_over",
            values={
                "person": post.person.full_name,
                "title": post.title,
                "agency": post.agency.name,
                "first_day": f"{from_day:%d/%m/%Y}",
            },
            link=f"/acting-for/#post-{taken.pk}",
            now=now,
        )
        ledger.record(
            actor=actor.ref,
            action="staff.hand_over_post",
            subject=f"post:{post.pk}",
            details={"to_post": taken.pk, "from": from_day.isoformat(), "leaves_called_off": leaves},
            now=now,
        )
    return taken
