"""Public Python API of the staff: leaves, hand-overs, delegations in force for the module that signs."""

from hienluong.staff.commands import (
    PeopleImported,
    end_leave,
    enter_leave,
    grant_delegation,
    hand_over_post,
    import_people,
    revoke_delegation,
)
from hienluong.staff.models import Delegation
from hienluong.staff.queries import (
    delegations_in_force,
    delegations_near,
    delegations_on,
    leaves,
    search_people,
)

__all__ = [
    "Delegation",
    "PeopleImported",
    "delegations_in_force",
    "delegations_near",
    "delegations_on",
    "end_leave",
    "enter_leave",
    "grant_delegation",
    "hand_over_post",
    "import_people",
    "leaves",
    "revoke_delegation",
    "search_people",
]
