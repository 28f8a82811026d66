"""Reads: one file per subject."""

from hienluong.staff.queries.delegations import (
    delegation_by_id,
    delegations,
    delegations_in_force,
    delegations_near,
    delegations_on,
    posts_to_delegate,
    posts_to_take,
    signing_post,
    whose_offered,
)
from hienluong.staff.queries.leaves import (
    leave_by_id,
    leaves,
    overlapping_leave,
    posts_with_leaves,
)
from hienluong.staff.queries.people import (
    PersonView,
    colleagues_of,
    person_named,
    person_view,
    post_by_id,
    search_people,
)

__all__ = [
    "PersonView",
    "colleagues_of",
    "delegation_by_id",
    "delegations",
    "delegations_in_force",
    "delegations_near",
    "delegations_on",
    "leave_by_id",
    "leaves",
    "overlapping_leave",
    "person_named",
    "person_view",
    "post_by_id",
    "posts_to_delegate",
    "posts_to_take",
    "posts_with_leaves",
    "search_people",
    "signing_post",
    "whose_offered",
]
