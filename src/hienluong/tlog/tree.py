"""The Merkle tree of RFC 6962, section 2.1, kept as the tiles of c2sp.org/tlog-tiles; pure, without a database.

A node of the tree is named by its level (0: leaves) and its index there: node (k, i) covers the leaves from
i * 2^k up to (i + 1) * 2^k. Only nodes that cover so many leaves wholly are ever stored; everything else is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

HASH_BYTES = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
TILE_BYTES = TILE_WIDTH * HASH_BYTES
EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without leaves (RFC 6962, section 2.1)."""

TileReader = Callable[[int, int], bytes]
"""Returns the hashes there are of a tile, by its level and number; b"" where there is none."""


class ProofInvalid(Exception):
    """A proof does not lead from what it starts with to the root it claims."""


def leaf_hash(record: bytes) -> bytes:
    """Returns the hash of a leaf (RFC 6962, section 2.1)."""
    return sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Returns the hash of an inner node (RFC 6962, section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def split(hashes: bytes) -> list[bytes]:
    """Returns the hashes that a tile holds one after the other."""
    return [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)]


def full_subtree(hashes: Sequence[bytes]) -> bytes:
    """Returns the root over a power of two of neighbouring nodes of one level."""
    row = hashes
    while len(row) > 1:
        row = [
            sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=True)
        ]
    return row[0]


def tile_width(size: int, level: int, number: int) -> int:
    """Returns how many hashes a tile has in a tree of so many leaves: 0 to 256 (tlog-tiles, “Partial Tiles”)."""
    return max(0, min(TILE_WIDTH, (size >> TILE_HEIGHT * level) - number * TILE_WIDTH))


def last_tiles(size: int) -> Iterator[tuple[int, int]]:
    """Yields level and number of the last tile of each level in a tree of so many leaves, full or not."""
    level = 0
    while hashes := size >> TILE_HEIGHT * level:
        yield level, (hashes - 1) // TILE_WIDTH
        level += 1


def tiles_of_proof(index: int, size: int) -> Iterator[tuple[int, int]]:
    """Yields level and number of the tiles that the proof of a leaf is made from: those on its way up, and the last ones."""
    for level, last in last_tiles(size):
        yield level, index >> TILE_HEIGHT * (level + 1)
        yield level, last


class Tree:
    """A tree of so many leaves, read through its tiles.

    Attributes:
        size: the number of leaves; the tiles may belong to a larger tree.
    """

    def __init__(self, size: int, read: TileReader) -> None:
        self.size = size
        self._read = read

    def node(self, level: int, index: int) -> bytes:
        """Returns a node that covers 2^level leaves.

        Raises:
            LookupError: its tile is missing or too short.
        """
        tile_level, height = divmod(level, TILE_HEIGHT)
        number, place = divmod(index << height, TILE_WIDTH)
        hashes = self._read(tile_level, number)
        part = hashes[place * HASH_BYTES : (place + (1 << height)) * HASH_BYTES]
        if len(part) != HASH_BYTES << height:
            raise LookupError(f"Tile {tile_level}/{number} has no hash {place + (1 << height) - 1}.")
        return full_subtree(split(part))

    def root(self) -> bytes:
        """Returns the Merkle tree hash (RFC 6962, section 2.1)."""
        return self._range(0, self.size) if self.size else EMPTY_ROOT

    def inclusion_proof(self, index: int) -> list[bytes]:
        """Returns the audit path of a leaf, from its sibling up (RFC 6962, section 2.1.1).

        Raises:
            IndexError: the tree has no such leaf.
        """
        if not 0 <= index < self.size:
            raise IndexError(f"A tree of {self.size} leaves has no leaf {index}.")
        begin, end = 0, self.size
        path = []
        while end - begin > 1:
            middle = begin + _left_half(end - begin)
            if index < middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(begin, middle))
                begin = middle
        return path[::-1]

    def consistency_proof(self, old: int) -> list[bytes]:
        """Returns the proof that the tree of the first `old` leaves is a part of this one (RFC 6962, section 2.1.2).

        Raises:
            IndexError: `old` is larger than the tree.
        """
        if not 0 <= old <= self.size:
            raise IndexError(f"A tree of {self.size} leaves never had {old}.")
        if old in (0, self.size):
            return []
        begin, end = 0, self.size
        path = []
        while end != old:
            middle = begin + _left_half(end - begin)
            if old <= middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(begin, middle))
                begin = middle
        if begin:  # the old tree is no whole subtree: its last part is where the proof starts
            path.append(self._range(begin, end))
        return path[::-1]

    def _range(self, begin: int, end: int) -> bytes:
        """Returns the hash over the leaves from `begin` up to `end`, which starts at a whole subtree of its size."""
        nodes = []
        while begin < end:
            level = (end - begin).bit_length() - 1
            nodes.append(self.node(level, begin >> level))
            begin += 1 << level
        return _joined(nodes)


