"""What can go wrong when documents are changed or taken back after they were sent."""

from hienluong.kit.errors import Forbidden, InvalidInput
from hienluong.kit.errors import gettext_noop as _


class ChangeNotAllowed(Forbidden):
    """Only the sender of a document, or who took over from it, may revoke, update or replace it."""

    code = "corrections.change-not-allowed"
    title = _("Not the sender of this document")
    detail = _("{sender} did not send document {document_id} and cannot revoke, update or replace it.")
    kept = _("Nothing was stored and nothing was sent.")
    todo = _("Ask the agency that sent it.")


class RecallRefused(InvalidInput):
    """The document cannot be asked back, or not from this agency."""

    code = "corrections.recall-refused"
    title = _("Cannot be asked back")


class CorrectionRefused(InvalidInput):
    """The document cannot be sent to another agency in place of this one."""

    code = "corrections.correction-refused"
    title = _("The recipient was not corrected")
