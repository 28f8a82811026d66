"""Who may see people, enter leaves and enter delegations."""

from django.utils.translation import gettext_lazy as _
from rules.predicates import Predicate

from hienluong.directory.service import Actor, Post, declare, has_role, is_person, is_platform, may_administer
from hienluong.staff.policy import manages_leaves_of


def _enters_leave(actor: Actor, post: Post | None) -> bool:
    return post is not None and actor.agency_id == post.agency_id and manages_leaves_of(actor.role, post.role)


def _delegates(actor: Actor, giver: Post | None) -> bool:
    if giver is None or actor.agency_id != giver.agency_id or actor.standing_in_for:
        return False
    return actor.post_id == giver.pk or actor.role == Post.Role.CLERK


enters_leave = Predicate(_enters_leave, name="enters_leave")  # the object is the absent one's post
delegates = Predicate(_delegates, name="delegates")  # the object is the post that gives

declare("staff.view_people", is_person | is_platform, _("see the people of the own agency and their posts"))
declare(
    "staff.view_everybody",
    may_administer | has_role(Post.Role.AUDITOR),
    _("see the people, leaves and delegations of every agency, and the state of accounts"),
)
declare("staff.manage_leaves", may_administer | enters_leave, _("enter and end leaves"))
declare(
    "staff.grant_delegation",
    may_administer | delegates,
    _("enter and revoke written delegations of the right to sign"),
)
