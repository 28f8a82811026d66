"""Changes of guarded rows in the log: each batch is a tree of its own, whose root an entry `ledger.rows` holds.

A leaf is a line, canonical JSON (RFC 8785) of one change: table, key, columns and their digests, the act. So one change
can be shown with a proof, and nobody learns of the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from hienluong.ledger.formats.tree import Growth, leaf_hash
from hienluong.ledger.models import Guard
from hienluong.ledger.rows import reading

ACTION: Final = "ledger.rows"
AT_ONCE: Final = 4096
COLUMNS: Final = "place, id, act, xact, began_at, guard, row_key, op, digests"


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


class Lines:
    """Makes the lines of changes; it looks up each guard once."""

    def __init__(self) -> None:
        self._heads = cache(_head)

    def leaf(self, row: tuple[Any, ...]) -> bytes:
        """Returns the hash of a change's leaf.

        Args:
            row: its columns, as `COLUMNS` orders them.
        """
        return leaf_hash(self.line(row))

    def line(self, row: tuple[Any, ...]) -> bytes:
        """Returns the line of a change: canonical JSON, its keys in order."""
        place, number, act, xact, began_at, guard, row_key, op, digests = row
        columns, table = self._heads(guard)
        return (
            f'{{"act":{"null" if act is None else act},"at":"{_moment(began_at)}","columns":{columns},'
            f'"digests":"{bytes(digests).hex()}","id":{number},"op":"{op}","place":{place},'
            f'"row":{_text(row_key)},"table":{table},"xact":{xact}}}'
        ).encode()


def root_over(rows: Iterator[tuple[Any, ...]], lines: Lines) -> tuple[int, bytes]:
    """Returns how many changes there are and the root over their lines; it holds some thousand at a time."""
    tree = Growth(0, lambda _level, _number: b"")
    leaves: list[bytes] = []
    for row in rows:
        leaves.append(lines.leaf(row))
        if len(leaves) == AT_ONCE:
            tree.append(leaves)
            tree.take()
            leaves = []
    tree.append(leaves)
    return tree.size, tree.root()


def root_from(place: int) -> tuple[int, bytes]:
    """Returns how many changes there are from a place on, and the root over them."""
    with reading(f"SELECT {COLUMNS} FROM ledger_change WHERE place >= %s ORDER BY place", [place]) as rows:  # noqa: S608 - names of ours
        return root_over(rows, Lines())


def last_batch(cursor: CursorWrapper) -> Batch | None:
    """Returns the newest batch of the log; None: there is none."""
    cursor.execute("SELECT entry FROM ledger_entry WHERE action = 'ledger.rows' ORDER BY index DESC LIMIT 1")
    found = cursor.fetchone()
    return Batch.read(bytes(found[0])) if found else None


def _head(guard: int) -> tuple[str, str]:
    """Returns the columns and the table of a guard as JSON; of one that is gone, nothing fits."""
    row = Guard.objects.filter(pk=guard).first()
    return (_text(row.columns), _text(row.table_name)) if row else ("null", "null")


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
