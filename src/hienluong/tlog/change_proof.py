"""Proofs that a row was changed just so: a line, its way to the root of its batch, and the proof of the entry with that root.

A file of ours, since no standard has one: a head with the line and its way, an empty line, and a `.tlog-proof` word for word.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hienluong.tlog.checkpoints import Checkpoint, decoded_hash
from hienluong.tlog.cosignatures import Cosigner
from hienluong.tlog.notes import Verifier, decoded
from hienluong.tlog.proof import MAX_HASHES, TlogProof, verify_proof
from hienluong.tlog.tree import ProofInvalid, leaf_hash, verify_inclusion

HEAD = "hienluong/change-proof/v1"
BATCH_ACTION = "ledger.rows"
"""The act of an entry that holds the root over a batch of changes."""
_PLACE = re.compile(r"change (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class ChangeProof:
    """A proof of one change as it is written.

    Attributes:
        line: what was changed, canonical JSON (RFC 8785).
        index: the place of the line in its batch.
        hashes: from its sibling up to the child of the batch's root.
        batch: the proof of the entry that holds that root.
    """

    line: bytes
    index: int
    hashes: Sequence[bytes]
    batch: TlogProof

    @property
    def said(self) -> dict[str, Any]:
        """Returns what the line says.

        Raises:
            ProofInvalid: it is no JSON.
        """
        return _read(self.line, "The line")

    def text(self) -> str:
        """Returns the content of the file."""
        lines = [HEAD, f"line {base64.b64encode(self.line).decode()}", f"change {self.index}"]
        lines += [base64.b64encode(one).decode() for one in self.hashes]
        return "\n".join(lines) + "\n\n" + self.batch.text()

    @classmethod
    def read(cls, text: str) -> ChangeProof:
        """Reads the content of a file; nothing is checked yet.

        Raises:
            ProofInvalid: it is not of the form of such a proof.
        """
        head, found, batch = text.partition("\n\n")
        lines = head.split("\n")
        if not found or lines[0] != HEAD or len(lines) < 3:  # noqa: PLR2004 - head, line, place
            raise ProofInvalid("The file is no proof of a change.")
        line = decoded(lines[1].removeprefix("line ")) if lines[1].startswith("line ") else None
        place = _PLACE.fullmatch(lines[2])
        if line is None or place is None:
            raise ProofInvalid("The proof of a change names no line, or no place of it.")
        hashes = [decoded_hash(one) for one in lines[3:]]
        if None in hashes or len(hashes) > MAX_HASHES:
            raise ProofInvalid("A hash of the proof is malformed, or there are too many.")
        kept = [one for one in hashes if one is not None]
        return cls(line, int(place[1]), kept, TlogProof.read(batch))


def verify_change(
    proof: ChangeProof,
    *verifiers: Verifier,
    cosigners: Sequence[Cosigner] = (),
    quorum: int | None = None,
) -> Checkpoint:
    """Returns the checkpoint under which a change demonstrably stands; arguments as `verify_proof`.

    Raises:
        ProofInvalid: the line is another one, a way leads elsewhere, the entry is none of a batch, or as `verify_proof`.
    """
    checkpoint = verify_proof(proof.batch, *verifiers, cosigners=cosigners, quorum=quorum)
    entry = _read(proof.batch.entry, "The entry")
    try:
        details = entry["details"]
        first, changes, root = int(details["first"]), int(details["changes"]), bytes.fromhex(details["root"])
        action, place = entry["action"], proof.said["place"]
    except (LookupError, TypeError, ValueError) as problem:
        raise ProofInvalid("The entry is none of a batch of changes.") from problem
    if action != BATCH_ACTION:
        raise ProofInvalid("The entry is none of a batch of changes.")
    if place != first + proof.index:
        raise ProofInvalid("The line has another place than the proof says.")
    verify_inclusion(
        leaf=leaf_hash(proof.line), index=proof.index, size=changes, proof=proof.hashes, root=root
    )
    return checkpoint


def _read(text: bytes, what: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except ValueError as problem:
        raise ProofInvalid(f"{what} is no JSON.") from problem
    if not isinstance(said, dict):
        raise ProofInvalid(f"{what} is no object.")
    return said
