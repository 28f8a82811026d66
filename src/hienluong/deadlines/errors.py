"""What can go wrong with clocks of law."""

from hienluong.kit.errors import Conflict, InvalidInput, NotFound
from hienluong.kit.errors import gettext_noop as _


class ClockNotFound(NotFound):
    """There is no such clock, or it is another agency's."""

    code = "deadlines.clock-not-found"
    title = _("Deadline not found")
    detail = _("There is no such deadline, or it is another agency's.")


class AnnouncementRefused(InvalidInput):
    """A signed document cannot be announced as given; `errors` names each field."""

    code = "deadlines.announcement-refused"
    title = _("The document was not noted")


class AnnouncedBefore(Conflict):
    """A document of this number, notation and date is known already."""

    code = "deadlines.announced-before"
    title = _("Noted before")
    detail = _("Document {reference} of this date is known already: it was noted or sent.")
    kept = _("Nothing was changed.")


class AnnouncementOver(Conflict):
    """Only a signed document that is not sent yet can be taken off the list."""

    code = "deadlines.announcement-over"
    title = _("It no longer waits to be sent")
    detail = _("Document {reference} was sent, or taken off the list before.")
    kept = _("Nothing was changed.")
