"""Compares both systems for some days of a parallel run: what the earlier one registered, and what passed here.

A document is the same by its DocumentId; else by agency, number, notation and date; else by number, notation and date
where these are there once on both sides (then the agency is what differs). Both sides are copied into temporary tables
and matched there, so that a hundred thousand rows need no more memory than one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO
from uuid import UUID

from django.db import connection, transaction

from hienluong.directory.service import Actor, require
from hienluong.files import service as files
from hienluong.jobs import service as jobs
from hienluong.kit.clock import VIETNAM, in_vietnam
from hienluong.kit.errors import FieldError, InvalidInput, RowFault
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.search_key import words_of
from hienluong.kit.streams import measure
from hienluong.ledger import service as ledger
from hienluong.ledger.service import ActorRef
from hienluong.takeover.agencies import agency_for
from hienluong.takeover.commands.intakes import columns_of
from hienluong.takeover.errors import ColumnsMissing, FileTooLarge
from hienluong.takeover.formats.registers import MISSING_COLUMNS, Line, missing, read_lines
from hienluong.takeover.formats.tables import MAX_BYTES, read_rows, split_heading
from hienluong.takeover.models import Comparison, Direction, State
from hienluong.takeover.queries.comparisons import difference_rows
from hienluong.takeover.queries.passed import Passed, documents_between, keys_of

ERRORS_KEPT = 200
AT_ONCE = 2_000
MARGIN = timedelta(days=3)
"""A document may be registered some days after it came: so far outside the days compared it is still looked for."""
DAYS_MAX = 62

WRONG_DAYS = _("The days to compare are {limit} at most, and the last is not before the first.")

_TABLES = """
CREATE TEMPORARY TABLE theirs (
    row int, document_id text, number text, notation text, dated_on date, day date, code text, party text, subject text,
    number_key text, notation_key text, code_key text, party_key text, subject_key text) ON COMMIT DROP;
CREATE TEMPORARY TABLE ours (
    packet uuid, document_id text, number text, notation text, dated_on date, day date, code text, party text, subject text,
    number_key text, notation_key text, code_key text, party_key text, subject_key text) ON COMMIT DROP;
CREATE TEMPORARY TABLE same (row int PRIMARY KEY, packet uuid UNIQUE) ON COMMIT DROP
"""
_COLUMNS = "document_id, number, notation, dated_on, day, code, party, subject, number_key, notation_key, code_key, party_key, subject_key"


def _match(keys: str, condition: str, only: str = "") -> str:
    """Returns the statement that joins what is not matched yet by these keys, the first with the first."""
    return f"""
