"""Which key signs for the log, which signed before, and how one led to the other.

The key in force is never configured: the last change of the key names it, else the newest checkpoint shows it. The
installation only holds the private keys, in files or in a module, and the one that is wanted is found by its public half.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import pairwise
from urllib.parse import urlsplit

from django.conf import settings

from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger.errors import KeyMissing, KeyUnavailable, LedgerDamaged
from hienluong.ledger.keys import kept_key
from hienluong.ledger.models import KeyChange
from hienluong.tlog.checkpoints import unchecked
from hienluong.tlog.key_changes import read_change
from hienluong.tlog.notes import NoteInvalid, PrivateKey, Signer, Verifier, parse_note

NEW_KEY_FILES = "ledger-key.*"
"""Keys that were made for a change, beside the first one, `ledger-key`; the rest of the name is the id."""


def origin_of(note: str) -> str:
    """Returns what the log is called: the setting, else as in the newest checkpoint, else made from the public address.

    Args:
        note: the newest checkpoint; "" before the first one.

    Raises:
        LedgerDamaged: that checkpoint is none.
    """
    try:
        return settings.LEDGER_ORIGIN or (unchecked(note).origin if note else default_origin())
    except NoteInvalid as problem:
        raise LedgerDamaged(detail=_("The newest checkpoint was changed.")) from problem


def default_origin() -> str:
    """Returns the address of the public log without its scheme (tlog-tiles, “Parameters”)."""
    address = urlsplit(settings.PUBLIC_URL)
    return f"{address.netloc}{address.path}/log"


def signer(note: str) -> Signer:
    """Returns the key in force under the log's name.

    Args:
        note: the newest checkpoint; "" before the first one.

    Raises:
        LedgerDamaged: that checkpoint is none.
        KeyUnavailable: the private key is not here.
    """
    origin = origin_of(note)
    change = KeyChange.objects.order_by("-number").first()
    if change is not None:
        return Signer(origin, private_key(Verifier.parse(change.new_vkey).key))
    return Signer(origin, _first_key(origin, note))


def signers(note: str, now: datetime) -> list[Signer]:
    """Returns who signs a checkpoint: the key in force, and while it is being changed the former one too."""
    found = [signer(note)]
    change = KeyChange.objects.order_by("-number").first()
    if change is not None and now < change.until:
        former = Verifier.parse(change.old_vkey)
        with suppress(KeyUnavailable):  # perhaps that is why it was changed: the log goes on
            if former.name == found[0].verifier.name:
                found.append(Signer(former.name, private_key(former.key)))
    return found


def private_key(public: bytes) -> PrivateKey:
    """Returns the private key to a public one.

    Raises:
        KeyUnavailable: it is not here.
    """
    return _held(lambda key: key.public == public)


def _held(is_wanted: Callable[[PrivateKey], bool]) -> PrivateKey:
    """Returns the first key here that is the one.

    Raises:
        KeyUnavailable: none is; a module that did not answer may have it.
    """
    problem: KeyUnavailable = KeyMissing()
    for reference in references():
        try:
            key = kept_key(reference)
        except KeyUnavailable as unavailable:
            problem = unavailable
            continue
        if is_wanted(key):
            return key
    raise problem


def references() -> Iterator[str]:
    """Yields the keys that this installation holds: files first, then those in a module, which are slower to reach."""
    yield settings.LEDGER_KEY
    if settings.LEDGER_KEY_DIR is not None:
        for file in sorted(settings.LEDGER_KEY_DIR.glob(NEW_KEY_FILES)):
            yield file.read_text(encoding="utf-8").strip()
    yield from settings.LEDGER_KEY_URIS


def _first_key(origin: str, note: str) -> PrivateKey:
    """Returns the key of a log that never changed it: the one that signed its newest checkpoint, else the one to begin with."""
    if not note or unchecked(note).origin != origin:
        return kept_key(settings.LEDGER_KEY_URIS[0] if settings.LEDGER_KEY_URIS else settings.LEDGER_KEY)
    signed = {one.key_id for one in parse_note(note)[1] if one.name == origin}
    return _held(lambda key: Verifier(origin, key.public).key_id in signed)


class Keys:
    """The keys of the log through time, for who checks what it signed.

    Attributes:
        faults: the numbers of changes that do not hold: a signature is wrong, or it does not lead on from the one before.
    """

    def __init__(self, changes: Sequence[KeyChange], present: bytes) -> None:
        """Takes the changes in their order, and the public key in force, which the database cannot forge."""
        self._present = present
        self._changes = [
            (one.size, Verifier.parse(one.old_vkey).key, Verifier.parse(one.new_vkey).key) for one in changes
        ]
        self.faults = [one.number for one in changes if not _holds(one)]
        for before, after in pairwise(changes):
            if before.new_vkey.rsplit("+", 1)[1] != after.old_vkey.rsplit("+", 1)[1]:
                self.faults.append(after.number)
        if self._changes and self._changes[-1][2] != present:
            self.faults.append(changes[-1].number)

    def at(self, size: int) -> bytes:
        """Returns the public key that was in force for a checkpoint of so many leaves."""
        for changed_at, old, _new in self._changes:
            if size <= changed_at:
                return old
        return self._present


def keys_through_time(note: str) -> Keys:
    """Returns the keys of the log through time.

    Raises:
        KeyUnavailable: a module does not answer.
    """
    try:
        present = signer(note).verifier.key
    except (KeyMissing, LedgerDamaged):  # somebody changed what names it: what we hold is what we go by
        present = kept_key(next(references())).public
    return Keys(list(KeyChange.objects.order_by("number")), present)


def _holds(change: KeyChange) -> bool:
    """Returns whether a change says what its row says and both keys signed it."""
    try:
        said = read_change(change.note)
    except NoteInvalid:
        return False
    return (str(said.old), str(said.new), said.size) == (change.old_vkey, change.new_vkey, change.size)
