"""What happened on the axis, for the modules above; listeners run in the same transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hienluong.edxml.packet import Packet as WirePacket


@dataclass(frozen=True, slots=True)
class PacketAccepted:
    """A packet is durable and its deliveries wait; `wire` is what it says. A listener may still refuse it."""

    packet_id: UUID
    sender_id: UUID | None
    sender_code: str
    wire: WirePacket
    at: datetime
    idempotency_key: str | None = None


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
class PacketsGivenAgain:
    """Packets that were fetched lie in their mailboxes once more, by an operator's act; nothing else became of them."""

    arrivals: tuple[Arrival, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class StatusRecorded:
    """A business status (01 … 16) was recorded on a delivery; `before` is the state it found.

    `withdrawn` are the deliveries that it ended: the recipient's copy is destroyed.
    """

    delivery_id: int
    packet_id: UUID
    sender_id: UUID | None
    recipient_id: UUID | None
    code: str
    before: str
    in_order: bool
    note: str
    reported_by: str
    withdrawn: tuple[int, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryChanged:
    """A later document of the sender changed an earlier one for a recipient; `withdrawn`: nobody had fetched it."""

    delivery_id: int
    packet_id: UUID
    changed_by: UUID
    sender_id: UUID | None
    recipient_id: UUID | None
    standing: str
    reason: str
    withdrawn: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryFailedForGood:
    """A delivery went to the dead letters."""

    delivery_id: int
    packet_id: UUID
    reason: str
    at: datetime
    sender_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DeliveryWithdrawn:
    """A delivery has ended: the packet left the recipient's mailbox and its copy there is destroyed."""

    delivery_id: int
    packet_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class PacketQuarantined:
    """A packet was taken out because it may hold a state secret: nothing more is asked of anybody about it."""

    packet_id: UUID
    at: datetime
