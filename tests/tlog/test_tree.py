"""The Merkle tree: the known trees of Certificate Transparency, any other tree, and proofs that were altered."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hienluong.tlog.tree import (
    EMPTY_ROOT,
    HASH_BYTES,
    TILE_BYTES,
    Growth,
    ProofInvalid,
    Tree,
    last_tiles,
    leaf_hash,
    node_hash,
    tile_width,
    verify_consistency,
    verify_inclusion,
)

# The reference tree of Certificate Transparency (RFC 6962): eight leaves, and the roots as it grows.
LEAVES = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
FIRST = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
SECOND_PAIR = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
LAST_FOUR = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"


class Grown:
    """A tree grown in steps, each taken up from the tiles alone."""

    def __init__(self, records: list[bytes], steps: list[int]) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.leaves = [leaf_hash(record) for record in records]
        start = 0
        for step in [*steps, len(records)]:
            growth = Growth(start, self.read)
            growth.append(self.leaves[start : start + step])
            self.tiles |= growth.take()
            start = growth.size
        self.root = growth.root()

    def read(self, level: int, number: int) -> bytes:
        """Returns a tile."""
        return self.tiles.get((level, number), b"")

    def at(self, size: int) -> Tree:
        """Returns the tree as it was at a size."""
        return Tree(size, self.read)


@cache
def grown(size: int, *steps: int) -> Grown:
    return Grown([str(number).encode() for number in range(size)], list(steps))


def merkle_tree_hash(leaves: list[bytes]) -> bytes:
    """Returns the root as RFC 6962, section 2.1, defines it, word for word."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else EMPTY_ROOT
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(merkle_tree_hash(leaves[:half]), merkle_tree_hash(leaves[half:]))


def test_empty_tree_has_the_hash_of_nothing() -> None:
    assert Tree(0, lambda level, number: b"").root().hex() == (  # noqa: ARG005 - a reader of no tiles
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


def test_reference_trees_have_their_known_roots() -> None:
    tree = Grown(LEAVES, [])
    assert [tree.at(size).root().hex() for size in range(1, 9)] == ROOTS


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [FIRST, SECOND_PAIR, LAST_FOUR]),
        (5, 8, ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", ROOTS[3]]),
        (2, 3, [ROOTS[1]]),
        (1, 5, [ROOTS[0], SECOND_PAIR, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"]),
    ],
)  # fmt: skip
def test_reference_leaves_have_their_known_paths(index: int, size: int, path: list[str]) -> None:
    tree = Grown(LEAVES, [])
    assert [one.hex() for one in tree.at(size).inclusion_proof(index)] == path


@pytest.mark.parametrize(
    ("old", "size", "path"),
    [
        (1, 1, []),
        (1, 8, [FIRST, SECOND_PAIR, LAST_FOUR]),
        (6, 8, ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", ROOTS[3]]),
        (2, 5, [SECOND_PAIR, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"]),
    ],
)  # fmt: skip
def test_reference_trees_have_their_known_consistency(old: int, size: int, path: list[str]) -> None:
    tree = Grown(LEAVES, [])
    assert [one.hex() for one in tree.at(size).consistency_proof(old)] == path


sizes = st.one_of(
    st.integers(1, 600), st.sampled_from([255, 256, 257, 511, 512, 513, 65_536, 65_537, 66_049])
)


@settings(deadline=None)
@given(size=st.integers(1, 600), steps=st.lists(st.integers(0, 300), max_size=4))
def test_tree_grown_in_any_steps_has_the_root_of_the_definition(size: int, steps: list[int]) -> None:
    tree = grown(size, *[min(step, size) for step in steps])
    assert tree.root == tree.at(size).root() == merkle_tree_hash(tree.leaves)


@pytest.mark.parametrize("size", [256, 65_536, 70_000])
def test_tree_has_the_tiles_of_the_standard_and_no_others(size: int) -> None:
    tree = grown(size)
    widths = {place: len(hashes) // HASH_BYTES for place, hashes in tree.tiles.items()}
    assert widths == {
        (level, number): tile_width(size, level, number)
        for level, last in last_tiles(size)
        for number in range(last + 1)
    }
    if size == 70_000:  # the example of tlog-tiles, “Partial Tiles”
        assert (widths[0, 273], widths[1, 0], widths[1, 1], widths[2, 0]) == (112, 256, 17, 1)
        assert sum(1 for level, _ in widths if level == 0) == 274


@settings(deadline=None)
@given(size=sizes, data=st.data())
def test_any_leaf_of_any_tree_is_proved_and_no_altered_proof_holds(size: int, data: st.DataObject) -> None:
    tree = grown(size)
    index = data.draw(st.integers(0, size - 1))
    proof, root, leaf = tree.at(size).inclusion_proof(index), tree.at(size).root(), tree.leaves[index]
    verify_inclusion(leaf=leaf, index=index, size=size, proof=proof, root=root)

    altered = altered_proofs(proof, data)
    wrong = [
        {"leaf": leaf_hash(b"another")},
        {"root": EMPTY_ROOT},
        {"index": size},
        {"index": -1},
        *({"proof": one} for one in altered),
        *([{"index": (index + 1) % size}] if size > 1 else []),
    ]
    for change in wrong:
        with pytest.raises(ProofInvalid):
            verify_inclusion(
                **{"leaf": leaf, "index": index, "size": size, "proof": proof, "root": root} | change  # type: ignore[arg-type]  # each change fits its name
            )


@settings(deadline=None)
@given(size=sizes, data=st.data())
def test_any_growth_is_proved_and_no_altered_proof_holds(size: int, data: st.DataObject) -> None:
    tree = grown(size)
    old = data.draw(st.integers(0, size))
    proof = tree.at(size).consistency_proof(old)
    given_ = {
        "old": old,
        "old_root": tree.at(old).root(),
        "size": size,
        "root": tree.at(size).root(),
        "proof": proof,
    }
    verify_consistency(**given_)  # type: ignore[arg-type]  # as above
    wrong: list[dict[str, object]] = [
        {"old_root": leaf_hash(b"another")},
        {"old": size + 1},
        *({"proof": one} for one in altered_proofs(proof, data)),
        *([{"root": leaf_hash(b"another")}] if old else []),
    ]
    for change in wrong:
        with pytest.raises(ProofInvalid):
            verify_consistency(**given_ | change)  # type: ignore[arg-type]  # as above


def altered_proofs(proof: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    """Returns the proof with a hash too many, one too few, and one bit turned over."""
    altered = [[*proof, bytes(HASH_BYTES)]]
    if proof:
        place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
        turned = (int.from_bytes(proof[place]) ^ (1 << bit)).to_bytes(HASH_BYTES)
        altered += [proof[:-1], [*proof[:place], turned, *proof[place + 1 :]]]
    return altered


def test_tree_that_misses_a_tile_says_which() -> None:
    tree = grown(600)
    damaged = {place: hashes for place, hashes in tree.tiles.items() if place != (0, 1)}
    with pytest.raises(LookupError, match="0/1"):
        Tree(600, lambda level, number: damaged.get((level, number), b"")).inclusion_proof(300)
    with pytest.raises(LookupError, match="0/2"):
        Growth(600, lambda level, number: tree.read(level, number)[:64])


def test_full_tile_is_8192_bytes() -> None:
    assert len(grown(256).tiles[0, 0]) == TILE_BYTES == 8192
