"""What can go wrong in signing in, and with systems, their secrets and their rights."""

from hienluong.kit.errors import Conflict, Forbidden, HienluongError, InvalidInput, NotFound
from hienluong.kit.errors import gettext_noop as _


class SystemNotFound(NotFound):
    """There is no such system, or it is not the actor's to see."""

    code = "systems.system-not-found"
    title = _("System not found")
    detail = _("There is no such system, or it belongs to another agency.")


class SystemRefused(InvalidInput):
    """A system cannot be registered or changed as given; `errors` names each field."""

    code = "systems.system-refused"
    title = _("The system was not changed")


class SystemEnded(Conflict):
    """The system has ended: nothing about it changes any more."""

    code = "systems.system-ended"
    title = _("The system has ended")
    detail = _("The system {system} ended on {ended_on}; it can neither sign in nor be changed.")
    todo = _("Register a new system.")


class TwoSecretsAlready(Conflict):
    """Two secrets are good already; a third would leave nobody knowing which one is in use."""

    code = "systems.two-secrets-already"
    title = _("Two secrets are good already")
    detail = _("The system {system} holds two secrets that are good: {key_ids}.")
    todo = _(
        "End the one that is no longer used, then make a new one; or make the new one and end both at once."
    )


class SecretNotFound(NotFound):
    """The system has no such secret."""

    code = "systems.secret-not-found"
    title = _("Secret not found")
    detail = _("The system has no such secret.")


class SecretShownBefore(Conflict):
    """The same form was sent twice: its secret was shown the first time, and is not shown again."""

    code = "systems.secret-shown-before"
    title = _("This was done already")
    detail = _("The form was sent before; the secret was shown then and is not shown again.")
    kept = _("The secret made the first time is good.")
    todo = _("If nobody kept the secret, open the system and make a new one.")


class NetworkNotAllowed(Forbidden):
    """The access token is good, but its system may not call from this address."""

    code = "systems.network-not-allowed"
    title = _("Not from this network")
    detail = _("The system {system} may not call from {address}.")
    todo = _("Call from a network that is entered for the system, or ask an administrator to enter this one.")


class KeyUsedBefore(HienluongError):
    """The Idempotency-Key came with another request before (draft-ietf-httpapi-idempotency-key-header, section 2.7)."""

    code = "systems.key-used-before"
    status = 422
    title = _("Idempotency key used before")
    detail = _("The key {key} came with another request before.")
    kept = _("What the first request did stands; this one did nothing.")
    todo = _("Use a new key for a new request, and the same key only for exactly the same request.")


class RightNotFound(NotFound):
    """There is no such right to send for others, or it is not the actor's to see."""

    code = "systems.right-not-found"
    title = _("Right not found")
    detail = _("There is no such right to send for another agency.")


class RightRefused(InvalidInput):
    """A right to send for others cannot be granted as given; `errors` names each field."""

    code = "systems.right-refused"
    title = _("The right was not granted")


class SandboxFull(Conflict):
    """The agency has as many sandbox systems as it may."""

    code = "systems.sandbox-full"
    title = _("No more sandbox systems")
    detail = _("{agency} has {limit} sandbox systems, which is as many as one agency may have.")
    todo = _("End one that is no longer used.")
