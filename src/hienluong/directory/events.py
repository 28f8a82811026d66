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
class AgencyEnded:
    """An agency ends, or is planned to end, on a day; `successor_id` answers for it from then on, None: nobody."""

    agency_id: UUID
    successor_id: UUID | None
    ended_on: date


@dataclass(frozen=True, slots=True)
class PostAssigned:
    """A person got a post, from today or a day to come on."""

    post_id: int
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class PostEnded:
    """A post was ended; `ended_on` is the first day it is held no more, today or a day to come."""

    post_id: int
    person_id: UUID
    agency_id: UUID
    role: str
    ended_on: date
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountOpened:
    """A person got an account, or the closed one again."""

    user_id: int
    again: bool
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """Somebody else than the person gave an account its password: a new account, or one in use (not `first`)."""

    user_id: int
    first: bool
    by: ActorRef
    at: datetime

    @property
    def by_another_person(self) -> bool:
        """Whether a person knows it now: an administrator, not the set-up of the server."""
        return self.by.kind == "person"


@dataclass(frozen=True, slots=True)
class PersonDeactivated:
    """A person left: all posts ended and the account, if there was one, is closed."""

    person_id: UUID
    user_id: int | None
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class PeopleSeen:
    """Somebody is shown data of other people, for a declared purpose; `listed`: each as one line of a list."""

    person_ids: tuple[UUID, ...]
    purpose: str
    listed: bool
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class ReferenceDataLoaded:
    """The reference data is complete: at the set-up and after every upgrade; modules above add what is theirs."""

    at: datetime


@dataclass(frozen=True, slots=True)
class CalendarChanged:
    """A holiday, a make-up day or working hours were set or taken away: what is counted in working time may move."""

    day: date
    at: datetime
