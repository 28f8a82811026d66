"""The recomputation of the whole log from its entries, and the comparison of tables with it: what was changed is named.

Bounded in memory: the entries of a tile at a time, and the hashes of 256 tiles. Where an entry and its tile differ, the
tile is believed if the tile above it, or the newest checkpoint, vouches for it; then the entry is at fault, and otherwise
the tile.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import chain
from typing import Any, Final

from django.db import connection

from hienluong.kit.errors import fill, untranslated
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger.entry_rows import Row, differing, entries_by_tile
from hienluong.ledger.guards import tables
from hienluong.ledger.keyring import Keys, keys_through_time
from hienluong.ledger.log import Extent, extent, stored_tiles
from hienluong.ledger.models import Change, SignedCheckpoint, Tile, Verification
from hienluong.ledger.outside_word import check_word_of_others
from hienluong.ledger.table_checks import check_acts, check_batches, check_rows
from hienluong.tlog.checkpoints import open_checkpoint, unchecked
from hienluong.tlog.notes import NoteInvalid, Verifier
from hienluong.tlog.records import VERSION
from hienluong.tlog.tree import (
    HASH_BYTES,
    TILE_BYTES,
    TILE_WIDTH,
    Growth,
    Tree,
    full_subtree,
    split,
    tile_width,
)

LEAF: Final = b"\x00" + VERSION
"""What stands before a commitment where its leaf is hashed (RFC 6962, section 2.1; `records.public_record`)."""
SEGMENT: Final = TILE_WIDTH * TILE_WIDTH
"""So many entries are under one tile of level 1."""
CHECKPOINTS: Final = 1000
"""The newest checkpoints that are recomputed, unless all are asked for."""
MAX_FAULTS: Final = 100

CHANGED = _("Entry {place}: it is not what the log took up; its content was changed.")
COMMITMENT = _("Entry {place}: its public record was changed.")
COLUMNS = _("Entry {place}: what is stored beside it ({column}) was changed.")
MISSING = _("Entry {place}: it was deleted.")
INSERTED = _("Entry {place}: it was inserted without the sequencer.")
TILE = _("Tile {place}: it was changed, or does not have its hashes.")
TILE_ABOVE = _("Tile {place}: it does not hold the hashes of the tiles below it.")
TILE_MISSING = _("Tile {place}: it was deleted.")
CHECKPOINT = _("Checkpoint {place}: it was changed; it does not say what its row says.")
SIGNATURE = _("Checkpoint {place}: this log did not sign it.")
ROOT = _("Checkpoint {place}: the entries do not lead to its root.")
KEY_CHANGE = _("Change {place} of the key: it does not hold, or does not lead to the key in force.")
TOO_LARGE = _("Checkpoint {place}: the log does not have so many entries.")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as the log made it.

    Attributes:
        sentence: English source text with the parameters `place` and `column`.
        place: an entry's index, a tile's `level/number`, a checkpoint's size.
        column: of an entry, which one.
    """

    sentence: str
    place: str
    column: str = ""

    def text(self, translate: Any = untranslated) -> str:
        """Returns the sentence in the language of `translate`."""
        return fill(translate(self.sentence), {"place": self.place, "column": self.column})


@dataclass(slots=True)
class Report:
    """What a recomputation found.

    Attributes:
        size: so many entries were read.
        tiles, checkpoints, tables: so many were compared.
        changes: so many changes of rows are in the log.
        root: the root over the entries.
        count: how much is wrong.
        faults: the first hundred of it, the log's before the tables'.
    """

    size: int
    tiles: int = 0
    checkpoints: int = 0
    tables: int = 0
    changes: int = 0
    root: bytes = b""
    count: int = 0
    faults: list[Fault] = field(default_factory=list)

    def add(self, sentence: str, place: object, column: str = "") -> None:
        """Notes a fault."""
        self.count += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(sentence, str(place), column))


def check_log(*, now: datetime) -> Verification:
    """Recomputes the whole log, compares the tables, keeps what was found, and returns it; the clock calls it once a day."""
    begin = time.monotonic()
    report = verify_ledger()
    return Verification.objects.create(
        started_at=now,
        size=report.size,
        changes=report.changes,
        seconds=round(time.monotonic() - begin, 3),
        faults=report.count,
        first_fault=report.faults[0].text()[:300] if report.faults else "",
    )


