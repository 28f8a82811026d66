"""The triggers of guarded tables: set once the tables are there, away while migrations change them, set again after.

A trigger writes into `ledger_queuedchange` what a row is after each change, in the transaction that changes it. Rows that
are there when a guard begins are written down as its baseline, and an entry says so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from hienluong.kit.errors import fill
from hienluong.ledger.entries import Act, ActorRef, record_many
from hienluong.ledger.guards import GuardedTable, tables
from hienluong.ledger.models import Guard, Verification
from hienluong.ledger.rows import compare

ROW_TRIGGER: Final = "ledger_guard"
TRUNCATE_TRIGGER: Final = "ledger_guard_truncate"
KINDS: Final = {ROW_TRIGGER: 29, TRUNCATE_TRIGGER: 34}
"""pg_trigger.tgtype: after each row of INSERT, UPDATE, DELETE; before each statement of TRUNCATE (catalog/pg_trigger.h)."""
ENABLED: Final = "O"
GUARDIAN: Final = ActorRef("platform", "ledger", "ledger")

_BODY: Final = """
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO {queue} (guard, row_key, op, digests)
            SELECT {guard}, {gone_row}, 'D', ''::bytea FROM {table} AS gone;
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF {old_values} *= {new_values} THEN
            RETURN NULL;
        END IF;
        IF {old_row} <> {new_row} THEN
            INSERT INTO {queue} (guard, row_key, op, digests) VALUES ({guard}, {old_row}, 'D', ''::bytea);
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO {queue} (guard, row_key, op, digests) VALUES ({guard}, {old_row}, 'D', ''::bytea);
        RETURN NULL;
    END IF;
    INSERT INTO {queue} (guard, row_key, op, digests) VALUES ({guard}, {new_row}, left(TG_OP, 1), {digests});
    RETURN NULL;
END
"""

_AS_THEY_ARE: Final = """
INSERT INTO ledger_queuedchange (guard, row_key, op, digests)
SELECT {guard}, {row}, 'B', {digests} FROM {table} AS there
"""


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger as the database has it."""

    kind: int
    enabled: str
    conditional: bool
    body: str


def install(*, now: datetime) -> None:
    """Sets the trigger of every guarded table that does not have it as it is to be; writes baselines; ends guards.

    A table whose columns are not all there yet, since not every migration has run, is left for the next time.
    """
    with connection.cursor() as cursor:
        if not _is_there(cursor):
            return
        columns = _columns(cursor)
        found = found_triggers(cursor)
    current = {guard.table_name: guard for guard in Guard.objects.filter(until=None)}
    for table in tables().values():
        if {one.name for one in table.columns} <= columns.get(table.name, set()):
            _install(table, current.get(table.name), found.get(table.name, {}), now)
    for name in set(current) - set(tables()):
        _end(current[name], there=name in columns, now=now)


def suspend(apps: Collection[str], *, now: datetime) -> None:
    """Takes the triggers of these applications' tables away, since their migrations are about to run.

    Each table is compared once more before, and an entry says what was found: afterwards its rows are a new baseline.
    """
    with connection.cursor() as cursor:
        if not _is_there(cursor):
            return
    for guard in Guard.objects.filter(until=None, suspended=False):
        table = tables().get(guard.table_name)
        if table is not None and table.app in apps:
            with transaction.atomic(), connection.cursor() as cursor:
                _drop(cursor, table.name)
                Guard.objects.filter(pk=guard.pk).update(suspended=True)
                found = list(compare(table, guard))
                _record("ledger.suspend-guard", guard, {"differing": len(found)}, now)
                if found:  # the last time that it can be seen: kept as every verification is
                    first = fill(found[0].sentence, {"place": found[0].place, "column": found[0].column})
                    Verification.objects.create(
                        started_at=now, size=0, seconds=0, faults=len(found), first_fault=first[:300]
                    )


def write_rows(table: GuardedTable, guard: Guard, *, there: Sequence[str], gone: Sequence[str]) -> None:
    """Writes down that some rows are as they now are, and that others are gone, in the caller's transaction."""
    with connection.cursor() as cursor:
        if there:
            some = _AS_THEY_ARE.format(guard=guard.pk, **_parts(table))
            cursor.execute(f"{some} WHERE {table.row('there')} = ANY(%s)", [list(there)])
        if gone:
            cursor.execute(
                "INSERT INTO ledger_queuedchange (guard, row_key, op, digests) "
                "SELECT %s, gone, 'D', ''::bytea FROM unnest(%s::text[]) AS gone",
                [guard.pk, list(gone)],
            )


def body(table: GuardedTable, guard: Guard) -> str:
    """Returns the body of a table's trigger function."""
    return _BODY.format(
        queue=f"{_schema()}.ledger_queuedchange",
        table=f"{_schema()}.{_quoted(table.name)}",
        guard=guard.pk,
        old_values=table.values("OLD"),
        new_values=table.values("NEW"),
        gone_row=table.row("gone"),
        old_row=table.row("OLD"),
        new_row=table.row("NEW"),
        digests=table.digests("NEW"),
    )


