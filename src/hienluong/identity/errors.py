"""What can go wrong in signing in."""

from hienluong.kit.errors import NotAuthenticated
from hienluong.kit.errors import gettext_noop as _


class SignInLinkSpent(NotAuthenticated):
    """A one-time sign-in is unknown, was used, or its time is over: the three are not told apart."""

    code = "identity.sign-in-link-spent"
    title = _("This sign-in link no longer works")
    detail = _("A one-time sign-in works once, and only for some minutes.")
    todo = _("Sign in with your password, or ask the operator for a new link.")