def verify_ledger(*, all_checkpoints: bool = False) -> Report:
    """Recomputes the whole log and compares every guarded table with it; reads only.

    Args:
        all_checkpoints: whether every checkpoint is recomputed and not only the newest thousand.
    """
    report = verify_log(all_checkpoints=all_checkpoints)
    report.tables = len(tables())
    report.changes = Change.objects.count()
    for found in chain(check_batches(report.size), check_acts(), check_rows()):
        report.add(*found)
    return report


def verify_log(*, all_checkpoints: bool = False) -> Report:
    """Recomputes records, leaves, tiles and roots of the whole log from its entries and compares; reads only.

    What is sequenced meanwhile is left to the next time.

    Args:
        all_checkpoints: whether every checkpoint is recomputed and not only the newest thousand.
    """
    reach = extent()
    report = Report(reach.leaves)
    heads = _checkpoints(reach, report, every=all_checkpoints)
    _Recomputation(reach, report, heads).run()
    _look_outside(reach, report)
    check_word_of_others(report.add, every=all_checkpoints)
    return report


def _checkpoints(reach: Extent, report: Report, *, every: bool) -> deque[tuple[int, bytes]]:
    """Checks what checkpoints say and who signed them; returns size and root of each, to be compared on the way."""
    newest = SignedCheckpoint.objects.filter(size__lte=reach.signed).order_by("-size")
    heads: deque[tuple[int, bytes]] = deque()
    if not reach.note:
        return heads
    keys = keys_through_time(reach.note)
    for number in keys.faults:
        report.add(KEY_CHANGE, number)
    for row in (newest if every else newest[:CHECKPOINTS]).iterator(chunk_size=CHECKPOINTS):
        report.checkpoints += 1
        try:
            said = unchecked(row.note)
        except NoteInvalid:
            said = None
        if said is None or (said.size, said.root) != (row.size, bytes(row.root)):
            report.add(CHECKPOINT, row.size)
        elif not _signed_by(keys, row.size, row.note):
            report.add(SIGNATURE, row.size)
        elif row.size > reach.leaves:
            report.add(TOO_LARGE, row.size)
        else:
            heads.appendleft((row.size, bytes(row.root)))
    return heads


def _signed_by(keys: Keys, size: int, note: str) -> bool:
    """Returns whether the key that was in force signed a checkpoint, under the name that it gives the log."""
    try:
        open_checkpoint(note, [Verifier(unchecked(note).origin, keys.at(size))])
    except (NoteInvalid, ValueError):
        return False
    return True


