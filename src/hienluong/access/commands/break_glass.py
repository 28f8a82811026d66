"""Break-glass with two people: one asks, another one who is independent approves, every look is recorded.

A module that has content declares its things (`things.declare_thing`), asks `opened_by_break_glass` before it shows
the content, and calls `record_look` when it does. Nothing here knows what the thing is.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from hienluong.access import policy
from hienluong.access.errors import (
    BreakGlassNotFound,
    BreakGlassRefused,
    BreakGlassRepeated,
    SecondPersonNeeded,
)
from hienluong.access.events import BreakGlassApproved
from hienluong.access.models import BreakGlass, BreakGlassLook
from hienluong.access.things import Thing, find_thing
from hienluong.directory.service import Actor, Post, User, require, valid_on
from hienluong.kit import clock, events
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.ledger import service as ledger
from hienluong.notices import service as notices
from hienluong.notices.service import Reader

_State = BreakGlass.State
TEXT_MAX = 1000

notices.declare_text("access.glass_requested", _("{person} asks to see content by break-glass: {thing}."))
notices.declare_text("access.glass_answered", _("Your break-glass request was answered: {thing}."))


def request_break_glass(
    *,
    actor: Actor | None,
    kind: str,
    object_id: str,
    reason: str,
    legal_basis: str,
    hours: int,
    now: datetime,
) -> BreakGlass:
    """Asks to see the content of one thing; those who may approve are told.

    Raises:
        PermissionMissing: the actor may not ask.
        BreakGlassNotFound: there is no such thing; or what its module raises, as where it may be a state secret.
        InvalidInput: reason or legal basis is missing, or the time is not 1 to 24 hours.
        BreakGlassRepeated: the same person's request about it is waiting or running.
    """
    actor = require(actor, "access.request_glass")
    assert actor.person_id is not None  # noqa: S101 - the permission wants a person
    reason, legal_basis = reason.strip()[:TEXT_MAX], legal_basis.strip()[:TEXT_MAX]
    errors = []
    if not reason:
        errors.append(FieldError("/reason", _("Say why the content must be seen.")))
    if not legal_basis:
        errors.append(FieldError("/legal_basis", _("Name the law, decision or order it rests on.")))
    if not 1 <= hours <= policy.GLASS_HOURS_MAX:
        errors.append(FieldError("/hours", _("1 to {hours} hours."), {"hours": policy.GLASS_HOURS_MAX}))
    if errors:
        raise InvalidInput(errors)
    try:
        with transaction.atomic():
            thing = find_thing(kind, object_id)
            _settle_run_out(actor, thing, now)
            grant = BreakGlass.objects.create(
                id=new_id(),
                kind=thing.kind,
                object_id=thing.id,
                label=thing.label[:300],
                link=thing.link,
                requester_id=actor.person_id,
                requester_post_id=actor.post_id or 0,
                requester_name=actor.name,
                reason=reason,
                legal_basis=legal_basis,
                hours=hours,
                requested_at=now,
                answer_until=now + timedelta(hours=policy.GLASS_ANSWER_HOURS),
            )
            _tell_approvers(grant, actor, now)
            _record(actor, "access.request_glass", grant, {"hours": hours}, now)
    except IntegrityError as problem:
        raise BreakGlassRepeated from problem
    return grant


def _settle_run_out(actor: Actor, thing: Thing, now: datetime) -> None:
    """Writes down what the clock has settled already, so that it does not stand in the way of a new request."""
    mine = BreakGlass.objects.filter(kind=thing.kind, object_id=thing.id, requester=actor.person_id)
    for grant in mine.filter(state__in=[_State.REQUESTED, _State.APPROVED]).select_for_update():
        state = _state(grant, now)
        if state != grant.state:
            BreakGlass.objects.filter(pk=grant.pk).update(state=state)


def _tell_approvers(grant: BreakGlass, actor: Actor, now: datetime) -> None:
    roles = [Post.Role.ADMINISTRATOR, Post.Role.AUDITOR]
    people = Post.objects.filter(valid_on(clock.in_vietnam(now).date()), role__in=roles).exclude(
        person=actor.person_id
    )
    notices.tell(
        readers={Reader(pk, address) for pk, address in people.values_list("person", "person__email")},
        code="access.glass_requested",
        values={"person": actor.name, "thing": grant.label},
        link=f"/access/break-glass/{grant.pk}/",
        now=now,
    )


def approve_break_glass(*, actor: Actor | None, grant_id: UUID, note: str = "", now: datetime) -> BreakGlass:
    """Approves another person's request: from now on, for the hours asked for, the requester sees the content.

    Raises:
        PermissionMissing: the actor may not approve.
        BreakGlassNotFound: there is no such request.
        SecondPersonNeeded: the actor is the requester, stands in for the requester or the other way round, or asked
            for the same thing within the last 30 days.
        BreakGlassRefused: it was answered or taken back, or lapsed.
    """
    actor = require(actor, "access.approve_glass")
    with transaction.atomic():
        grant = _locked(grant_id)
        if not _independent(actor, grant, now):
            raise SecondPersonNeeded(days=policy.GLASS_CHAIN_DAYS)
        _step(grant, _State.APPROVED, now)
        _answer(grant, actor, note, now)
        grant.valid_until = now + timedelta(hours=grant.hours)
        grant.save()
        events.publish(
            BreakGlassApproved(
                grant.pk,
                grant.kind,
                grant.object_id,
                grant.label,
                grant.requester_name,
                grant.approver_name,
                grant.valid_until,
                now,
            )
        )
        _record(actor, "access.approve_glass", grant, {"until": grant.valid_until.isoformat()}, now)
    return grant


def decline_break_glass(*, actor: Actor | None, grant_id: UUID, note: str, now: datetime) -> BreakGlass:
    """Does not approve a request, and says why.

    Raises:
        PermissionMissing: the actor may not approve.
        BreakGlassNotFound: there is no such request.
        SecondPersonNeeded: as in `approve_break_glass`.
        BreakGlassRefused: it was answered or taken back, or lapsed.
        InvalidInput: nothing says why.
    """
    actor = require(actor, "access.approve_glass")
    if not note.strip():
        raise InvalidInput([FieldError("/note", _("Say why it is not approved."))])
    with transaction.atomic():
        grant = _locked(grant_id)
        if not _independent(actor, grant, now):
            raise SecondPersonNeeded(days=policy.GLASS_CHAIN_DAYS)
        _step(grant, _State.DECLINED, now)
        _answer(grant, actor, note, now)
        grant.save()
        _record(actor, "access.decline_glass", grant, {}, now)
    return grant


def end_break_glass(*, actor: Actor | None, grant_id: UUID, now: datetime) -> BreakGlass:
    """Ends running access at once, or takes a waiting request back: the requester, or anybody who may approve.

    Raises:
        PermissionMissing: the actor has nothing to do with break-glass.
        BreakGlassNotFound: there is no such request, or it is another operator's.
        BreakGlassRefused: it is over.
    """
    actor = require(actor, "access.view_glass")
    with transaction.atomic():
        grant = _locked(grant_id)
        if actor.role == Post.Role.OPERATOR and grant.requester_id != actor.id:
            raise BreakGlassNotFound
        waiting = grant.state == _State.REQUESTED
        if waiting and grant.requester_id != actor.id:
            raise BreakGlassRefused(state=_State(grant.state).label)
        _step(grant, _State.RETRACTED if waiting else _State.ENDED, now)
        grant.ended_at = now
        grant.save()
        _record(actor, "access.end_glass", grant, {"state": grant.state}, now)
    return grant


def end_all_break_glass(*, kind: str, object_id: str, by: Actor, now: datetime) -> int:
    """Ends whatever waits or runs about one thing, because its module says that nobody may see it any more."""
    with transaction.atomic():
        live = BreakGlass.objects.select_for_update().filter(kind=kind, object_id=object_id)
        ended = 0
        for grant in live.filter(state__in=[_State.REQUESTED, _State.APPROVED]):
            state = _state(grant, now)
            if state == grant.state:
                state = _State.RETRACTED if state == _State.REQUESTED else _State.ENDED
                grant.ended_at = now
            grant.state = state
            grant.save(update_fields=["state", "ended_at"])
            _record(by, "access.end_glass", grant, {"state": state}, now)
            ended += 1
    return ended


def record_look(*, actor: Actor, kind: str, object_id: str, what: str, now: datetime) -> BreakGlassLook:
    """Records that the requester looks, in the transaction that shows the content.

    Raises:
        BreakGlassNotFound: no access of this person is running; nothing may be shown.
    """
    with transaction.atomic():
        grant = (
            BreakGlass.objects.select_for_update()
            .filter(
                kind=kind,
                object_id=object_id,
                requester=actor.person_id,
                state=_State.APPROVED,
                valid_until__gt=now,
            )
            .first()
        )
        if grant is None:
            raise BreakGlassNotFound
        look = BreakGlassLook.objects.create(grant=grant, what=what[:60], at=now)
        _record(actor, "access.look_by_glass", grant, {"what": what[:60]}, now)
    return look


def settle_break_glass(*, now: datetime) -> int:
    """Writes down which requests lapsed and which access expired by the clock; returns how many.

    Access ends at its moment whether this runs or not: every look asks for the time itself.
    """
    with transaction.atomic():
        live = BreakGlass.objects.select_for_update(skip_locked=True)
        settled = 0
        for grant in live.filter(state__in=[_State.REQUESTED, _State.APPROVED]):
            state = _state(grant, now)
            if state != grant.state:
                grant.state = state
                grant.save(update_fields=["state"])
                _record(Actor.platform("break-glass"), "access.settle_glass", grant, {"state": state}, now)
                settled += 1
    return settled


def _locked(grant_id: UUID) -> BreakGlass:
    grant = BreakGlass.objects.select_for_update().filter(pk=grant_id).first()
    if grant is None:
        raise BreakGlassNotFound
    return grant


def _state(grant: BreakGlass, now: datetime) -> str:
    return policy.glass_state(
        grant.state, answer_until=grant.answer_until, valid_until=grant.valid_until, now=now
    )


def _step(grant: BreakGlass, state: BreakGlass.State, now: datetime) -> None:
    present = _state(grant, now)
    if state.value not in policy.BREAK_GLASS[present]:
        raise BreakGlassRefused(state=_State(present).label)
    grant.state = state


def _independent(actor: Actor, grant: BreakGlass, now: datetime) -> bool:
    """Returns whether the actor is a second person: neither the requester, nor bound to the same chain of requests.

    The chain: whoever acts out of the other one's post as a stand-in, and whoever asked for the same thing within the
    last 30 days, so that two people do not let one another in by turns.
    """
    people = {actor.person_id, *Post.objects.filter(pk=actor.post_id or 0).values_list("person", flat=True)}
    asking = {
        grant.requester_id,
        *Post.objects.filter(pk=grant.requester_post_id).values_list("person", flat=True),
    }
    if people & asking:
        return False
    since = now - timedelta(days=policy.GLASS_CHAIN_DAYS)
    asked = BreakGlass.objects.filter(
        kind=grant.kind, object_id=grant.object_id, requester__in=people, requested_at__gt=since
    )
    return not asked.exists()


def _answer(grant: BreakGlass, actor: Actor, note: str, now: datetime) -> None:
    grant.approver_id = actor.person_id
    grant.approver_name, grant.answered_at = actor.name, now
    grant.answer_note = note.strip()[:TEXT_MAX]
    email = User.objects.filter(person=grant.requester_id).values_list("person__email", flat=True).first()
    notices.tell(
        readers=[Reader(grant.requester_id, email or "")],
        code="access.glass_answered",
        values={"thing": grant.label},
        link=f"/access/break-glass/{grant.pk}/",
        now=now,
    )


def _record(actor: Actor, action: str, grant: BreakGlass, details: dict[str, object], now: datetime) -> None:
    ledger.record(
        actor=actor.ref,
        action=action,
        subject=f"{grant.kind}:{grant.object_id}",
        details={"grant": str(grant.pk), **details},
        now=now,
    )
