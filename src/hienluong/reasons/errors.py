"""What can go wrong with the list of reasons."""

from hienluong.kit.errors import InvalidInput, NotFound
from hienluong.kit.errors import gettext_noop as _


class ReasonRefused(InvalidInput):
    """A reason that cannot be kept as given."""

    code = "reasons.reason-refused"
    title = _("The reason was not kept")


class ReasonUnknown(NotFound):
    """No such reason is offered for the act today."""

    code = "reasons.reason-unknown"
    title = _("Reason unknown")
    detail = _("There is no reason “{reason}” for status {act} today.")
    todo = _("Choose a reason from the list (GET /reasons), or write one yourself.")
