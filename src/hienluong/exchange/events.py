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
    """One packet that came into a mailbox, with what a notice of it says."""

    delivery_id: int
    packet_id: UUID
    kind: str
    priority: int
    sender_name: str
    code: str


@dataclass(frozen=True, slots=True)
class PacketsDelivered:
    """Packets lie in an agency's mailbox, in this order; what came together is told together."""

    agency_id: UUID
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