class Growth:
    """A tree that grows by leaves at its right edge and says which tiles change; it holds a few kilobytes, whatever its size.

    Attributes:
        size: the number of leaves so far.
        changed: the tiles that grew since it was made or `take` was called, by level and number.
    """

    def __init__(self, size: int, read: TileReader) -> None:
        """Takes up a tree of so many leaves, whose last tiles can be read.

        Raises:
            LookupError: one of them is missing or too short.
        """
        self.size = size
        self.changed: dict[tuple[int, int], bytes] = {}
        self._edge: list[bytearray] = []  # of each level, the last tile as far as it is filled
        for level, number in last_tiles(size):
            width = tile_width(size, level, number)
            hashes = read(level, number)[: width * HASH_BYTES]
            if len(hashes) != width * HASH_BYTES:
                raise LookupError(f"Tile {level}/{number} does not have its {width} hashes.")
            self._edge.append(bytearray(hashes if width < TILE_WIDTH else b""))

    def append(self, leaves: Iterable[bytes]) -> None:
        """Adds leaves, given as their hashes."""
        waiting = list(leaves)
        self.size += len(waiting)
        level = 0
        while waiting:
            if level == len(self._edge):
                self._edge.append(bytearray())
            waiting = self._fill(level, waiting)
            level += 1

    def _fill(self, level: int, hashes: list[bytes]) -> list[bytes]:
        """Adds hashes to a level and returns the roots of the tiles that became full, for the level above."""
        tile = self._edge[level]
        above = []
        total = self.size >> TILE_HEIGHT * level
        number = (total - len(hashes)) // TILE_WIDTH
        start = 0
        while start < len(hashes):
            room = TILE_WIDTH - len(tile) // HASH_BYTES
            added = hashes[start : start + room]
            tile += b"".join(added)
            start += room
            self.changed[level, number] = bytes(tile)
            if len(tile) == TILE_BYTES:
                above.append(full_subtree(added if len(added) == TILE_WIDTH else split(bytes(tile))))
                tile.clear()
                number += 1
        return above

    def take(self) -> dict[tuple[int, int], bytes]:
        """Returns the tiles that changed, and forgets them."""
        changed, self.changed = self.changed, {}
        return changed

    def root(self) -> bytes:
        """Returns the Merkle tree hash (RFC 6962, section 2.1)."""
        if not self.size:
            return EMPTY_ROOT
        nodes: list[bytes] = []
        for tile in self._edge:  # from the right edge, the smallest subtrees, to the left
            nodes += reversed(_peaks(split(bytes(tile))))
        return _joined(nodes[::-1])


def _peaks(row: list[bytes]) -> list[bytes]:
    """Returns the roots of the largest whole subtrees over a row of nodes, from the left."""
    peaks = []
    while row:
        width = 1 << (len(row).bit_length() - 1)
        peaks.append(full_subtree(row[:width]))
        row = row[width:]
    return peaks


def _joined(nodes: Sequence[bytes]) -> bytes:
    """Returns the hash over whole subtrees that become smaller to the right."""
    found = nodes[-1]
    for node in reversed(nodes[:-1]):
        found = node_hash(node, found)
    return found


def _left_half(size: int) -> int:
    """Returns the largest power of two smaller than a size of at least 2 (RFC 6962, section 2.1)."""
    return 1 << ((size - 1).bit_length() - 1)


def climb(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> Iterator[tuple[bool, bytes, bytes]]:
    """Yields each step from a leaf up to the root: whether the hash stands on the left, the hash, what both give together.

    Raises:
        ProofInvalid: the proof is no proof of that shape.
    """
    if not 0 <= index < size:
        raise ProofInvalid(f"A tree of {size} leaves has no leaf {index}.")
    found = leaf
    for left, sibling in _way_up(index, size - 1, proof):
        found = node_hash(sibling, found) if left else node_hash(found, sibling)
        yield left, sibling, found


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Checks that a leaf, given as its hash, stands at its index in the tree of that root (RFC 9162, section 2.1.3.2).

    Raises:
        ProofInvalid: it does not, or the proof is no proof of that shape.
    """
    steps = [found for _left, _sibling, found in climb(leaf, index, size, proof)]
    if [leaf, *steps][-1] != root:
        raise ProofInvalid("The proof leads to another root.")


def verify_consistency(*, old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Checks that a tree only grew from one root to the other (RFC 9162, section 2.1.4.2).

    Raises:
        ProofInvalid: it did not, or the proof is no proof of that shape.
    """
    if not 0 <= old <= size:
        raise ProofInvalid("A tree never shrinks.")
    if old in (0, size):
        if proof or old_root != (root if old else EMPTY_ROOT):
            raise ProofInvalid("The roots differ, or the proof has too many hashes.")
        return
    hashes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not hashes:
        raise ProofInvalid("The proof has too few hashes.")
    place, last = old - 1, size - 1
    while place & 1:
        place >>= 1
        last >>= 1
    former = latter = hashes[0]
    for left, sibling in _way_up(place, last, hashes[1:]):
        if left:
            former, latter = node_hash(sibling, former), node_hash(sibling, latter)
        else:
            latter = node_hash(latter, sibling)
    if (former, latter) != (old_root, root):
        raise ProofInvalid("The proof leads to other roots.")


def _way_up(place: int, last: int, proof: Sequence[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Yields, for each hash of a proof, whether it stands to the left of the way up, and the hash itself.

    Args:
        place: the index of the node where the way begins.
        last: the index of the last node of that level.
        proof: the hashes beside the way.
    """
    for sibling in proof:
        if last == 0:
            raise ProofInvalid("The proof has too many hashes.")
        left = bool(place & 1) or place == last
        while left and place and not place & 1:
            place >>= 1
            last >>= 1
        yield left, sibling
        place >>= 1
        last >>= 1
    if last:
        raise ProofInvalid("The proof has too few hashes.")
