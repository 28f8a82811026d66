"""Break-glass requests for those who ask, approve and check; and the one question modules with content ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from hienluong.access import policy
from hienluong.access.errors import BreakGlassNotFound
from hienluong.access.models import BreakGlass, BreakGlassLook
from hienluong.directory.service import Actor, Post, allowed, require
from hienluong.kit.cursors import Page, page_of

PAGE = 50
_State = BreakGlass.State


def opened_by_break_glass(actor: Actor, kind: str, object_id: str, *, now: datetime) -> bool:
    """Returns whether the actor may see the content of one thing by break-glass at this moment."""
    if actor.kind != "person" or not allowed(actor, "access.request_glass"):
        return False
    running = BreakGlass.objects.filter(
        kind=kind, object_id=object_id, requester=actor.person_id, state=_State.APPROVED, valid_until__gt=now
    )
    return running.exists()


def break_glass_about(kind: str, object_id: str) -> list[BreakGlass]:
    """Returns the access that was ever granted to one thing, newest first: for the page of who holds it."""
    granted = BreakGlass.objects.filter(kind=kind, object_id=object_id).exclude(valid_until=None)
    return list(granted.annotate(look_count=Count("looks")).order_by("-requested_at"))


def requests_visible_to(actor: Actor | None) -> QuerySet[BreakGlass]:
    """Returns the requests the actor may see: operators their own, administrators and auditors all."""
    actor = require(actor, "access.view_glass")
    found = BreakGlass.objects.annotate(look_count=Count("looks"))
    return found.filter(requester=actor.person_id) if actor.role == Post.Role.OPERATOR else found


def _waiting(now: datetime) -> Q:
    return Q(state=_State.REQUESTED, answer_until__gt=now)


def _running(now: datetime) -> Q:
    return Q(state=_State.APPROVED, valid_until__gt=now)


@dataclass(frozen=True, slots=True)
class GlassCounts:
    """How many requests of others wait for the actor's answer, and how many of the actor's own open something now."""

    to_answer: int
    running: int


def glass_counts(actor: Actor | None, *, now: datetime) -> GlassCounts:
    """Returns what of break-glass concerns the actor at this moment; errors as `requests_visible_to`."""
    actor = require(actor, "access.view_glass")
    theirs, mine = ~Q(requester=actor.person_id), Q(requester=actor.person_id)
    found = BreakGlass.objects.filter(_waiting(now) | _running(now)).aggregate(
        to_answer=Count("pk", filter=_waiting(now) & theirs), running=Count("pk", filter=_running(now) & mine)
    )
    may_answer = allowed(actor, "access.approve_glass")
    return GlassCounts(found["to_answer"] if may_answer else 0, found["running"])


def glass_requests(
    actor: Actor | None, *, now: datetime, show: str = "", before: str = ""
) -> Page[BreakGlass]:
    """Returns requests with `present`, their state at this moment.

    Args:
        actor: who asks.
        now: the moment.
        show: "waiting" for those that wait for an answer, "live" for those that wait or run, "own" for the
            actor's own that run.
        before: the cursor of the former page.

    Raises:
        PermissionMissing: the actor has nothing to do with break-glass.
    """
    found = requests_visible_to(actor)
    narrowed = {
        "waiting": _waiting(now),
        "live": _waiting(now) | _running(now),
        "own": _running(now) & Q(requester=actor.person_id if actor else None),
    }
    if show in narrowed:
        found = found.filter(narrowed[show])
    if before:
        try:
            found = found.filter(pk__lt=UUID(before))
        except ValueError:
            found = found.none()
    page = page_of(found.order_by("-pk"), PAGE)  # the ids grow with time
    for row in page.items:
        _note_present(row, now)
    return page


@dataclass(frozen=True, slots=True)
class GlassView:
    """One request with every look, and what the actor may do about it now."""

    request: BreakGlass
    looks: list[BreakGlassLook]
    may_answer: bool
    may_end: bool
    is_mine: bool


def glass_request(actor: Actor | None, grant_id: UUID, *, now: datetime) -> GlassView:
    """Returns one request.

    Raises:
        PermissionMissing: the actor has nothing to do with break-glass.
        BreakGlassNotFound: there is none, or it is another operator's.
    """
    found = requests_visible_to(actor).filter(pk=grant_id).first()
    if found is None or actor is None:
        raise BreakGlassNotFound
    present = _note_present(found, now)
    mine = found.requester_id == actor.id
    return GlassView(
        found,
        list(found.looks.order_by("pk")),
        may_answer=present == _State.REQUESTED and not mine and allowed(actor, "access.approve_glass"),
        may_end=present == _State.APPROVED or (present == _State.REQUESTED and mine),
        is_mine=mine,
    )


def _note_present(request: BreakGlass, now: datetime) -> str:
    """Puts the state at this moment on the request as `present`, with its name as `present_name`."""
    present = policy.glass_state(
        request.state, answer_until=request.answer_until, valid_until=request.valid_until, now=now
    )
    request.present = present  # type: ignore[attr-defined]  # read by the pages
    request.present_name = _State(present).label  # type: ignore[attr-defined]  # the same
    return present
