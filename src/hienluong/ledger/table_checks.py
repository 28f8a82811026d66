"""The comparison of tables with acts: changes with what the log sealed, rows with their last change, triggers with ours.

Reads only, in bounded memory: faults are yielded one by one. What it cannot show: docs/modules/ledger.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from django.db import connection

from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger.changes import LEAVES, Batch, root_over, stored_root
from hienluong.ledger.explanations import explained_to
from hienluong.ledger.guards import GuardedTable, tables
from hienluong.ledger.models import Guard
from hienluong.ledger.rows import compare, differing, reading
from hienluong.ledger.triggers import KINDS, fits, found_triggers, is_as_wanted

NAMED: Final = 100
"""So many faults are named; all are counted."""

SEALED = _("Changes {place}: they are not those that entry {column} holds the root of; one was changed.")
CHANGE_ALTERED = _(
    "Change {place}: it is not what the log took up; it now says that row {column} was changed."
)
CHANGE_ODD = _("Change {place}: it and the hash that is stored beside it do not belong together.")
CHANGE_MISSING = _("Change {place}: it was deleted.")
CHANGE_INSERTED = _("Change {place}: it was inserted without the sequencer.")
NO_ACT_CHANGED = _("Row {place}: {column} was changed by no act.")
NO_ACT_DELETED = _("Row {place}: it was deleted by no act.")
NO_ACT_INSERTED = _("Row {place}: it was inserted by no act.")
NOT_GUARDED = _("Table {place}: it is not guarded.")
TRIGGER = _("Table {place}: its triggers are missing, switched off or not ours.")
STRANGE_TRIGGER = _("Table {place}: it has a trigger or a rule that is not ours.")
TABLE_MISSING = _("Table {place}: it is gone, or columns of it are.")

_NO_ACT: Final = {"I": NO_ACT_INSERTED, "U": NO_ACT_CHANGED, "D": NO_ACT_DELETED, "B": NO_ACT_INSERTED}

_WITHOUT_ACT: Final = """
SELECT id, guard, row_key, op, digests FROM ledger_change WHERE act IS NULL AND place >= %s
UNION ALL
SELECT id, guard, row_key, op, digests FROM ledger_queuedchange AS change WHERE NOT EXISTS (
    SELECT FROM ledger_queuedentry AS entry
    WHERE entry.xact = change.xact AND entry.began_at = change.began_at
)
ORDER BY id
"""
_BEFORE: Final = """
SELECT digests FROM (
    SELECT id, digests FROM ledger_change WHERE guard = %s AND row_key = %s
    UNION ALL
    SELECT id, digests FROM ledger_queuedchange WHERE guard = %s AND row_key = %s
) AS written WHERE id < %s ORDER BY id DESC LIMIT 1
"""

_ROWS: Final = """
SELECT place, coalesce(table_name, '?') || '/' || row_key
FROM ledger_change AS change LEFT JOIN ledger_guard AS guard ON guard.id = change.guard
WHERE place = ANY(%s) ORDER BY place
"""

_STRANGE: Final = """
SELECT DISTINCT relname FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relname LIKE 'ledger\\_%%' AND relkind = 'r' AND (
    EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND NOT tgisinternal AND tgname <> ALL(%s))
    OR EXISTS (SELECT FROM pg_rewrite WHERE ev_class = pg_class.oid)
) ORDER BY relname
"""


class Found(NamedTuple):
    """A fault: English source text with the parameters `place` and `column`, and these."""

    sentence: str
    place: str
    column: str = ""


def check_batches(entries: int) -> Iterator[Found]:
    """Recomputes the root over each batch of changes and compares it with its entry.

    Args:
        entries: how far the log is looked at.
    """
    with (
        reading(
            "SELECT index, entry FROM ledger_entry WHERE action = 'ledger.rows' AND index < %s ORDER BY index",
            [entries],
        ) as sealed,
        reading(LEAVES, [0]) as changes,
    ):
        following = _Following(changes)
        for index, entry in sealed:
            batch = Batch.read(bytes(entry))
            if batch is None:
                continue  # the entry was changed: that is named where entries are recomputed
            for _change in following.before(batch.first):
                pass  # the entry of these was changed or is gone
            count, root = root_over(following.before(batch.end))
            yield from (Found(CHANGE_MISSING, str(place)) for place in following.missing)
            if count != batch.changes or root == batch.root:
                yield from (Found(CHANGE_ODD, str(place)) for place in following.odd)
            else:
                yield from _altered(batch, index, following.odd)
    yield from _outside()


def _altered(batch: Batch, index: int, odd: list[int]) -> Iterator[Found]:
    """Names the lines of a batch that were altered, where the hashes stored beside them lead to the root that was sealed.

    Where these do not, they were altered too, or there are none: then nothing says which line it was.
    """
    if odd and stored_root(batch.first, batch.end) == (batch.changes, batch.root):
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, [odd])
            yield from (Found(CHANGE_ALTERED, str(place), row) for place, row in cursor.fetchall())
    else:
        yield Found(SEALED, f"{batch.first}–{batch.end - 1}", str(index))


def check_acts() -> Iterator[Found]:
    """Yields the changes that no act came with and that nobody has explained."""
    guards = {guard.pk: guard for guard in Guard.objects.all()}
    named = 0
    with reading(_WITHOUT_ACT, [explained_to()]) as changes:
        for number, guard_id, key, op, digests in changes:
            guard = guards.get(guard_id)
            named += 1
            columns = ""
            if op == "U" and guard is not None and named <= NAMED:
                columns = _changed_columns(guard, key, number, bytes(digests))
            yield Found(
                _NO_ACT.get(op, NO_ACT_CHANGED), f"{guard.table_name if guard else '?'}/{key}", columns
            )


def check_rows() -> Iterator[Found]:
    """Compares the rows of every guarded table with their last changes, and its triggers with ours."""
    guards = {guard.table_name: guard for guard in Guard.objects.filter(until=None)}
    with connection.cursor() as cursor:
        triggers = found_triggers(cursor)
        cursor.execute(_STRANGE, [list(KINDS)])
        yield from [Found(STRANGE_TRIGGER, name) for (name,) in cursor.fetchall()]
    for table in tables().values():
        guard = guards.get(table.name)
        if not _is_there(table):
            yield Found(TABLE_MISSING, table.name)
        elif guard is None or guard.suspended or not fits(table, guard):
            yield Found(NOT_GUARDED, table.name)
        else:
            if not is_as_wanted(table, guard, triggers.get(table.name, {})):
                yield Found(TRIGGER, table.name)
            yield from (Found(one.sentence, one.place, one.column) for one in compare(table, guard))


class _Following:
    """Changes in order of place, given out batch by batch.

    Attributes:
        missing: the places in the last batch that no change has, at most a hundred.
        odd: the places in it beside whose change another hash is stored, at most a hundred.
    """

    def __init__(self, changes: Iterator[tuple[int, bytes, bool | None]]) -> None:
        self._changes = changes
        self._next = next(changes, None)
        self._place = 0
        self.missing: list[int] = []
        self.odd: list[int] = []

    def before(self, end: int) -> Iterator[tuple[int, bytes]]:
        """Yields place and hash of the changes up to a place."""
        self.missing, self.odd = [], []
        while self._next is not None and self._next[0] < end:
            place, leaf, odd = self._next
            self._skip(place)
            if odd and len(self.odd) < NAMED:
                self.odd.append(place)
            yield place, leaf
            self._next = next(self._changes, None)
        self._skip(end)
        self._place = end

    def _skip(self, place: int) -> None:
        self.missing += islice(range(self._place, place), NAMED)
        self._place = place + 1


def _outside() -> Iterator[Found]:
    """Looks for changes behind the last batch and before the first place; in one moment, since the log may grow."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT max(place) FROM ledger_change), (SELECT min(place) FROM ledger_change), "
            "(SELECT entry FROM ledger_entry WHERE action = 'ledger.rows' ORDER BY index DESC LIMIT 1)"
        )
        largest, smallest, entry = cursor.fetchone()
    last = Batch.read(bytes(entry)) if entry else None
    if smallest is not None and smallest < 0:
        yield Found(CHANGE_INSERTED, str(smallest))
    if largest is not None and largest >= (last.end if last else 0):
        yield Found(CHANGE_INSERTED, str(largest))


def _changed_columns(guard: Guard, key: str, number: int, digests: bytes) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, [guard.pk, key, guard.pk, key, number])
        found = cursor.fetchone()
    return ", ".join(differing(guard.columns, bytes(found[0]), digests)) if found else ""


def _is_there(table: GuardedTable) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND table_name = %s AND column_name = ANY(%s)",
            [table.name, [one.name for one in table.columns]],
        )
        return bool(cursor.fetchone()[0] == len(table.columns))
