"""Pages of alerts, cases, reviews, break-glass, and of who may do what."""

from __future__ import annotations

LARGEST_ID = 2**63 - 1
LONGEST_ID = len(str(LARGEST_ID))


def as_id(text: str) -> int | None:
    """Returns the id that a text from outside is; None where no row could have it."""
    if not text.isdecimal() or len(text) > LONGEST_ID:
        return None
    return found if (found := int(text)) <= LARGEST_ID else None
