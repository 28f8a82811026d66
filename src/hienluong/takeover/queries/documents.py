"""Documents that were taken over, searched as those that the exchange carries are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from hienluong.directory.service import Actor, require
from hienluong.kit.criteria import Criteria, conditions
from hienluong.kit.cursors import read_cursor, write_cursor
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _
from hienluong.takeover.errors import IntakeUnknown
from hienluong.takeover.models import TakenDocument

PER_PAGE = 50
NO_CURSOR = _("This is no cursor of this list: give one that an answer held.")


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One page of documents; `next` is the cursor of the following one, "" on the last."""

    documents: list[TakenDocument]
    next: str


def documents(
    actor: Actor | None,
    *,
    criteria: Criteria | None = None,
    direction: str = "",
    after: str = "",
    limit: int = PER_PAGE,
    cursor_named: str = "",
) -> DocumentPage:
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
    rows = list(found.order_by("-day", "-id")[: limit + 1])
    last = rows[limit - 1] if len(rows) > limit else None
    return DocumentPage(rows[:limit], write_cursor("taken", f"{last.day}~{last.pk}") if last else "")


def _place(cursor: str, *, field: str) -> tuple[date, UUID] | None:
    if not cursor:
        return None
    try:
        day, number = str(read_cursor("taken", cursor, field=field)).split("~")
        return date.fromisoformat(day), UUID(number)
    except (InvalidInput, ValueError) as problem:
        if not field:
            return None  # people who change an address come to the first page
        raise InvalidInput([FieldError(f"/{field}", NO_CURSOR)]) from problem


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
