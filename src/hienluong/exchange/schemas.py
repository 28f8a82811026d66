"""What the API takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema

from hienluong.exchange.models import Delivery, Packet
from hienluong.exchange.queries import Hop, Journey
from hienluong.kit.criteria import Criteria

Text = Annotated[str, Field(pattern="^[^\\x00]*$")]
"""Text that the database can hold: everything but the letter NUL."""


Standing = Annotated[
    Literal["", "updated", "replaced", "removed", "revoked"],
    Field(
        description="what a later document of the sender made of this one for this recipient; empty: nothing"
    ),
]


State = Literal["delivered", "fetched", "confirmed", "rejected"]


class CriteriaIn(Schema):
    """What is looked for; every parameter narrows further."""

    q: str = Field(
        "",
        description="words of number, notation, type, subject and sender, in any order; no diacritics needed",
    )
    number: str = Field("", description="the number: 8 finds 08 too")
    notation: str = ""
    subject: str = ""
    agency: str = Field(
        "", description="words of the name or code: the sender of what came in, a recipient of what was sent"
    )
    dated_from: date | None = Field(None, description="the documents' own date, not before")
    dated_to: date | None = Field(None, description="the documents' own date, not after")

    def criteria(self) -> Criteria:
        """Returns what is looked for."""
        given = self.dict()
        return Criteria(text=given.pop("q"), **given)


class WarningOut(Schema):
    """Something tolerated while reading."""

    code: str
    path: str
    line: int
    text: str


class TakenOverOut(Schema):
    """A code asked for whose agency has ended: the recipient is the agency that took over."""

    asked_code: str
    asked_name: str
    ended_on: date
    by_code: str
    by_name: str
    since: date = Field(description="the day from which the recipient answers for it")


class ReceiptRecipientOut(Schema):
    """One recipient in a receipt."""

    code: str
    name: str
    state: Literal["waiting", "unrouted"]
    delivered_before: bool = Field(
        description="the recipient has this document already; nothing is delivered twice"
    )
    taken_over: list[TakenOverOut] = Field(
        default_factory=list, description="empty unless the agency addressed has ended and this one took over"
    )


class ReceiptOut(Schema):
    """The receipt: given once the packet is durable; the same for every resend."""

    receipt: UUID
    packet: UUID
    kind: Literal["edoc", "status"]
    business: int | None
    document_id: str
    sender: str
    sha256: str = Field(description="SHA-256 of the file, hex")
    digest: str = Field(description="digest of the document: what it says, whoever carries it")
    size: int
    accepted_at: datetime
    recipients: list[ReceiptRecipientOut]
    warnings: list[WarningOut]
    ledger_entry: UUID
    signature: str = Field(
        description="detached JWS (RFC 7515, app. F) of the axis, with a key of `/receipt-keys`, over the canonical "
        "form (RFC 8785) of the receipt without `signature` and `warnings`"
    )


class ReceiptKeyOut(Schema):
    """A public key, as JSON Web Key."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str = Field(description="its thumbprint (RFC 7638); the header of a signature names it")
    alg: Literal["Ed25519"]
    use: Literal["sig"]


class ReceiptKeysOut(Schema):
    """The keys that verify receipts: the one in use first, then former ones."""

    keys: list[ReceiptKeyOut]


class PacketOut(Schema):
    """A packet's header, as far as lists need it."""

    id: UUID
    kind: Literal["edoc", "status"]
    business: int | None
    sender_code: str
    sender_name: str
    document_id: str
    code_number: str
    code_notation: str
    promulgated_on: date | None
    type_name: str
    subject: str
    priority: int
    status_code: str
    status_note: str
    accepted_at: datetime

    @staticmethod
    def of(packet: Packet) -> PacketOut:
        """Returns the packet as the API gives it."""
        return PacketOut.model_construct(
            id=packet.id,
            kind=packet.kind,
            business=packet.business,
            sender_code=packet.sender_code,
            sender_name=packet.sender_name,
            document_id=packet.document_id,
            code_number=packet.code_number,
            code_notation=packet.code_notation,
            promulgated_on=packet.promulgated_on,
            type_name=packet.type_name,
            subject=packet.subject,
            priority=packet.priority,
            status_code=packet.status_code,
            status_note=packet.status_note,
            accepted_at=packet.accepted_at,
        )


