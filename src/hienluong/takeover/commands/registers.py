"""Takes the lines of a register: a thousand at a time, all or none unless wrong rows are to be left out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from hienluong.edxml.secrecy import find_secrecy_markers
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import FieldError, RowFault
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.kit.jcs import canonical_json
from hienluong.kit.search_key import search_key, words_of
from hienluong.takeover.commands.under_way import record_taken, require_under_way
from hienluong.takeover.errors import RowsRefused
from hienluong.takeover.formats.registers import Line, is_heading, read_lines
from hienluong.takeover.formats.tables import read_rows, split_heading
from hienluong.takeover.models import Intake, TakenDocument

ERRORS_KEPT = 200
AT_ONCE = 1_000
NO_ROWS = _("There is no row below the heading.")
SECRET = _(
    "The subject bears a mark of secrecy ({marker}): secret documents are not kept here. Leave the row out."
)


def take(row: Intake, source: BinaryIO, now: datetime, *, dry_run: bool) -> None:
    """Reads the register and takes its documents; sets the counts and errors of the intake.

    Raises:
        TableUnreadable: as `read_rows`.
        RowsRefused: rows are wrong and are not to be left out; nothing was taken.
        NotPossibleNow: it was undone meanwhile; nothing was taken.
    """
    counts = {"rows": 0, "taken": 0, "there": 0, "wrong": 0}
    errors: list[FieldError] = []
    with transaction.atomic():
        good = _good(lines_of(row, source, now), counts, errors)
        while batch := list(islice(good, AT_ONCE)):
            _take_batch(row, batch, counts)
        if not dry_run:
            require_under_way(row)
            record_taken(row, counts["taken"], now)
            # An earlier attempt may have been broken off after its commit: what it took counts as taken.
            counts["taken"] = row.documents.count()
            counts["there"] = counts["rows"] - counts["wrong"] - counts["taken"]
        row.counts = counts
        row.errors = [error.as_json() for error in errors]
        refused = errors if counts["rows"] else [FieldError("", NO_ROWS)]
        if (counts["wrong"] and not row.skip_wrong_rows) or not counts["rows"]:
            raise RowsRefused(refused)  # rolls back what was taken
        if dry_run:
            transaction.set_rollback(True)


def lines_of(row: Intake, source: BinaryIO, now: datetime) -> Iterator[Line | RowFault]:
    """Yields the rows of a register by the columns that were confirmed."""
    source.seek(0)
    wanted = set(row.columns.values())
    heading, rows = split_heading(
        read_rows(source), lambda cells: cells == row.heading or wanted <= set(cells) or is_heading(cells)
    )
    places = {name: heading.index(text) for name, text in row.columns.items() if text in heading}
    return read_lines(rows, places, today=in_vietnam(now).date())


def marker_in(text: str, notation: str) -> str:
    """Returns the first mark of secrecy in what people wrote, "" if there is none."""
    found = find_secrecy_markers(
        [text], markers=settings.SECRECY_MARKERS, notation_series=settings.SECRECY_SERIES, notation=notation
    )
    return found[0].marker if found else ""


def _good(
    lines: Iterable[Line | RowFault], counts: dict[str, int], errors: list[FieldError]
) -> Iterator[Line]:
    for line in lines:
        counts["rows"] += 1
        fault = line if isinstance(line, RowFault) else None
        if isinstance(line, Line) and (marker := marker_in(line.subject, line.notation)):
            fault = RowFault(line.row, "subject", SECRET, {"marker": marker})
        if fault is None and isinstance(line, Line):
            yield line
            continue
        counts["wrong"] += 1
        if fault is not None and len(errors) < ERRORS_KEPT:
            errors.append(fault.as_error())


def _take_batch(row: Intake, lines: list[Line], counts: dict[str, int]) -> None:
    by_identity = {_identity(line): line for line in lines}
    known = {
        bytes(one)
        for one in TakenDocument.objects.filter(
            agency=row.agency_id, direction=row.direction, identity__in=list(by_identity)
        ).values_list("identity", flat=True)
    }
    fresh = [(identity, line) for identity, line in by_identity.items() if identity not in known]
    TakenDocument.objects.bulk_create([_document(row, identity, line) for identity, line in fresh])
    counts["taken"] += len(fresh)
    counts["there"] += len(lines) - len(fresh)


def _identity(line: Line) -> bytes:
    """Returns what makes a line of a register the same line again: its own id, else all that identifies a document."""
    facts = (
        ["id", line.document_id]
        if line.document_id
        else [
            "line",
            words_of(line.number),
            words_of(line.notation),
            str(line.dated_on),
            words_of(line.party_code or line.party),
            line.arrival_number,
            str(line.registered_on),
            words_of(line.subject),
        ]
    )
    return hashlib.sha256(canonical_json(facts)).digest()


def _document(row: Intake, identity: bytes, line: Line) -> TakenDocument:
    day = line.dated_on or line.registered_on
    assert day is not None  # noqa: S101 - a line without any day is a fault
    return TakenDocument(
        id=new_id(),
        intake=row,
        place=str(line.row),
        agency_id=row.agency_id,
        direction=row.direction,
        identity=identity,
        document_id=line.document_id,
        number=line.number,
        notation=line.notation,
        dated_on=line.dated_on,
        registered_on=line.registered_on,
        day=day,
        arrival_number=line.arrival_number,
        type_name=line.type_name,
        subject=line.subject,
        party=line.party,
        party_code=line.party_code,
        signer=line.signer,
        search_key=search_key(
            f"{line.number} {line.notation}", line.type_name, line.subject, f"{line.party} {line.party_code}"
        ),
    )
