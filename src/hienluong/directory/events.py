"""What happened in the directory, for the modules above."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AgencyCodesChanged:
    """Published codes replaced provisional ones: addresses known elsewhere may be out of date."""

    agency_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class PostEnded:
    """A person left a post."""

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