class EntryOut(Schema):
    """An entry of the mailbox."""

    id: int
    state: str
    business_state: str
    standing: Standing
    changed_by: UUID | None = Field(description="the later packet of the sender that made it so")
    recipient_code: str
    delivered_at: datetime | None
    given_again_at: datetime | None = Field(
        description="when an operator put it here again after it was fetched"
    )
    packet: PacketOut

    @staticmethod
    def of(delivery: Delivery) -> EntryOut:
        """Returns the entry as the API gives it."""
        return EntryOut.model_construct(
            id=delivery.pk,
            state=delivery.state,
            business_state=delivery.business_state,
            standing=delivery.standing,
            changed_by=delivery.changed_by_id,
            recipient_code=delivery.recipient_code,
            delivered_at=delivery.delivered_at,
            given_again_at=delivery.given_again_at,
            packet=PacketOut.of(delivery.packet),
        )


class InboxOut(Schema):
    """One page of the mailbox."""

    items: list[EntryOut]
    next: str | None = Field(description="give it as `after` for the next page; null: nothing more now")
    resume: str = Field(
        description="give it as `after` at any later time: what was not there yet, and nothing passed over"
    )


class DeliveryOut(Schema):
    """How far a packet is on its way to one recipient."""

    id: int
    recipient_code: str
    recipient_name: str
    state: str
    business_state: str
    standing: Standing
    changed_by: UUID | None = Field(description="the later packet of the sender that made it so")
    attempts: int
    failure: str
    created_at: datetime
    delivered_at: datetime | None
    fetched_at: datetime | None
    confirmed_at: datetime | None
    taken_over: list[TakenOverOut] = Field(
        description="empty unless the agency addressed has ended and this one took over"
    )

    @staticmethod
    def of(delivery: Delivery) -> DeliveryOut:
        """Returns the delivery as the API gives it."""
        return DeliveryOut.model_construct(
            id=delivery.pk,
            recipient_code=delivery.recipient_code,
            recipient_name=delivery.recipient.name,
            state=delivery.state,
            business_state=delivery.business_state,
            standing=delivery.standing,
            changed_by=delivery.changed_by_id,
            attempts=delivery.attempts,
            failure=delivery.failure,
            created_at=delivery.created_at,
            delivered_at=delivery.delivered_at,
            fetched_at=delivery.fetched_at,
            confirmed_at=delivery.confirmed_at,
            taken_over=[TakenOverOut.model_validate(fact) for fact in delivery.taken_over],
        )


class SentItemOut(Schema):
    """A packet that the agency sent, with its deliveries."""

    packet: PacketOut
    deliveries: list[DeliveryOut]


class SentOut(Schema):
    """One page of what was sent."""

    items: list[SentItemOut]
    next: str | None = Field(description="give it as `before` for the next page")


class PartOut(Schema):
    """An attachment."""

    position: int
    name: str
    declared_type: str
    real_type: str
    size: int
    sha256: str


class HopOut(Schema):
    """One step of the journey."""

    at: datetime | None
    at_written: str
    plane: str
    step: str
    party: str
    actor: str
    note: str
    in_order: bool

    @staticmethod
    def of(hop: Hop) -> HopOut:
        """Returns the hop as the API gives it."""
        return HopOut.model_construct(
            at=hop.at,
            at_written=hop.at_written,
            plane=hop.plane,
            step=hop.step,
            party=hop.party,
            actor=hop.actor,
            note=hop.note,
            in_order=hop.in_order,
        )


