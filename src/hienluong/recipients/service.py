"""Public Python API of the groups of recipients."""

from hienluong.recipients.commands import change_group, create_group, end_group
from hienluong.recipients.models import RecipientGroup
from hienluong.recipients.queries import (
    CountedGroup,
    Dropped,
    ExpandedGroup,
    expand_group,
    expand_groups,
    group_by_id,
    groups,
    why_dropped,
)

__all__ = [
    "CountedGroup",
    "Dropped",
    "ExpandedGroup",
    "RecipientGroup",
    "change_group",
    "create_group",
    "end_group",
    "expand_group",
    "expand_groups",
    "group_by_id",
    "groups",
    "why_dropped",
]
