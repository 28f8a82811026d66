"""What happened in the directory, for the modules above."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


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
class PostEnded:
    """A post was ended; `ended_on` is the first day it is held no more, today or a day to come."""

    person_id: UUID
    agency_id: UUID
    role: str
    ended_on: date


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """Somebody else than the person gave an account its password.

    Attributes:
        user_id: the account.
        by_another_person: whether a person knows it now: an administrator, not the set-up of the server.
    """

    user_id: int
    by_another_person: bool


@dataclass(frozen=True, slots=True)
class PersonDeactivated:
    """A person left: all posts ended and the account, if there was one, is closed."""

    person_id: UUID
    user_id: int | None


@dataclass(frozen=True, slots=True)
class ReferenceDataLoaded:
    """The reference data is complete: at the set-up and after every upgrade; modules above add what is theirs."""

    at: datetime
