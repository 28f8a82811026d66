"""The log as it is stored and published: its head, its tiles, its entry bundles, its proofs and its key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final
from uuid import UUID

from django.db import connection

from hienluong.ledger.errors import EntryUnknown, NoCheckpoint, NotInCheckpoint
from hienluong.ledger.keyring import signer
from hienluong.ledger.models import Cosignature, Entry, QueuedEntry, SignedCheckpoint, Tile, WitnessPolicy
from hienluong.tlog.notes import Verifier
from hienluong.tlog.proof import TlogProof
from hienluong.tlog.records import bundle, public_record
from hienluong.tlog.tree import HASH_BYTES, TILE_WIDTH, TileReader, Tree, tile_width, tiles_of_proof

NEWEST_COSIGNATURES: Final = 200
"""So many are looked at for the checkpoint that most witnesses cosigned."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How far the stored log reaches, seen in one moment.

    Attributes:
        entries: how many entries have their place.
        leaves: how many of them are in the tree.
        signed: how many the newest checkpoint covers.
        root: the root that it names; b"" before the first one.
        note: the checkpoint itself.
        signed_at: when it was signed; None before the first one.
    """

    entries: int
    leaves: int
    signed: int
    root: bytes
    note: str
    signed_at: datetime | None


def extent() -> Extent:
    """Returns how far the log reaches."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT coalesce(max(index) + 1, 0) FROM ledger_entry),
                   coalesce((SELECT number * 256 + length(hashes) / 32 FROM ledger_tile
                             WHERE level = 0 ORDER BY number DESC LIMIT 1), 0),
                   signed.size, signed.root, signed.note, signed.signed_at
            FROM (VALUES (1)) AS one LEFT JOIN (
                SELECT * FROM ledger_signedcheckpoint ORDER BY size DESC LIMIT 1
            ) AS signed ON true
            """
        )
        entries, leaves, size, root, note, signed_at = cursor.fetchone()
    return Extent(entries, leaves, size or 0, bytes(root or b""), note or "", signed_at)


def stored_tiles(ahead: Iterable[tuple[int, int]] = ()) -> TileReader:
    """Returns a reader of the stored tiles that reads each once; for one task, then forgotten.

    Args:
        ahead: level and number of tiles that are read at once, together.
    """
    known: dict[tuple[int, int], bytes] = {}
    if places := [*set(ahead)]:
        rows = Tile.objects.filter(pk__in=places).values_list("level", "number", "hashes")
        known = {(level, number): bytes(hashes) for level, number, hashes in rows}

    @cache
    def read(level: int, number: int) -> bytes:
        if (level, number) in known:
            return known[level, number]
        found = Tile.objects.filter(level=level, number=number).values_list("hashes", flat=True).first()
        return bytes(found or b"")

    return read


def newest_checkpoint() -> SignedCheckpoint | None:
    """Returns the newest checkpoint; None before the first one."""
    return SignedCheckpoint.objects.order_by("-size").first()


def _covered() -> int:
    """Returns how many leaves the newest checkpoint covers."""
    return SignedCheckpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0


def public_tile(level: int, number: int, width: int) -> bytes | None:
    """Returns the first hashes of a tile; None unless a checkpoint covers them."""
    if width > tile_width(_covered(), level, number):
        return None
    return stored_tiles()(level, number)[: width * HASH_BYTES]


def public_bundle(number: int, width: int) -> bytes | None:
    """Returns the first public records of a bundle of 256; None unless a checkpoint covers them."""
    if width > tile_width(_covered(), 0, number):
        return None
    start = number * TILE_WIDTH
    leaves = (
        Entry.objects.filter(index__gte=start, index__lt=start + width)
        .order_by("index")
        .values_list("leaf", flat=True)
    )
    return bundle(public_record(bytes(leaf)) for leaf in leaves)


def prove(entry_id: UUID) -> TlogProof:
    """Returns the proof that an entry stands in the log, under the newest checkpoint; it discloses entry and salt.

    Raises:
        EntryUnknown: there is no such entry.
        NotInCheckpoint: no checkpoint covers it yet.
    """
    entry = Entry.objects.filter(id=entry_id).first()
    if entry is None and not QueuedEntry.objects.filter(id=entry_id).exists():
        raise EntryUnknown(entry_id=entry_id)
    head = best_checkpoint(entry.index) if entry else None
    if entry is None or head is None:
        raise NotInCheckpoint(entry_id=entry_id)
    tiles = stored_tiles(tiles_of_proof(entry.index, head.size))
    hashes = Tree(head.size, tiles).inclusion_proof(entry.index)
    return TlogProof(entry.index, hashes, cosigned(head), bytes(entry.salt) + bytes(entry.entry))


def best_checkpoint(index: int) -> SignedCheckpoint | None:
    """Returns the checkpoint that proves a leaf best; None: none covers it yet.

    It is the newest that enough witnesses cosigned, else of the newest cosigned ones that with the most, else the newest.
    """
    quorum = max(1, WitnessPolicy.objects.values_list("quorum", flat=True).first() or 0)
    newest = Cosignature.objects.filter(size__gt=index).order_by("-size").values_list("size", flat=True)
    counted = Counter(newest[:NEWEST_COSIGNATURES])
    if counted:
        size = max(counted, key=lambda size: (min(counted[size], quorum), size))
        return SignedCheckpoint.objects.filter(size=size).first()
    return SignedCheckpoint.objects.filter(size__gt=index).order_by("-size").first()


def cosigned(checkpoint: SignedCheckpoint) -> str:
    """Returns a checkpoint with the cosignatures that there are under it, in the order of their witnesses."""
    lines = (
        Cosignature.objects.filter(size=checkpoint.size).order_by("witness").values_list("line", flat=True)
    )
    return checkpoint.note + "".join(lines)


def verifier() -> Verifier:
    """Returns the public key of the log under its name: who checks a proof needs it."""
    newest = newest_checkpoint()
    return signer(newest.note if newest else "").verifier


def published() -> SignedCheckpoint:
    """Returns the newest checkpoint.

    Raises:
        NoCheckpoint: the log has signed nothing yet.
    """
    newest = newest_checkpoint()
    if newest is None:
        raise NoCheckpoint
    return newest


def head_note() -> str:
    """Returns the newest checkpoint with the cosignatures that there are under it, as it is published.

    Raises:
        NoCheckpoint: the log has signed nothing yet.
    """
    return cosigned(published())