class TraceOut(Schema):
    """A packet and everything that happened to it."""

    packet: PacketOut
    parts: list[PartOut]
    deliveries: list[DeliveryOut]
    hops: list[HopOut]

    @staticmethod
    def of(journey: Journey) -> TraceOut:
        """Returns the journey as the API gives it."""
        return TraceOut.model_construct(
            packet=PacketOut.of(journey.packet),
            parts=[
                PartOut.model_construct(
                    position=part.position,
                    name=part.name,
                    declared_type=part.declared_type,
                    real_type=part.real_type,
                    size=part.size,
                    sha256=bytes(part.sha256).hex(),
                )
                for part in journey.parts
            ],
            deliveries=[DeliveryOut.of(delivery) for delivery in journey.deliveries],
            hops=[HopOut.of(hop) for hop in journey.hops],
        )


class ConfirmIn(Schema):
    """What the recipient's system says of the packet: the mailbox plane, not the business plane."""

    outcome: Literal["done", "fail"]
    note: Text = Field(
        "",
        max_length=500,
        description="A technical cause. Operators see it: nothing of what the document says belongs here.",
    )


BATCH_ENTRIES = 100
"""So many packets may be asked for in one request."""
CONFIRMATIONS = 500


class ConfirmOneIn(ConfirmIn):
    """What is said of one entry of several."""

    entry: int = Field(ge=1, le=2**63 - 1)


class ConfirmManyIn(Schema):
    """What is said of several entries."""

    items: list[ConfirmOneIn] = Field(min_length=1, max_length=CONFIRMATIONS)


class ConfirmedOut(Schema):
    """What became of one confirmation: the state of the entry, or why it was refused."""

    entry: int
    state: str | None
    problem: dict[str, Any] | None = Field(description="the problem document (RFC 9457) of a refusal")


class ConfirmManyOut(Schema):
    """What became of each confirmation, in the order they were sent."""

    items: list[ConfirmedOut]


class StatusIn(Schema):
    """A business status to report: 01–06, 15, 16 by the recipient, 13 by the sender."""

    status: Literal["01", "02", "03", "04", "05", "06", "13", "15", "16"]
    note: Text = Field("", max_length=500)
    reason: Text = Field("", max_length=40, description="code of a reason of GET /reasons, for 02, 13 and 16")
    staff: Text = Field("", max_length=100)


class DocumentIn(Schema):
    """A new document to send; lengths are those of Decree 30/2020, App. VI."""

    recipients: list[Text] = Field(
        [], description="agency codes of any scheme; may be left out where groups are named"
    )
    groups: list[UUID] = Field([], description="groups of recipients, as GET /groups lists them")
    type_name: Text = Field(min_length=1, max_length=100)
    number: Text = Field(min_length=1, max_length=11)
    notation: Text = Field(min_length=1, max_length=30)
    issued_on: date
    subject: Text = Field(min_length=1, max_length=500)
    place: Text = Field("", max_length=50)
    signer_name: Text = Field(min_length=1, max_length=50)
    signer_position: Text = Field("", max_length=100)
    signer_competence: Text = Field("", max_length=100)
    priority: int = Field(
        0, ge=0, le=4, description="0 normal, 1 urgent, 2 very urgent, 3 express, 4 express at a set hour"
    )
    due_on: date | None = None
    also_on_paper: bool = False
    updates: Text = Field(
        "", max_length=500, description="id of a document of yours that this one updates (kind 2)"
    )
    replaces: list[Text] = Field(
        [],
        description="ids of documents of yours that this one replaces (kind 3); not together with `updates`",
    )
    change_reason: Text = Field("", max_length=500, description="why; wanted with `updates` and `replaces`")
    added: list[Text] = Field([], description="of an update: codes of agencies that become receivers")
    removed: list[Text] = Field([], description="of an update: codes of agencies that are receivers no more")
