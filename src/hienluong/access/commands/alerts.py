"""Answers to alerts of changed rights: confirming, reporting as wrong, closing the case that follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from hienluong.access.errors import AlertNotFound, CaseNotFound, CaseNotYours
from hienluong.access.models import AccessCase, RightsAlert
from hienluong.directory import service as directory
from hienluong.directory.service import Actor, Person, User, require
from hienluong.identity.service import end_own_other_sessions
from hienluong.kit.errors import Conflict, FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.ledger.service import Act
from hienluong.notices import service as notices
from hienluong.notices.service import Reader

_State = RightsAlert.State
NOTE_MAX = 1000

notices.declare_text("access.case_opened", _("{person} reports that a change of rights is wrong."))
notices.declare_text("access.case_closed", _("The change of rights that you reported was looked into."))


def confirm_alerts(*, actor: Actor | None, alert_ids: Sequence[int], now: datetime) -> int:
    """Confirms changes of rights that the person was alerted of, and returns how many; confirming again is harmless.

    Raises:
        PermissionMissing: the actor is no person.
        AlertNotFound: one of them is not this person's.
    """
    actor = require(actor, "access.answer_alerts")
    with transaction.atomic():
        mine = list(
            RightsAlert.objects.select_for_update()
            .filter(reader_id=actor.person_id, pk__in=set(alert_ids))
            .order_by("pk")
        )
        if len(mine) != len(set(alert_ids)):
            raise AlertNotFound
        open_ones = [alert for alert in mine if alert.state == _State.UNCONFIRMED]
        RightsAlert.objects.filter(pk__in=[alert.pk for alert in open_ones]).update(
            state=_State.ACKNOWLEDGED, answered_at=now
        )
        ledger.record_many(
            actor=actor.ref,
            acts=[
                Act("access.confirm_alert", f"change:{alert.change_id}", {"alert": alert.pk})
                for alert in open_ones
            ],
            now=now,
        )
    return len(open_ones)


def dispute_alert(
    *, actor: Actor | None, alert_id: int, note: str, keep_session: str | None = None, now: datetime
) -> AccessCase:
    """Reports a change of rights as wrong: opens a case for the administrators; ends one's other sessions if wanted.

    Args:
        actor: who was alerted.
        alert_id: the alert.
        note: what is wrong, up to 1,000 characters.
        keep_session: the key of the one session that stays when all others are to end; None ends none.
        now: the moment of the report.

    Raises:
        PermissionMissing: the actor is no person.
        AlertNotFound: it is not this person's.
        InvalidInput: nothing says what is wrong.
        Conflict: it was answered before.
    """
    actor = require(actor, "access.answer_alerts")
    note = note.strip()[:NOTE_MAX]
    if not note:
        raise InvalidInput([FieldError("/note", _("Say what is wrong."))])
    with transaction.atomic():
        alert = (
            RightsAlert.objects.select_for_update(of=["self"])
            .select_related("reader__user")
            .filter(reader_id=actor.person_id, pk=alert_id)
            .first()
        )
        if alert is None:
            raise AlertNotFound
        if alert.state == _State.DISPUTED:
            raise Conflict(detail=_("You reported this change already."))
        alert.state, alert.answered_at = _State.DISPUTED, now
        alert.save(update_fields=["state", "answered_at"])
        case = AccessCase.objects.create(
            alert=alert, note=note, sessions_ended=keep_session is not None, opened_at=now
        )
        if keep_session is not None and alert.reader.user is not None:
            end_own_other_sessions(actor=actor.ref, user=alert.reader.user, keep=keep_session, now=now)
        notices.tell(
            readers=[
                Reader(person, address)
                for person, address in directory.administrators_to_tell()
                if person != actor.id
            ],
            code="access.case_opened",
            values={"person": actor.name},
            link=f"/access/cases/{case.pk}/",
            now=now,
        )
        ledger.record(
            actor=actor.ref,
            action="access.dispute_alert",
            subject=f"change:{alert.change_id}",
            details={"alert": alert.pk, "case": case.pk, "sessions_ended": keep_session is not None},
            now=now,
        )
    return case


def close_case(*, actor: Actor | None, case_id: int, outcome: str, now: datetime) -> AccessCase:
    """Says what came of a case and closes it; the person who opened it is told.

    Whoever made the change or reported it closes no case about it, unless there is no other administrator.

    Raises:
        PermissionMissing: the actor is no administrator.
        CaseNotFound: there is none.
        CaseNotYours: the actor made or reported the change.
        InvalidInput: nothing says what came of it.
        Conflict: it was closed before.
    """
    actor = require(actor, "access.handle_cases")
    outcome = outcome.strip()[:NOTE_MAX]
    if not outcome:
        raise InvalidInput([FieldError("/outcome", _("Say what you found and what you did."))])
    with transaction.atomic():
        case = (
            AccessCase.objects.select_for_update(of=["self"])
            .select_related("alert__change", "alert__reader")
            .filter(pk=case_id)
            .first()
        )
        if case is None:
            raise CaseNotFound
        if case.closed_at is not None:
            raise Conflict(detail=_("The case was closed before."))
        if _is_partial(actor, case):
            raise CaseNotYours
        case.closed_at, case.outcome = now, outcome
        case.closed_by_id = actor.person_id
        case.save(update_fields=["closed_at", "outcome", "closed_by"])
        reader: Person = case.alert.reader
        notices.tell(
            readers=[Reader(reader.pk, reader.email)],
            code="access.case_closed",
            values={},
            link=f"/access/alerts/#change-{case.alert.change_id}",
            now=now,
        )
        ledger.record(
            actor=actor.ref,
            action="access.close_case",
            subject=f"change:{case.alert.change_id}",
            details={"case": case.pk},
            now=now,
        )
    return case


def _is_partial(actor: Actor, case: AccessCase) -> bool:
    """Returns whether the actor made or reported the change and another administrator could decide."""
    change = case.alert.change
    involved = {change.by_id, str(case.alert.reader_id)}
    if str(actor.id) not in involved:
        return False
    others = {str(person) for person, _address in directory.administrators_to_tell()} - involved
    can_sign_in = User.objects.filter(is_active=True, person__pk__in=others)
    return can_sign_in.exists()
