"""What can go wrong with alerts and cases, in access reviews and in break-glass."""

from hienluong.kit.errors import Conflict, Forbidden, NotFound
from hienluong.kit.errors import gettext_noop as _


class AlertNotFound(NotFound):
    """There is no such alert for this person."""

    code = "access.alert-not-found"
    title = _("Alert not found")
    detail = _("There is no such alert for you.")


class CaseNotFound(NotFound):
    """There is no such case."""

    code = "access.case-not-found"
    title = _("Case not found")
    detail = _("There is no case of this number.")


class CaseNotYours(Forbidden):
    """Whoever made or reported a change does not also decide whether it was right."""

    code = "access.case-not-yours"
    title = _("Another administrator must decide this")
    detail = _("You made this change or reported it yourself, so you cannot close the case about it.")
    todo = _("Ask another administrator.")


class ReviewNotFound(NotFound):
    """There is no such review, or nothing of it is for this person's agency."""

    code = "access.review-not-found"
    title = _("Access review not found")
    detail = _("There is no access review of this name, or no part of it is yours.")


class ReviewExists(Conflict):
    """The quarter has its review already."""

    code = "access.review-exists"
    title = _("The review is there already")
    detail = _("The access review {quarter} was opened before.")


class ReviewFinished(Conflict):
    """A finished review is a record; nobody changes it any more."""

    code = "access.review-finished"
    title = _("The review is finished")
    detail = _("The access review {quarter} is finished and can no longer be changed.")


class ReviewIncomplete(Conflict):
    """Lines are not decided, or decided ends are not carried out."""

    code = "access.review-incomplete"
    title = _("The review is not complete")
    detail = _("Not decided yet: {undecided}; decided but not carried out: {waiting}.")
    todo = _("Decide every line and carry out the ends, then finish the review.")


class OwnRightsRefused(Forbidden):
    """Nobody decides about their own rights while somebody else can."""

    code = "access.own-rights-refused"
    title = _("Somebody else decides about your own rights")
    detail = _("One of these lines is about yourself.")
    todo = _("Leave it out; an administrator or the head of the agency decides it.")


class BreakGlassNotFound(NotFound):
    """There is no such request."""

    code = "access.break-glass-not-found"
    title = _("Request not found")
    detail = _("There is no break-glass request of this number.")


class BreakGlassRefused(Conflict):
    """The request is not in a state that allows the act."""

    code = "access.break-glass-refused"
    title = _("The request has been settled")
    detail = _("This cannot be done: the request is “{state}”.")
    todo = _("Look at the request again; make a new one if access is still needed.")


class BreakGlassRepeated(Conflict):
    """The person has a request about this thing that waits or runs."""

    code = "access.break-glass-repeated"
    title = _("You have asked for this already")
    detail = _("Your earlier request about the same thing is waiting or running.")


class SecondPersonNeeded(Forbidden):
    """Break-glass needs two people who are independent of one another."""

    code = "access.second-person-needed"
    title = _("A second, independent person must approve")
    detail = _(
        "You asked for access to this yourself, now or within the last {days} days, so you cannot approve it for another."
    )
    todo = _("Ask another administrator or auditor.")
