"""What the API takes and gives about documents after they were sent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema

from hienluong.corrections.models import Recall
from hienluong.corrections.queries import Link

Text = Annotated[str, Field(pattern="^[^\\x00]*$")]
"""Text that the database can hold: everything but the letter NUL."""


class RecallIn(Schema):
    """What is asked back, from whom, and why: a reason of the list, words of one's own, or both."""

    recipients: list[Text] = Field([], description="codes; none: every recipient that can still be asked")
    reason: Text = Field("", max_length=40, description="code of a reason of GET /reasons?act=13")
    note: Text = Field("", max_length=400)


class RevocationIn(Schema):
    """Why a document is revoked, and for whom."""

    reason: Text = Field(min_length=1, max_length=500)
    recipients: list[Text] = Field([], description="codes; none: all that the document went to")


class CorrectionIn(Schema):
    """To whom the document goes instead."""

    to: Text = Field(min_length=1, max_length=60, description="code of the right agency")
    note: Text = Field("", max_length=400)


class RecallOut(Schema):
    """That a document was asked back, revoked or taken back at one recipient."""

    id: UUID
    cause: Literal["asked_back", "revoked", "removed", "returned"]
    state: Literal["asked", "withdrawn", "agreed", "refused", "returned"] = Field(
        description="asked: not answered yet; withdrawn, agreed, returned: the recipient has no copy any more"
    )
    packet_id: UUID
    document_id: str
    code_number: str
    code_notation: str
    sender_code: str
    sender_name: str
    delivery_id: int
    recipient_code: str
    recipient_name: str
    reason: str
    asked_by: str
    asked_at: datetime
    answer: str
    answered_by: str
    answered_at: datetime | None
    sent_instead: int | None = Field(description="the delivery to the right agency, where this one was wrong")

    @staticmethod
    def of(recall: Recall) -> RecallOut:
        """Returns the recall as the API gives it: what it is about by number, never by subject."""
        delivery = recall.delivery
        packet = delivery.packet
        values: dict[str, Any] = {
            name: getattr(recall, name)
            for name in (
                *("id", "cause", "state", "reason", "asked_by", "asked_at"),
                *("answer", "answered_by", "answered_at"),
            )
        }
        return RecallOut.model_construct(
            **values,
            packet_id=packet.pk,
            document_id=packet.document_id,
            code_number=packet.code_number,
            code_notation=packet.code_notation,
            sender_code=packet.sender_code,
            sender_name=packet.sender_name,
            delivery_id=delivery.pk,
            recipient_code=delivery.recipient.code,
            recipient_name=delivery.recipient.name,
            sent_instead=recall.sent_instead_id,
        )


class RecallListOut(Schema):
    """One page of recalls, newest first."""

    items: list[RecallOut]
    next: str | None = Field(description="give it as `before` for the next page")


class AskedOut(Schema):
    """What became of asking one recipient."""

    delivery_id: int
    recipient_code: str
    recipient_name: str
    state: str = Field(description="of the mailbox plane")
    business_state: str
    recall: RecallOut | None = Field(description="null: it refused the document or has finished with it")


class AskedListOut(Schema):
    """What became of asking each recipient."""

    items: list[AskedOut]


class LinkOut(Schema):
    """One end of a change, as seen from the other."""

    what: Literal["revoked", "updated", "replaced"]
    forward: bool = Field(
        description="true: the packet asked about does it to this one; false: the other way round"
    )
    document_id: str
    packet_id: UUID | None = Field(
        description="null: the document has not come here yet, or is not yours to see"
    )
    reason: str

    @staticmethod
    def of(link: Link) -> LinkOut:
        """Returns the link as the API gives it."""
        return LinkOut.model_construct(
            what=link.what,
            forward=link.forward,
            document_id=link.document_id,
            packet_id=link.packet.pk if link.packet else None,
            reason=link.reason,
        )


class LinkListOut(Schema):
    """What a packet changes, and what changed it."""

    items: list[LinkOut]
