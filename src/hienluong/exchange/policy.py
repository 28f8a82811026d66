"""Pure decisions of the axis: the state tables, what may be taken back at once, when to try again.

The mailbox plane says where the packet is; the business plane says what the recipient does with the document; the
standing says what later documents of its sender made of it. They are never mixed (reference §1.7: the commonest
mistake of implementers).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hienluong.exchange.errors import TransitionRefused

WAITING: Final = "waiting"
UNROUTED: Final = "unrouted"
DELIVERED: Final = "delivered"
FETCHED: Final = "fetched"
CONFIRMED: Final = "confirmed"
REJECTED: Final = "rejected"
DEAD: Final = "dead"
WITHDRAWN: Final = "withdrawn"

MAILBOX: Final[dict[str, frozenset[str]]] = {
    WAITING: frozenset({DELIVERED, DEAD, WITHDRAWN}),
    UNROUTED: frozenset({WAITING, WITHDRAWN}),
    DELIVERED: frozenset({FETCHED, CONFIRMED, REJECTED, WITHDRAWN}),
    FETCHED: frozenset({CONFIRMED, REJECTED, WITHDRAWN, DELIVERED}),  # given again by an operator
    CONFIRMED: frozenset({WITHDRAWN, DELIVERED}),  # the same
    REJECTED: frozenset({WAITING, WITHDRAWN}),
    DEAD: frozenset({WAITING, WITHDRAWN}),
    WITHDRAWN: frozenset(),
}
ALL_STATES: Final = (CONFIRMED, DELIVERED, FETCHED, REJECTED)
IN_MAILBOX: Final = frozenset(ALL_STATES)
GIVEN_AGAIN: Final = "again"  # a step that leads back to DELIVERED, of an operator

ARRIVED: Final = "01"
REFUSED: Final = "02"
REGISTERED: Final = "03"
ASSIGNED: Final = "04"
IN_PROGRESS: Final = "05"
FINISHED: Final = "06"
ASKED_BACK: Final = "13"
RECALL_AGREED: Final = "15"
RECALL_REFUSED: Final = "16"

BY_SENDER: Final = frozenset({ASKED_BACK})
BY_RECIPIENT: Final = frozenset(
    {ARRIVED, REFUSED, REGISTERED, ASSIGNED, IN_PROGRESS, FINISHED, RECALL_AGREED, RECALL_REFUSED}
)
NEEDS_NOTE: Final = frozenset({REFUSED, ASKED_BACK, RECALL_REFUSED})

# 01 → (02 | 03); 03 → 04 → 05 → 06 where 04 and 05 may be left out and 05 repeats; 13 at any time before 06;
# 15 closes as withdrawn, 16 returns to the state before (reference §1.6, inferred from the official samples).
BUSINESS: Final[dict[str, frozenset[str]]] = {
    "": frozenset({ARRIVED, REFUSED, REGISTERED, ASKED_BACK}),
    ARRIVED: frozenset({REFUSED, REGISTERED, ASKED_BACK}),
    REFUSED: frozenset(),
    REGISTERED: frozenset({ASSIGNED, IN_PROGRESS, FINISHED, ASKED_BACK}),
    ASSIGNED: frozenset({IN_PROGRESS, FINISHED, ASKED_BACK}),
    IN_PROGRESS: frozenset({IN_PROGRESS, FINISHED, ASKED_BACK}),
    FINISHED: frozenset(),
    ASKED_BACK: frozenset({RECALL_AGREED, RECALL_REFUSED}),
    RECALL_AGREED: frozenset(),
    RECALL_REFUSED: frozenset(),  # as the answer to a revocation or an update; after a 13 it returns instead
}
# The recipient of a revocation (1) or an update (2) answers it with 15 or 16 without a 13 before.
ANSWERS_TO_CHANGE: Final = frozenset({RECALL_AGREED, RECALL_REFUSED})
CHANGE_KINDS: Final = frozenset({1, 2})
_PROGRESS: Final = {"": 0, ARRIVED: 1, REGISTERED: 2, ASSIGNED: 3, IN_PROGRESS: 4, FINISHED: 5}

IN_FORCE: Final = ""
UPDATED: Final = "updated"
REPLACED: Final = "replaced"
REMOVED: Final = "removed"
REVOKED: Final = "revoked"

# A later document of the sender changes an earlier one as often as it likes, until it is revoked: that is for good.
STANDING: Final[dict[str, frozenset[str]]] = {
    IN_FORCE: frozenset({UPDATED, REPLACED, REMOVED, REVOKED}),
    UPDATED: frozenset({UPDATED, REPLACED, REMOVED, REVOKED}),
    REPLACED: frozenset({REPLACED, REMOVED, REVOKED}),
    REMOVED: frozenset({REVOKED}),
    REVOKED: frozenset(),
}
TAKEN_BACK: Final = frozenset({REMOVED, REVOKED})

RETRY_SECONDS: Final = (30, 60, 120, 240, 480)


def require_mailbox_step(before: str, after: str) -> None:
    """Raises TransitionRefused unless the mailbox plane allows the step."""
    if after not in MAILBOX[before]:
        raise TransitionRefused(before=before, after=after)


def nobody_has_it(state: str, fetched_at: datetime | None) -> bool:
    """Returns whether a packet can be taken back without asking: nobody at the recipient has fetched it."""
    return fetched_at is None and state in {WAITING, UNROUTED, DELIVERED, DEAD, REJECTED}


def never_left(state: str, attempts: int) -> bool:
    """Returns whether the recipient cannot know of a packet: it was never tried."""
    return state in {WAITING, UNROUTED} and attempts == 0


@dataclass(frozen=True, slots=True)
class BusinessStep:
    """What a status does: the state after it, and whether the table allows it here."""

    state: str
    in_order: bool


def business_step(*, current: str, before_recall: str, code: str, business: int | None = 0) -> BusinessStep:
    """Returns what a status does to a delivery.

    A status is never refused for its order: systems outside report as they like, and nothing may be lost. One that
    the table does not allow is recorded as out of order; it still moves the state when it is further along the way
    03 → 06, so that a sender sees a document finished whose registration was never reported.

    Args:
        current: the last state, "" when none.
        before_recall: the state before the 13 in force, where `current` is 13.
        code: the status reported.
        business: BussinessDocType of the packet it is about.
    """
    allowed = set(BUSINESS.get(current, frozenset()))
    if business in CHANGE_KINDS and current in {"", ARRIVED, REGISTERED}:
        allowed |= ANSWERS_TO_CHANGE
    if code in allowed:
        return BusinessStep(before_recall if code == RECALL_REFUSED and current == ASKED_BACK else code, True)
    further = _PROGRESS.get(code, -1) > _PROGRESS.get(current, len(_PROGRESS))
    return BusinessStep(code if further else current, False)


def reportable(*, current: str, business: int | None, by_recipient: bool) -> list[str]:
    """Returns the statuses that an agency may report next from our own pages and API, in their numeric order."""
    mine = BY_RECIPIENT if by_recipient else BY_SENDER
    codes = set(BUSINESS.get(current, frozenset()))
    if business in CHANGE_KINDS and current in {"", ARRIVED, REGISTERED}:
        codes |= ANSWERS_TO_CHANGE
    return sorted(codes & mine)


def next_attempt(*, attempts: int, permanent: bool, now: datetime) -> datetime | None:
    """Returns when to try a failed delivery again, or None when it goes to the dead letters.

    Five further attempts at 30, 60, 120, 240 and 480 seconds.
    """
    if permanent or attempts > len(RETRY_SECONDS):
        return None
    return now + timedelta(seconds=RETRY_SECONDS[attempts - 1])