INSERT INTO same SELECT t.row, o.packet FROM
    (SELECT *, row_number() OVER w AS n, count(*) OVER w AS many FROM theirs
     WHERE row NOT IN (SELECT row FROM same) AND {condition}
     WINDOW w AS (PARTITION BY {keys} ORDER BY row ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) t
JOIN
    (SELECT *, row_number() OVER w AS n, count(*) OVER w AS many FROM ours
     WHERE packet NOT IN (SELECT packet FROM same) AND {condition}
     WINDOW w AS (PARTITION BY {keys} ORDER BY packet ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) o
USING ({keys}, n) {only}"""  # noqa: S608 - our own statement


_NUMBERED = "number_key, notation_key, dated_on"
_HAS_NUMBER = "number_key || notation_key <> '' AND dated_on IS NOT NULL"
_MATCHES = (
    _match("document_id", "document_id <> ''"),
    _match(f"code_key, {_NUMBERED}", f"code_key <> '' AND {_HAS_NUMBER}"),
    _match(f"party_key, {_NUMBERED}", _HAS_NUMBER),
    _match(_NUMBERED, _HAS_NUMBER, "WHERE t.many = 1 AND o.many = 1"),
)

# In what two documents that are the same differ; what the earlier system does not say does not differ.
_DIFFERING = """
INSERT INTO takeover_difference (comparison_id, kind, row, packet, day, number, agency_name, subject, found)
SELECT %(id)s::uuid, 'differs', row, packet, day, number, party, subject, found FROM (
    SELECT t.row, o.packet, o.day, concat_ws('/', nullif(o.number, ''), nullif(o.notation, '')) AS number, o.party, o.subject,
        CASE WHEN t.number_key <> '' AND t.number_key <> o.number_key
            THEN jsonb_build_array(jsonb_build_array('number', t.number, o.number)) ELSE '[]' END
        || CASE WHEN t.notation_key <> '' AND t.notation_key <> o.notation_key
            THEN jsonb_build_array(jsonb_build_array('notation', t.notation, o.notation)) ELSE '[]' END
        || CASE WHEN t.dated_on <> o.dated_on OR (t.dated_on IS NOT NULL AND o.dated_on IS NULL)
            THEN jsonb_build_array(jsonb_build_array('dated_on', to_char(t.dated_on, 'DD/MM/YYYY'),
                coalesce(to_char(o.dated_on, 'DD/MM/YYYY'), ''))) ELSE '[]' END
        || CASE WHEN t.subject_key <> o.subject_key
            THEN jsonb_build_array(jsonb_build_array('subject', t.subject, o.subject)) ELSE '[]' END
        || CASE WHEN (t.code_key <> '' AND t.code_key <> o.code_key)
                OR (t.code_key = '' AND t.party_key <> '' AND t.party_key <> o.party_key)
            THEN jsonb_build_array(jsonb_build_array('agency', concat_ws(' ', nullif(t.party, ''), nullif(t.code, '')),
                concat_ws(' ', o.party, o.code))) ELSE '[]' END AS found
    FROM same JOIN theirs t USING (row) JOIN ours o USING (packet)
    WHERE t.day BETWEEN %(first)s::date AND %(last)s::date OR o.day BETWEEN %(first)s::date AND %(last)s::date
) pairs WHERE jsonb_array_length(found) > 0 ORDER BY row
"""
_MISSING_HERE = """
INSERT INTO takeover_difference (comparison_id, kind, row, day, number, agency_name, subject, found)
SELECT %(id)s::uuid, 'here', row, day, concat_ws('/', nullif(number, ''), nullif(notation, '')), party, subject, '[]' FROM theirs
WHERE row NOT IN (SELECT row FROM same) AND day BETWEEN %(first)s::date AND %(last)s::date ORDER BY row
"""
_MISSING_THERE = """
INSERT INTO takeover_difference (comparison_id, kind, packet, day, number, agency_name, subject, found)
SELECT %(id)s::uuid, 'there', packet, day, concat_ws('/', nullif(number, ''), nullif(notation, '')), party, subject, '[]' FROM ours
WHERE packet NOT IN (SELECT packet FROM same) AND day BETWEEN %(first)s::date AND %(last)s::date ORDER BY day, packet
"""
_DAYS = """
INSERT INTO takeover_daycount (comparison_id, day, agency_name, theirs, ours)
SELECT %(id)s::uuid, day, min(party), count(*) FILTER (WHERE theirs), count(*) FILTER (WHERE NOT theirs) FROM (
    SELECT t.day, coalesce(o.party, t.party) AS party, coalesce(o.party_key, t.party_key) AS party_key, true AS theirs
    FROM theirs t LEFT JOIN same USING (row) LEFT JOIN ours o USING (packet)
    UNION ALL SELECT day, party, party_key, false FROM ours
) both_sides WHERE day BETWEEN %(first)s::date AND %(last)s::date GROUP BY day, party_key
"""
_COUNTS = """
SELECT (SELECT count(*) FROM theirs WHERE day BETWEEN %(first)s::date AND %(last)s::date),
    (SELECT count(*) FROM ours WHERE day BETWEEN %(first)s::date AND %(last)s::date),
    (SELECT count(*) FROM same JOIN theirs t USING (row) JOIN ours o USING (packet)
     WHERE t.day BETWEEN %(first)s::date AND %(last)s::date OR o.day BETWEEN %(first)s::date AND %(last)s::date)
"""


@transaction.atomic
def stage_comparison(
    *,
    actor: Actor | None,
    source: BinaryIO,
    file_name: str,
    direction: str,
    first_day: date,
    last_day: date,
    now: datetime,
    agency: str = "",
    profile: str = "",
    at_once: bool = False,
) -> Comparison:
    """Keeps the earlier system's register of some days and has it compared, in the background or at once.

    Raises:
        PermissionMissing, AgencyNotNamed, FileTooLarge, TableUnreadable, ColumnsMissing.
        InvalidInput: these are no days to compare.
    """
    actor = require(actor, "takeover.manage_intakes")
    if not timedelta(0) <= last_day - first_day < timedelta(days=DAYS_MAX):
        raise InvalidInput([FieldError("/last_day", WRONG_DAYS, {"limit": DAYS_MAX})])
    owner = agency_for(actor, agency)
    size, sha256 = measure(source, most=MAX_BYTES)
    if size > MAX_BYTES:
        raise FileTooLarge(limit=MAX_BYTES)
    heading, columns = columns_of(owner, source, profile)
    if lacking := missing(dict.fromkeys(columns, 0)):
        raise ColumnsMissing([FieldError("/file", MISSING_COLUMNS, {"missing": lacking})])
    row = Comparison(
        agency=owner,
        direction=direction,
        first_day=first_day,
        last_day=last_day,
        file_name=file_name[-255:],
        sha256=sha256,
        state=State.CHECKING,
        counts={"heading": heading, "columns": columns},
        requested_by=actor.name,
        requested_by_id=str(actor.id),
        created_at=now,
    )
    if at_once:
        row.save(force_insert=True)
        _compare(row, source, now)
    else:
        source.seek(0)
        stored = files.store(source)
        files.hold(stored, holders=[owner.pk], now=now)
        row.file_id = stored.id
        row.save(force_insert=True)
        jobs.defer("takeover.compare", comparison_id=str(row.pk))
    _record(actor.ref, "comparison-staged", row, now)
    return row


def compare(*, comparison_id: UUID, now: datetime) -> Comparison:
    """Compares what was staged; a job, so it may run twice and does the same."""
    with transaction.atomic():
        row = Comparison.objects.select_for_update().get(pk=comparison_id)
        if row.state != State.CHECKING or row.file_id is None:
            return row
        try:
            with transaction.atomic(), files.copy_for(holder=row.agency_id, file_id=row.file_id) as source:
                _compare(row, source, now)
        except InvalidInput as refusal:
            row.state = State.REFUSED
            row.errors = [error.as_json() for error in refusal.errors[:ERRORS_KEPT]]
        files.release_all(file_ids=[row.file_id])
        row.file_id = None
        row.save()
        _record(ActorRef(kind="person", id=row.requested_by_id, name=row.requested_by), "compared", row, now)
    return row


@transaction.atomic
def export_comparison(
    *,
    actor: Actor | None,
    comparison_id: UUID,
    words: Mapping[str, str],
    form: str,
    now: datetime,
    agency: str = "",
) -> Iterator[list[str]]:
    """Returns all differences as rows of a table, to be read as they are written, and records that they were taken.

    Raises:
        PermissionMissing, AgencyNotNamed, IntakeUnknown.
    """
    actor = require(actor, "takeover.manage_intakes")
    rows = difference_rows(actor, comparison_id, words, agency=agency)
    ledger.record(
        actor=actor.ref,
        action="takeover.comparison-exported",
        subject=f"comparison:{comparison_id}",
        details={"form": form},
        now=now,
    )
    return rows


def _compare(row: Comparison, source: BinaryIO, now: datetime) -> None:
    counts: dict[str, Any] = {"rows": 0, "wrong": 0}
    errors: list[dict[str, Any]] = []
    outgoing = row.direction == Direction.OUTGOING
    values: dict[str, Any] = {"id": row.pk, "first": row.first_day, "last": row.last_day}
    with connection.cursor() as cursor:
        for statement in _TABLES.split(";"):
            cursor.execute(statement)
        source.seek(0)
        with cursor.copy(f"COPY theirs (row, {_COLUMNS}) FROM STDIN") as copy:
            for line in _lines(row, source, now):
                counts["rows"] += 1
                if isinstance(line, RowFault):
                    counts["wrong"] += 1
                    if len(errors) < ERRORS_KEPT:
                        errors.append(line.as_error().as_json())
                    continue
                copy.write_row(_theirs(line, row.agency.name if outgoing else None))
        passed = documents_between(
            row.agency_id,
            received=not outgoing,
            begin=_midnight(row.first_day - MARGIN),
            end=_midnight(row.last_day + MARGIN + timedelta(days=1)),
        )
        while batch := list(islice(passed, AT_ONCE)):  # one connection reads or copies, never both at once
            with cursor.copy(f"COPY ours (packet, {_COLUMNS}) FROM STDIN") as copy:
                for one in batch:
                    copy.write_row(_ours(one))
        for table in ("theirs", "ours"):
            cursor.execute(f"ANALYZE {table}")
        for statement in _MATCHES:
            cursor.execute(statement)
            cursor.execute("ANALYZE same")
        for name, statement in (
            ("differing", _DIFFERING),
            ("missing_here", _MISSING_HERE),
            ("missing_there", _MISSING_THERE),
        ):
            cursor.execute(statement, values)
            counts[name] = cursor.rowcount
        cursor.execute(_DAYS, values)
        cursor.execute(_COUNTS, values)
        counts["theirs"], counts["ours"], counts["same"] = cursor.fetchone()
        cursor.execute("DROP TABLE theirs, ours, same")
    row.counts, row.errors, row.state = counts, errors, State.APPLIED
    row.save()


def _lines(row: Comparison, source: BinaryIO, now: datetime) -> Iterator[Line | RowFault]:
    wanted, columns = row.counts["heading"], row.counts["columns"]
    heading, rows = split_heading(read_rows(source), lambda cells: cells == wanted)
    places: Mapping[str, int] = {name: heading.index(text) for name, text in columns.items()}
    return read_lines(rows, places, today=in_vietnam(now).date())


def _theirs(line: Line, issuer: str | None) -> tuple[Any, ...]:
    """Returns the columns of a line; all that an agency sends is its own, whatever the recipients are."""
    code, party = ("", issuer) if issuer is not None else (line.party_code, line.party)
    return (
        *(line.row, line.document_id, line.number, line.notation, line.dated_on),
        *(line.registered_on or line.dated_on, code, party, line.subject),
        *_keys(line.number, line.notation, code, party, line.subject),
    )


def _ours(one: Passed) -> tuple[Any, ...]:
    packet, document_id, number, notation, dated_on, code, party, subject, at = one
    return (
        *(packet, document_id, number, notation, dated_on, in_vietnam(at).date(), code, party, subject),
        *_keys(number, notation, code, party, subject),
    )


def _keys(number: str, notation: str, code: str, party: str, subject: str) -> tuple[str, ...]:
    return (*keys_of(number, notation, code, party), words_of(subject))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)


def _record(actor: ActorRef, action: str, row: Comparison, now: datetime) -> None:
    numbers = {name: value for name, value in row.counts.items() if isinstance(value, int)}
    ledger.record(
        actor=actor,
        action=f"takeover.{action}",
        subject=f"comparison:{row.pk}",
        details={
            "agency": str(row.agency_id),
            "direction": str(row.direction),
            "first_day": row.first_day.isoformat(),
            "last_day": row.last_day.isoformat(),
            "file_sha256": bytes(row.sha256).hex(),
            "counts": numbers,
        },
        now=now,
    )
