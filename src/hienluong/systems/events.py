"""What happened to agencies' systems and their rights, for the modules above; the sandbox's are not among them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hienluong.ledger.service import ActorRef


@dataclass(frozen=True, slots=True)
class SystemRegistered:
    """An agency's system may call the API."""

    system_id: UUID
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class SystemKeyChanged:
    """A system got another secret, or one of two ended."""

    system_id: UUID
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class SystemNetworksChanged:
    """A system may call from other networks."""

    system_id: UUID
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class SystemClosed:
    """A system may call the API no more."""

    system_id: UUID
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class SendingRightGranted:
    """A system may send for another agency; None is any agency outside the province."""

    system_id: UUID
    agency_id: UUID | None
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class SendingRightEnded:
    """A system may no more send for another agency."""

    system_id: UUID
    agency_id: UUID | None
    by: ActorRef
    at: datetime
