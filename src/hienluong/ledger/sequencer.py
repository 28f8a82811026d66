"""The one sequencer: waiting entries get their index, the tree its tiles and the log its checkpoint, in one transaction.

A crash therefore leaves an entry either in the queue or in the log with its tiles; there is no third state to mend.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger.checkpoints import Checkpoint
from hienluong.ledger.errors import LedgerDamaged
from hienluong.ledger.log import Extent, extent, signer, stored_tiles
from hienluong.ledger.models import SignedCheckpoint
from hienluong.ledger.records import public_record
from hienluong.ledger.tree import Growth, Tree, leaf_hash

BATCH: Final = 5000
SEQUENCER_LOCK: Final = 0x6869656E  # "hien": one sequencer in the whole database
CHECKPOINT_EVERY: Final = timedelta(seconds=15)
"""A checkpoint is signed at most so often; with a sequencer that looks every five seconds an entry waits at most twenty."""


def sequence_waiting(*, now: datetime, sign: bool = False) -> int:
    """Gives the waiting entries their indices, 0, 1, 2 … without a gap, and returns how many.

    One sequencer at a time, under an advisory lock: a second one returns 0. The index is never the serial
    number of a table: commits reorder and rollbacks leave gaps. Entries from before there was a tree get their tiles first.

    Args:
        now: the moment.
        sign: whether a checkpoint is signed even if the last one is young.

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
            placed = _earlier(cursor, reach) if behind else _take(cursor, now)
            growth = _grow(cursor, reach, placed)
            if not behind:
                moved += len(placed)
                if len(placed) < BATCH:
                    _sign(reach, growth, now, at_once=sign)
                    return moved


def _require_sound(reach: Extent) -> None:
    if reach.signed_at and reach.entries != reach.leaves:
        raise LedgerDamaged(detail=_("The entries and the tree differ in number."))
    if reach.leaves > reach.entries or reach.signed > reach.leaves:
        raise LedgerDamaged(detail=_("Entries or tiles at its end are missing."))


def _take(cursor: CursorWrapper, now: datetime) -> list[bytes]:
    """Moves entries from the queue to their places and returns their commitments in order."""
    cursor.execute(
        """
        WITH taken AS (
            DELETE FROM ledger_queuedentry WHERE id IN (
                SELECT id FROM ledger_queuedentry ORDER BY queued_at, id LIMIT %s
            ) RETURNING *
        ), base AS (
            SELECT coalesce(max(index), -1) AS last FROM ledger_entry
        ), placed AS (
            INSERT INTO ledger_entry
                (index, id, entry, salt, leaf, action, subject, queued_at, actor, agency, sequenced_at)
            SELECT base.last + row_number() OVER (ORDER BY queued_at, id),
                   id, entry, salt, leaf, action, subject, queued_at, actor, agency, %s
            FROM taken, base
            RETURNING index, leaf
        )
        SELECT leaf FROM placed ORDER BY index
        """,
        [BATCH, now],
    )
    return [bytes(leaf) for (leaf,) in cursor.fetchall()]


def _earlier(cursor: CursorWrapper, reach: Extent) -> list[bytes]:
    """Returns the commitments of entries that have a place and no leaf in the tree yet, as many as a batch holds."""
    end = min(reach.entries, reach.leaves + BATCH)
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
    key = signer(reach.note)
    checkpoint = Checkpoint(key.verifier.name, growth.size, growth.root())
    SignedCheckpoint.objects.create(
        size=checkpoint.size, root=checkpoint.root, note=checkpoint.signed(key), signed_at=now
    )
