"""Entries for those who may read them: found by what they are about, opened, and shown to stand in the log.

Nobody's right is asked here: the ledger does not know who may read what. Whoever calls has asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from hienluong.kit.cursors import Page, page_of
from hienluong.ledger.errors import EntryUnknown, NotInCheckpoint
from hienluong.ledger.keyring import keys_through_time
from hienluong.ledger.log import cosigned, newest_checkpoint, prove
from hienluong.ledger.models import Entry, QueuedEntry, SignedCheckpoint, Tile
from hienluong.ledger.sequencer import CHECKPOINT_EVERY
from hienluong.tlog.checkpoints import unchecked
from hienluong.tlog.notes import Verifier, parse_note
from hienluong.tlog.proof import TlogProof
from hienluong.tlog.records import commitment, public_record
from hienluong.tlog.tree import ProofInvalid, Tree, climb, leaf_hash

LOOK_EVERY: Final = timedelta(seconds=5)
"""So often the sequencer looks for what waits (the job `config.sequence_ledger`)."""
TILES_AT_HAND: Final = 64
PLACE: Final = "~"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are looked for; what is empty does not narrow.

    Attributes:
        subject: as kind:id.
        actor: as kind:id.
        action: the dotted name of the act.
        agency: who acted for this agency.
        since, until: of the act; `until` is the first moment that is left out.
    """

    subject: str = ""
    actor: str = ""
    action: str = ""
    agency: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Disclosed:
    """An entry that is shown to somebody.

    Attributes:
        id: of the entry.
        index: its place; None while it waits for one.
        at: when the act happened, to the microsecond.
        entry: canonical JSON, as it was recorded.
        salt: 16 bytes.
        said: the entry read; {} where it can no longer be read as JSON.
    """

    id: UUID
    index: int | None
    at: datetime
    entry: bytes
    salt: bytes
    said: dict[str, Any]

    @classmethod
    def of(cls, row: Entry | QueuedEntry) -> Disclosed:
        """Returns what a row holds; whether it is what the log took up, only a proof shows."""
        entry = bytes(row.entry)
        try:
            said = json.loads(entry)
        except ValueError:
            said = {}
        index = row.index if isinstance(row, Entry) else None
        return cls(
            row.id, index, row.queued_at, entry, bytes(row.salt), said if isinstance(said, dict) else {}
        )

    @property
    def cursor(self) -> str:
        """Returns the place behind which a list goes on after this entry; for entries that have their place."""
        return f"{self.at.isoformat()}{PLACE}{self.index}"

    @property
    def action(self) -> str:
        """Returns the dotted name of the act."""
        return str(self.said.get("action", ""))

    @property
    def subject(self) -> str:
        """Returns what the act was about, as kind:id."""
        return str(self.said.get("subject", ""))

    @property
    def refused(self) -> bool:
        """Returns whether the act was refused."""
        return self.said.get("outcome") == "refused"

    @property
    def actor(self) -> dict[str, str]:
        """Returns who acted: kind, id, name, and where the entry says so agency and acting_for."""
        said = self.said.get("actor")
        return {str(name): str(value) for name, value in said.items()} if isinstance(said, dict) else {}

    @property
    def details(self) -> dict[str, Any]:
        """Returns the facts of the act."""
        said = self.said.get("details")
        return said if isinstance(said, dict) else {}


def find_entries(wanted: Wanted, *, before: str = "", limit: int) -> Page[Disclosed]:
    """Returns entries that have their place, newest first; never more than a page is read, whatever the log's length.

    Args:
        wanted: which.
        before: `next` of the page before; what is none begins at the newest.
        limit: how many at most.
    """
    found = _wanted(wanted)
    if place := _place(before):
        moment, index = place
        found = found.filter(
            Q(queued_at__lt=moment) | Q(queued_at=moment, index__lt=index), queued_at__lte=moment
        )
    page = page_of(found.order_by("-queued_at", "-index"), limit)
    items = [Disclosed.of(row) for row in page.items]
    return Page(items, items[-1].cursor if page.next else None)


def _wanted(wanted: Wanted) -> QuerySet[Entry]:
    given = {
        "subject": wanted.subject[:80],
        "actor": wanted.actor[:80],
        "action": wanted.action,
        "agency": wanted.agency,
        "queued_at__gte": wanted.since,
        "queued_at__lt": wanted.until,
    }
    return Entry.objects.filter(**{name: value for name, value in given.items() if value})


def _place(cursor: str) -> tuple[datetime, int] | None:
    moment, _tilde, index = cursor.partition(PLACE)
    try:
        place = datetime.fromisoformat(moment), int(index)
    except ValueError:
        return None
    return place if place[0].tzinfo is not None and abs(place[1]) < 1 << 62 else None


