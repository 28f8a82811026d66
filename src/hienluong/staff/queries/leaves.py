"""Who is away, and who stands in."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet

from hienluong.directory.service import Actor, Leave, Post, allowed, look, not_ended, require, today, valid_on
from hienluong.kit.cursors import Page, page_of
from hienluong.staff.errors import LeaveUnknown
from hienluong.staff.purposes import COLLEAGUES, LEAVES
from hienluong.staff.queries.people import PAGE, PAGE_LIMIT, posts_visible_to

WHEN = ("now", "coming", "past")


def leaves_visible_to(actor: Actor | None) -> QuerySet[Leave]:
    """Returns the leaves at the own agency, or all of them for administrators and auditors."""
    actor = require(actor, "staff.view_people")
    found = Leave.objects.select_related("post__person", "post__agency", "stand_in__person")
    return found if allowed(actor, "staff.view_everybody") else found.filter(post__agency=actor.agency_id)


def leaves(
    actor: Actor | None, *, when: str = "now", after: int | None = None, limit: int = PAGE
) -> Page[Leave]:
    """Returns leaves of today, to come or past, the last entered first; one that was called off is past."""
    day = today()
    kinds = {
        "now": valid_on(day),
        "coming": Q(valid_from__gt=day),
        "past": Q(valid_to__lte=day),
    }
    found = leaves_visible_to(actor).filter(kinds.get(when, kinds["now"]))
    found = found.filter(pk__lt=after) if after is not None else found
    page = page_of(found.order_by("-pk"), limit)
    look(actor, (person for one in page.items for person in _people_of(one)), LEAVES)
    return page


def _people_of(leave: Leave) -> list[UUID]:
    """Returns who is away, and who stands in."""
    return [leave.post.person_id, *([leave.stand_in.person_id] if leave.stand_in else [])]


def leave_by_id(actor: Actor | None, leave_id: int) -> Leave:
    """Returns a leave with its post and stand-in.

    Raises:
        LeaveUnknown: there is none, or the actor may not see it.
    """
    leave = leaves_visible_to(actor).filter(pk=leave_id).first()
    if leave is None:
        raise LeaveUnknown
    look(actor, _people_of(leave), LEAVES)
    return leave


def overlapping_leave(post_id: int, first: date, end: date) -> Leave | None:
    """Returns a leave of the post that shares a day with [first, end), or None."""
    same = Leave.objects.filter(post=post_id, valid_from__lt=end, valid_to__gt=first)
    held = same.exclude(valid_to=F("valid_from"))  # one that was called off holds no day
    return held.select_related("post__person").order_by("valid_from").first()


def posts_with_leaves(actor: Actor | None) -> list[Post]:
    """Returns the posts at the actor's agency whose leaves the actor may enter, by the holder's given name."""
    actor = require(actor, "staff.view_people")
    here = posts_visible_to(actor).filter(not_ended(today()), agency=actor.agency_id)
    rows = here.order_by("person__sort_key", "person", "pk")[:PAGE_LIMIT]
    offered = [post for post in rows if allowed(actor, "staff.manage_leaves", post)]
    look(actor, (post.person_id for post in offered), COLLEAGUES)
    return offered
