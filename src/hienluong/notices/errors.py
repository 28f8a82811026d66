"""What can go wrong when a notice is read, or a browser is subscribed to reminders."""

from hienluong.kit.errors import Conflict, InvalidInput, NotFound
from hienluong.kit.errors import gettext_noop as _


class SubscriptionRefused(InvalidInput):
    """What the browser gave cannot be used; `errors` names each field."""

    code = "notices.subscription-refused"
    title = _("This browser was not added")


class TooManyBrowsers(Conflict):
    """A person has as many subscribed browsers as one may."""

    code = "notices.too-many-browsers"
    title = _("No more browsers")
    detail = _("{limit} browsers are subscribed already, which is as many as one person may have.")
    todo = _("Remove one that is no longer used.")


class SubscriptionNotFound(NotFound):
    """There is no such browser among the person's own."""

    code = "notices.subscription-not-found"
    title = _("Browser not found")
    detail = _("This browser is not subscribed, or it is another person's.")


class NoticeNotFound(NotFound):
    """There is no such notice among the person's own."""

    code = "notices.notice-not-found"
    title = _("Notice not found")
    detail = _("There is no such notice, or it was told to somebody else.")
