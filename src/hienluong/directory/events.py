"""What happened in the directory, for the modules above."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from hienluong.ledger.service import ActorRef


@dataclass(frozen=True, slots=True)
class AgencyCodesChanged:
    """Published codes replaced provisional ones: addresses known elsewhere may be out of date."""

    agency_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class AccountOpened:
    """A person got an account."""

    person_id: UUID
    user_id: int
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountReset:
    """An account got another password from somebody else."""

    user_id: int
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class PostAssigned:
    """A person got a post."""

    post_id: int
    person_id: UUID
    agency_id: UUID
    role: str
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class PostEnded:
    """A person left a post."""

    post_id: int
    person_id: UUID
    agency_id: UUID
    role: str
    ended_on: date
    by: ActorRef
    at: datetime
