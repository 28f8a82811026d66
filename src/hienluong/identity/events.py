"""What happened in identity, for the modules above: accounts, ways to sign in, systems that people sign on to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hienluong.ledger.service import ActorRef


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


@dataclass(frozen=True, slots=True)
class SignOnRegistered:
    """People may sign on to a system of an agency with their accounts here."""

    client_id: UUID
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class SignOnKeyChanged:
    """A system that people sign on to got another secret."""

    client_id: UUID
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class SignOnClosed:
    """Nobody signs on to a system any more."""

    client_id: UUID
    by: ActorRef
    at: datetime
