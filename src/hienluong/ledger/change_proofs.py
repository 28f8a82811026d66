"""Changes of rows for those who may read them: found by their act, each with a proof that anybody can check.

Nobody's right is asked here, as in `disclosure`.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger.changes import LINES, PROVEN_LEAVES, Batch, tiles_over
from hienluong.ledger.disclosure import entry_by_id, proofs
from hienluong.ledger.errors import ChangeUnknown, LedgerDamaged
from hienluong.ledger.log import prove
from hienluong.ledger.models import Entry, SignedCheckpoint
from hienluong.ledger.rows import reading
from hienluong.tlog.change_proof import BATCH_ACTION, ChangeProof
from hienluong.tlog.proof import TlogProof
from hienluong.tlog.tree import Tree, leaf_hash

NOT_SEALED = _("The changes of rows are not those that the log sealed.")


@dataclass(frozen=True, slots=True)
class RowChange:
    """One change of a row, as its line says it.

    Attributes:
        place: of the change.
        line: canonical JSON.
        said: the line read.
    """

    place: int
    line: bytes
    said: dict[str, Any]

    @property
    def digests(self) -> dict[str, str]:
        """Returns the digest of each column after the change, hexadecimal; of a row that was deleted: none."""
        digests, columns = self.said["digests"], self.said["columns"] or []
        width = len(digests) // len(columns) if columns else 0
        return {name: digests[at * width : (at + 1) * width] for at, name in enumerate(columns) if width}


def changes_of(indices: Iterable[int], *, limit: int) -> list[RowChange]:
    """Returns the changes of rows that came with some entries, in the order of their places.

    Args:
        indices: of the entries.
        limit: how many at most.
    """
    left = sorted(indices)
    found: list[RowChange] = []
    while left and len(found) < limit:
        row = _batch_row(left[0] + 1)  # changes stand in the batch that was sealed after their entry
        batch = Batch.read(bytes(row.entry)) if row else None
        if row is None:
            break
        mine = left[: bisect_left(left, row.index)]
        left = left[len(mine) :]
        if batch is None:
            continue  # its entry was changed: the verification names it
        with connection.cursor() as cursor:
            cursor.execute(
                f"{LINES} WHERE change.place >= %s AND change.place < %s AND change.act = ANY(%s) "
                "ORDER BY change.place LIMIT %s",
                [batch.first, batch.end, mine, limit - len(found)],
            )
            found += [_row_change(place, line) for place, line in cursor.fetchall()]
    return found


def change_at(place: int) -> RowChange:
    """Returns the change at a place.

    Raises:
        ChangeUnknown: there is none.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{LINES} WHERE change.place = %s", [place])
        found = cursor.fetchone()
    if found is None:
        raise ChangeUnknown(place=place)
    return _row_change(*found)


def prove_change(place: int) -> ChangeProof:
    """Returns the proof of one change; it discloses the digests of one row, and nothing of other rows.

    Raises:
        ChangeUnknown: there is no such change.
        NotInCheckpoint: no checkpoint covers its batch yet.
        LedgerDamaged: the line is not the one that the log sealed, or no entry holds the root of its batch.
    """
    return next(prove_changes([change_at(place)]))


def prove_changes(
    changes: Iterable[RowChange], head: SignedCheckpoint | None = None
) -> Iterator[ChangeProof]:
    """Yields the proof of each change; the batch of those that stand side by side is read once. Errors as `prove_change`.

    Args:
        changes: which.
        head: the checkpoint under which they are proven; None: the one that proves each best.
    """
    opened: _Opened | None = None
    for one in changes:
        if opened is None or not opened.batch.first <= one.place < opened.batch.end:
            opened = _Opened.with_change(one.place, head)
        yield opened.prove(one)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A batch, the proof of its entry, and the tree over its changes: 32 bytes of memory for each."""

    batch: Batch
    proof: TlogProof
    tree: Tree

    @classmethod
    def with_change(cls, place: int, head: SignedCheckpoint | None) -> _Opened:
        """Opens the batch that a change belongs to."""
        entry_id, batch = _batch_with(place)
        proof = next(proofs([entry_by_id(entry_id)], head)) if head else prove(entry_id)
        with reading(PROVEN_LEAVES, [batch.first, batch.end]) as leaves:
            size, tiles = tiles_over(leaves)
        tree = Tree(size, lambda level, number: tiles.get((level, number), b""))
        if size != batch.changes or tree.root() != batch.root:
            raise LedgerDamaged(detail=NOT_SEALED)
        return cls(batch, proof, tree)

    def prove(self, change: RowChange) -> ChangeProof:
        """Returns the proof of a change of the batch."""
        index = change.place - self.batch.first
        made, sealed = leaf_hash(change.line), self.tree.node(0, index)
        if made != sealed:
            raise LedgerDamaged(detail=NOT_SEALED)
        return ChangeProof(change.line, index, self.tree.inclusion_proof(index), self.proof)


def _row_change(place: int, line: str) -> RowChange:
    return RowChange(place, line.encode(), json.loads(line))


def _batch_with(place: int) -> tuple[UUID, Batch]:
    """Returns the batch that a change belongs to: batches follow each other in the log as places do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(index), -1) + 1 FROM ledger_entry")
        entries = cursor.fetchone()[0]

    def end(index: int) -> int:
        found = _batch_from(index)
        return found[1].end if found else place + 1

    found = _batch_from(bisect_left(range(entries), place + 1, key=end))
    if found is None or not found[1].first <= place < found[1].end:
        raise LedgerDamaged(detail=_("No entry holds the root over this change."))
    return found


def _batch_from(index: int) -> tuple[UUID, Batch] | None:
    """Returns the first batch that was sealed from a place of the log on, and the id of its entry; None: there is none."""
    row = _batch_row(index)
    batch = Batch.read(bytes(row.entry)) if row else None
    return (row.id, batch) if row and batch else None


def _batch_row(index: int) -> Entry | None:
    return Entry.objects.filter(action=BATCH_ACTION, index__gte=index).order_by("index").first()
