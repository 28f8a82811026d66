"""Entries as they are written into the queue: who did what to what, as canonical JSON, with a salt and the leaf over both."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import connection

from hienluong.kit.ids import new_id
from hienluong.kit.jcs import canonical_json
from hienluong.tlog.records import SALT_BYTES, commitment

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

    @property
    def subject(self) -> str:
        """Returns kind:id, as it stands beside the entry."""
        return f"{self.kind}:{self.id}"[:80]


@dataclass(frozen=True, slots=True)
class Act:
    """One act to record: a dotted action, its subject as "kind:id" and the facts, hashes instead of bodies."""

    action: str
    subject: str
    details: dict[str, Any]
    id: UUID = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Written:
    """The entry of an act in its canonical form, the salt drawn for it, and the commitment to both."""

    entry: bytes
    salt: bytes
    leaf: bytes


def write_entry(*, actor: ActorRef, act: Act, now: datetime, outcome: Literal["done", "refused"]) -> Written:
    """Returns the entry of an act.

    Raises:
        ValueError: it is larger than 4 kB; entries hold hashes, not bodies.
    """
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
    return Written(entry, salt, commitment(salt=salt, entry=entry))


def record_many(
    *, actor: ActorRef, acts: Sequence[Act], now: datetime, outcome: Literal["done", "refused"] = "done"
) -> list[UUID]:
    """Queues several entries of one actor in one statement and returns their ids in order."""
    values: list[Any] = []
    ids: list[UUID] = []
    for act in acts:
        written = write_entry(actor=actor, act=act, now=now, outcome=outcome)
        values += [act.id, written.entry, written.salt, written.leaf]
        values += [act.action, act.subject[:80], now, actor.subject, actor.agency or None]
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
