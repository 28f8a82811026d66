"""Alerts of changed rights for the person they are shown to, and the cases for administrators."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from hienluong.access.errors import AlertNotFound, CaseNotFound
from hienluong.access.models import AccessCase, RightsAlert
from hienluong.directory.service import Actor, require
from hienluong.kit.cursors import Page, page_of

PAGE = 50
COUNTED = 100


def unconfirmed_count(person: UUID) -> int:
    """Returns how many changes of rights the person has not confirmed, counted to 100 at most."""
    waiting = RightsAlert.objects.filter(reader_id=person, state=RightsAlert.State.UNCONFIRMED)
    return waiting[:COUNTED].count()


def alerts(
    actor: Actor | None, *, only_waiting: bool = False, before: int | None = None, limit: int = PAGE
) -> Page[RightsAlert]:
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
    return page_of(found.order_by("-pk"), limit)


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


def cases(actor: Actor | None, *, only_open: bool = False, before: int | None = None) -> Page[AccessCase]:
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
    return page_of(found.order_by("-pk"), PAGE)


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
