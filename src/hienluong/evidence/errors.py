"""What can go wrong with evidence."""

from hienluong.kit.errors import Conflict, InvalidInput, NotFound
from hienluong.kit.errors import gettext_noop as _


class EntryNotVisible(NotFound):
    """There is no such entry, or it is not the actor's to see."""

    code = "evidence.entry-not-found"
    title = _("No such entry")
    detail = _("No entry of the ledger with the id {entry_id} is visible to you.")
    todo = _("Check the id: the receipt of a packet names it.")


class ChangeNotVisible(NotFound):
    """No such change of a row came with the act, or it is not the actor's to see."""

    code = "evidence.change-not-found"
    title = _("No such change")
    detail = _("No change {place} of a row that came with the entry {entry_id} is visible to you.")
    todo = _("Take the number from the list of changes of that entry.")


class SubjectNotVisible(NotFound):
    """There is no such subject in the ledger, or it is not the actor's to follow."""

    code = "evidence.subject-not-found"
    title = _("Nothing is recorded about it")
    detail = _("No entry about {subject} is visible to you.")
    todo = _("Subjects are written kind:id, as packet:0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00.")


class BundleTooLarge(InvalidInput):
    """More entries than one bundle holds."""

    code = "evidence.bundle-too-large"
    title = _("Too many entries for one bundle")
    detail = _("More than {most} entries are asked for; one bundle holds so many.")
    todo = _("Narrow the search, by days for example, and export it in parts.")


class BundleEmpty(Conflict):
    """No entry can be taken along yet."""

    code = "evidence.bundle-empty"
    title = _("Nothing to take along yet")
    detail = _("No entry of this search is under a checkpoint.")
    todo = _("Wait half a minute and try again, or search for something else.")
    retryable = True
    retry_after = 20
