"""What the API says about disposals."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from ninja import Field, Schema

from hienluong.retention.models import Disposal, DisposalItem


class DisposalOut(Schema):
    """A disposal of the agency."""

    id: UUID
    state: str = Field(description="proposed, approved, declined, taken-back, done")
    counted_on: date
    proposed_at: datetime
    done_at: datetime | None

    @classmethod
    def of(cls, row: Disposal) -> DisposalOut:
        """Returns what is said of a disposal."""
        return cls.model_construct(
            id=row.pk,
            state=row.state,
            counted_on=row.counted_on,
            proposed_at=row.proposed_at,
            done_at=row.done_at,
        )


class DisposalsOut(Schema):
    """Disposals, newest first."""

    items: list[DisposalOut]
    next: str | None


class DestroyedOut(Schema):
    """A document of a disposal, and what became of the agency's copy."""

    packet_id: UUID
    document_id: str
    outcome: str = Field(description="waiting, destroyed, held, gone, secret")
    at: datetime | None
    sha256: str | None = Field(description="of the file that was destroyed")

    @classmethod
    def of(cls, row: DisposalItem) -> DestroyedOut:
        """Returns what is said of one document."""
        return cls.model_construct(
            packet_id=row.packet_id,
            document_id=row.packet.document_id,
            outcome=row.outcome,
            at=row.at,
            sha256=bytes(row.sha256).hex() if row.sha256 else None,
        )


class DestroyedListOut(Schema):
    """Documents of a disposal, in its order."""

    items: list[DestroyedOut]
    next: str | None
