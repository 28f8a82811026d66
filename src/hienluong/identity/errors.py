"""What can go wrong in signing in, with accounts and rights, in access reviews and in break-glass."""

from hienluong.kit.errors import Conflict, Forbidden, NotAuthenticated, NotFound
from hienluong.kit.errors import gettext_noop as _


class SignInLinkSpent(NotAuthenticated):
    """A one-time sign-in is unknown, was used, or its time is over: the three are not told apart."""

    code = "identity.sign-in-link-spent"
    title = _("This sign-in link no longer works")
    detail = _("A one-time sign-in works once, and only for some minutes.")
    todo = _("Sign in with your password, or ask the operator for a new link.")


class AlertNotFound(NotFound):
    """There is no such alert for this person."""

    code = "identity.alert-not-found"
    title = _("Alert not found")
    detail = _("There is no such alert for you.")


class CaseNotFound(NotFound):
    """There is no such case."""

    code = "identity.case-not-found"
    title = _("Case not found")
    detail = _("There is no case of this number.")


class CaseNotYours(Forbidden):
    """Whoever made or reported a change does not also decide whether it was right."""

    code = "identity.case-not-yours"
    title = _("Another administrator must decide this")
    detail = _("You made this change or reported it yourself, so you cannot close the case about it.")
    todo = _("Ask another administrator.")


class AccountNotFound(NotFound):
    """There is no such account."""

    code = "identity.account-not-found"
    title = _("Account not found")
    detail = _("There is no account of this number.")


class AccountStateRefused(Conflict):
    """The account is closed already, or open already."""

    code = "identity.account-state-refused"
    title = _("Nothing to change")
    detail = _("The account “{account}” is already as you want it.")


class LastAdministrator(Conflict):
    """The last administrator who can sign in is never shut out."""

    code = "identity.last-administrator"
    title = _("The last administrator stays")
    detail = _(
        "“{account}” is the last administrator who can sign in; without it nobody could open any account."
    )
    todo = _("Make another administrator first.")


class ReviewNotFound(NotFound):
    """There is no such review, or nothing of it is for this person's agency."""

    code = "identity.review-not-found"
    title = _("Access review not found")
    detail = _("There is no access review of this name, or no part of it is yours.")


class ReviewExists(Conflict):
    """The quarter has its review already."""

    code = "identity.review-exists"
    title = _("The review is there already")
    detail = _("The access review {quarter} was opened before.")


class ReviewFinished(Conflict):
    """A finished review is a record; nobody changes it any more."""

    code = "identity.review-finished"
    title = _("The review is finished")
    detail = _("The access review {quarter} is finished and can no longer be changed.")


class ReviewIncomplete(Conflict):
    """Lines are not decided, or decided ends are not carried out."""

    code = "identity.review-incomplete"
    title = _("The review is not complete")
    detail = _("Not decided yet: {undecided}; decided but not carried out: {waiting}.")
    todo = _("Decide every line and carry out the ends, then finish the review.")


class OwnRightsRefused(Forbidden):
    """Nobody decides about their own rights while somebody else can."""

    code = "identity.own-rights-refused"
    title = _("Somebody else decides about your own rights")
    detail = _("One of these lines is about yourself.")
    todo = _("Leave it out; an administrator or the head of the agency decides it.")


class BreakGlassNotFound(NotFound):
    """There is no such request."""

    code = "identity.break-glass-not-found"
    title = _("Request not found")
    detail = _("There is no break-glass request of this number.")


class BreakGlassRefused(Conflict):
    """The request is not in a state that allows the act."""

    code = "identity.break-glass-refused"
    title = _("The request has been settled")
    detail = _("This cannot be done: the request is “{state}”.")
    todo = _("Look at the request again; make a new one if access is still needed.")


class BreakGlassRepeated(Conflict):
    """The person has a request about this thing that waits or runs."""

    code = "identity.break-glass-repeated"
    title = _("You have asked for this already")
    detail = _("Your earlier request about the same thing is waiting or running.")


class SecondPersonNeeded(Forbidden):
    """Break-glass needs two people who are independent of one another."""

    code = "identity.second-person-needed"
    title = _("A second, independent person must approve")
    detail = _(
        "You asked for access to this yourself, now or within the last {days} days, so you cannot approve it for another."
    )
    todo = _("Ask another administrator or auditor.")
