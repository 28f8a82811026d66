"""What the API says about evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from hienluong.evidence.queries.entries import Line
from hienluong.evidence.queries.receipts import Proven
from hienluong.ledger.service import RowChange
from hienluong.signing.service import SignaturesOut


class LedgerEntryOut(Schema):
    """An entry of the ledger, as it was recorded."""

    id: UUID
    index: int | None = Field(description="its place in the log; null while it waits for one, some seconds")
    at: datetime
    action: str
    subject: str = Field(description="what it is about, as kind:id")
    outcome: str = Field(description="done or refused")
    actor: dict[str, str] = Field(
        description="kind, id, name at that time; agency and acting_for where there are"
    )
    details: dict[str, Any]

    @classmethod
    def of(cls, line: Line) -> LedgerEntryOut:
        """Returns what is said of an entry."""
        entry = line.entry
        return cls.model_construct(
            id=entry.id,
            index=entry.index,
            at=entry.at,
            action=entry.action,
            subject=entry.subject,
            outcome=str(entry.said.get("outcome", "")),
            actor=entry.actor,
            details=entry.details,
        )


class LedgerEntriesOut(Schema):
    """Entries, newest first."""

    items: list[LedgerEntryOut]
    next: str | None


class RowChangeOut(Schema):
    """A change of a row that came with an act."""

    place: int = Field(description="its number; its proof is asked for with it")
    table: str
    row: str = Field(description="the key of the row")
    op: str = Field(description="I: added, U: changed, D: deleted, B: there when its guard began")
    digests: dict[str, str] = Field(
        description="of each column after the change: the first 16 bytes of SHA-256 of its value, hexadecimal; "
        "zeros for no value; none for a row that was deleted"
    )

    @classmethod
    def of(cls, change: RowChange) -> RowChangeOut:
        """Returns what is said of a change."""
        said = change.said
        return cls.model_construct(
            place=change.place, table=said["table"], row=said["row"], op=said["op"], digests=change.digests
        )


class RowChangesOut(Schema):
    """Changes of rows, in the order in which they were made."""

    items: list[RowChangeOut]


class ProofStateOut(Schema):
    """Whether a checkpoint covers an entry; the proof itself is a file of its own."""

    entry: UUID
    index: int | None
    covered: bool
    expected_at: datetime | None = Field(description="by when a checkpoint covers it; null once one does")
    checkpoint_size: int = Field(description="how many entries the newest checkpoint covers")
    signed_at: datetime | None = Field(description="when it was signed; null before the first one")

    @classmethod
    def of(cls, found: Proven) -> ProofStateOut:
        """Returns what is said of an entry's proof."""
        return cls.model_construct(
            entry=found.entry.id,
            index=found.entry.index,
            covered=found.cover.covered,
            expected_at=found.cover.expected_at,
            checkpoint_size=found.cover.size,
            signed_at=found.cover.signed_at,
        )


class PartSignaturesOut(Schema):
    """What was found about the signatures of an attachment."""

    position: int = Field(description="of the attachment in its packet, from 0")
    signatures: SignaturesOut
