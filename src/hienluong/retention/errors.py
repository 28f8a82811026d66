"""What can go wrong with periods, holds and disposals."""

from hienluong.kit.errors import Conflict, Forbidden, NotFound
from hienluong.kit.errors import gettext_noop as _


class PeriodNotFound(NotFound):
    """No such period."""

    code = "retention.period-not-found"
    title = _("No such period")


class PeriodOverlaps(Conflict):
    """A period of this kind begins on that day or later already."""

    code = "retention.period-overlaps"
    title = _("There is a later period already")
    detail = _("For “{type}” a period that begins on {day} is written already.")
    todo = _("Choose a later day.")


class HoldNotFound(NotFound):
    """No such hold, or none that the actor may see."""

    code = "retention.hold-not-found"
    title = _("No such legal hold")


class HeldAlready(Conflict):
    """The packet is under such a hold."""

    code = "retention.held-already"
    title = _("Under a legal hold already")
    detail = _("This packet is under a legal hold already.")


class NothingToHold(Conflict):
    """There is no copy that a hold could keep."""

    code = "retention.nothing-to-hold"
    title = _("No copy is left")
    detail = _("No copy of this packet is left that a hold could keep.")


class HoldLifted(Conflict):
    """It was lifted before."""

    code = "retention.hold-lifted"
    title = _("Lifted before")
    detail = _("This legal hold was lifted before.")


class NothingOverTime(Conflict):
    """No document of the agency is over its time."""

    code = "retention.nothing-over-time"
    title = _("Nothing is over its time")
    detail = _("No document of your agency that is not held is over the period of its kind.")
    todo = _("Where no period is written for a kind, its documents are kept.")


class DisposalNotFound(NotFound):
    """No such disposal, or none that the actor may see."""

    code = "retention.disposal-not-found"
    title = _("No such disposal")


class DisposalAnswered(Conflict):
    """It is no longer waiting for an answer."""

    code = "retention.disposal-answered"
    title = _("Answered before")
    detail = _("This disposal is “{state}”; it no longer waits for an answer.")


class SecondPersonNeeded(Forbidden):
    """Who proposed a disposal cannot approve it."""

    code = "retention.second-person-needed"
    title = _("A second person must approve")
    detail = _("Whoever proposed a disposal, or stands in for that person, cannot approve it.")
    todo = _("Ask another head or deputy of the agency.")
