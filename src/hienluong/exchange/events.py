"""What happened on the axis, for the modules above; listeners run in the same transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PacketAccepted:
    """A packet is durable and its deliveries wait."""

    packet_id: UUID
    sender_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """One packet that reached its recipient, with what a notice of it says; an agency of the province has a mailbox."""

    delivery_id: int
    packet_id: UUID
    agency_id: UUID | None
    kind: str
    priority: int
    sender_name: str
    code: str


@dataclass(frozen=True, slots=True)
class PacketsDelivered:
    """Packets reached their recipients, in this order; what was carried together is told together."""

    arrivals: tuple[Arrival, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class StatusRecorded:
    """A business status (01 … 16) changed the state of a delivery."""

    delivery_id: int
    packet_id: UUID
    sender_id: UUID | None
    recipient_id: UUID | None
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryFailedForGood:
    """A delivery went to the dead letters."""

    delivery_id: int
    packet_id: UUID
    reason: str
    at: datetime
    sender_id: UUID | None = None
