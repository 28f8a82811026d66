"""What can go wrong with webhooks; each error names what was wrong, what was kept and what to do."""

from hienluong.kit.errors import Conflict, InvalidInput, NotFound
from hienluong.kit.errors import gettext_noop as _


class WebhookNotFound(NotFound):
    """There is no such webhook, or it is not the actor's to see."""

    code = "webhooks.webhook-not-found"
    title = _("Webhook not found")
    detail = _("There is no such webhook, or it belongs to another agency's system.")


class MessageNotFound(NotFound):
    """The webhook has no such message, or it was deleted with the log."""

    code = "webhooks.message-not-found"
    title = _("Message not found")
    detail = _("The webhook has no such message; messages are kept for {days} days.")


class WebhookRefused(InvalidInput):
    """A webhook cannot be registered or changed as given; `errors` names each field."""

    code = "webhooks.webhook-refused"
    title = _("The webhook was not changed")


class TooManyWebhooks(Conflict):
    """The system has as many webhooks as it may."""

    code = "webhooks.too-many-webhooks"
    title = _("No more webhooks")
    detail = _("The system {system} has {limit} webhooks, which is as many as one system may have.")
    todo = _("End one that is no longer used.")


class WebhookThere(Conflict):
    """The system has a webhook at this address already."""

    code = "webhooks.webhook-there"
    title = _("This address is registered already")
    detail = _("The system {system} has a webhook at this address already: {webhook}.")
    todo = _("Change the kinds of events of that one, or end it first.")


class WebhookEnded(Conflict):
    """The webhook has ended: nothing about it changes any more."""

    code = "webhooks.webhook-ended"
    title = _("The webhook has ended")
    detail = _("This webhook has ended; nothing is sent to its address any more.")
    todo = _("Register the address again.")


class NotVerified(Conflict):
    """The address has not answered the challenge: nothing else is sent to it."""

    code = "webhooks.not-verified"
    title = _("The address is not verified")
    detail = _("The address has not answered the challenge yet, so nothing is sent to it.")
    todo = _("Let the receiver answer the challenge, then have it verified again.")
