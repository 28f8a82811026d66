"""What can go wrong with a list of documents."""

from hienluong.kit.errors import Conflict
from hienluong.kit.errors import gettext_noop as _


class ListTooLong(Conflict):
    """A sheet of a workbook cannot hold the list."""

    code = "mailbox.list-too-long"
    title = _("The list is too long for a workbook")
    detail = _("A sheet holds {limit} rows, and the list has more.")
    kept = _("No table was made.")
    todo = _("Narrow the search, for instance by dates, or take the list as CSV.")
