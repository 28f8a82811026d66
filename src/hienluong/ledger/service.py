"""Public Python API of the ledger: record an act or a refusal, sequence what waits, prove an entry, verify the log.

An act and its entry commit together or not at all. The entry is private canonical JSON (RFC 8785, at most
4 kB, hashes instead of bodies); the public record is a version byte and SHA-256(salt ‖ entry).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import transaction

from hienluong.kit.errors import HienluongError
from hienluong.ledger.change_proofs import RowChange, change_at, changes_of, prove_change, prove_changes
from hienluong.ledger.disclosure import (
    Cover,
    Disclosed,
    Recomputed,
    Wanted,
    cover_of,
    entry_by_id,
    find_entries,
    growth,
    proofs,
    recompute,
)
from hienluong.ledger.entries import Act, ActorRef, record_many
from hienluong.ledger.explanations import explain_changes
from hienluong.ledger.guards import guard, guarded
from hienluong.ledger.log import (
    cosigned,
    head_note,
    newest_checkpoint,
    prove,
    public_bundle,
    public_tile,
    published,
    verifier,
)
from hienluong.ledger.models import Entry, QueuedEntry, SignedCheckpoint, Verification
from hienluong.ledger.rotation import begin_key_change, published_key_change
from hienluong.ledger.sequencer import sequence_waiting
from hienluong.ledger.timestamps import stamp, stamp_waiting_since, stamps_wanted
from hienluong.ledger.verification import check_log, verify_ledger, verify_log
from hienluong.ledger.watching import add_checkpoint, open_contradictions, our_cosigner
from hienluong.ledger.witness_administration import witnesses
from hienluong.ledger.witnesses import ask_witnesses, quorum_waiting_since, required_cosignatures
from hienluong.tlog.change_proof import ChangeProof
from hienluong.tlog.notes import Verifier
from hienluong.tlog.proof import TlogProof, verify_proof
from hienluong.tlog.tree import ProofInvalid

__all__ = [
    "Act",
    "ActorRef",
    "ChangeProof",
    "Cover",
    "Disclosed",
    "ProofInvalid",
    "Recomputed",
    "RowChange",
    "SignedCheckpoint",
    "TlogProof",
    "Verifier",
    "Wanted",
    "add_checkpoint",
    "ask_witnesses",
    "begin_key_change",
    "change_at",
    "changes_of",
    "check_log",
    "cosigned",
    "cover_of",
    "entry_by_id",
    "explain_changes",
    "find_entries",
    "growth",
    "guard",
    "guarded",
    "head",
    "head_note",
    "last_verification",
    "newest_checkpoint",
    "oldest_waiting",
    "open_contradictions",
    "our_cosigner",
    "proofs",
    "prove",
    "prove_change",
    "prove_changes",
    "public_bundle",
    "public_tile",
    "published",
    "published_key_change",
    "quorum_waiting_since",
    "recompute",
    "record",
    "record_many",
    "record_refusal",
    "recording_refusals",
    "required_cosignatures",
    "sequence_waiting",
    "stamp",
    "stamp_waiting_since",
    "stamps_wanted",
    "verifier",
    "verify_ledger",
    "verify_log",
    "verify_proof",
    "waiting",
    "witnesses",
]


def record(
    *,
    actor: ActorRef,
    action: str,
    subject: str,
    details: dict[str, Any],
    now: datetime,
    outcome: Literal["done", "refused"] = "done",
) -> UUID:
    """Queues one entry in the caller's transaction and returns its id.

    Raises:
        ValueError: the entry is larger than 4 kB; entries hold hashes, not bodies.
    """
    return record_many(actor=actor, acts=[Act(action, subject, details)], now=now, outcome=outcome)[0]


def record_refusal(
    *, actor: ActorRef, action: str, subject: str, details: dict[str, Any], now: datetime
) -> UUID:
    """Records that an act was refused, in a transaction of its own: the refused act's own one was rolled back."""
    with transaction.atomic():
        return record(
            actor=actor, action=action, subject=subject, details=details, now=now, outcome="refused"
        )


@contextmanager
def recording_refusals(
    *,
    actor: ActorRef | None,
    action: str,
    subject: str,
    now: datetime,
    besides: type[HienluongError] | tuple[type[HienluongError], ...] = (),
    details: dict[str, Any] | None = None,
) -> Iterator[None]:
    """Records that the act inside was refused, and its code; around the act's transaction, which was rolled back then.

    Args:
        actor: who acts; nobody's refusals are not recorded.
        action: of the entry.
        subject: of the entry, "copies:<id>".
        now: the moment.
        besides: what is no refusal of the act: that what it is about is not the actor's to see.
        details: what the entry says beside the code.
    """
    try:
        yield
    except HienluongError as refusal:
        if actor is not None and not (refusal.recorded_at_the_door or isinstance(refusal, besides)):
            said = {**(details or {}), "code": refusal.code}
            record_refusal(actor=actor, action=action, subject=subject, details=said, now=now)
        raise


def head() -> int:
    """Returns how many entries have their place."""
    last = Entry.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def oldest_waiting() -> datetime | None:
    """Returns since when the oldest entry waits for its place; None: none waits."""
    return QueuedEntry.objects.order_by("queued_at").values_list("queued_at", flat=True).first()


def waiting() -> int:
    """Returns how many entries have committed and have no place yet."""
    return QueuedEntry.objects.count()


def last_verification() -> Verification | None:
    """Returns the last recomputation of the whole log; None: there was none yet."""
    return Verification.objects.order_by("-started_at").first()
