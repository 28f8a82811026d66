"""What can go wrong with a file of agencies."""

from hienluong.kit.errors import Conflict, InvalidInput, NotFound, TooLarge
from hienluong.kit.errors import gettext_noop as _


class ImportFileRefused(InvalidInput):
    """A file of agencies cannot be read at all, or rows of it are wrong."""

    code = "imports.file-refused"
    title = _("The agencies were not imported")
    detail = _("The file cannot be imported as it is.")
    kept = _("No row was imported.")
    todo = _("Correct what is named below and hand the file in again.")


class ImportFileTooLarge(TooLarge):
    """A file of agencies is larger than the limit."""

    code = "imports.file-too-large"
    detail = _("The file has more than {limit} bytes.")


class ImportNotPossible(Conflict):
    """An import is not in the state that the act needs."""

    code = "imports.not-possible"
    title = _("Not possible for this import")
    detail = _("The import of {file} is {state}.")
    todo = _("Look at its page for what can be done now.")


class ImportUnknown(NotFound):
    """There is no such import."""

    code = "imports.unknown"
    title = _("Import unknown")
    detail = _("There is no import {id}.")


class ImportInUse(Conflict):
    """Something later depends on what the import brought, so it is not undone."""

    code = "imports.in-use"
    title = _("The import cannot be undone any more")
    detail = _("Later acts depend on it: {reasons}.")
    todo = _("Correct the agencies by hand, or with a further import.")
