"""Who may do what with copies: the clerk, and a system of the agency, hands in, numbers, has it signed for the agency.

A system signs nothing by itself: it carries what the agency's device signs (decision 34).
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rules.predicates import Predicate

from hienluong.copies.models import Copy
from hienluong.directory.service import Actor, declare, has_role, is_platform, is_system


def _of_agency(actor: Actor, copy: Copy | None) -> bool:
    return copy is None or actor.agency_id == copy.agency_id


of_agency = Predicate(_of_agency, name="of_agency")  # the object is the copy
_clerk = (has_role("clerk") | is_system) & of_agency

declare(
    "copies.view_copies",
    has_role("clerk", "head", "deputy") | is_system | is_platform,
    _("see the register of copies that the agency made, and fetch them"),
)
declare("copies.prepare_copy", has_role("clerk") | is_system, _("hand in a document to be copied"))
declare("copies.number_copy", _clerk, _("give a copy its number in the register"))
declare("copies.seal_copy", _clerk, _("put the agency's signature on a copy"))
declare("copies.give_up_copy", _clerk, _("give up a copy that is not signed yet"))
