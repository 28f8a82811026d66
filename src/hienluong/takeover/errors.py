"""What can go wrong when an earlier system is taken over."""

from hienluong.kit.errors import Conflict, InvalidInput, NotFound, TooLarge
from hienluong.kit.errors import gettext_noop as _


class FileTooLarge(TooLarge):
    """A file to be taken over is larger than the limit."""

    code = "takeover.file-too-large"
    detail = _("The file has more than {limit} bytes.")
    todo = _("Hand it in part by part, for instance year by year.")


class ColumnsMissing(InvalidInput):
    """The columns chosen do not say what a register must say."""

    code = "takeover.columns-missing"
    title = _("Columns are missing")
    kept = _("Nothing was taken over.")
    todo = _("Say which column of the file holds them.")


class RowsRefused(InvalidInput):
    """Rows of a register are wrong."""

    code = "takeover.rows-refused"
    title = _("The register was not taken over")
    detail = _("Rows of it are wrong.")
    kept = _("Nothing was taken over.")
    todo = _("Correct what is named below and hand the file in again, or have wrong rows left out.")


class IntakeUnknown(NotFound):
    """There is no such intake for this agency."""

    code = "takeover.unknown"
    title = _("Not found")
    detail = _("There is nothing of this kind with the number {id} here.")


class NotPossibleNow(Conflict):
    """An intake is not in the state that the act needs."""

    code = "takeover.not-possible"
    title = _("Not possible now")
    detail = _("{file} is {state}.")
    todo = _("Look at its page for what can be done now.")


class NumberGivenAlready(Conflict):
    """A book would give numbers a second time."""

    code = "takeover.number-given"
    title = _("These numbers were given already")
    detail = _("{series} of {year} has given numbers up to {last}; it cannot continue from {wanted}.")
    kept = _("The book continues as before.")
    todo = _("Choose a number after {last}.")


class NoSuchBook(Conflict):
    """Numbers are asked of a book that was never begun."""

    code = "takeover.no-book"
    title = _("The book was not begun")
    detail = _("Nobody has said yet from which number {series} of {year} continues.")
    kept = _("No number was given.")
    todo = _("Say from which number the book continues: 1 for a new one.")


class BookUnknown(NotFound):
    """The agency has no such book of numbers."""

    code = "takeover.book-unknown"
    title = _("No such book")
    detail = _("Your agency has no book of numbers with the number {id}.")


class AgencyNotNamed(InvalidInput):
    """Whoever acts for no agency must say for which one."""

    code = "takeover.agency-not-named"
    title = _("For which agency?")
    detail = _("No agency of the province has the code {agency}.")
