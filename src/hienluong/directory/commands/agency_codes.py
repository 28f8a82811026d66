"""Imports published agency codes over the provisional ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Upper

from hienluong.directory.actors import Actor
from hienluong.directory.commands.agencies import wrong_code
from hienluong.directory.commands.agency_changes import (
    agency_to_change,
    begin_change,
    day_of,
    finish_change,
    refresh_search_key,
    refuse,
    refuse_date,
)
from hienluong.directory.errors import AgencyUnknown, AlreadyEnded, CodesRefused
from hienluong.directory.events import AgencyCodesChanged
from hienluong.directory.models import Agency, AgencyCode
from hienluong.directory.permissions import require
from hienluong.directory.policy import is_well_formed
from hienluong.directory.recent import forget
from hienluong.kit import events
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger

COLUMNS = ("current_code", "scheme", "code", "valid_from")


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One row of the import: the published code of the agency that we know by `current_code`."""

    current_code: str
    scheme: str
    code: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did, or in a dry run would do."""

    added: int
    confirmed: int
    unchanged: int
    dry_run: bool


def import_agency_codes(
    *, actor: Actor | None, rows: Iterable[Mapping[str, str]], now: datetime, dry_run: bool = False
) -> ImportSummary:
    """Replaces provisional codes by published ones; the old codes stay as dated aliases that lead to the agency.

    A published code of the scheme the agency is written with, or of Decision 20/2020, becomes the one written on
    the wire. All rows are imported or none.

    Args:
        actor: who imports.
        rows: mappings with the columns `COLUMNS`: a code the agency is known by now, "qd20" or "qcvn102", the
            published code, and its first day (yyyy-mm-dd), as `csv.DictReader` gives them.
        now: the moment of the import.
        dry_run: only say what would be done.

    Raises:
        PermissionMissing: the actor does not manage agencies.
        CodesRefused: rows are wrong; each is named as /row/column, the first row being 1.
    """
    actor = require(actor, "directory.manage_agencies")
    given = list(rows)
    with transaction.atomic():
        number = begin_change()
        known = _codes_concerned(given)
        errors: list[FieldError] = []
        done = {"added": 0, "confirmed": 0, "unchanged": 0}
        touched = set()
        for place, raw in enumerate(given, start=1):
            row = _read_row(place, raw, errors)
            if row is None or not _is_possible(place, row, known, errors):
                continue
            outcome = _apply(row, known)
            done[outcome] += 1
            if outcome != "unchanged":
                touched.add(known[row.current_code].agency_id)
        if errors:
            raise CodesRefused(errors)
        summary = ImportSummary(**done, dry_run=dry_run)
        if dry_run:
            transaction.set_rollback(True)
        elif touched:
            for agency in Agency.objects.select_related("unit").filter(pk__in=touched):
                refresh_search_key(agency)
                agency.change_number = number
                agency.save(update_fields=["search_key", "change_number"])
            events.publish(AgencyCodesChanged(tuple(sorted(touched))))
            ledger.record(
                actor=actor.ref,
                action="directory.import_agency_codes",
                subject="directory:codes",
                details=dict(done),
                now=now,
            )
            transaction.on_commit(forget)
    return summary


def _codes_concerned(rows: Iterable[Mapping[str, str]]) -> dict[str, AgencyCode]:
    """Returns all codes of the agencies that the rows name by any code, by code."""
    named = {(row.get(column) or "").strip().upper() for row in rows for column in ("current_code", "code")}
    agencies = AgencyCode.objects.annotate(folded=Upper("code")).filter(folded__in=named).values("agency")
    found = AgencyCode.objects.filter(agency__in=agencies)
    return {row.code.upper(): row for row in found.select_related("agency").select_for_update(of=("self",))}


def _read_row(number: int, raw: Mapping[str, str], errors: list[FieldError]) -> CodeRow | None:
    values = {name: (raw.get(name) or "").strip() for name in COLUMNS}
    missing = [name for name, value in values.items() if not value]
    errors += [FieldError(f"/{number}/{name}", _("The column is empty or missing.")) for name in missing]
    if missing:
        return None
    scheme = values["scheme"].lower()
    published = [name for name in AgencyCode.Scheme.values if name != AgencyCode.Scheme.SANDBOX]
    if scheme not in published:
        known = ", ".join(published)
        errors.append(FieldError(f"/{number}/scheme", _("The scheme is one of {known}."), {"known": known}))
        return None
    try:
        valid_from = date.fromisoformat(values["valid_from"])
    except ValueError:
        errors.append(FieldError(f"/{number}/valid_from", _("The day is written yyyy-mm-dd.")))
        return None
    return CodeRow(values["current_code"].upper(), scheme, values["code"].upper(), valid_from)


def _is_possible(
    number: int, row: CodeRow, known: Mapping[str, AgencyCode], errors: list[FieldError]
) -> bool:
    """Returns whether the row can be applied; says what stands in its way otherwise."""
    if not is_well_formed(row.code, row.scheme):
        errors.append(
            FieldError(
                f"/{number}/code",
                _("{code} does not have the form of a code of this scheme."),
                {"code": row.code},
            )
        )
    elif row.current_code not in known:
        errors.append(
            FieldError(
                f"/{number}/current_code", _("No agency has the code {code}."), {"code": row.current_code}
            )
        )
    elif known[row.current_code].agency.in_sandbox:
        errors.append(
            FieldError(f"/{number}/current_code", _("{code} is a test agency."), {"code": row.current_code})
        )
    elif row.code in known and known[row.code].agency_id != known[row.current_code].agency_id:
        holder = known[row.code].agency.name
        errors.append(
            FieldError(
                f"/{number}/code",
                _("{code} belongs to {holder}; a code is never given to another agency."),
                {"code": row.code, "holder": holder},
            )
        )
    elif row.code in known and known[row.code].scheme != row.scheme:
        errors.append(
            FieldError(
                f"/{number}/scheme", _("{code} is known as a code of another scheme."), {"code": row.code}
            )
        )
    else:
        return True
    return False


def _apply(row: CodeRow, known: dict[str, AgencyCode]) -> str:
    agency = known[row.current_code].agency
    present = known.get(row.code)
    if present is not None and not present.provisional:
        return "unchanged"
    own = [code for code in known.values() if code.agency_id == agency.pk and code.code.upper() != row.code]
    written = next((code for code in own if code.primary), None)
    for code in own:
        replaced = code.provisional and code.scheme == row.scheme and code.valid_to is None
        loses_first_place = code is written and row.scheme in (code.scheme, AgencyCode.Scheme.QD20)
        if replaced:
            code.valid_to = max(row.valid_from, code.valid_from)
        if loses_first_place:
            code.primary = False
        if replaced or loses_first_place:
            code.save(update_fields=["valid_to", "primary"])
    primary = written is None or not written.primary
    if present is not None:
        present.provisional, present.valid_from, present.valid_to = False, row.valid_from, None
        present.primary = present.primary or primary
        present.save(update_fields=["provisional", "valid_from", "valid_to", "primary"])
        return "confirmed"
    known[row.code] = AgencyCode.objects.create(
        agency=agency,
        scheme=row.scheme,
        code=row.code,
        primary=primary,
        provisional=False,
        valid_from=row.valid_from,
    )
    known[row.code].agency = agency
    return "added"


@transaction.atomic
def add_agency_code(
    *,
    actor: Actor | None,
    agency_id: UUID,
    code: str,
    scheme: str,
    valid_from: date,
    now: datetime,
    primary: bool = False,
) -> AgencyCode:
    """Gives an agency a published code; as `primary` it becomes the one written on the wire.

    Raises:
        PermissionMissing, AgencyUnknown, AgencyHasEnded.
        AgencyRefused: the code is ill-formed, or another agency has or had it.
    """
    actor = require(actor, "directory.manage_agencies")
    number = begin_change()
    agency = agency_to_change(agency_id, day_of(now))
    code = code.strip().upper()
    refuse(wrong_code(code, scheme, holder=agency))
    own = list(AgencyCode.objects.select_for_update().filter(agency=agency))
    row = next((one for one in own if one.code.upper() == code), None) or AgencyCode(agency=agency, code=code)
    for other in own if primary else ():
        if other.primary and other.code.upper() != code:
            other.primary = False
            other.save(update_fields=["primary"])
    row.scheme, row.provisional, row.valid_from, row.valid_to = scheme, False, valid_from, None
    row.primary = primary or row.primary or not any(one.primary for one in own)
    row.save()
    finish_change(
        actor=actor,
        action="add_agency_code",
        agencies=[agency],
        number=number,
        details={"code": code, "scheme": str(scheme), "primary": row.primary},
        now=now,
    )
    events.publish(AgencyCodesChanged((agency.pk,)))
    return row


@transaction.atomic
def end_agency_code(*, actor: Actor | None, code_id: int, on: date, now: datetime) -> AgencyCode:
    """Ends a code on a day; it still leads to the agency, for whoever uses it, but is no longer offered.

    Raises:
        PermissionMissing, AgencyUnknown, AlreadyEnded.
        AgencyRefused: it is the one written on the wire, or the day is before its first.
    """
    actor = require(actor, "directory.manage_agencies")
    number = begin_change()
    row = (
        AgencyCode.objects.select_for_update(of=("self",)).select_related("agency").filter(pk=code_id).first()
    )
    if row is None:
        raise AgencyUnknown(agency_code=str(code_id))
    if row.valid_to is not None:
        raise AlreadyEnded(ended_on=f"{row.valid_to:%d/%m/%Y}")
    refuse(
        FieldError("/code", _("It is written on the wire; make another code that one first."))
        if row.primary
        else None,
        refuse_date(on, since=row.valid_from, today=None),
    )
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    finish_change(
        actor=actor,
        action="end_agency_code",
        agencies=[row.agency],
        number=number,
        details={"code": row.code, "on": on.isoformat()},
        now=now,
    )
    events.publish(AgencyCodesChanged((row.agency_id,)))
    return row
