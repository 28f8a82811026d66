"""Imports of agencies, newest first, and one with what it changes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hienluong.directory.service import Actor, require
from hienluong.imports.errors import ImportUnknown
from hienluong.imports.models import AgencyImport
from hienluong.kit.cursors import Page, page_of
from hienluong.kit.errors import FieldError

IMPORTS_PER_PAGE = 30


def agency_imports(actor: Actor | None, *, before: str | None = None) -> Page[AgencyImport]:
    """Returns imports, newest first.

    Raises:
        NotAuthenticated, PermissionMissing.
    """
    require(actor, "directory.manage_agencies")
    found = AgencyImport.objects.order_by("-created_at", "pk")
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
