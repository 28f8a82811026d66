"""What can go wrong in signing in."""

from hienluong.kit.errors import Conflict, Forbidden, InvalidInput, NotAuthenticated, NotFound
from hienluong.kit.errors import gettext_noop as _


class SignInLinkSpent(NotAuthenticated):
    """A one-time sign-in is unknown, was used, or its time is over: the three are not told apart."""

    code = "identity.sign-in-link-spent"
    title = _("This sign-in link no longer works")
    detail = _("A one-time sign-in works once, and only for some minutes.")
    todo = _("Sign in with your password, or ask the operator for a new link.")


class SessionUnknown(NotFound):
    """The session is not one of the person's own, or has ended."""

    code = "identity.session-unknown"
    title = _("This session has ended")
    detail = _("You have no such session any more.")
    kept = _("Your other sessions go on.")


class OwnAccount(Forbidden):
    """An administrator tried to do to their own account what a second person must do."""

    code = "identity.own-account"
    title = _("Not for your own account")
    detail = _("A second administrator does this for you; nobody lifts the protection of their own account.")
    todo = _("Ask another administrator, or the operator of the server.")


class PasswordRefused(InvalidInput):
    """The present password is wrong, or the new one breaks a rule."""

    code = "identity.password-refused"
    title = _("The password was not changed")


class SignOnRefused(InvalidInput):
    """The particulars of a system that people sign on to cannot be accepted."""

    code = "identity.sign-on-refused"
    title = _("The system was not registered")


class SignOnEnded(Conflict):
    """The system that people signed on to has ended already."""

    code = "identity.sign-on-ended"
    title = _("This system has ended")
    detail = _("Nobody signs on to {name} any more.")


class AccountUnknown(NotFound):
    """No account has this user name."""

    code = "identity.account-unknown"
    title = _("Account unknown")
    detail = _("No account has the user name {username}.")


class AccountStateRefused(Conflict):
    """The account is closed already, or open already."""

    code = "identity.account-state-refused"
    title = _("Nothing to change")
    detail = _("The account “{account}” is already as you want it.")


class SignOnUnknown(NotFound):
    """No system that people sign on to has this id."""

    code = "identity.sign-on-unknown"
    title = _("System unknown")
    detail = _("No system that people sign on to has the id {system}.")
