"""What happened in identity, for the modules above: accounts, ways to sign in, systems and their rights."""

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
    """A system got another key."""

    system_id: UUID
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class SystemEnded:
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


@dataclass(frozen=True, slots=True)
class SignInHandedOut:
    """Somebody was handed a way into an account that is not theirs by password: a one-time sign-in."""

    user_id: int
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class SecondFactorsReset:
    """Somebody else took the second factors of an account away."""

    user_id: int
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountClosed:
    """An account opens nothing any more."""

    user_id: int
    reason: str
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountReopened:
    """A closed account opens again."""

    user_id: int
    by: ActorRef
    at: datetime
