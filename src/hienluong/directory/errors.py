"""What can go wrong in the directory."""

from django.utils.functional import Promise

from hienluong.kit.errors import Conflict, Forbidden, HienluongError, InvalidInput, NotFound
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger.service import ActorRef


class PermissionMissing(Forbidden):
    """The actor does not hold the permission; which one is in `params`."""

    code = "directory.permission-missing"
    recorded_at_the_door = True
    detail = _("{actor} may not do this; it needs the right to {title}.")

    def __init__(self, *, permission: str, title: str | Promise, actor: ActorRef) -> None:
        super().__init__(permission=permission, title=title, actor=actor.name)
        self.actor = actor
        self.permission = permission


class AgencyUnknown(NotFound):
    """No agency has or had this code."""

    code = "directory.agency-unknown"
    title = _("Agency unknown")
    detail = _("No agency has, or ever had, the code {agency_code}.")
    todo = _("Search the directory by name, or check the code with the agency.")


class CodesRefused(InvalidInput):
    """Rows of an import of agency codes are wrong; `errors` names each row and column."""

    code = "directory.codes-refused"
    title = _("The agency codes were not imported")
    detail = _("Some rows cannot be accepted, so no row was imported.")
    todo = _("Correct the rows named below and import the whole file again.")


class PersonRefused(InvalidInput):
    """The particulars of a person or an account cannot be accepted."""

    code = "directory.person-refused"
    title = _("The person was not recorded")


class PostOverlaps(Conflict):
    """The person holds this post already."""

    code = "directory.post-overlaps"
    title = _("The post is held already")
    detail = _("{person} is {role} at {agency} already.")
    todo = _("End the present post first, or leave it as it is.")


class PostNotHeld(NotFound):
    """The post is not one the signed-in person holds today."""

    code = "directory.post-not-held"
    title = _("You do not hold this post")
    detail = _("You cannot act in a post you do not hold today.")
    kept = _("You still act in the post you chose before.")


class PostRefused(InvalidInput):
    """The particulars of a post, or of its hand-over, cannot be accepted."""

    code = "directory.post-refused"
    title = _("The post was not changed")


class AccountClosed(Conflict):
    """The person has left: their account is closed."""

    code = "directory.account-closed"
    title = _("The account is closed")
    detail = _("The account of {person} is closed.")
    todo = _("Open the account again first.")


class LastAdministrator(Conflict):
    """The last administrator who can sign in is never shut out."""

    code = "directory.last-administrator"
    title = _("The last administrator stays")
    detail = _("{person} is the last administrator who can sign in; nobody else could give anybody a right.")
    todo = _("Make another administrator first.")


class AlreadyEnded(Conflict):
    """What is to be ended has ended already."""

    code = "directory.already-ended"
    detail = _("This ended on {ended_on} already.")


class CalendarRefused(InvalidInput):
    """A day or working hours that cannot be entered as given."""

    code = "directory.calendar-refused"
    title = _("The calendar was not changed")


class ExtensionMissing(HienluongError):
    """The database lacks an extension of PostgreSQL's own, and it cannot be made."""

    code = "directory.extension-missing"
    title = _("The database lacks an extension")
    detail = _("Search needs PostgreSQL's extension {extension}, and it could not be made: {reason}")
    kept = _("The database was left as it was.")
    todo = _(
        "Install PostgreSQL's “contrib” package on the server, let its administrator run "
        "“CREATE EXTENSION {extension}” in this database, and try again."
    )


class AgencyRefused(InvalidInput):
    """The particulars of an agency cannot be accepted."""

    code = "directory.agency-refused"
    title = _("The agency was not changed")


class AgencyHasEnded(Conflict):
    """The agency is no more; what has ended is not changed and never opened again."""

    code = "directory.agency-ended"
    title = _("The agency has ended")
    detail = _("{agency} ended on {ended_on}.")
    todo = _("Make the change at its successor, or create a new agency.")
