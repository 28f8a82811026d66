"""What happened to posts, leaves and delegations, for the modules above."""

from dataclasses import dataclass
from datetime import date, datetime

from hienluong.ledger.service import ActorRef


@dataclass(frozen=True, slots=True)
class PostHandedOver:
    """A successor takes over a post from a day on: what a module keeps open for the former post moves to the new one.

    Mailboxes and notices are by agency and role and move by themselves; a module that assigns work to a post listens.
    """

    former_post_id: int
    post_id: int
    from_day: date


@dataclass(frozen=True, slots=True)
class DelegationGranted:
    """A post may sign for another, in writing."""

    delegation_id: int
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class DelegationRevoked:
    """A written delegation was revoked."""

    delegation_id: int
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class LeaveEntered:
    """Somebody is to be away; whoever stands in acts in the post meanwhile."""

    leave_id: int
    by: ActorRef
    at: datetime


@dataclass(frozen=True, slots=True)
class LeaveEnded:
    """A leave was ended early or called off; nobody stands in any more."""

    leave_id: int
    by: ActorRef
    at: datetime
