"""Alerts of changed rights for the person they are shown to, and the cases for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from hienluong.access.errors import AlertNotFound, CaseNotFound
from hienluong.access.models import AccessCase, RightsAlert
from hienluong.directory.service import Actor, require

PAGE = 50
COUNTED = 100


def unconfirmed_count(person: UUID) -> int:
    """Returns how many changes of rights the person has not confirmed, counted to 100 at most."""
    waiting = RightsAlert.objects.filter(reader_id=person, state=RightsAlert.State.UNCONFIRMED)
    return waiting[:COUNTED].count()


@dataclass(frozen=True, slots=True)
class AlertPage:
    """One page of alerts, newest first; `next` is the cursor of the following one, None on the last."""

    alerts: list[RightsAlert]
    next: int | None


def alerts(
    actor: Actor | None, *, only_waiting: bool = False, before: int | None = None, limit: int = PAGE
) -> AlertPage:
    """Returns what the signed-in person was alerted of, newest first, each with its change.

    Raises:
        PermissionMissing: the actor is no person.
    """
    actor = require(actor, "access.answer_alerts")
    found = RightsAlert.objects.filter(reader_id=actor.person_id).select_related("change", "case")
    if only_waiting:
        found = found.filter(state=RightsAlert.State.UNCONFIRMED)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: limit + 1])
    return AlertPage(rows[:limit], rows[limit - 1].pk if len(rows) > limit else None)


def alert(actor: Actor | None, alert_id: int) -> RightsAlert:
    """Returns one alert of the signed-in person.

    Raises:
        AlertNotFound: it is not theirs.
    """
    actor = require(actor, "access.answer_alerts")
    found = (
        RightsAlert.objects.filter(reader_id=actor.person_id, pk=alert_id).select_related("change").first()
    )
    if found is None:
        raise AlertNotFound
    return found


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of cases, newest first; `next` is the cursor of the following one, None on the last."""

    cases: list[AccessCase]
    next: int | None


def cases(actor: Actor | None, *, only_open: bool = False, before: int | None = None) -> CasePage:
    """Returns the cases about changes of rights, newest first.

    Raises:
        PermissionMissing: the actor is no administrator.
    """
    require(actor, "access.handle_cases")
    found = _cases()
    if only_open:
        found = found.filter(closed_at=None)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    return CasePage(rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None)


def open_case_count(actor: Actor | None) -> int:
    """Returns how many cases nobody has closed; errors as `cases`."""
    require(actor, "access.handle_cases")
    return AccessCase.objects.filter(closed_at=None).count()


def case(actor: Actor | None, case_id: int) -> AccessCase:
    """Returns one case.

    Raises:
        PermissionMissing: the actor is no administrator.
        CaseNotFound: there is none.
    """
    require(actor, "access.handle_cases")
    found = _cases().filter(pk=case_id).first()
    if found is None:
        raise CaseNotFound
    return found


def _cases() -> QuerySet[AccessCase]:
    return AccessCase.objects.select_related("alert__change", "alert__reader", "closed_by")