class _Recomputation:
    """One pass over the entries."""

    def __init__(self, reach: Extent, report: Report, heads: deque[tuple[int, bytes]]) -> None:
        self._reach = reach
        self._report = report
        self._heads = heads
        self._tree = Growth(0, stored_tiles())
        self._vouching = b""  # the stored tile of level 1 over the entries that are being read
        self._above: dict[tuple[int, int], bytes] = {}
        self._odd: set[int] = set()  # entries whose stored commitment is not that of their content
        self._tiles_lead_to_head = bool(heads) and _root_of_tiles(heads[-1][0]) == heads[-1][1]

    def run(self) -> None:
        """Reads, recomputes and compares everything, a tile of level 1 at a time."""
        for start in range(0, self._reach.leaves, SEGMENT):
            end = min(start + SEGMENT, self._reach.leaves)
            tiles = _tiles(0, start // TILE_WIDTH, (end - 1) // TILE_WIDTH + 1)
            self._vouching = _tiles(1, start // SEGMENT, start // SEGMENT + 1).get(start // SEGMENT, b"")
            for number, rows in enumerate(entries_by_tile(start, end), start // TILE_WIDTH):
                leaves = self._leaves(number, rows)
                self._append(self._settled(number, leaves, tiles.get(number, b"")))
            self._compare_above(full=True)
        self._compare_above(full=False)
        self._report.root = self._tree.root()

    def _leaves(self, number: int, rows: list[Row]) -> list[bytes | None]:
        """Returns the leaf hash of each entry of a tile as its content makes it; None where there is none."""
        self._odd.clear()
        if not rows:
            return [None] * tile_width(self._reach.leaves, 0, number)
        indices, contents, leaves, beside = zip(*rows, strict=True)
        # What `commitment`, `public_record` and `leaf_hash` make, in two steps: a million calls less each.
        committed = tuple([sha256(content).digest() for content in contents])
        hashes = [sha256(LEAF + one).digest() for one in committed]
        if committed != leaves or beside.count(None) < len(rows):
            self._look_beside(rows, committed)
        width = tile_width(self._reach.leaves, 0, number)
        if len(rows) == width:  # the index is the primary key: none is missing
            return [*hashes]
        found = dict(zip(indices, hashes, strict=True))
        return [found.get(index) for index in range(number * TILE_WIDTH, number * TILE_WIDTH + width)]

    def _look_beside(self, rows: Sequence[Row], committed: Sequence[bytes]) -> None:
        """Notes whose commitment is not that of the content, and which other values beside an entry it does not say."""
        for made, (index, content, leaf, beside) in zip(committed, rows, strict=True):
            if made != leaf:
                self._odd.add(index)
            elif beside is not None and (wrong := differing(content, beside)):
                self._report.add(COLUMNS, index, ", ".join(wrong))

    def _settled(self, number: int, leaves: list[bytes | None], stored: bytes) -> list[bytes]:
        """Compares the leaves of a tile with the stored tile and returns those that are to be believed."""
        self._report.tiles += 1
        start = number * TILE_WIDTH
        hashes = split(stored[: len(leaves) * HASH_BYTES])
        whole = len(leaves) * HASH_BYTES <= len(stored) <= TILE_BYTES
        if whole and hashes == leaves and not self._odd:
            return hashes
        if whole and (hashes == leaves or self._vouched(number, hashes)):
            for place, (leaf, hashed) in enumerate(zip(leaves, hashes, strict=True)):
                if leaf != hashed:
                    self._report.add(CHANGED if leaf else MISSING, start + place)
                elif start + place in self._odd:
                    self._report.add(COMMITMENT, start + place)
            return hashes
        self._report.add(TILE if stored else TILE_MISSING, f"0/{number}")
        hashes += [bytes(HASH_BYTES)] * (len(leaves) - len(hashes))
        for place, leaf in enumerate(leaves):
            if leaf is None:
                self._report.add(MISSING, start + place)
        return [leaf or hashed for leaf, hashed in zip(leaves, hashes, strict=True)]

    def _vouched(self, number: int, hashes: list[bytes]) -> bool:
        """Returns whether the tile above a tile of level 0 has its root, or the newest checkpoint covers it."""
        if len(hashes) < TILE_WIDTH:
            return self._tiles_lead_to_head
        place = number % TILE_WIDTH
        said = self._vouching[place * HASH_BYTES : (place + 1) * HASH_BYTES]
        return said == full_subtree(hashes)

    def _append(self, leaves: list[bytes]) -> None:
        """Adds leaves to the recomputed tree; compares the checkpoints on the way and the tiles that became full."""
        while leaves:
            room = self._heads[0][0] - self._tree.size if self._heads else len(leaves)
            self._tree.append(leaves[:room])
            leaves = leaves[room:]
            if self._heads and self._heads[0][0] == self._tree.size:
                size, root = self._heads.popleft()
                if self._tree.root() != root:
                    self._report.add(ROOT, size)
        self._above.update((place, hashes) for place, hashes in self._tree.take().items() if place[0])

    def _compare_above(self, *, full: bool) -> None:
        """Compares the recomputed tiles above level 0 with those that are stored: the full ones, or all that are left."""
        for level, number in [
            place for place, hashes in self._above.items() if not full or len(hashes) == TILE_BYTES
        ]:
            self._report.tiles += 1
            wanted = self._above.pop((level, number))
            stored = _tiles(level, number, number + 1).get(number, b"")
            if stored[: len(wanted)] != wanted:
                self._report.add(TILE_ABOVE if stored else TILE_MISSING, f"{level}/{number}")


def _tiles(level: int, first: int, end: int) -> dict[int, bytes]:
    """Returns the stored tiles of a level from one number up to another."""
    found = Tile.objects.filter(level=level, number__gte=first, number__lt=end)
    return {number: bytes(hashes) for number, hashes in found.values_list("number", "hashes")}


def _root_of_tiles(size: int) -> bytes | None:
    try:
        return Tree(size, stored_tiles()).root()
    except LookupError:
        return None


def _look_outside(reach: Extent, report: Report) -> None:
    """Looks for entries before the first place and behind the last leaf."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT index FROM ledger_entry WHERE index < 0 ORDER BY index LIMIT 1")
        if before := cursor.fetchone():
            report.add(INSERTED, before[0])
    if reach.signed_at and reach.entries > reach.leaves:
        report.add(INSERTED, reach.leaves)
