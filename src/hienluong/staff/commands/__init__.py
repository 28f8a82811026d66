"""Writes: each one transaction, its permission checked first, its ledger entry last."""

from hienluong.staff.commands.delegations import grant_delegation, revoke_delegation
from hienluong.staff.commands.hand_over import hand_over_post
from hienluong.staff.commands.leaves import end_leave, enter_leave
from hienluong.staff.commands.people_import import PeopleImported, import_people

__all__ = [
    "PeopleImported",
    "end_leave",
    "enter_leave",
    "grant_delegation",
    "hand_over_post",
    "import_people",
    "revoke_delegation",
]