def is_as_wanted(table: GuardedTable, guard: Guard, found: dict[str, Trigger]) -> bool:
    """Returns whether a table has its two triggers, on, unconditional, with the body that is theirs."""
    wanted = body(table, guard)
    return found == {name: Trigger(kind, ENABLED, False, wanted) for name, kind in KINDS.items()}


def fits(table: GuardedTable, guard: Guard) -> bool:
    """Returns whether a guard keeps the digests of just these columns."""
    return guard.columns == [one.name for one in table.columns] and guard.forms == [
        one.form for one in table.columns
    ]


def found_triggers(cursor: CursorWrapper) -> dict[str, dict[str, Trigger]]:
    """Returns the triggers that the database has under our names, by table and name."""
    cursor.execute(
        """
        SELECT relname, tgname, tgtype, tgenabled::text, tgqual IS NOT NULL OR tgattr::text <> '', prosrc
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
        WHERE tgname = ANY(%s) AND relnamespace = current_schema()::regnamespace
        """,
        [list(KINDS)],
    )
    found: dict[str, dict[str, Trigger]] = {}
    for table, name, *facts in cursor.fetchall():
        found.setdefault(table, {})[name] = Trigger(*facts)
    return found


def _install(table: GuardedTable, guard: Guard | None, found: dict[str, Trigger], now: datetime) -> None:
    fitting = guard is not None and fits(table, guard) and not guard.suspended
    if guard is not None and fitting and is_as_wanted(table, guard, found):
        return
    with transaction.atomic(), connection.cursor() as cursor:
        former = guard
        if guard is None or not fitting:
            Guard.objects.filter(table_name=table.name, until=None).update(until=now)
            guard = Guard.objects.create(
                table_name=table.name,
                columns=[one.name for one in table.columns],
                forms=[one.form for one in table.columns],
                since=now,
            )
        _drop(cursor, table.name)
        if former is not None:
            cursor.execute(f"DROP FUNCTION IF EXISTS {_function(former)}()")
        _create(cursor, table, guard)
        rows = 0 if fitting else _write_baseline(cursor, table, guard)
        if rows or former is not None:  # a table that is new and empty has no history to speak of
            _record("ledger.guard", guard, {"columns": guard.columns, "rows": rows, "again": fitting}, now)


def _end(guard: Guard, *, there: bool, now: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if there:
            _drop(cursor, guard.table_name)
        cursor.execute(f"DROP FUNCTION IF EXISTS {_function(guard)}()")
        Guard.objects.filter(pk=guard.pk).update(until=now)
        _record("ledger.end-guard", guard, {}, now)


def _create(cursor: CursorWrapper, table: GuardedTable, guard: Guard) -> None:
    function, name = _function(guard), _quoted(table.name)
    cursor.execute(
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $guard${body(table, guard)}$guard$"
    )
    cursor.execute(
        f"CREATE TRIGGER {ROW_TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON {name} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()"
    )
    cursor.execute(
        f"CREATE TRIGGER {TRUNCATE_TRIGGER} BEFORE TRUNCATE ON {name} EXECUTE FUNCTION {function}()"
    )


def _function(guard: Guard) -> str:
    return f"ledger_guard_{guard.pk}"


def _drop(cursor: CursorWrapper, table: str) -> None:
    for name in KINDS:
        cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {_quoted(table)}")


def _write_baseline(cursor: CursorWrapper, table: GuardedTable, guard: Guard) -> int:
    """Writes the rows down that are there, and returns how many; nobody writes into the table meanwhile."""
    cursor.execute(_AS_THEY_ARE.format(guard=guard.pk, **_parts(table)))
    return int(cursor.rowcount)


def _parts(table: GuardedTable) -> dict[str, str]:
    return {"row": table.row("there"), "digests": table.digests("there"), "table": _quoted(table.name)}


def _record(action: str, guard: Guard, details: dict[str, object], now: datetime) -> None:
    act = Act(action, f"table:{guard.table_name}", {"guard": guard.pk, **details})
    record_many(actor=GUARDIAN, acts=[act], now=now)


def _is_there(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT to_regclass('ledger_queuedchange') IS NOT NULL")
    return bool(cursor.fetchone()[0])


def _columns(cursor: CursorWrapper) -> dict[str, set[str]]:
    """Returns the columns of every table that is there."""
    cursor.execute(
        "SELECT table_name, array_agg(column_name::text) FROM information_schema.columns "
        "WHERE table_schema = current_schema() GROUP BY table_name"
    )
    return {table: set(columns) for table, columns in cursor.fetchall()}


@cache
def _schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        return str(cursor.fetchone()[0])


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))
