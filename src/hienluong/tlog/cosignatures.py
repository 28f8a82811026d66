"""Cosignatures (c2sp.org/tlog-cosignature, version 1): a witness has seen that a log only grew, up to this size, at this moment.

What a witness is asked, and what it answers (c2sp.org/tlog-witness), is written and read here too; pure, without a database.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from hienluong.tlog.checkpoints import decoded_hash
from hienluong.tlog.notes import NoteInvalid, PrivateKey, Signature, Verifier, parse_note

COSIGNATURE = b"\x04"
"""The type of a timestamped cosignature of Ed25519 (signed-note, “Signature types”)."""
MAX_PROOF_LINES = 63
MAX_REQUEST_BYTES = 64 * 1024
"""A checkpoint with sixteen cosignatures, four of them of several kilobytes, and the longest proof."""
_TIME_BYTES = 8
_SIGNATURE_BYTES = 64
_HIGHEST_TIME = 2**63 - 1
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Cosigner(Verifier):
    """The public half of a witness's key and its name."""

    kind: ClassVar[bytes] = COSIGNATURE

    def accepts(self, text: str, signature: bytes) -> bool:
        """Returns whether the witness cosigned the text of a checkpoint (tlog-cosignature, “Ed25519 signed message”)."""
        moment = time_of(signature)
        return moment is not None and self.made(signature[_TIME_BYTES:], _message(text, moment))


def time_of(signature: bytes) -> int | None:
    """Returns the POSIX time that a cosignature states, in seconds; None: it is not of that form."""
    if len(signature) != _TIME_BYTES + _SIGNATURE_BYTES:
        return None
    moment = int.from_bytes(signature[:_TIME_BYTES], "big")
    return moment if moment <= _HIGHEST_TIME else None


def cosign(name: str, key: PrivateKey, text: str, now: datetime) -> Signature:
    """Returns the cosignature of a witness over the text of a checkpoint, as of a moment."""
    moment = int(now.timestamp())
    signed = moment.to_bytes(_TIME_BYTES, "big") + key.sign(_message(text, moment))
    return Signature(name, Cosigner(name, key.public).key_id, signed)


def _message(text: str, moment: int) -> bytes:
    return f"cosignature/v1\ntime {moment}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a log asks of a witness (tlog-witness, “add-checkpoint”).

    Attributes:
        old: the size that the log believes the witness to know.
        proof: from that size to the size of the checkpoint.
        note: the checkpoint, signed.
    """

    old: int
    proof: Sequence[bytes]
    note: str

    def body(self) -> bytes:
        """Returns it as it is sent."""
        lines = [f"old {self.old}", *(base64.b64encode(one).decode() for one in self.proof), ""]
        return ("\n".join(lines) + "\n" + self.note).encode()

    @classmethod
    def read(cls, body: bytes) -> Asked:
        """Reads what was sent; nothing is checked yet.

        Raises:
            NoteInvalid: it is not of that form.
        """
        try:
            head, found, note = body.decode().partition("\n\n")
        except UnicodeDecodeError as problem:
            raise NoteInvalid("The request is not UTF-8.") from problem
        lines = head.split("\n")
        old = _OLD.fullmatch(lines.pop(0))
        hashes = [decoded_hash(line) for line in lines]
        if not found or old is None:
            raise NoteInvalid(
                "The request begins with a line “old” and a number, and has an empty line before the checkpoint."
            )
        if len(hashes) > MAX_PROOF_LINES or None in hashes:
            raise NoteInvalid("A hash of the proof is malformed, or there are too many.")
        return cls(int(old[1]), [one for one in hashes if one is not None], note)


@dataclass(frozen=True, slots=True)
class Given:
    """A cosignature that holds.

    Attributes:
        line: as it stands under the checkpoint.
        at: the moment that it states.
    """

    line: str
    at: datetime


def cosignature_in(answer: bytes, note: str, cosigner: Cosigner) -> Given:
    """Returns the cosignature of a witness over a checkpoint out of its answer; lines of unknown keys are passed over.

    Raises:
        NoteInvalid: the answer holds none, or one that is wrong.
    """
    text = parse_note(note)[0]
    try:
        _text, signatures = parse_note(f"{text}\n{answer.decode()}")
    except UnicodeDecodeError as problem:
        raise NoteInvalid("The answer is not UTF-8.") from problem
    for one in signatures:
        if (one.name, one.key_id) == (cosigner.name, cosigner.key_id):
            moment = time_of(one.signature)
            if moment is None or not cosigner.accepts(text, one.signature):
                raise NoteInvalid("The cosignature is wrong.")
            try:
                return Given(one.line(), datetime.fromtimestamp(moment, UTC))
            except (OverflowError, ValueError, OSError) as problem:
                raise NoteInvalid("The time of the cosignature is none.") from problem
    raise NoteInvalid("The answer holds no cosignature of this witness.")


def cosigned_by(note: str, cosigners: Sequence[Cosigner]) -> list[Cosigner]:
    """Returns which of these witnesses cosigned a checkpoint.

    Raises:
        NoteInvalid: the checkpoint is malformed, or one of their cosignatures is wrong.
    """
    text, signatures = parse_note(note)
    known = {(one.name, one.key_id): one for one in cosigners}
    found = []
    for signature in signatures:
        cosigner = known.get((signature.name, signature.key_id))
        if cosigner is None or cosigner in found:
            continue
        if not cosigner.accepts(text, signature.signature):
            raise NoteInvalid(f"The cosignature of {cosigner.name} is wrong.")
        found.append(cosigner)
    return found
