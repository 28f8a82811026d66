"""What happened to posts, for the modules above."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PostHandedOver:
    """A successor takes over a post from a day on: what a module keeps open for the former post moves to the new one.

    Mailboxes and notices are by agency and role and move by themselves; a module that assigns work to a post listens.
    """

    former_post_id: int
    post_id: int
    from_day: date
