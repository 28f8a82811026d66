"""The log as it is stored and published: its head, its tiles, its entry bundles, its proofs and its key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import connection

from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger.checkpoints import unchecked
from hienluong.ledger.errors import EntryUnknown, LedgerDamaged, NoCheckpoint, NotInCheckpoint
from hienluong.ledger.models import Entry, QueuedEntry, SignedCheckpoint, Tile
from hienluong.ledger.notes import NoteInvalid, Signer, Verifier
from hienluong.ledger.records import bundle, public_record
from hienluong.ledger.tlog_proof import TlogProof
from hienluong.ledger.tree import HASH_BYTES, TILE_WIDTH, TileReader, Tree, tile_width


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


def stored_tiles() -> TileReader:
    """Returns a reader of the stored tiles that reads each once; for one task, then forgotten."""

    @cache
    def read(level: int, number: int) -> bytes:
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
    head = newest_checkpoint()
    if entry is None or head is None or entry.index >= head.size:
        raise NotInCheckpoint(entry_id=entry_id)
    hashes = Tree(head.size, stored_tiles()).inclusion_proof(entry.index)
    return TlogProof(entry.index, hashes, head.note, bytes(entry.salt) + bytes(entry.entry))


def signer(note: str) -> Signer:
    """Returns the key of the log under its name.

    The name is the origin of the log and stays what it was: the setting, else that of the newest checkpoint, else one
    made from the public address.

    Args:
        note: the newest checkpoint; "" before the first one.

    Raises:
        LedgerDamaged: that checkpoint is none.
    """
    try:
        origin = settings.LEDGER_ORIGIN or (unchecked(note).origin if note else default_origin())
    except NoteInvalid as problem:
        raise LedgerDamaged(detail=_("The newest checkpoint was changed.")) from problem
    return _signer(origin, settings.LEDGER_KEY)


@lru_cache(maxsize=8)
def _signer(origin: str, pem: str) -> Signer:
    return Signer(origin, pem)


def default_origin() -> str:
    """Returns the address of the public log without its scheme (tlog-tiles, “Parameters”)."""
    address = urlsplit(settings.PUBLIC_URL)
    return f"{address.netloc}{address.path}/log"


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
