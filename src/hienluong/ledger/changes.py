"""Changes of guarded rows in the log: each batch is a tree of its own, whose root an entry `ledger.rows` holds.

A leaf is a line, canonical JSON (RFC 8785) of one change: table, key, columns and their digests, the act. So one change
can be shown with a proof, and nobody learns of the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from hienluong.ledger.rows import reading
from hienluong.tlog.tree import Growth

AT_ONCE: Final = 4096

# The line of a change is made by the database: a million of them never leave it but as hashes.
GUARDS: Final = """guard AS MATERIALIZED (
    SELECT id, to_json(columns)::text AS columns, to_json(table_name)::text AS table_name FROM ledger_guard
)"""
"""What a line says of the table; for the clause WITH of a statement."""
_LINE: Final = """
'{"act":' || coalesce(change.act::text, 'null')
|| ',"at":"' || to_char(change.began_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
|| '+00:00","columns":' || coalesce(guard.columns, 'null')
|| ',"digests":"' || encode(change.digests, 'hex')
|| '","id":' || change.id
|| ',"op":"' || change.op
|| '","place":' || change.place
|| ',"row":' || to_json(change.row_key)::text
|| ',"table":' || coalesce(guard.table_name, 'null')
|| ',"xact":' || change.xact || '}'
"""
LEAF: Final = f"sha256('\\x00'::bytea || convert_to({_LINE}, 'UTF8'))"
"""The hash of a line as a leaf; of a row `change` and its guard."""
_FROM: Final = "FROM ledger_change AS change LEFT JOIN guard ON guard.id = change.guard"
LEAVES: Final = (
    f"WITH {GUARDS} SELECT place, made, leaf <> made FROM ("  # noqa: S608 - expressions of this file
    f"SELECT change.place, change.leaf, {LEAF} AS made {_FROM} WHERE change.place >= %s OFFSET 0"
    ") AS line ORDER BY place"
)
"""Of each change from a place on: its place, the hash of its leaf, and whether another one is stored beside it."""
LINES: Final = f"WITH {GUARDS} SELECT change.place, {_LINE} {_FROM}"
"""Place and line of changes; to be narrowed."""
STORED_LEAVES: Final = "SELECT place, leaf FROM ledger_change WHERE place >= %s AND place < %s ORDER BY place"
"""Place and stored hash of the leaf of each change from a place on up to another."""
PROVEN_LEAVES: Final = (
    f"WITH {GUARDS} SELECT change.place, coalesce(change.leaf, {LEAF}) {_FROM} "
    "WHERE change.place >= %s AND change.place < %s ORDER BY change.place"
)
"""The same, where none is stored made anew."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The changes that one entry stands for: so many, from a place on, and the root over their lines."""

    first: int
    changes: int
    root: bytes

    @property
    def end(self) -> int:
        """The place after the last."""
        return self.first + self.changes

    def details(self) -> dict[str, Any]:
        """Returns what the entry says."""
        return {"first": self.first, "changes": self.changes, "root": self.root.hex()}

    @classmethod
    def read(cls, entry: bytes) -> Batch | None:
        """Returns the batch of an entry; None: it is the entry of none."""
        try:
            said = json.loads(entry)["details"]
            return cls(int(said["first"]), int(said["changes"]), bytes.fromhex(said["root"]))
        except (ValueError, LookupError, TypeError):
            return None


def root_over(changes: Iterable[tuple[int, bytes]]) -> tuple[int, bytes]:
    """Returns how many changes there are and the root over their leaves; it holds some thousand at a time.

    Args:
        changes: place and hash of the leaf of each.
    """
    tree = Growth(0, _nothing)
    for leaves in _some(changes):
        tree.append(leaves)
        tree.take()
    return tree.size, tree.root()


def tiles_over(changes: Iterable[tuple[int, bytes]]) -> tuple[int, dict[tuple[int, int], bytes]]:
    """Returns how many changes there are and the tiles over their leaves, by level and number: 32 bytes a change.

    Args:
        changes: as for `root_over`.
    """
    tree = Growth(0, _nothing)
    tiles: dict[tuple[int, int], bytes] = {}
    for leaves in _some(changes):
        tree.append(leaves)
        tiles |= tree.take()
    return tree.size, tiles


def stored_root(first: int, end: int) -> tuple[int, bytes]:
    """Returns how many changes there are from a place on up to another, and the root over their stored hashes."""
    with reading(STORED_LEAVES, [first, end]) as changes:
        return root_over(changes)


def _some(changes: Iterable[tuple[int, bytes]]) -> Iterator[list[bytes]]:
    """Yields the hashes of leaves, some thousand at a time."""
    left = iter(changes)
    while leaves := [bytes(leaf or b"") for _place, leaf in islice(left, AT_ONCE)]:
        yield leaves


def _nothing(_level: int, _number: int) -> bytes:
    """Reads the tiles of a tree that has none yet."""
    return b""


def last_batch(cursor: CursorWrapper) -> Batch | None:
    """Returns the newest batch of the log; None: there is none."""
    cursor.execute("SELECT entry FROM ledger_entry WHERE action = 'ledger.rows' ORDER BY index DESC LIMIT 1")
    found = cursor.fetchone()
    return Batch.read(bytes(found[0])) if found else None
