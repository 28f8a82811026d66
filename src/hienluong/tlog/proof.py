"""Proofs that stand alone (c2sp.org/tlog-proof@v1): an entry, its way up the tree, and the signed checkpoint there.

The extra line holds what makes the record: the salt and the private entry. So a proof discloses its one entry to whom it
is given; the tree itself discloses none.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from hienluong.tlog.checkpoints import Checkpoint, decoded_hash, open_checkpoint
from hienluong.tlog.cosignatures import Cosigner, cosigned_by
from hienluong.tlog.notes import NoteInvalid, Verifier, decoded
from hienluong.tlog.records import SALT_BYTES, record_of
from hienluong.tlog.tree import ProofInvalid, leaf_hash, verify_inclusion

HEAD = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 64
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A proof as it is written.

    Attributes:
        index: the place of the entry in the log.
        hashes: from its sibling up to the root's child.
        checkpoint: the signed note, word for word.
        extra: salt and entry; b"" where the entry is known otherwise.
    """

    index: int
    hashes: Sequence[bytes]
    checkpoint: str
    extra: bytes = b""

    def text(self) -> str:
        """Returns the content of the file (tlog-proof, “Format”)."""
        lines = [HEAD]
        if self.extra:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines += [f"index {self.index}", *(base64.b64encode(one).decode() for one in self.hashes), ""]
        return "\n".join(lines) + "\n" + self.checkpoint

    @property
    def salt(self) -> bytes:
        """Returns the salt of the entry."""
        return self.extra[:SALT_BYTES]

    @property
    def entry(self) -> bytes:
        """Returns the entry, canonical JSON (RFC 8785)."""
        return self.extra[SALT_BYTES:]

    @classmethod
    def read(cls, text: str) -> TlogProof:
        """Reads the content of a file; nothing is checked yet.

        Raises:
            ProofInvalid: it is not of the form of a proof.
        """
        head, found, checkpoint = text.partition("\n\n")
        lines = head.split("\n")
        if not found or lines.pop(0) != HEAD:
            raise ProofInvalid("The file is no proof of a transparency log.")
        extra: bytes | None = b""
        if lines and lines[0].startswith("extra "):
            extra = decoded(lines.pop(0)[6:])
        if extra is None:
            raise ProofInvalid("The extra data is no base64.")
        index = _INDEX.fullmatch(lines.pop(0)) if lines else None
        if index is None:
            raise ProofInvalid("The proof names no index.")
        hashes = [decoded_hash(line) for line in lines]
        if None in hashes or len(hashes) > MAX_HASHES:
            raise ProofInvalid("A hash of the proof is malformed, or there are too many.")
        return cls(int(index[1]), [one for one in hashes if one is not None], checkpoint, extra)


def verify_proof(
    proof: TlogProof,
    *verifiers: Verifier,
    record: bytes | None = None,
    cosigners: Sequence[Cosigner] = (),
    quorum: int | None = None,
) -> Checkpoint:
    """Returns the checkpoint under which the entry of a proof demonstrably stands.

    Args:
        proof: as read.
        verifiers: the key of the log, or its keys where it changed them; one must have signed.
        record: the public record of the entry; default: the one that the proof's own salt and entry make.
        cosigners: witnesses who are trusted.
        quorum: so many of them must have cosigned; default: all.

    Raises:
        ProofInvalid: the entry is another one, the way leads elsewhere, the checkpoint is not the log's, or too few
            witnesses saw it.
    """
    if record is None:
        if not proof.entry:
            raise ProofInvalid("The proof does not say what it proves.")
        record = record_of(salt=proof.salt, entry=proof.entry)
    try:
        checkpoint = open_checkpoint(proof.checkpoint, verifiers)
        seen = len(cosigned_by(proof.checkpoint, cosigners))
    except NoteInvalid as problem:
        raise ProofInvalid(str(problem)) from problem
    required = len(cosigners) if quorum is None else quorum
    if seen < required:
        raise ProofInvalid(f"{seen} of these witnesses cosigned the checkpoint; {required} are required.")
    verify_inclusion(
        leaf=leaf_hash(record),
        index=proof.index,
        size=checkpoint.size,
        proof=proof.hashes,
        root=checkpoint.root,
    )
    return checkpoint
