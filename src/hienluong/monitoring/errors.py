"""What can go wrong with the monitoring; each error names what was wrong, what was kept and what to do."""

from hienluong.kit.errors import Conflict, HienluongError, InvalidInput, NotFound
from hienluong.kit.errors import gettext_noop as _


class DeliveryGone(NotFound):
    """No delivery of that number fails."""

    code = "monitoring.delivery-not-failing"
    title = _("No such failure")
    detail = _("There is no delivery of the number {id}, or it does not fail any more.")


class NoMailbox(NotFound):
    """Nobody of that code has a mailbox on the axis."""

    code = "monitoring.no-mailbox"
    title = _("No such mailbox")
    detail = _("No agency of that code has a mailbox on the axis, so nothing can be given again.")
    todo = _("Look at the code; recipients outside the province fetch from their own axis.")


class ChoiceRefused(InvalidInput):
    """What was chosen to be tried again, or set, cannot be taken as given; `errors` names each field."""

    code = "monitoring.choice-refused"
    title = _("Nothing was changed")


class AlarmUnknown(NotFound):
    """There is no condition or silence of that name."""

    code = "monitoring.alarm-unknown"
    title = _("No such alarm")
    detail = _("There is no condition or silence of the name {name}.")


class SilenceOver(Conflict):
    """The silence has ended already."""

    code = "monitoring.silence-over"
    title = _("The silence is over")
    detail = _("This silence has ended already.")
    todo = _("Nothing needs to be done; set a new one if alarms are to be silent again.")


class TokenThere(Conflict):
    """There is a token for the metrics already."""

    code = "monitoring.token-there"
    title = _("There is a token already")
    detail = _("The file {path} holds the token that opens the metrics.")
    todo = _("Use that one, or let the command replace it: what reads the metrics needs the new one then.")


class MetricsRefused(HienluongError):
    """Whoever asked for the metrics did not show the token."""

    code = "monitoring.metrics-refused"
    status = 401
    title = _("No metrics without the token")
    detail = _("The metrics are for whoever shows their token as “Authorization: Bearer …”.")
    todo = _("docs/operate/monitoring.md says where the token is made.")
