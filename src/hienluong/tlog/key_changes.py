"""Statements that a log changed its key: a note that names both keys, signed by both; pure, without a database.

Its first line keeps it apart from a checkpoint, whose second line is a number. Why so: docs/decisions/0029-change-of-the-key.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from hienluong.tlog.notes import NoteInvalid, Signer, Verifier, open_note, parse_note, sign_note

HEAD = "hienluong/ledger-key-change/v1"
_FORM = re.compile(
    rf"{HEAD}\nlog (?P<origin>\S+)\nafter (?P<size>0|[1-9]\d{{0,18}})\nold (?P<old>\S+)\nnew (?P<new>\S+)\n"
    r"until (?P<until>[1-9]\d{0,11})\n",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class KeyChangeStatement:
    """What a log says of a change of its key.

    Attributes:
        origin: of which log.
        size: of the last checkpoint that the old key alone signed.
        old, new: the keys, both under the log's name.
        until: so long the old key signs beside the new one.
    """

    origin: str
    size: int
    old: Verifier
    new: Verifier
    until: datetime

    def text(self) -> str:
        """Returns the text of the note."""
        until = int(self.until.timestamp())
        return (
            f"{HEAD}\nlog {self.origin}\nafter {self.size}\nold {self.old}\nnew {self.new}\nuntil {until}\n"
        )

    def signed(self, old: Signer, new: Signer) -> str:
        """Returns the statement with the signatures of both keys."""
        return sign_note(self.text(), [old, new])


def read_change(note: str) -> KeyChangeStatement:
    """Returns what a statement says, once both keys that it names are found to have signed it; trust is another matter.

    Raises:
        NoteInvalid: it is malformed, or not signed by both.
    """
    match = _FORM.fullmatch(parse_note(note)[0])
    if match is None:
        raise NoteInvalid("This is no statement about a change of the key.")
    try:
        old, new = Verifier.parse(match["old"]), Verifier.parse(match["new"])
        until = datetime.fromtimestamp(int(match["until"]), UTC)
    except (ValueError, OverflowError, OSError) as problem:
        raise NoteInvalid(str(problem)) from problem
    if not old.name == new.name == match["origin"] or old == new:
        raise NoteInvalid("The keys of the statement are not two keys of one log.")
    if set(open_note(note, [old, new])[1]) != {old, new}:
        raise NoteInvalid("Both keys must have signed the statement.")
    return KeyChangeStatement(match["origin"], int(match["size"]), old, new, until)


def trusted_keys(first: Verifier, notes: Iterable[str]) -> list[Verifier]:
    """Returns the keys that may be trusted by who trusts one: each further one that a statement leads to, in its order.

    Args:
        first: the key that is trusted already.
        notes: statements, in the order of the changes.

    Raises:
        NoteInvalid: one of them is malformed, of another log, or leads on from no trusted key.
    """
    trusted = [first]
    for note in notes:
        change = read_change(note)
        if change.old != trusted[-1]:
            raise NoteInvalid("The statement does not lead on from the trusted key.")
        trusted.append(change.new)
    return trusted
