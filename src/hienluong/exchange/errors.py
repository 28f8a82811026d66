"""What can go wrong on the axis; each error names what was wrong, what was kept and what to do."""

from hienluong.kit.errors import (
    Conflict,
    Forbidden,
    HienluongError,
    InvalidInput,
    NotFound,
    TooLarge,
)
from hienluong.kit.errors import gettext_noop as _


class ExchangeError(HienluongError):
    """The root of the axis's own errors."""

    code = "exchange.error"
    status = 422


class PacketRefused(ExchangeError):
    """The packet cannot be taken as it is."""

    code = "exchange.packet-refused"
    title = _("Packet refused")
    detail = _("The packet breaks a rule of the exchange: {reason}.")
    kept = _("Nothing was stored and nothing was sent.")
    todo = _("Correct the packet and send it again.")


class PacketTooLarge(TooLarge):
    """The file is over the limit."""

    code = "exchange.packet-too-large"
    title = _("Packet too large")
    detail = _("The packet is larger than {limit} bytes.")
    todo = _("Send fewer or smaller attachments, or ask the operator to raise the limit.")


class SecretContent(PacketRefused):
    """Secret documents never travel by this route (QĐ 28/2018/QĐ-TTg, art. 1.2)."""

    code = "exchange.secret-content"
    status = 403
    title = _("Secret documents do not travel here")
    detail = _("A mark of state secrecy was found: {where}.")
    todo = _("Send it by the route for secret documents. If it is no secret, remove the mark and send again.")


class SecrecyNotDeclared(PacketRefused):
    """edXML has no field for secrecy, so the sender declares it per send."""

    code = "exchange.secrecy-not-declared"
    title = _("Not declared as non-secret")
    detail = _("The sender did not declare that the document is not a state secret.")
    todo = _("Declare it (header Declared-Not-Secret: true) and send again.")


class SenderNotAllowed(Forbidden):
    """The authenticated agency may not send for the agency named in From."""

    code = "exchange.sender-not-allowed"
    title = _("Not allowed to send for this agency")
    detail = _("{actor} has no right to send for {sender}.")
    kept = _("Nothing was stored and nothing was sent.")
    todo = _("Send with the sender's own connection, or have the right to send for it registered.")


class RecipientUnknown(PacketRefused):
    """A code inside the province that no agency has or ever had."""

    code = "exchange.recipient-unknown"
    title = _("Recipient unknown")
    detail = _("No agency of the province has or ever had the code: {codes}.")
    todo = _("Look the code up in the directory and send again.")


class RecipientEnded(PacketRefused):
    """An agency of the province that is no more, and that nobody succeeds."""

    code = "exchange.recipient-ended"
    title = _("Recipient has ended")
    detail = _("These agencies have ended, and no other one took over from them: {codes}.")
    todo = _("Find out who does their work now, and send to that agency.")


class DocumentConflict(Conflict):
    """A new document with the id of an earlier one and other content."""

    code = "exchange.document-conflict"
    title = _("Another document has this id")
    detail = _(
        "Document {document_id} was accepted before with digest {first}; this one has digest {second}."
    )
    todo = _("Send a changed document as an update or a replacement, or give a new document a new id.")


class DocumentFrozen(Conflict):
    """The document is being asked back; until that is answered it is not changed."""

    code = "exchange.document-frozen"
    title = _("The document is frozen")
    detail = _("Document {document_id} is being asked back from: {recipients}.")
    todo = _("Wait for the answer, then update or replace it.")


class IdempotencyKeyReused(Conflict):
    """The key was used for another file."""

    code = "exchange.idempotency-key-reused"
    title = _("Idempotency key used before")
    detail = _("The key {key} was used for the file {first}; this file is {second}.")
    todo = _("Use a new key for a new file.")


class PacketNotFound(NotFound):
    """No such packet, or none that the actor may see."""

    code = "exchange.packet-not-found"
    title = _("Packet not found")
    detail = _("There is no packet {id} that you may see.")


class PartNotFound(NotFound):
    """The packet has no such attachment."""

    code = "exchange.part-not-found"
    title = _("Attachment not found")
    detail = _("Packet {id} has no attachment number {position}.")


class DeliveryNotFound(NotFound):
    """No such entry in the actor's mailbox."""

    code = "exchange.delivery-not-found"
    title = _("Not in your mailbox")
    detail = _("There is no entry {id} in your agency's mailbox.")


class TransitionRefused(Conflict):
    """The state table does not allow the step."""

    code = "exchange.transition-refused"
    title = _("Not possible in this state")
    detail = _("An entry that is “{before}” cannot become “{after}”.")


class StatusRefused(InvalidInput):
    """The status cannot be reported by this agency about this document."""

    code = "exchange.status-refused"
    title = _("Status refused")
    detail = _("Status {status} cannot be reported here: {reason}.")


class PacketQuarantined(Forbidden):
    """A secret was found in it; only the secrecy officer sees it."""

    code = "exchange.packet-quarantined"
    title = _("Taken out of the exchange")
    detail = _("This packet was taken out because it may hold a state secret.")
    todo = _("Ask the secrecy officer.")


class DeliveryFailed(ExchangeError):
    """A channel could not deliver; `permanent` is the one bit that the retry needs."""

    code = "exchange.delivery-failed"
    title = _("Delivery failed")
    detail = _("The packet could not be delivered: {reason}.")

    def __init__(self, *, permanent: bool, reason: str) -> None:
        super().__init__(reason=reason)
        self.permanent = permanent
