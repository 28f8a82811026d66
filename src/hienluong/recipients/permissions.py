"""Who may see and keep groups of recipients."""

from django.utils.translation import gettext_lazy as _
from rules.predicates import Predicate

from hienluong.directory.service import (
    Actor,
    Post,
    declare,
    is_person,
    is_platform,
    is_system,
    may_administer,
)
from hienluong.recipients.models import RecipientGroup

KEEPERS = (Post.Role.CLERK, Post.Role.HEAD, Post.Role.DEPUTY)


def _keeps(actor: Actor, group: RecipientGroup | None) -> bool:
    if group is None or group.owner_id is None:
        return False
    return group.owner_id == actor.agency_id and actor.role in KEEPERS


keeps = Predicate(_keeps, name="keeps")  # the object is the group

declare(
    "recipients.view_groups",
    is_person | is_system | is_platform,
    _("see the groups of recipients of the province and of the own agency"),
)
declare("recipients.manage_groups", may_administer | keeps, _("keep groups of recipients"))
