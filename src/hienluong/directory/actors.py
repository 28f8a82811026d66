"""Who acts: a person in one post, an agency's system, or the platform itself (decision 11 of the architecture)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from hienluong.ledger.service import ActorRef

Kind = Literal["person", "system", "platform"]


@dataclass(frozen=True, slots=True)
class SendingRightRef:
    """A dated right to send for another agency (scope "agency") or for any outside the province ("outside")."""

    scope: str
    agency_id: UUID | None
    valid_from: date
    valid_to: date | None = None

    def in_force(self, on: date) -> bool:
        """Returns whether the right is in force on the day; `valid_to` is the first day it is no more."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts and for which agency, as established by the sign-in or the access token.

    Attributes:
        kind: a person in a post, a system of an agency, or the platform.
        id: the person's or the system's id; the platform's parts have a name.
        name: what people know the actor by.
        agency_id: the agency acted for; None for the platform.
        agency_code: the agency's code as we write it on the wire.
        role: a value of `Post.Role`, for a person.
        post_id: the post acted in, for a person.
        rights: a system's rights to send for others (decision 4), whether in force or not.
        standing_in_for: who is away and whose post this is, where the person stands in for another; else empty.
        sandbox: whether the agency is a test agency of the sandbox; nothing passes between those and real ones.
    """

    kind: Kind
    id: UUID | str
    name: str
    agency_id: UUID | None = None
    agency_code: str = ""
    agency_name: str = ""
    role: str | None = None
    post_id: int | None = None
    rights: tuple[SendingRightRef, ...] = ()
    standing_in_for: str = ""
    sandbox: bool = False

    @classmethod
    def platform(cls, name: str) -> Actor:
        """Returns the platform's own part that acts, as the delivery of packets or the set-up."""
        return cls(kind="platform", id=name, name=name)

    @property
    def person_id(self) -> UUID | None:
        """The person's id; None for a system or a part of the platform."""
        return self.id if self.kind == "person" and isinstance(self.id, UUID) else None

    @property
    def ref(self) -> ActorRef:
        """How the ledger stores the actor."""
        post = f"post:{self.post_id}" if self.standing_in_for else ""
        return ActorRef(
            kind=self.kind,
            id=str(self.id),
            name=self.name,
            acting_for=post,
            agency=str(self.agency_id) if self.agency_id else "",
        )
