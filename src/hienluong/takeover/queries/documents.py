"""Documents that were taken over, searched as those that the exchange carries are."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q

from hienluong.directory.service import Actor, require
from hienluong.kit.criteria import Criteria, conditions
from hienluong.kit.cursors import Page, no_cursor, page_of, read_cursor, write_cursor
from hienluong.kit.errors import InvalidInput
from hienluong.takeover.errors import IntakeUnknown
from hienluong.takeover.models import TakenDocument

PER_PAGE = 50


def documents(
    actor: Actor | None,
    *,
    criteria: Criteria | None = None,
    direction: str = "",
    after: str = "",
    limit: int = PER_PAGE,
    cursor_named: str = "",
) -> Page[TakenDocument]:
    """Returns the documents that the actor's agency took over, newest first by the documents' own dates.

    Raises:
        NotAuthenticated, PermissionMissing.
        InvalidInput: the cursor is none of this list; only where it is asked for by its parameter's name.
    """
    actor = require(actor, "takeover.view_documents")
    found = TakenDocument.objects.filter(agency=actor.agency_id).select_related("intake")
    if direction:
        found = found.filter(direction=direction)
    if criteria:
        where = conditions(
            criteria, key="takeover_takendocument.search_key", day="takeover_takendocument.dated_on"
        )
        found = found.extra(where=where.texts, params=where.values)  # noqa: S610 - values are parameters
    if place := _place(after, field=cursor_named):
        found = found.filter(Q(day__lt=place[0]) | Q(day=place[0], id__lt=place[1]))
    found = found.order_by("-day", "-id")
    return page_of(found, limit, lambda row: write_cursor("taken", f"{row.day}~{row.pk}"))


def _place(cursor: str, *, field: str) -> tuple[date, UUID] | None:
    if not cursor:
        return None
    try:
        day, number = str(read_cursor("taken", cursor, field=field)).split("~")
        return date.fromisoformat(day), UUID(number)
    except (InvalidInput, ValueError) as problem:
        if not field:
            return None  # people who change an address come to the first page
        raise no_cursor(field) from problem


def document(actor: Actor | None, document_id: UUID) -> TakenDocument:
    """Returns one document that the actor's agency took over.

    Raises:
        NotAuthenticated, PermissionMissing, IntakeUnknown.
    """
    actor = require(actor, "takeover.view_documents")
    found = (
        TakenDocument.objects.select_related("intake").filter(pk=document_id, agency=actor.agency_id).first()
    )
    if found is None:
        raise IntakeUnknown(id=document_id)
    return found
