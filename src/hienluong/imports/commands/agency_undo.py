"""Undoes an import of agencies as long as nothing later depends on it: the agencies are again as they were."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, Agency, require
from hienluong.imports.errors import ImportInUse, ImportNotPossible, ImportUnknown
from hienluong.imports.models import AgencyImport
from hienluong.kit.errors import fill
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger

CHANGED_LATER = _("{count} of its agencies were changed later ({example})")
REFERRED_TO = _("{count} of the agencies it created are in use: {what} ({example})")

_OWN = ("directory_agencycode", "directory_formername", "directory_formerparent")
"""Tables of rows that belong to an agency and go with it."""

_CHANGES = "imports_agencyimportchange"
_UNDO = (
    f"""DELETE FROM directory_agencycode c USING {_CHANGES} h
        WHERE h.agency_import_id = %(import)s AND c.agency_id = h.agency_id AND (h.created OR NOT EXISTS (
            SELECT 1 FROM jsonb_array_elements(h.before->'codes') b WHERE (b->>'id')::bigint = c.id))""",
    f"""DELETE FROM directory_formername n USING {_CHANGES} h
        WHERE h.agency_import_id = %(import)s AND n.agency_id = h.agency_id
            AND (h.created OR NOT h.before->'former_names' @> to_jsonb(n.id))""",
    f"""DELETE FROM directory_formerparent n USING {_CHANGES} h
        WHERE h.agency_import_id = %(import)s AND n.agency_id = h.agency_id
            AND (h.created OR NOT h.before->'former_parents' @> to_jsonb(n.id))""",
    # First away with what is written on the wire now: an agency has one such code at a time.
    f"""UPDATE directory_agencycode c SET "primary" = false FROM {_CHANGES} h
        WHERE h.agency_import_id = %(import)s AND NOT h.created AND c.agency_id = h.agency_id""",
    f"""UPDATE directory_agencycode c SET "primary" = b."primary", provisional = b.provisional,
            valid_from = b.valid_from, valid_to = b.valid_to
        FROM {_CHANGES} h, jsonb_populate_recordset(NULL::directory_agencycode, h.before->'codes') b
        WHERE h.agency_import_id = %(import)s AND NOT h.created AND c.id = b.id""",
    f"""UPDATE directory_agency a SET name = b.name, english_name = b.english_name, sort_key = b.sort_key,
            search_key = b.search_key, kind = b.kind, parent_id = b.parent_id, valid_to = b.valid_to,
            address = b.address, email = b.email, telephone = b.telephone, fax = b.fax, website = b.website,
            national_id = b.national_id, national_version = b.national_version, change_number = %(number)s
        FROM {_CHANGES} h, jsonb_populate_record(NULL::directory_agency, h.before->'agency') b
        WHERE h.agency_import_id = %(import)s AND NOT h.created AND a.id = h.agency_id""",
    f"""DELETE FROM directory_agency a USING {_CHANGES} h
        WHERE h.agency_import_id = %(import)s AND h.created AND a.id = h.agency_id""",
)
_REMEMBER_REMOVED = f"""
INSERT INTO directory_removedagency (id, code, change_number)
SELECT h.agency_id, coalesce(c.code, ''), %(number)s FROM {_CHANGES} h
LEFT JOIN directory_agencycode c ON c.agency_id = h.agency_id AND c."primary"
WHERE h.agency_import_id = %(import)s AND h.created
"""


@transaction.atomic
def undo_import(*, actor: Actor | None, import_id: UUID, now: datetime) -> AgencyImport:
    """Takes back everything an import did.

    Raises:
        PermissionMissing, ImportUnknown.
        ImportNotPossible: it was not imported, or is undone already.
        ImportInUse: its agencies were changed later or are in use; the reasons are named.
    """
    actor = require(actor, "directory.manage_agencies")
    number = directory.begin_change()
    row = AgencyImport.objects.select_for_update().filter(pk=import_id).first()
    if row is None:
        raise ImportUnknown(id=import_id)
    if row.state != AgencyImport.State.APPLIED:
        raise ImportNotPossible(file=row.file_name, state=row.get_state_display())
    if reasons := _reasons_against(row):
        raise ImportInUse(reasons=reasons)
    with connection.cursor() as cursor:
        for statement in (_REMEMBER_REMOVED, *_UNDO):
            cursor.execute(statement, {"import": row.pk, "number": number})
    row.state, row.undone_at, row.undone_by = AgencyImport.State.UNDONE, now, actor.name
    row.save()
    ledger.record(
        actor=actor.ref,
        action="imports.undo_import",
        subject=f"import:{row.pk}",
        details={"file_sha256": bytes(row.sha256).hex(), "counts": row.counts},
        now=now,
    )
    transaction.on_commit(directory.forget)
    return row


def _reasons_against(row: AgencyImport) -> list[str]:
    """Returns what later depends on the import, as sentences in the reader's language."""
    reasons = []
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), min(a.name) FROM {_CHANGES} h JOIN directory_agency a ON a.id = h.agency_id "
            "WHERE h.agency_import_id = %s AND a.change_number > %s",
            [row.pk, row.change_number],
        )
        count, example = cursor.fetchone()
        if count:
            reasons.append(fill(gettext(CHANGED_LATER), {"count": count, "example": example}))
        for table, column, what in _references():
            cursor.execute(
                f"SELECT count(DISTINCT a.id), min(a.name) FROM {_CHANGES} h "
                f"JOIN directory_agency a ON a.id = h.agency_id JOIN {table} r ON r.{column} = a.id "
                "WHERE h.agency_import_id = %(import)s AND h.created "
                + (
                    f"AND NOT EXISTS (SELECT 1 FROM {_CHANGES} o WHERE o.agency_import_id = h.agency_import_id "
                    "AND o.agency_id = r.id)"
                    if table == Agency._meta.db_table  # noqa: SLF001 - Django's public name for it
                    else ""
                ),
                {"import": row.pk},
            )
            count, example = cursor.fetchone()
            if count:
                reasons.append(fill(gettext(REFERRED_TO), {"count": count, "what": what, "example": example}))
    return reasons


def _references() -> list[tuple[str, str, str]]:
    """Returns (table, column, name) of every reference to an agency, of whichever module, but its own rows."""
    return [
        (
            relation.related_model._meta.db_table,  # noqa: SLF001 - Django's public name for it
            str(relation.field.column),
            str(relation.related_model._meta.verbose_name),  # noqa: SLF001 - the same
        )
        for relation in Agency._meta.related_objects  # noqa: SLF001 - the same
        if relation.related_model._meta.db_table not in _OWN or relation.field.name != "agency"  # noqa: SLF001 - the same
    ]
