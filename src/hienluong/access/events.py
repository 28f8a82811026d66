"""What happened in access: content opened by break-glass."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BreakGlassApproved:
    """A second person let the requester see the content of one thing; a listener that raises stops the approval."""

    grant_id: UUID
    kind: str
    object_id: str
    label: str
    requester: str
    approver: str
    valid_until: datetime
    at: datetime
