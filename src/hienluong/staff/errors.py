"""What can go wrong with people, leaves and delegations."""

from hienluong.kit.errors import Conflict, InvalidInput, NotFound
from hienluong.kit.errors import gettext_noop as _


class PersonUnknown(NotFound):
    """There is no such person, or the actor may not see them."""

    code = "staff.person-unknown"
    title = _("Person unknown")
    detail = _("There is no such person, or not at your agency.")


class PostUnknown(NotFound):
    """There is no such post, or the actor may not see it."""

    code = "staff.post-unknown"
    title = _("Post unknown")
    detail = _("There is no such post, or not at your agency.")


class PeopleRefused(InvalidInput):
    """Rows of an import of people are wrong; `errors` names each row and column."""

    code = "staff.people-refused"
    title = _("The people were not imported")
    detail = _("Some rows cannot be accepted, so nobody was recorded.")
    todo = _("Correct the rows named below and import the whole file again.")


class LeaveRefused(InvalidInput):
    """A leave that cannot be entered as given."""

    code = "staff.leave-refused"
    title = _("The leave was not entered")


class LeaveOverlaps(Conflict):
    """The holder of the post is away on some of these days already."""

    code = "staff.leave-overlaps"
    title = _("The leave overlaps another one")
    detail = _("{person} is away from {valid_from} to {last_day} already.")
    todo = _("End that leave first, or give other days.")


class LeaveUnknown(NotFound):
    """There is no such leave, or the actor may not see it."""

    code = "staff.leave-unknown"
    title = _("Leave unknown")
    detail = _("There is no such leave, or not at your agency.")


class DelegationRefused(InvalidInput):
    """A delegation that breaks a rule of Decree 30/2020/NĐ-CP, art. 13, or whose words or dates are wrong."""

    code = "staff.delegation-refused"
    title = _("The delegation was not entered")


class DelegationUnknown(NotFound):
    """There is no such delegation, or the actor may not see it."""

    code = "staff.delegation-unknown"
    title = _("Delegation unknown")
    detail = _("There is no such delegation, or it is not yours to see.")
