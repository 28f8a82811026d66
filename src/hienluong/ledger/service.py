"""Public Python API of the ledger: record an act or a refusal, sequence what waits, prove an entry, verify the log.

An act and its entry commit together or not at all. The entry is private canonical JSON (RFC 8785, at most
4 kB, hashes instead of bodies); the public record is a version byte and SHA-256(salt ‖ entry).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import connection, transaction

from hienluong.kit.ids import new_id
from hienluong.kit.jcs import canonical_json
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
from hienluong.ledger.log import newest_checkpoint, prove, public_bundle, public_tile, published, verifier
from hienluong.ledger.models import Entry, QueuedEntry, SignedCheckpoint, Verification
from hienluong.ledger.notes import Verifier
from hienluong.ledger.records import SALT_BYTES, commitment
from hienluong.ledger.sequencer import sequence_waiting
from hienluong.ledger.tlog_proof import TlogProof, verify_proof
from hienluong.ledger.tree import ProofInvalid
from hienluong.ledger.verification import check_log, verify_log

__all__ = [
    "Act",
    "ActorRef",
    "Cover",
    "Disclosed",
    "ProofInvalid",
    "Recomputed",
    "SignedCheckpoint",
    "TlogProof",
    "Verifier",
    "Wanted",
    "check_log",
    "cover_of",
    "entry_by_id",
    "find_entries",
    "growth",
    "head",
    "last_verification",
    "newest_checkpoint",
    "oldest_waiting",
    "proofs",
    "prove",
    "public_bundle",
    "public_tile",
    "published",
    "recompute",
    "record",
    "record_many",
    "record_refusal",
    "sequence_waiting",
    "verifier",
    "verify_log",
    "verify_proof",
    "waiting",
]

ENTRY_MAX_BYTES = 4096


@dataclass(frozen=True, slots=True)
class ActorRef:
    """Who acted, as stored in the entry: kind (person, system, platform), id and the name at that time.

    `acting_for` names what the person stands in for ("post:12"); the entry says so only then. `agency` is the id of the
    agency acted for; empty for the platform and for whoever is not known.
    """

    kind: str
    id: str
    name: str
    acting_for: str = ""
    agency: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One act to record: a dotted action, its subject as "kind:id" and the facts, hashes instead of bodies."""

    action: str
    subject: str
    details: dict[str, Any]
    id: UUID = field(default_factory=new_id)


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


def record_many(
    *, actor: ActorRef, acts: Sequence[Act], now: datetime, outcome: Literal["done", "refused"] = "done"
) -> list[UUID]:
    """Queues several entries of one actor in one statement and returns their ids in order."""
    values: list[Any] = []
    ids: list[UUID] = []
    for act in acts:
        entry = canonical_json(
            {
                "v": 1,
                "id": str(act.id),
                "at": now.isoformat(timespec="milliseconds"),
                "actor": {"kind": actor.kind, "id": actor.id, "name": actor.name}
                | ({"acting_for": actor.acting_for} if actor.acting_for else {})
                | ({"agency": actor.agency} if actor.agency else {}),
                "action": act.action,
                "subject": act.subject,
                "outcome": outcome,
                "details": act.details,
            }
        )
        if len(entry) > ENTRY_MAX_BYTES:
            raise ValueError(
                f"The ledger entry of {act.action} has {len(entry)} bytes; at most {ENTRY_MAX_BYTES}."
            )
        salt = secrets.token_bytes(SALT_BYTES)
        leaf = commitment(salt=salt, entry=entry)
        values += [act.id, entry, salt, leaf, act.action, act.subject[:80], now]
        values += [f"{actor.kind}:{actor.id}"[:80], actor.agency or None]
        ids.append(act.id)
    if ids:
        places = ",".join(["(%s,%s,%s,%s,%s,%s,%s,%s,%s)"] * len(ids))
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_queuedentry "  # noqa: S608 - only placeholders are joined
                "(id, entry, salt, leaf, action, subject, queued_at, actor, agency) VALUES " + places,
                values,
            )
    return ids


def record_refusal(
    *, actor: ActorRef, action: str, subject: str, details: dict[str, Any], now: datetime
) -> UUID:
    """Records that an act was refused, in a transaction of its own: the refused act's own one was rolled back."""
    with transaction.atomic():
        return record(
            actor=actor, action=action, subject=subject, details=details, now=now, outcome="refused"
        )


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
