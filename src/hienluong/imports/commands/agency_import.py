"""Imports agencies from a file: checked first, all rows or none unless told otherwise, kept for undoing.

On the pages a file is staged, checked and imported by jobs, with a person's confirmation between; on the command
line all of it is one act. The file is streamed into a temporary table and worked on there (`incoming_sql`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, Agency, require
from hienluong.files import service as files
from hienluong.imports.commands import incoming_sql as sql
from hienluong.imports.errors import (
    ImportFileRefused,
    ImportFileTooLarge,
    ImportNotPossible,
    ImportUnknown,
)
from hienluong.imports.formats.csv_table import read_csv
from hienluong.imports.formats.national import read_national, read_national_delta, read_national_qd20
from hienluong.imports.formats.records import MAX_BYTES, AgencyRecord, FileUnreadable
from hienluong.imports.models import AgencyImport
from hienluong.jobs import service as jobs
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import FieldError, RowFault
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.streams import measure
from hienluong.kit.vietnamese import sort_key
from hienluong.ledger import service as ledger
from hienluong.ledger.service import ActorRef

EARLIEST = date(1945, 9, 2)
"""A day before it is a slip of the sending system: no agency of today is older."""

ERRORS_KEPT = 200
SAMPLES_KEPT = 20
_Format = AgencyImport.Format
_State = AgencyImport.State

SENTENCES = {
    "reference_twice": _("The id of {name} is there twice."),
    "code_twice": _("The code {code} is there twice."),
    "agency_twice": _("{name} is an agency that another row names by another code."),
    "code_of_another": _(
        "The codes and ids of this row belong to different agencies; a code is never given away."
    ),
    "other_reference": _("The agency with the code {code} has another id in the national directory."),
    "parent_unknown": _("No row and no agency is what {name} is said to stand under."),
    "own_parent": _("{name} is said to stand under itself."),
    "parent_left_out": _("The row that {name} stands under is wrong itself."),
    "circle": _("{name} stands in a circle of agencies, or under one."),
    "unit_without_parent": _("{name} is an internal unit and stands under no agency."),
}
"""What the faults found in the database mean."""

NO_ROWS = _("There is no row in the file.")


@dataclass(slots=True)
class _Reading:
    """What was read: how many rows, and what was wrong with some."""

    rows: int = 0
    wrong: int = 0
    errors: list[FieldError] = field(default_factory=list)


@transaction.atomic
def stage_import(
    *,
    actor: Actor | None,
    source: BinaryIO,
    file_name: str,
    format: str,  # noqa: A002 - the word for it
    effective_on: date,
    now: datetime,
    skip_wrong_rows: bool = False,
) -> AgencyImport:
    """Keeps a file and has it checked in the background; nothing is imported before it is confirmed.

    Raises:
        PermissionMissing: the actor does not manage agencies.
        ImportFileTooLarge: the file is larger than `formats.records.MAX_BYTES`.
    """
    actor = require(actor, "directory.manage_agencies")
    row = _new_import(actor, source, file_name, format, effective_on, now, skip_wrong_rows=skip_wrong_rows)
    stored = files.store(source)
    holder = actor.agency_id or _platform_agency()
    files.hold(stored, holders=[holder], now=now)
    row.file_id, row.holder = stored.id, holder
    row.save(force_insert=True)
    jobs.defer("imports.check_import", import_id=str(row.pk))
    _record(actor.ref, "stage_import", row, {}, now)
    return row


def check_import(*, import_id: UUID, now: datetime) -> AgencyImport:
    """Reads a staged file and says what it would change; a job, so it may run twice and does the same."""
    with transaction.atomic():
        row = _import(import_id)
        if row.state != _State.CHECKING:
            return row
        try:
            with transaction.atomic(), _staged_file(row) as source:
                _work(row, source, number=None)
                transaction.set_rollback(True)
        except (FileUnreadable, ImportFileRefused) as refusal:
            _refuse(row, refusal)
        else:
            row.state = _State.CHECKED
        row.save()
        _record(_requester(row), "check_import", row, {"state": str(row.state)}, now)
        return row


@transaction.atomic
def confirm_import(*, actor: Actor | None, import_id: UUID, now: datetime) -> AgencyImport:
    """Lets a checked import be done, in the background.

    Raises:
        PermissionMissing, ImportUnknown.
        ImportNotPossible: it is not in the state “checked”.
    """
    actor = require(actor, "directory.manage_agencies")
    row = _in_state(import_id, _State.CHECKED)
    row.state = _State.APPLYING
    row.requested_by, row.requested_by_id = actor.name, str(actor.id)
    row.save()
    jobs.defer("imports.apply_import", import_id=str(row.pk))
    _record(actor.ref, "confirm_import", row, {}, now)
    return row


@transaction.atomic
def discard_import(*, actor: Actor | None, import_id: UUID, now: datetime) -> AgencyImport:
    """Gives a checked import up; the row stays.

    Raises:
        PermissionMissing, ImportUnknown, ImportNotPossible.
    """
    actor = require(actor, "directory.manage_agencies")
    row = _in_state(import_id, _State.CHECKED)
    row.state = _State.DISCARDED
    row.save()
    _record(actor.ref, "discard_import", row, {}, now)
    return row


def apply_import(*, import_id: UUID, now: datetime) -> AgencyImport:
    """Does a confirmed import; a job, so it may run twice and is done once."""
    with transaction.atomic():
        row = _import(import_id)
        if row.state != _State.APPLYING:
            return row
        try:
            with transaction.atomic(), _staged_file(row) as source:
                number = directory.begin_change()
                _work(row, source, number=number)
                row.state, row.change_number, row.applied_at = _State.APPLIED, number, now
        except (FileUnreadable, ImportFileRefused) as refusal:
            _refuse(row, refusal)
        row.save()
        _record(_requester(row), "apply_import", row, {"state": str(row.state)}, now)
        transaction.on_commit(directory.forget)
        return row


def import_agencies(
    *,
    actor: Actor | None,
    source: BinaryIO,
    file_name: str,
    format: str,  # noqa: A002 - the word for it
    effective_on: date,
    now: datetime,
    skip_wrong_rows: bool = False,
    dry_run: bool = False,
) -> AgencyImport:
    """Imports a file at once and returns what it did; a dry run returns what it would do and keeps nothing.

    Raises:
        PermissionMissing, ImportFileTooLarge.
        FileUnreadable: the file is not in the format.
        ImportFileRefused: rows are wrong; each is named as /row/column, the first row being 1.
    """
    actor = require(actor, "directory.manage_agencies")
    row = _new_import(actor, source, file_name, format, effective_on, now, skip_wrong_rows=skip_wrong_rows)
    with transaction.atomic():
        number = directory.begin_change()
        row.state, row.change_number, row.applied_at = _State.APPLIED, number, now
        row.save(force_insert=True)
        _work(row, source, number=None if dry_run else number)
        row.save()
        _record(actor.ref, "import_agencies", row, {}, now)
        transaction.set_rollback(dry_run)
        transaction.on_commit(directory.forget)
    return row


def _new_import(
    actor: Actor,
    source: BinaryIO,
    file_name: str,
    file_format: str,
    effective_on: date,
    now: datetime,
    *,
    skip_wrong_rows: bool,
) -> AgencyImport:
    size, sha256 = measure(source, most=MAX_BYTES)
    if size > MAX_BYTES:
        raise ImportFileTooLarge(limit=MAX_BYTES)
    return AgencyImport(
        format=_Format(file_format),
        file_name=file_name[-255:],
        sha256=sha256,
        size=size,
        effective_on=min(effective_on, in_vietnam(now).date()),
        skip_wrong_rows=skip_wrong_rows,
        state=_State.CHECKING,
        requested_by=actor.name,
        requested_by_id=str(actor.id),
        created_at=now,
    )


def _staged_file(row: AgencyImport) -> BinaryIO:
    assert row.file_id is not None and row.holder is not None  # noqa: S101, PT018 - staging stored both
    return files.copy_for(holder=row.holder, file_id=row.file_id)


def _platform_agency() -> UUID:
    found = directory.agency_by_code(settings.PROVINCE_CODES[0])
    assert found is not None  # noqa: S101 - the reference data holds the province
    return found.agency.pk


def _import(import_id: UUID) -> AgencyImport:
    row = AgencyImport.objects.select_for_update().filter(pk=import_id).first()
    if row is None:
        raise ImportUnknown(id=import_id)
    return row


def _in_state(import_id: UUID, state: str) -> AgencyImport:
    row = _import(import_id)
    if row.state != state:
        raise ImportNotPossible(file=row.file_name, state=row.get_state_display())
    return row


def _requester(row: AgencyImport) -> ActorRef:
    return ActorRef(kind="person", id=row.requested_by_id, name=row.requested_by)


def _record(actor: ActorRef, action: str, row: AgencyImport, more: dict[str, Any], now: datetime) -> None:
    ledger.record(
        actor=actor,
        action=f"imports.{action}",
        subject=f"import:{row.pk}",
        details={
            "file_sha256": bytes(row.sha256).hex(),
            "format": str(row.format),
            "counts": row.counts,
            "effective_on": row.effective_on.isoformat(),
            **more,
        },
        now=now,
    )


def _refuse(row: AgencyImport, refusal: FileUnreadable | ImportFileRefused) -> None:
    row.state = _State.REFUSED
    row.findings = {**row.findings, "errors": [error.as_json() for error in refusal.errors]}


# --- the work ---------------------------------------------------------------------------------------------------


def _work(row: AgencyImport, source: BinaryIO, *, number: int | None) -> None:
    """Reads, checks and, with a number, does the import; sets the row's counts and findings.

    Raises:
        FileUnreadable, ImportFileRefused.
    """
    reading = _Reading()
    sql.prepare()
    _copy(_records(_reader(_Format(row.format), source), reading), row.effective_on)
    sql.resolve(row.effective_on)
    counts = sql.plan()
    reading.errors += [
        FieldError(f"/{place}/{column}", SENTENCES[fault], {"code": code, "name": name})
        for place, column, fault, code, name in sql.faults(max(0, ERRORS_KEPT - len(reading.errors)))
    ]
    reading.errors.sort(key=_place_in_file)
    row.counts = {**counts, "rows": reading.rows, "wrong": counts["wrong"] + reading.wrong}
    row.findings = {
        "errors": [error.as_json() for error in reading.errors],
        **{kind: sql.samples(kind, SAMPLES_KEPT) for kind in sql.SAMPLES},
    }
    if not reading.rows:
        raise ImportFileRefused([FieldError("", NO_ROWS)])
    if reading.errors and not row.skip_wrong_rows:
        raise ImportFileRefused(reading.errors)
    if number is not None:
        sql.apply(row.pk, number)
    sql.finish()


def _place_in_file(error: FieldError) -> int:
    return int(error.pointer.split("/")[1])


def _reader(file_format: AgencyImport.Format, source: BinaryIO) -> Iterator[AgencyRecord | RowFault]:
    if file_format == _Format.CSV:
        return read_csv(source, kinds=[str(kind) for kind in Agency.Kind.values])
    national: dict[str, Callable[[BinaryIO], Iterator[AgencyRecord | RowFault]]] = {
        _Format.NATIONAL: read_national,
        _Format.NATIONAL_QD20: read_national_qd20,
        _Format.NATIONAL_DELTA: read_national_delta,
    }
    return national[file_format](source)


def _records(rows: Iterable[AgencyRecord | RowFault], reading: _Reading) -> Iterator[AgencyRecord]:
    for one in rows:
        reading.rows += 1
        if isinstance(one, AgencyRecord):
            yield one
            continue
        reading.wrong += 1
        if len(reading.errors) < ERRORS_KEPT:
            reading.errors.append(one.as_error())


def _copy(records: Iterable[AgencyRecord], effective_on: date) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY incoming ({', '.join(sql.COLUMNS)}) FROM STDIN") as copy,
    ):
        for record in records:
            copy.write_row(_columns(record, effective_on))


def _columns(record: AgencyRecord, effective_on: date) -> Sequence[object]:
    inside = directory.is_province_code(record.code)
    kind = record.kind or (str(Agency.Kind.UNIT) if record.is_unit else directory.kind_by_code(record.code))
    return (
        record.row,
        record.code,
        record.code.upper(),
        directory.scheme_of(record.code),
        record.name,
        sort_key(record.name)[: directory.SORT_KEY_MAX],
        directory.agency_search_key([record.name, record.english_name], [record.code, record.old_code]),
        kind,
        bool(record.kind),
        str(Agency.Place.PROVINCE if inside else Agency.Place.OUTSIDE),
        record.old_code,
        record.old_code.upper(),
        directory.scheme_of(record.old_code),
        record.parent.upper(),
        record.reference,
        record.parent_reference,
        record.english_name,
        record.address,
        record.email,
        record.telephone,
        record.fax,
        record.website,
        record.version,
        record.ended,
        min(max(record.changed_on or effective_on, EARLIEST), effective_on),
    )
