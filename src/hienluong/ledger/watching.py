"""We as a witness of other logs (c2sp.org/tlog-witness): we cosign what demonstrably grew out of what we cosigned before.

What we cosigned last stands in the database, committed, before the answer goes out, and the row of a log is locked from
looking to writing: two requests at once cannot lead us back. Cosigning leaves no entry in our own ledger: two provinces
that witness each other would otherwise make each other's log grow for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

from hienluong.ledger.entries import Act, ActorRef, record_many
from hienluong.ledger.errors import KeyUnavailable
from hienluong.ledger.keys import kept_key
from hienluong.ledger.models import Contradiction, CosignedHead, WatchedLog
from hienluong.tlog.checkpoints import Checkpoint
from hienluong.tlog.cosignatures import Asked, Cosigner, cosign
from hienluong.tlog.notes import NoteInvalid, PrivateKey, Verifier, parse_note, signed_part
from hienluong.tlog.tree import ProofInvalid, verify_consistency

SIZE_TYPE: Final = "text/x.tlog.size"
TEXT_TYPE: Final = "text/plain; charset=utf-8"
KEPT_HEADS: Final = 1000
"""So many of the checkpoints that we cosigned are remembered for each log."""
OPEN_SUSPICIONS: Final = 20
"""So many of a kind are kept for each log until somebody settles them: nobody fills our tables by handing in old checkpoints.

Two roots of one size, both signed, are no suspicion but proof, and are always kept."""
WITNESS: Final = ActorRef("platform", "witness", "witness")

Kind = Contradiction.Kind


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a witness answers.

    Attributes:
        status: of HTTP, as the standard gives it to each case.
        body: one or more whole lines.
        content_type: of the body.
    """

    status: int
    body: str
    content_type: str = TEXT_TYPE


def our_cosigner() -> Cosigner:
    """Returns our public key as a witness, under our name."""
    return Cosigner(witness_name(), _our_key().public)


def witness_name() -> str:
    """Returns what we are called as a witness: the setting, else the public address without its scheme."""
    address = urlsplit(settings.PUBLIC_URL)
    return settings.WITNESS_NAME or f"{address.netloc}{address.path}/witness"


def _our_key() -> PrivateKey:
    return kept_key(settings.WITNESS_KEY_URI or settings.WITNESS_KEY)


def add_checkpoint(body: bytes, *, now: datetime) -> Verdict:
    """Cosigns a checkpoint that a log hands in, or says why not (tlog-witness, “add-checkpoint”)."""
    try:
        return _answer(body, now)
    except KeyUnavailable as problem:
        return Verdict(503, f"{problem}\n")


def _answer(body: bytes, now: datetime) -> Verdict:
    try:
        asked = Asked.read(body)
        text = parse_note(asked.note)[0]
        shown = Checkpoint.read(text)
    except NoteInvalid as problem:
        return Verdict(400, f"{problem}\n")
    with transaction.atomic(durable=True):
        log = WatchedLog.objects.select_for_update().filter(origin=shown.origin, removed_at=None).first()
        if log is None:
            return Verdict(404, "this witness does not know the log\n")
        try:
            note = signed_part(asked.note, [Verifier.parse(vkey) for vkey in log.vkeys.split()])
        except NoteInvalid as problem:
            return Verdict(403, f"{problem}\n")
        asked = replace(asked, note=note)
        verdict = _judge(log, asked, shown, now)
        if verdict is not None:
            return verdict
        line = cosign(witness_name(), _our_key(), text, now).line()
        _remember(log, asked, shown, now)
    return Verdict(200, line)


def _judge(log: WatchedLog, asked: Asked, shown: Checkpoint, now: datetime) -> Verdict | None:
    """Returns why a checkpoint with a valid signature is not cosigned; None: it is."""
    if asked.old > shown.size:
        return Verdict(400, "the old size is larger than the checkpoint\n")
    conflict = Verdict(409, f"{log.size}\n", SIZE_TYPE)
    if shown.size == log.size and shown.root != bytes(log.root):
        _note(log, asked, shown, Kind.SPLIT_VIEW, now)
        return conflict
    if asked.old != log.size:
        if shown.size < log.size and not _was_cosigned(shown):
            _note(log, asked, shown, Kind.ROLLBACK, now)
        return conflict
    try:
        verify_consistency(
            old=log.size,
            old_root=bytes(log.root),
            size=shown.size,
            root=shown.root,
            proof=asked.proof,
        )
    except ProofInvalid as problem:
        _note(log, asked, shown, Kind.INCONSISTENT, now)
        return Verdict(422, f"{problem}\n")
    return None


def _was_cosigned(shown: Checkpoint) -> bool:
    """Returns whether we cosigned this very checkpoint before: anybody may show it again."""
    head = CosignedHead.objects.filter(origin=shown.origin, size=shown.size).first()
    return head is not None and bytes(head.root) == shown.root


def _remember(log: WatchedLog, asked: Asked, shown: Checkpoint, now: datetime) -> None:
    """Writes down what we cosign; a suspicion against this very checkpoint has proved wrong."""
    grew = shown.size > log.size
    log.size, log.root, log.note, log.cosigned_at = shown.size, shown.root, asked.note, now
    log.save(update_fields=["size", "root", "note", "cosigned_at"])
    Contradiction.objects.filter(
        origin=log.origin, kind=Kind.INCONSISTENT, size=shown.size, root=shown.root, settled_at=None
    ).update(settled_at=now, settled_because="the proof came later")
    if not grew:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_cosignedhead (origin, size, root) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [log.origin, shown.size, shown.root],
        )
        cursor.execute(
            "DELETE FROM ledger_cosignedhead WHERE origin = %s AND size <= ("
            "SELECT size FROM ledger_cosignedhead WHERE origin = %s ORDER BY size DESC OFFSET %s LIMIT 1)",
            [log.origin, log.origin, KEPT_HEADS],
        )


def _note(log: WatchedLog, asked: Asked, shown: Checkpoint, kind: Kind, now: datetime) -> None:
    """Keeps a checkpoint that contradicts what we cosigned, with the one that we cosigned, and records the refusal; once."""
    same = Contradiction.objects.filter(origin=log.origin, kind=kind)
    if same.filter(size=shown.size, root=shown.root).exists():
        return
    if kind != Kind.SPLIT_VIEW and same.filter(settled_at=None).count() >= OPEN_SUSPICIONS:
        return
    Contradiction.objects.create(
        origin=log.origin,
        kind=kind,
        size=shown.size,
        root=shown.root,
        note=asked.note,
        known_size=log.size,
        known_note=log.note,
        seen_at=now,
    )
    record_many(
        actor=WITNESS,
        acts=[
            Act(
                "ledger.checkpoint-cosigned",
                f"log:{log.origin}",
                {
                    "kind": str(kind),
                    "size": shown.size,
                    "root": shown.root.hex(),
                    "known_size": log.size,
                    "known_root": bytes(log.root).hex(),
                },
            )
        ],
        now=now,
        outcome="refused",
    )


def open_contradictions() -> int:
    """Returns how many logs, others' and our own, were seen to contradict themselves and nobody has settled it."""
    return Contradiction.objects.filter(settled_at=None).values("origin").distinct().count()
