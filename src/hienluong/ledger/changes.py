"""Changes of guarded rows in the log: each batch is a tree of its own, whose root an entry `ledger.rows` holds.

A leaf is a line, canonical JSON (RFC 8785) of one change: table, key, columns and their digests, the act. So one change
can be shown with a proof, and nobody learns of the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.backends.utils import CursorWrapper

from hienluong.ledger.rows import reading
from hienluong.tlog.tree import Growth

ACTION: Final = "ledger.rows"
AT_ONCE: Final = 4096

# The line of a change is made by the database: a million of them never leave it but as hashes.
_CHANGES: Final = """
WITH guard AS MATERIALIZED (
    SELECT id, to_json(columns)::text AS columns, to_json(table_name)::text AS table_name FROM ledger_guard
)
"""
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
_FROM: Final = "FROM ledger_change AS change LEFT JOIN guard ON guard.id = change.guard"
LEAVES: Final = (
    f"{_CHANGES} SELECT change.place, sha256('\\x00'::bytea || convert_to({_LINE}, 'UTF8')) {_FROM} "
    "WHERE change.place >= %s ORDER BY change.place"
)
"""Place and hash of the leaf of each change from a place on."""


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


def root_over(changes: Iterator[tuple[int, bytes]]) -> tuple[int, bytes]:
    """Returns how many changes there are and the root over their leaves; it holds some thousand at a time.

    Args:
        changes: place and hash of the leaf of each, as `LEAVES` gives them.
    """
    tree = Growth(0, lambda _level, _number: b"")
    leaves: list[bytes] = []
    for _place, leaf in changes:
        leaves.append(bytes(leaf))
        if len(leaves) == AT_ONCE:
            tree.append(leaves)
            tree.take()
            leaves = []
    tree.append(leaves)
    return tree.size, tree.root()


def root_from(place: int) -> tuple[int, bytes]:
    """Returns how many changes there are from a place on, and the root over them."""
    with reading(LEAVES, [place]) as changes:
        return root_over(changes)


def line_at(place: int) -> bytes | None:
    """Returns the line of a change; None: there is none at that place."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_CHANGES} SELECT {_LINE} {_FROM} WHERE change.place = %s", [place])
        found = cursor.fetchone()
    return found[0].encode() if found else None


def last_batch(cursor: CursorWrapper) -> Batch | None:
    """Returns the newest batch of the log; None: there is none."""
    cursor.execute("SELECT entry FROM ledger_entry WHERE action = 'ledger.rows' ORDER BY index DESC LIMIT 1")
    found = cursor.fetchone()
    return Batch.read(bytes(found[0])) if found else None
