"""The rows of a guarded table beside the last change of each: which were changed, deleted or inserted past the triggers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger.guards import DIGEST_BYTES, GuardedTable
from hienluong.ledger.models import Guard

CHANGED = _("Row {place}: {column} was changed past the application.")
DELETED = _("Row {place}: it was deleted past the application.")
INSERTED = _("Row {place}: it was inserted past the application.")

_COMPARISON: Final = """
WITH written AS (
    SELECT id, row_key, op, digests FROM ledger_change WHERE guard = {guard}
    UNION ALL
    SELECT id, row_key, op, digests FROM ledger_queuedchange WHERE guard = {guard}
), latest AS (
    SELECT DISTINCT ON (row_key) row_key, op, digests FROM written ORDER BY row_key, id DESC
), former AS (
    SELECT row_key, digests FROM latest WHERE op <> 'D'
), present AS (
    SELECT {row} AS row_key, {digests} AS digests FROM {table} AS there
)
SELECT row_key, former.digests, present.digests FROM former FULL JOIN present USING (row_key)
WHERE former.digests IS DISTINCT FROM present.digests
"""
"""One statement, so one moment: a change and its row are seen together or not at all."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not as its last change left it.

    Attributes:
        sentence: what was done to it, English source text with the parameters `place` and `column`.
        table: which.
        key: of the row.
        column: which columns differ; "" where the row is gone or new.
    """

    sentence: str
    table: str
    key: str
    column: str = ""

    @property
    def place(self) -> str:
        """Table and key, with a slash between."""
        return f"{self.table}/{self.key}"


def compare(table: GuardedTable, guard: Guard) -> Iterator[Difference]:
    """Compares every row of a table with its last change and yields those that differ; reads only, in bounded memory."""
    statement = _COMPARISON.format(
        guard=guard.pk,
        row=table.row("there"),
        digests=table.digests("there"),
        table=connection.ops.quote_name(table.name),
    )
    with reading(statement) as rows:
        for key, former, present in rows:
            yield _difference(table, key, former, present)


def differing(columns: list[str], former: bytes, present: bytes) -> list[str]:
    """Returns the columns whose digests differ."""
    places = range(0, len(columns) * DIGEST_BYTES, DIGEST_BYTES)
    return [
        name
        for name, at in zip(columns, places, strict=True)
        if former[at : at + DIGEST_BYTES] != present[at : at + DIGEST_BYTES]
    ]


@contextmanager
def reading(statement: str, parameters: list[Any] | None = None) -> Iterator[Iterator[tuple[Any, ...]]]:
    """Reads what may be more than fits into memory, some thousand rows at a time."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(statement, parameters)
        yield _rows(cursor)


def _rows(cursor: Any) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(4096):
        yield from rows


def _difference(table: GuardedTable, key: str, former: bytes | None, present: bytes | None) -> Difference:
    if former is None:
        return Difference(INSERTED, table.name, key)
    if present is None:
        return Difference(DELETED, table.name, key)
    columns = differing([one.name for one in table.columns], bytes(former), bytes(present))
    return Difference(CHANGED, table.name, key, ", ".join(columns))
