"""Intakes: an agency's own to its people; all of them, as metadata, to those who watch the installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from hienluong.directory.service import Actor, allowed, require
from hienluong.kit.cursors import Page, page_of, read_cursor, write_cursor
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.takeover.errors import IntakeUnknown
from hienluong.takeover.models import AsideFile, Intake, Profile, State

PER_PAGE = 30
ASIDE_SHOWN = 200


WAITING = (State.COLUMNS, State.CHECKED)
"""Somebody has to say which column is what, or take over or discard what was checked."""


def _visible_to(actor: Actor) -> QuerySet[Intake]:
    rows = Intake.objects.select_related("agency")
    return rows.filter(agency=actor.agency_id) if sees_own(actor) else rows


def sees_own(actor: Actor) -> bool:
    """Returns whether the actor handles the agency's own documents, and so sees what is in them."""
    return allowed(actor, "takeover.view_documents") or allowed(actor, "takeover.manage_intakes")


def waiting_count(actor: Actor | None) -> int:
    """Returns how many files of the agency's earlier system wait for somebody to go on with them.

    Raises:
        NotAuthenticated, PermissionMissing: the actor does not take anything over.
    """
    actor = require(actor, "takeover.manage_intakes")
    return _visible_to(actor).filter(state__in=WAITING).count()


def intakes(
    actor: Actor | None, *, only_waiting: bool = False, before: str = "", limit: int = PER_PAGE
) -> Page[Intake]:
    """Returns intakes, newest first; with `only_waiting` those that somebody has to go on with.

    Raises:
        NotAuthenticated, PermissionMissing.
    """
    actor = require(actor, "takeover.view_intakes")
    found = _visible_to(actor).order_by("-created_at", "pk")
    if only_waiting:
        found = found.filter(state__in=WAITING)
    if place := _place(before):
        found = found.filter(Q(created_at__lt=place[0]) | Q(created_at=place[0], pk__gt=place[1]))
    return page_of(
        found, limit, lambda row: write_cursor("intakes", f"{row.created_at.isoformat()}~{row.pk}")
    )


def _place(cursor: str) -> tuple[datetime, UUID] | None:
    if not cursor:
        return None
    try:
        at, number = str(read_cursor("intakes", cursor, field="before")).split("~")
        moment, pk = datetime.fromisoformat(at), UUID(number)
    except (InvalidInput, ValueError):
        return None  # a cursor of elsewhere: the first page
    return (moment, pk) if moment.tzinfo else None


@dataclass(frozen=True, slots=True)
class IntakeDetail:
    """One intake; `errors` and `aside` are content and empty for whoever only watches."""

    row: Intake
    errors: list[FieldError]
    aside: list[AsideFile]
    may_manage: bool


def intake(actor: Actor | None, intake_id: UUID) -> IntakeDetail:
    """Returns one intake.

    Raises:
        NotAuthenticated, PermissionMissing, IntakeUnknown.
    """
    actor = require(actor, "takeover.view_intakes")
    row = _visible_to(actor).filter(pk=intake_id).first()
    if row is None:
        raise IntakeUnknown(id=intake_id)
    own = sees_own(actor)
    errors = [FieldError(**one) for one in row.errors] if own else []
    aside = list(row.aside.order_by("pk")[:ASIDE_SHOWN]) if own else []
    return IntakeDetail(row, errors, aside, own and allowed(actor, "takeover.manage_intakes"))


def profiles(actor: Actor | None) -> list[str]:
    """Returns the names of the agency's saved columns."""
    actor = require(actor, "takeover.manage_intakes")
    return list(
        Profile.objects.filter(agency=actor.agency_id).order_by("name").values_list("name", flat=True)
    )
