"""What can go wrong with a document that is being written."""

from hienluong.kit.errors import Conflict, InvalidInput, NotFound
from hienluong.kit.errors import gettext_noop as _


class DraftNotFound(NotFound):
    """There is no such draft, or somebody else writes it."""

    code = "composing.draft-not-found"
    title = _("Draft not found")
    detail = _("There is no such draft, or it is not yours, or you wrote it for another agency.")
    todo = _("Look in the list of your drafts, and in the header for which agency you act.")


class DraftSent(Conflict):
    """What is to be saved was sent meanwhile."""

    code = "composing.draft-sent"
    title = _("The document was sent already")
    detail = _(
        "This document was sent, perhaps on another page or device. What is sent is not changed any more."
    )
    kept = _("The document as it was sent. What you wrote after that was not saved.")
    todo = _("Look at the document that was sent; to change it, send an update or a replacement.")


class DraftTooLong(InvalidInput):
    """More text than any document has."""

    code = "composing.draft-too-long"
    title = _("The draft is too long")
    detail = _("A draft holds {limit} characters, and this is more.")
    kept = _("The draft as it was saved last.")
    todo = _("Put long text into a file and attach it.")
