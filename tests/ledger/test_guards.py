"""Rows that are changed, deleted or inserted behind the application's back are named: table, row and column."""

# ruff: noqa: S608 - the names in these statements are those of our models
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import connection, models

from hienluong.ledger.guards import GuardedTable, tables
from hienluong.ledger.models import Guard
from hienluong.ledger.rows import compare
from hienluong.ledger.table_checks import check_acts
from hienluong.ledger.triggers import write_rows

pytestmark = pytest.mark.django_db
TABLES = [pytest.param(table, id=name) for name, table in tables().items()]
VALUES = {
    "uuid": "'0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00'",
    "bigint": "7",
    "integer": "7",
    "smallint": "7",
    "boolean": "true",
    "bytea": "'\\x07'",
    "date": "'2026-11-24'",
    "timestamp with time zone": "'2026-11-24 08:30+07'",
    "time": "'07:30'",
    "jsonb": """'{"a": 1.0}'""",
    "inet": "'192.0.2.7'",
}
OTHER = {
    "bigint": "8",
    "integer": "8",
    "smallint": "8",
    "uuid": "'0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f99'",
    "boolean": "false",
    "bytea": "'\\x08'",
    "date": "'2026-11-25'",
    "timestamp with time zone": "'2026-11-24 08:30:00.000001+07'",
    "time": "'07:31'",
    "jsonb": """'{"a": 1.00}'""",
    "inet": "'192.0.2.8'",
}


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def behind_the_triggers() -> Iterator[None]:
    """Neither triggers nor foreign keys are asked, as when somebody changes the files of the database."""
    sql("SET LOCAL session_replication_role = replica")
    yield
    sql("SET LOCAL session_replication_role = origin")


def kind(field: models.Field) -> str:
    return (field.db_type(connection) or "").split(" CHECK")[0]


def value(field: models.Field, given: dict[str, str]) -> str:
    """Returns a value of a column as SQL; what may be empty is."""
    name = kind(field)
    if field.null and not field.primary_key:
        return "NULL"
    if name.endswith("[]"):
        return "'{a}'" if given is OTHER else "'{}'"
    return given.get(name) or VALUES.get(name) or ("'b'" if given is OTHER else "'a'")


@pytest.fixture
def model(table: GuardedTable) -> type[models.Model]:
    """The model of the table, which takes any values for the time of the test."""
    found = next(one for one in apps.get_models() if one._meta.db_table == table.name)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", [table.name]
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table.name} DROP CONSTRAINT "{name}"')
    return found


@pytest.fixture
def guard(table: GuardedTable) -> Guard:
    return Guard.objects.get(table_name=table.name, until=None)


@pytest.fixture
def key(table: GuardedTable, model: type[models.Model]) -> str:
    """A row that somebody put there behind the triggers."""
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{one.column}"' for one in fields)
    with behind_the_triggers():
        sql(
            f"INSERT INTO {table.name} ({columns}) OVERRIDING SYSTEM VALUE "
            f"VALUES ({', '.join(value(one, VALUES) for one in fields)})"
        )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {table.row('one')} FROM {table.name} AS one")
        return cursor.fetchone()[0]


def found(table: GuardedTable, guard: Guard) -> list[tuple[str, str]]:
    return [(one.sentence.partition(":")[2] or one.sentence, one.place) for one in compare(table, guard)]


@pytest.mark.parametrize("table", TABLES)
def test_row_inserted_changed_or_deleted_past_the_triggers_is_named_with_its_columns(
    table: GuardedTable, model: type[models.Model], guard: Guard, key: str
) -> None:
    place = f"{table.name}/{key}"
    assert found(table, guard) == [(" it was inserted past the application.", place)]
    write_rows(table, guard, there=[key], gone=[])
    assert found(table, guard) == []
    guarded = {one.name for one in table.columns} - {table.key}
    for field in model._meta.concrete_fields:
        if field.column not in guarded:
            continue
        with behind_the_triggers():
            sql("SAVEPOINT changed")
            present = value(field, OTHER) if not field.null else VALUES.get(kind(field), "'{}'")
            sql(f'UPDATE {table.name} SET "{field.column}" = {present}')
        [difference] = compare(table, guard)
        assert (difference.place, difference.column) == (place, field.column)
        sql("ROLLBACK TO SAVEPOINT changed")
        sql("SET LOCAL session_replication_role = origin")
    with behind_the_triggers():
        sql(f"DELETE FROM {table.name}")
    assert found(table, guard) == [(" it was deleted past the application.", place)]


@pytest.mark.parametrize("table", TABLES)
def test_row_inserted_changed_or_deleted_by_plain_sql_is_named_as_the_work_of_no_act(
    table: GuardedTable, model: type[models.Model], guard: Guard, key: str
) -> None:
    place = f"{table.name}/{key}"
    write_rows(table, guard, there=[key], gone=[])
    sql("DELETE FROM ledger_queuedentry")
    sql("UPDATE ledger_queuedchange SET xact = 0 WHERE op = 'B'")
    before = sum(1 for _one in check_acts())
    guarded = {one.name for one in table.columns}
    fields = [one for one in model._meta.concrete_fields if not one.primary_key and one.column in guarded]
    field = min(
        fields, key=lambda one: one.is_relation
    )  # a key to another table only where there is nothing else
    present = value(field, OTHER) if not field.null else VALUES.get(kind(field), "'{}'")
    sql(f'UPDATE {table.name} SET "{field.column}" = {present}')
    sql(f"DELETE FROM {table.name}")
    assert found(table, guard) == []
    changed, deleted = list(check_acts())[before:]
    assert (changed.place, changed.column) == (place, field.column)
    assert (deleted.place, deleted.sentence) == (place, "Row {place}: it was deleted by no act.")
