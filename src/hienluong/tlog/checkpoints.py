"""Checkpoints (c2sp.org/tlog-checkpoint): the head of the log at one size, signed as a note."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from hienluong.tlog.notes import NoteInvalid, Signer, Verifier, decoded, open_note, parse_note, sign_note
from hienluong.tlog.tree import HASH_BYTES

_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: which log it is, how many leaves it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Returns the text of the note (tlog-checkpoint, “Note text”)."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def signed(self, *signers: Signer) -> str:
        """Returns the checkpoint with the log's signature under it, or two while its key is being changed."""
        return sign_note(self.text(), signers)

    @classmethod
    def read(cls, text: str) -> Checkpoint:
        """Reads the text of a note; extension lines are passed over.

        Raises:
            NoteInvalid: it is not of the form of a checkpoint.
        """
        lines = text.split("\n")[:-1]
        if len(lines) < _LINES or not all(lines):
            raise NoteInvalid("A checkpoint has three lines: origin, size and root.")
        origin, size, encoded = lines[:_LINES]
        root = decoded_hash(encoded)
        if not _NUMBER.fullmatch(size) or root is None:
            raise NoteInvalid("The size or the root of the checkpoint is malformed.")
        return cls(origin, int(size), root)


def open_checkpoint(note: str, verifiers: Iterable[Verifier]) -> Checkpoint:
    """Returns the checkpoint that a trusted key has signed; it must be of the log that is named like the key.

    Args:
        note: the checkpoint with its signatures.
        verifiers: the keys that are trusted.

    Raises:
        NoteInvalid: it is malformed, signed by no trusted key, or of another log.
    """
    text, signed = open_note(note, verifiers)
    checkpoint = Checkpoint.read(text)
    if checkpoint.origin not in [one.name for one in signed]:
        raise NoteInvalid(f"The checkpoint is of another log: {checkpoint.origin}.")
    return checkpoint


def unchecked(note: str) -> Checkpoint:
    """Returns what a checkpoint says, whoever signed it.

    Raises:
        NoteInvalid: it is malformed.
    """
    return Checkpoint.read(parse_note(note)[0])


def decoded_hash(encoded: str) -> bytes | None:
    """Returns a hash from base64; None: it is none."""
    data = decoded(encoded)
    return data if data is not None and len(data) == HASH_BYTES else None
