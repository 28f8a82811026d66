"""A log that is not ours: leaves of its own, a key of its own, and forks whenever a test wants one."""

from __future__ import annotations

from hashlib import sha256

from hienluong.kit.jws import new_key
from hienluong.ledger.keys import FileKey
from hienluong.tlog.checkpoints import Checkpoint
from hienluong.tlog.cosignatures import Asked
from hienluong.tlog.notes import Signer
from hienluong.tlog.tree import Growth, Tree, leaf_hash


class OtherLog:
    """A log in memory, with the real tree and the real signatures."""

    def __init__(self, origin: str = "hue.example.vn/log", *, pem: str | None = None) -> None:
        self.origin = origin
        self.pem = pem or new_key()
        self.signer = Signer(origin, FileKey(self.pem))
        self.size = 0
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._growth = Growth(0, self._read)

    def _read(self, level: int, number: int) -> bytes:
        return self._tiles.get((level, number), b"")

    @property
    def vkey(self) -> str:
        """Returns its public key."""
        return str(self.signer.verifier)

    def grow(self, count: int, kind: str = "entry") -> OtherLog:
        """Adds leaves; another kind gives other leaves at the same places."""
        self._growth.append(leaf_hash(f"{kind} {self.size + one}".encode()) for one in range(count))
        self._tiles.update(self._growth.take())
        self.size += count
        return self

    def fork(self, at: int, count: int) -> OtherLog:
        """Returns a log of the same name and key that shares so many leaves and then goes its own way."""
        return OtherLog(self.origin, pem=self.pem).grow(at).grow(count, "another entry")

    def note(self, size: int | None = None) -> str:
        """Returns the signed checkpoint at a size."""
        size = self.size if size is None else size
        return Checkpoint(self.origin, size, Tree(size, self._read).root()).signed(self.signer)

    def asks(self, old: int, size: int | None = None) -> Asked:
        """Returns the request for a cosignature, with the proof from the old size."""
        size = self.size if size is None else size
        proof = Tree(size, self._read).consistency_proof(old) if old <= size else []
        return Asked(old, proof, self.note(size))


def a_root(text: str) -> bytes:
    """Returns a hash that is the root of nothing."""
    return sha256(text.encode()).digest()
