"""Takes a file of an earlier system over: staged, its columns confirmed, checked, confirmed, taken; undone as a whole.

On the pages checking and taking are jobs with a person's confirmation between; on the command line all of it is one act.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from django.db import transaction

from hienluong.directory.service import Actor, Agency, require
from hienluong.edxml.reader import read_attachments
from hienluong.files import service as files
from hienluong.jobs import service as jobs
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.streams import measure
from hienluong.ledger import service as ledger
from hienluong.ledger.service import ActorRef
from hienluong.takeover.agencies import agency_for
from hienluong.takeover.commands import archives, registers
from hienluong.takeover.errors import ColumnsMissing, FileTooLarge, IntakeUnknown, NotPossibleNow
from hienluong.takeover.formats.archives import MAX_BYTES as ARCHIVE_MAX_BYTES
from hienluong.takeover.formats.archives import ArchiveUnreadable, walk_zip
from hienluong.takeover.formats.registers import FIELDS, MISSING_COLUMNS, is_heading, missing, recognise
from hienluong.takeover.formats.tables import MAX_BYTES as TABLE_MAX_BYTES
from hienluong.takeover.formats.tables import TableUnreadable, read_rows, split_heading
from hienluong.takeover.models import AsideFile, Intake, Profile, State, TakenDocument

ERRORS_KEPT = 200
Refusal = TableUnreadable | ArchiveUnreadable | InvalidInput


@transaction.atomic
def stage_register(
    *,
    actor: Actor | None,
    source: BinaryIO,
    file_name: str,
    direction: str,
    system: str,
    now: datetime,
    profile: str = "",
) -> Intake:
    """Keeps a register and reads its heading; the columns are confirmed next.

    Raises:
        PermissionMissing, AgencyNotNamed, FileTooLarge.
        TableUnreadable: it is no table, or has no heading.
    """
    actor = require(actor, "takeover.manage_intakes")
    row = _new(
        actor, agency_for(actor), Intake.Kind.REGISTER, source, file_name, system, now, TABLE_MAX_BYTES
    )
    row.direction = direction
    row.heading, row.columns = columns_of(row.agency, source, profile)
    row.state = State.COLUMNS
    _keep(row, source, now)
    _record(actor.ref, "register-staged", row, now)
    return row


@transaction.atomic
def choose_columns(
    *,
    actor: Actor | None,
    intake_id: UUID,
    columns: Mapping[str, str],
    now: datetime,
    skip_wrong_rows: bool = False,
    save_as: str = "",
) -> Intake:
    """Says which column holds what, keeps that as a profile if it gets a name, and has the register checked.

    Raises:
        PermissionMissing, IntakeUnknown, NotPossibleNow.
        ColumnsMissing: they do not say what a register must say.
    """
    actor = require(actor, "takeover.manage_intakes")
    row = _in_state(actor, intake_id, State.COLUMNS)
    row.columns = _known(row.heading, columns)
    _refuse_missing(row)
    if save_as.strip():
        Profile.objects.update_or_create(
            agency=row.agency, name=save_as.strip()[:100], defaults={"columns": row.columns, "saved_at": now}
        )
    row.skip_wrong_rows, row.state = skip_wrong_rows, State.CHECKING
    row.save()
    jobs.defer("takeover.check_intake", intake_id=str(row.pk))
    _record(actor.ref, "columns-chosen", row, now)
    return row


@transaction.atomic
def stage_archive(
    *, actor: Actor | None, source: BinaryIO, file_name: str, system: str, now: datetime
) -> Intake:
    """Keeps an archive of packets and has it checked.

    Raises:
        PermissionMissing, AgencyNotNamed, FileTooLarge.
    """
    actor = require(actor, "takeover.manage_intakes")
    row = _new(
        actor, agency_for(actor), Intake.Kind.ARCHIVE, source, file_name, system, now, ARCHIVE_MAX_BYTES
    )
    row.state = State.CHECKING
    _keep(row, source, now)
    jobs.defer("takeover.check_intake", intake_id=str(row.pk))
    _record(actor.ref, "archive-staged", row, now)
    return row


def check_intake(*, intake_id: UUID, now: datetime) -> Intake:
    """Reads a staged file and says what it would bring; a job, so it may run twice and does the same."""
    row = Intake.objects.get(pk=intake_id)
    if row.state != State.CHECKING:
        return row
    try:
        with _staged_file(row) as source:
            _work(row, source, now, dry_run=True)
        row.state = State.CHECKED
    except InvalidInput as refusal:
        _refuse(row, refusal)
    return _told(row, State.CHECKING, "intake-checked", now)


@transaction.atomic
def confirm_intake(*, actor: Actor | None, intake_id: UUID, now: datetime) -> Intake:
    """Lets a checked file be taken over, in the background.

    Raises:
        PermissionMissing, IntakeUnknown, NotPossibleNow.
    """
    actor = require(actor, "takeover.manage_intakes")
    row = _in_state(actor, intake_id, State.CHECKED)
    row.state = State.APPLYING
    row.requested_by, row.requested_by_id = actor.name, str(actor.id)
    row.save()
    jobs.defer("takeover.apply_intake", intake_id=str(row.pk))
    _record(actor.ref, "intake-confirmed", row, now)
    return row


def apply_intake(*, intake_id: UUID, now: datetime, at_once: int = archives.AT_ONCE) -> Intake:
    """Takes a confirmed file over; a job, so it may run twice: what it took the first time is there already.

    The packets of an archive are committed `at_once` at a time.
    """
    row = Intake.objects.get(pk=intake_id)
    if row.state != State.APPLYING:
        return row
    try:
        with _staged_file(row) as source:
            _work(row, source, now, dry_run=False, at_once=at_once)
        row.state, row.applied_at = State.APPLIED, now
    except NotPossibleNow:
        return Intake.objects.get(pk=intake_id)  # undone meanwhile
    except InvalidInput as refusal:
        _refuse(row, refusal)
    return _told(row, State.APPLYING, "intake-taken", now)


@transaction.atomic
def _told(row: Intake, was: State, action: str, now: datetime) -> Intake:
    """Keeps what a job found out and returns the intake, unless somebody gave it up meanwhile."""
    current = Intake.objects.select_for_update(no_key=True).get(pk=row.pk)
    if current.state != was:
        return current
    if row.kind == Intake.Kind.ARCHIVE and row.state == State.APPLIED:
        _drop_file(row)  # each packet is in the vault by itself now
    row.save()
    _record(_requester(row), action, row, now)
    return row


@transaction.atomic
def discard_intake(*, actor: Actor | None, intake_id: UUID, now: datetime) -> Intake:
    """Gives a file up that was not taken over, also one whose checking never ends; its row stays, the file goes.

    Raises:
        PermissionMissing, IntakeUnknown, NotPossibleNow.
    """
    actor = require(actor, "takeover.manage_intakes")
    row = _in_state(actor, intake_id, State.COLUMNS, State.CHECKING, State.CHECKED, State.REFUSED)
    row.state = State.DISCARDED
    _drop_file(row)
    row.save()
    _record(actor.ref, "intake-discarded", row, now)
    return row


@transaction.atomic
def undo_intake(*, actor: Actor | None, intake_id: UUID, now: datetime, agency: str = "") -> Intake:
    """Takes back everything that one file brought: its documents, their packets, what was kept aside.

    So does undoing one that is being taken over, or whose taking was broken off: what is under way takes no more.

    Raises:
        PermissionMissing, AgencyNotNamed, IntakeUnknown.
        NotPossibleNow: it was not taken over, or is undone already.
    """
    actor = require(actor, "takeover.manage_intakes")
    row = _in_state(actor, intake_id, State.APPLYING, State.APPLIED, agency=agency)
    kept = [*row.documents.values_list("file_id", flat=True), *row.aside.values_list("file_id", flat=True)]
    files.release_all(file_ids={file_id for file_id in kept if file_id is not None})
    row.documents.all().delete()
    row.aside.all().delete()
    _drop_file(row)
    row.state, row.undone_at, row.undone_by = State.UNDONE, now, actor.name
    row.save()
    _record(actor.ref, "intake-undone", row, now)
    return row


def take_register(
    *,
    actor: Actor | None,
    source: BinaryIO,
    file_name: str,
    direction: str,
    system: str,
    now: datetime,
    agency: str = "",
    profile: str = "",
    columns: Mapping[str, str] | None = None,
    skip_wrong_rows: bool = False,
    dry_run: bool = False,
) -> Intake:
    """Takes a register over at once; a dry run returns what it would bring and keeps nothing.

    Raises:
        PermissionMissing, AgencyNotNamed, FileTooLarge, TableUnreadable, ColumnsMissing.
        RowsRefused: rows are wrong; each is named as /row/column.
    """
    actor = require(actor, "takeover.manage_intakes")
    owner = agency_for(actor, agency)
    row = _new(actor, owner, Intake.Kind.REGISTER, source, file_name, system, now, TABLE_MAX_BYTES)
    row.direction, row.skip_wrong_rows = direction, skip_wrong_rows
    row.heading, row.columns = columns_of(owner, source, profile)
    row.columns |= _known(row.heading, columns or {})
    _refuse_missing(row)
    with transaction.atomic():
        row.state = State.APPLYING
        row.save(force_insert=True)
        _work(row, source, now, dry_run=False)
        row.state, row.applied_at = State.APPLIED, now
        row.save()
        _record(actor.ref, "register-taken", row, now)
        transaction.set_rollback(dry_run)
    return row


@dataclass(frozen=True, slots=True)
class Bytes:
    """A file to be saved: its name, type and size, and its bytes in chunks."""

    name: str
    media_type: str
    size: int
    chunks: Iterator[bytes]


@transaction.atomic
def read_taken_part(*, actor: Actor | None, document_id: UUID, position: int | None, now: datetime) -> Bytes:
    """Hands out an attachment of a packet that was taken over, or with None the packet itself, and records who looked.

    Raises:
        PermissionMissing, IntakeUnknown.
    """
    actor = require(actor, "takeover.view_documents")
    found = TakenDocument.objects.filter(pk=document_id, agency=actor.agency_id).exclude(file_id=None).first()
    if found is None or found.file_id is None or actor.agency_id is None:
        raise IntakeUnknown(id=document_id)
    if position is not None and position not in range(len(found.parts)):
        raise IntakeUnknown(id=f"{document_id}/{position}")
    holder, file_id = actor.agency_id, found.file_id
    if position is None:
        size, _sha256 = files.facts_of(file_id)
        read = Bytes(
            f"{found.pk}.edxml", "application/xml", size, files.open_for(holder=holder, file_id=file_id)
        )
    else:
        content = read_attachments(files.stream_for(holder=holder, file_id=file_id))[position].content
        part = found.parts[position]
        read = Bytes(part["name"], part["type"], content.size, content.chunks())
    ledger.record(
        actor=actor.ref,
        action="takeover.part-read",
        subject=f"taken-document:{found.pk}",
        details={"position": -1 if position is None else position},
        now=now,
    )
    return read


@transaction.atomic
def read_aside_file(*, actor: Actor | None, aside_id: int, now: datetime) -> Bytes:
    """Hands out a file of an archive that was kept aside, as it was.

    Raises:
        PermissionMissing, IntakeUnknown.
    """
    actor = require(actor, "takeover.manage_intakes")
    found = (
        AsideFile.objects.filter(pk=aside_id, intake__agency=actor.agency_id).exclude(file_id=None).first()
    )
    if found is None or found.file_id is None or actor.agency_id is None:
        raise IntakeUnknown(id=aside_id)
    ledger.record(
        actor=actor.ref,
        action="takeover.aside-read",
        subject=f"intake:{found.intake_id}",
        details={"aside": found.pk},
        now=now,
    )
    chunks = files.open_for(holder=actor.agency_id, file_id=found.file_id)
    return Bytes(
        found.name.replace("\\", "/").rsplit("/", 1)[-1], "application/octet-stream", found.size, chunks
    )


# --- the parts of it --------------------------------------------------------------------------------------------


def _work(
    row: Intake, source: BinaryIO, now: datetime, *, dry_run: bool, at_once: int = archives.AT_ONCE
) -> None:
    """Reads the file and, unless it is a dry run, takes it; sets the row's counts and errors.

    Raises:
        TableUnreadable, ArchiveUnreadable, RowsRefused.
        NotPossibleNow: it was undone meanwhile.
    """
    if row.kind == Intake.Kind.REGISTER:
        registers.take(row, source, now, dry_run=dry_run)
    else:
        walked = walk_zip(source, file_limit=archives.file_limit())
        archives.take(row, walked, now, dry_run=dry_run, at_once=at_once)


def _new(
    actor: Actor,
    agency: Agency,
    kind: Intake.Kind,
    source: BinaryIO,
    file_name: str,
    system: str,
    now: datetime,
    limit: int,
) -> Intake:
    size, sha256 = measure(source, most=limit)
    if size > limit:
        raise FileTooLarge(limit=limit)
    return Intake(
        agency=agency,
        kind=kind,
        system=system.strip()[:100],
        file_name=file_name[-255:],
        sha256=sha256,
        size=size,
        state=State.CHECKING,
        requested_by=actor.name,
        requested_by_id=str(actor.id),
        created_at=now,
    )


def _keep(row: Intake, source: BinaryIO, now: datetime) -> None:
    source.seek(0)
    stored = files.store(source)
    files.hold(stored, holders=[row.agency_id], now=now)
    row.file_id = stored.id
    row.save(force_insert=True)


def columns_of(agency: Agency, source: BinaryIO, profile: str) -> tuple[list[str], dict[str, str]]:
    """Returns the heading, and the columns as a saved profile has them, else as their names are known."""
    heading_test = is_heading
    saved: dict[str, str] = {}
    if profile:
        known = Profile.objects.filter(agency=agency, name=profile).first()
        saved = known.columns if known else {}
        headings = set(saved.values())
        heading_test = lambda cells: is_heading(cells) or len(headings & set(cells)) > 1  # noqa: E731 - one line more would say no more
    heading, _rows = split_heading(read_rows(source), heading_test)
    source.seek(0)
    recognised = {name: heading[place] for name, place in recognise(heading).items()}
    return heading, recognised | _known(heading, saved)


def _known(heading: list[str], columns: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in columns.items() if name in FIELDS and text and text in heading}


def _refuse_missing(row: Intake) -> None:
    lacking = missing(dict.fromkeys(row.columns, 0))
    if lacking:
        raise ColumnsMissing([FieldError("", MISSING_COLUMNS, {"missing": lacking})])


def _staged_file(row: Intake) -> BinaryIO:
    assert row.file_id is not None  # noqa: S101 - staging stored it
    return files.copy_for(holder=row.agency_id, file_id=row.file_id)


def _in_state(actor: Actor, intake_id: UUID, *states: State, agency: str = "") -> Intake:
    owner = agency_for(actor, agency)
    # Documents that are being taken refer to the row: with its key locked, this would wait for all of them.
    row = Intake.objects.select_for_update(no_key=True).filter(pk=intake_id, agency=owner).first()
    if row is None:
        raise IntakeUnknown(id=intake_id)
    if row.state not in states:
        raise NotPossibleNow(file=row.file_name, state=row.get_state_display())
    return row


def _drop_file(row: Intake) -> None:
    if row.file_id is not None:
        files.release_all(file_ids=[row.file_id])
        row.file_id = None


def _requester(row: Intake) -> ActorRef:
    return ActorRef(kind="person", id=row.requested_by_id, name=row.requested_by)


def _refuse(row: Intake, refusal: InvalidInput) -> None:
    row.state = State.REFUSED
    row.errors = [error.as_json() for error in refusal.errors[:ERRORS_KEPT]]


def _record(actor: ActorRef, action: str, row: Intake, now: datetime) -> None:
    ledger.record(
        actor=actor,
        action=f"takeover.{action}",
        subject=f"intake:{row.pk}",
        details={
            "agency": str(row.agency_id),
            "kind": str(row.kind),
            "file_sha256": bytes(row.sha256).hex(),
            "state": str(row.state),
            "counts": row.counts,
        },
        now=now,
    )