def entry_by_id(entry_id: UUID) -> Disclosed:
    """Returns one entry, also one that waits for its place.

    Raises:
        EntryUnknown: there is none.
    """
    row = Entry.objects.filter(id=entry_id).first() or QueuedEntry.objects.filter(id=entry_id).first()
    # It may have got its place between the two looks.
    row = row or Entry.objects.filter(id=entry_id).first()
    if row is None:
        raise EntryUnknown(entry_id=entry_id)
    return Disclosed.of(row)


@dataclass(frozen=True, slots=True)
class Cover:
    """Whether a checkpoint covers an entry: how many entries it covers and when it was signed; else by when one should.

    Attributes:
        size, signed_at: of the newest checkpoint; 0 and None before the first one.
        covered: whether it covers the entry.
        expected_at: by when one does, as long as the log grows; None where one does.
    """

    size: int
    signed_at: datetime | None
    covered: bool
    expected_at: datetime | None


def cover_of(entry: Disclosed, *, now: datetime) -> Cover:
    """Returns whether the newest checkpoint covers an entry, and else by when one will."""
    newest = newest_checkpoint()
    size, signed_at = (newest.size, newest.signed_at) if newest else (0, None)
    covered = entry.index is not None and entry.index < size
    due = max(now, signed_at + CHECKPOINT_EVERY) if signed_at else now
    return Cover(size, signed_at, covered, None if covered else due + LOOK_EVERY)


def proofs(entries: Iterable[Disclosed], head: SignedCheckpoint) -> Iterator[TlogProof]:
    """Yields the proof of each entry under one and the same checkpoint; memory is bounded, whatever their number.

    Raises:
        NotInCheckpoint: the checkpoint does not cover one of them.
    """

    @lru_cache(maxsize=TILES_AT_HAND)
    def read(level: int, number: int) -> bytes:
        found = Tile.objects.filter(level=level, number=number).values_list("hashes", flat=True).first()
        return bytes(found or b"")

    tree, note = Tree(head.size, read), cosigned(head)
    for one in entries:
        if one.index is None or one.index >= head.size:
            raise NotInCheckpoint(entry_id=one.id)
        yield TlogProof(one.index, tree.inclusion_proof(one.index), note, one.salt + one.entry)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """The way from an entry to the signature, computed anew.

    Attributes:
        commitment: SHA-256 of salt and entry.
        leaf: the hash of its leaf.
        way: for each hash of the proof: whether it stands on the left, the hash, and what both together give.
        root: where the way leads.
        said_root: the root that the checkpoint names.
        size: how many entries the checkpoint covers.
        origin: of which log it is.
        key: the public key of the log, as programs want it.
        signed: whether that key signed the checkpoint.
        fault: why the proof has not even the form of one; else "".
    """

    commitment: bytes
    leaf: bytes
    way: Sequence[tuple[bool, bytes, bytes]]
    root: bytes
    said_root: bytes
    size: int
    origin: str
    key: str
    signed: bool
    fault: str = ""

    @property
    def holds(self) -> bool:
        """Returns whether the entry stands in the log under that checkpoint."""
        return self.signed and self.root == self.said_root and not self.fault


def recompute(entry_id: UUID) -> tuple[TlogProof, Recomputed]:
    """Proves an entry under the newest checkpoint and computes every step of it anew.

    Raises:
        EntryUnknown, NotInCheckpoint: as `prove`.
    """
    proof = prove(entry_id)
    head = unchecked(proof.checkpoint)
    committed = commitment(salt=proof.salt, entry=proof.entry)
    leaf = leaf_hash(public_record(committed))
    key = Verifier(head.origin, keys_through_time(proof.checkpoint).at(head.size))
    fault, way = "", []
    try:
        way = list(climb(leaf, proof.index, head.size, proof.hashes))
    except ProofInvalid as problem:
        fault = str(problem)
    text, signatures = parse_note(proof.checkpoint)
    signed = any(
        (one.name, one.key_id) == (key.name, key.key_id) and key.accepts(text, one.signature)
        for one in signatures
    )
    root = way[-1][2] if way else leaf
    return proof, Recomputed(
        committed, leaf, way, root, head.root, head.size, head.origin, str(key), signed, fault
    )


def growth(days: Sequence[datetime]) -> list[int]:
    """Returns how many entries the log had under a checkpoint at each of some moments."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce((
                SELECT size FROM ledger_signedcheckpoint WHERE signed_at <= moment ORDER BY signed_at DESC LIMIT 1
            ), 0)
            FROM unnest(%s::timestamptz[]) WITH ORDINALITY AS one (moment, place) ORDER BY place
            """,
            [list(days)],
        )
        return [size for (size,) in cursor.fetchall()]
