"""Imports of agencies, newest first, and one with what it changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from hienluong.directory.service import Actor, require
from hienluong.imports.errors import ImportUnknown
from hienluong.imports.models import AgencyImport
from hienluong.kit.cursors import Page, page_of
from hienluong.kit.errors import FieldError

IMPORTS_PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Checked:
    """How many files were checked and wait to be imported or discarded; `wrong` of them have rows that are wrong."""

    files: int
    wrong: int


def checked_imports(actor: Actor | None) -> Checked:
    """Returns what waits for a decision; errors as `agency_imports`."""
    require(actor, "directory.manage_agencies")
    found = AgencyImport.objects.filter(state=AgencyImport.State.CHECKED)
    return Checked(**found.aggregate(files=Count("pk"), wrong=Count("pk", filter=Q(counts__wrong__gt=0))))


def agency_imports(
    actor: Actor | None, *, only_checked: bool = False, before: str | None = None
) -> Page[AgencyImport]:
    """Returns imports, newest first; with `only_checked` those that wait to be imported or discarded.

    Raises:
        NotAuthenticated, PermissionMissing.
    """
    require(actor, "directory.manage_agencies")
    found = AgencyImport.objects.order_by("-created_at", "pk")
    if only_checked:
        found = found.filter(state=AgencyImport.State.CHECKED)
    if before:
        try:
            found = found.filter(created_at__lt=datetime.fromisoformat(before))
        except ValueError:
            found = found.none()
    return page_of(found, IMPORTS_PER_PAGE, lambda row: row.created_at.isoformat())


def agency_import(actor: Actor | None, import_id: UUID) -> AgencyImport:
    """Returns one import.

    Raises:
        NotAuthenticated, PermissionMissing, ImportUnknown.
    """
    require(actor, "directory.manage_agencies")
    row = AgencyImport.objects.filter(pk=import_id).first()
    if row is None:
        raise ImportUnknown(id=import_id)
    return row


def import_errors(row: AgencyImport) -> list[FieldError]:
    """Returns what is wrong with the file, as far as it was kept."""
    return [FieldError(**one) for one in row.findings.get("errors", ())]
