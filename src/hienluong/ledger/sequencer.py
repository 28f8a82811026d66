"""The one sequencer: waiting entries get their index, the tree its tiles and the log its checkpoint, in one transaction.

The changes of guarded rows are placed with the entry of their own transaction, and an entry holds the root over each batch.
A crash therefore leaves an entry or a change either in the queue or in the log; there is no third state to mend.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger.changes import GUARDS, LEAF, Batch, last_batch, stored_root
from hienluong.ledger.entries import Act, ActorRef, write_entry
from hienluong.ledger.errors import LedgerDamaged
from hienluong.ledger.keyring import signers
from hienluong.ledger.log import Extent, extent, stored_tiles
from hienluong.ledger.models import SignedCheckpoint
from hienluong.tlog.change_proof import BATCH_ACTION
from hienluong.tlog.checkpoints import Checkpoint
from hienluong.tlog.records import public_record
from hienluong.tlog.tree import Growth, Tree, leaf_hash

BATCH: Final = 5000
SEQUENCER_LOCK: Final = 0x6869656E  # "hien": one sequencer in the whole database
MOST_PLACES: Final = 2**63 - 1
SEQUENCER: Final = ActorRef("platform", "ledger", "ledger")
CHECKPOINT_EVERY: Final = timedelta(seconds=15)
"""A checkpoint is signed at most so often; with a sequencer that looks every five seconds an entry waits at most twenty."""


def sequence_waiting(*, now: datetime, sign: bool = False, batch: int = BATCH) -> int:
    """Gives the waiting entries their indices, 0, 1, 2 … without a gap, and returns how many.

    One sequencer at a time, under an advisory lock: a second one returns 0. The index is never the serial
    number of a table: commits reorder and rollbacks leave gaps. Entries from before there was a tree get their tiles first.

    Args:
        now: the moment.
        sign: whether a checkpoint is signed even if the last one is young.
        batch: so many entries at most in one transaction.

    Raises:
        LedgerDamaged: the log does not fit together; nothing is added to it and nothing signed.
    """
    moved = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
            if not cursor.fetchone()[0]:
                return moved
            reach = extent()
            _require_sound(reach)
            behind = reach.entries > reach.leaves
            placed = _earlier(cursor, reach, batch) if behind else _take(cursor, now, batch)
            growth = _grow(cursor, reach, placed if behind else placed + _seal(cursor, now))
            if not behind:
                moved += len(placed)
                if len(placed) < batch:
                    _sign(reach, growth, now, at_once=sign)
                    return moved


def _require_sound(reach: Extent) -> None:
    if reach.signed_at and reach.entries != reach.leaves:
        raise LedgerDamaged(detail=_("The entries and the tree differ in number."))
    if reach.leaves > reach.entries or reach.signed > reach.leaves:
        raise LedgerDamaged(detail=_("Entries or tiles at its end are missing."))


def _take(cursor: CursorWrapper, now: datetime, batch: int) -> list[bytes]:
    """Moves entries and changes from their queues to their places; returns the entries' commitments in order.

    It is one statement, so it sees one moment: an entry and the changes of its transaction, or neither. Changes whose entry
    waits for a later batch wait with it; those that no entry came with are placed without an act.
    """
    cursor.execute(
        f"""
        WITH taken AS (
            DELETE FROM ledger_queuedentry WHERE id IN (
                SELECT id FROM ledger_queuedentry ORDER BY queued_at, id LIMIT %s
            ) RETURNING *
        ), base AS (
            SELECT coalesce(max(index), -1) AS last FROM ledger_entry
        ), numbered AS (
            SELECT base.last + row_number() OVER (ORDER BY queued_at, id) AS index, taken.* FROM taken, base
        ), placed AS (
            INSERT INTO ledger_entry
                (index, id, entry, salt, leaf, action, subject, queued_at, actor, agency, sequenced_at)
            SELECT index, id, entry, salt, leaf, action, subject, queued_at, actor, agency, %s FROM numbered
            RETURNING index, leaf
        ), acts AS (
            SELECT xact, began_at, max(index) AS act FROM numbered GROUP BY xact, began_at
        ), later AS (
            SELECT xact, began_at FROM ledger_queuedentry EXCEPT SELECT xact, began_at FROM acts
        ), moved AS (
            DELETE FROM ledger_queuedchange AS change WHERE NOT EXISTS (
                SELECT FROM later WHERE later.xact = change.xact AND later.began_at = change.began_at
            ) RETURNING *
        ), {GUARDS}, changed AS (
            INSERT INTO ledger_change (place, id, act, xact, began_at, guard, row_key, op, digests, leaf)
            SELECT change.*, {LEAF} FROM (
                SELECT %s + row_number() OVER (ORDER BY id) - 1 AS place,
                    id, act, xact, began_at, guard, row_key, op, digests
                FROM moved LEFT JOIN acts USING (xact, began_at)
            ) AS change LEFT JOIN guard ON guard.id = change.guard
        )
        SELECT leaf FROM placed ORDER BY index
        """,  # noqa: S608 - expressions of this module
        [batch, now, _changes(cursor)],
    )
    return [bytes(leaf) for (leaf,) in cursor.fetchall()]


def _changes(cursor: CursorWrapper) -> int:
    """Returns how many changes have their place, as the log says it."""
    last = last_batch(cursor)
    end = last.end if last else 0
    cursor.execute("SELECT coalesce(max(place) + 1, 0) FROM ledger_change")
    if cursor.fetchone()[0] != end:
        raise LedgerDamaged(detail=_("The changes of rows at its end are missing, or there are too many."))
    return end


def _seal(cursor: CursorWrapper, now: datetime) -> list[bytes]:
    """Appends the entry that holds the root over the changes just placed, and returns its commitment; none: nothing."""
    last = last_batch(cursor)
    first = last.end if last else 0
    changes, root = stored_root(first, MOST_PLACES)
    if not changes:
        return []
    act = Act(BATCH_ACTION, f"rows:{first}", Batch(first, changes, root).details())
    written = write_entry(actor=SEQUENCER, act=act, now=now, outcome="done")
    cursor.execute(
        "INSERT INTO ledger_entry (index, id, entry, salt, leaf, action, subject, actor, queued_at, sequenced_at) "
        "SELECT coalesce(max(index) + 1, 0), %s, %s, %s, %s, %s, %s, %s, %s, %s FROM ledger_entry",
        [
            act.id,
            written.entry,
            written.salt,
            written.leaf,
            act.action,
            act.subject,
            SEQUENCER.subject,
            now,
            now,
        ],
    )
    return [written.leaf]


def _earlier(cursor: CursorWrapper, reach: Extent, batch: int) -> list[bytes]:
    """Returns the commitments of entries that have a place and no leaf in the tree yet, as many as a batch holds."""
    end = min(reach.entries, reach.leaves + batch)
    cursor.execute(
        "SELECT leaf FROM ledger_entry WHERE index >= %s AND index < %s ORDER BY index", [reach.leaves, end]
    )
    leaves = [bytes(leaf) for (leaf,) in cursor.fetchall()]
    if len(leaves) != end - reach.leaves:
        raise LedgerDamaged(detail=_("Entries from before the tree are missing."))
    return leaves


def _grow(cursor: CursorWrapper, reach: Extent, committed: list[bytes]) -> Growth:
    """Adds leaves to the tree, keeps the tiles that changed, and returns it."""
    try:
        growth = Growth(reach.leaves, stored_tiles())
    except LookupError as problem:
        raise LedgerDamaged(detail=_("Hashes of the tree are missing.")) from problem
    growth.append(leaf_hash(public_record(one)) for one in committed)
    _keep(cursor, growth.take())
    return growth


def _keep(cursor: CursorWrapper, tiles: Mapping[tuple[int, int], bytes]) -> None:
    cursor.executemany(
        "INSERT INTO ledger_tile (level, number, hashes) VALUES (%s, %s, %s) "
        "ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes",
        [(level, number, hashes) for (level, number), hashes in tiles.items()],
    )


def _sign(reach: Extent, growth: Growth, now: datetime, *, at_once: bool) -> None:
    """Signs a checkpoint where the tree grew since the last one, which must still lead into it."""
    if growth.size == reach.signed:
        return
    young = reach.signed_at is not None and timedelta() <= now - reach.signed_at < CHECKPOINT_EVERY
    if young and not at_once:
        return
    if reach.signed_at and Tree(reach.signed, stored_tiles()).root() != reach.root:
        raise LedgerDamaged(detail=_("The tree no longer leads to the last checkpoint."))
    keys = signers(reach.note, now)
    checkpoint = Checkpoint(keys[0].verifier.name, growth.size, growth.root())
    SignedCheckpoint.objects.create(
        size=checkpoint.size, root=checkpoint.root, note=checkpoint.signed(*keys), signed_at=now
    )
