"""The change of the log's key: a statement that both keys sign, an entry, and a time in which both sign every checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db import connection, transaction

from hienluong.ledger.entries import Act, ActorRef, record_many
from hienluong.ledger.errors import KeyChangeUnderWay, KeyNotNew
from hienluong.ledger.keyring import signer
from hienluong.ledger.log import published
from hienluong.ledger.models import KeyChange
from hienluong.ledger.sequencer import SEQUENCER_LOCK
from hienluong.tlog.key_changes import KeyChangeStatement
from hienluong.tlog.notes import PrivateKey, Signer, Verifier

OVERLAP: Final = timedelta(days=30)
"""So long both keys sign, unless the operator says otherwise: who watches the log has that time to learn the new one."""


def begin_key_change(
    *, actor: ActorRef, now: datetime, make: Callable[[], PrivateKey], overlap: timedelta = OVERLAP
) -> KeyChange:
    """Changes the key of the log; the next checkpoint is signed by the new key, and by both until the overlap ends.

    Args:
        actor: who changes it.
        now: the moment.
        make: returns the new key, which this installation then holds for good; called once nothing stands against it.
        overlap: how long the old key signs too.

    Raises:
        NoCheckpoint: the log has signed nothing yet; its key can simply be replaced.
        KeyChangeUnderWay: the last change is not over.
        KeyNotNew: the key has signed for the log before.
        KeyUnavailable: the old key is not here and cannot sign the statement.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEQUENCER_LOCK])  # no checkpoint in between
        head = published()
        changes = list(KeyChange.objects.order_by("number"))
        if changes and now < changes[-1].until:
            raise KeyChangeUnderWay(size=changes[-1].size, until=changes[-1].until)
        old = signer(head.note)
        key = make()
        new = Signer(old.verifier.name, key)
        former = {Verifier.parse(vkey).key for one in changes for vkey in (one.old_vkey, one.new_vkey)}
        if key.public in former | {old.verifier.key}:
            raise KeyNotNew(vkey=new.verifier)
        until = (now + overlap).replace(microsecond=0)
        said = KeyChangeStatement(old.verifier.name, head.size, old.verifier, new.verifier, until)
        note = said.signed(old, new)
        change = KeyChange.objects.create(
            number=len(changes) + 1,
            old_vkey=str(old.verifier),
            new_vkey=str(new.verifier),
            size=head.size,
            until=until,
            note=note,
            changed_at=now,
        )
        record_many(
            actor=actor,
            acts=[
                Act(
                    "ledger.key-changed",
                    f"log:{said.origin}",
                    {
                        "number": change.number,
                        "old": change.old_vkey,
                        "new": change.new_vkey,
                        "size": change.size,
                        "until": until.isoformat(),
                        "statement_sha256": sha256(note.encode()).hexdigest(),
                    },
                )
            ],
            now=now,
        )
    return change


def published_key_change(number: int) -> str | None:
    """Returns the statement about a change of the key, the first one being 1; None: there is none."""
    return KeyChange.objects.filter(number=number).values_list("note", flat=True).first()
