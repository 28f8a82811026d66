"""What can go wrong with a document on its way to being issued."""

from hienluong.kit.errors import Conflict, InvalidInput, NotFound
from hienluong.kit.errors import gettext_noop as _


class DocumentNotFound(NotFound):
    """There is no such document, or the actor may not see it."""

    code = "issuing.document-not-found"
    title = _("Document not found")
    detail = _("There is no such document, or it is not yours to see.")
    todo = _("Look in the list of documents to be issued, and in the header for which agency you act.")


class FileRefused(InvalidInput):
    """A file that cannot be issued."""

    code = "issuing.file-refused"
    title = _("The file cannot be taken")
    detail = _("“{name}” cannot be taken.")
    kept = _("Nothing was kept.")
    todo = _(
        "Make the PDF from the final text, without a password and without signatures, and choose it again."
    )


class StepRefused(Conflict):
    """The document is not at the step before this one."""

    code = "issuing.step-refused"
    title = _("The document is not at this step")
    detail = _("The document is at the step “{before}”; what was asked does not follow on that.")
    kept = _("The document as it was.")
    todo = _("Look at the document: perhaps somebody was faster, or a step before is missing.")


class DocumentChanged(Conflict):
    """Somebody changed the document meanwhile."""

    code = "issuing.document-changed"
    title = _("The document was changed meanwhile")
    detail = _("While this was being done, somebody else changed the document.")
    kept = _("The document as the other left it.")
    todo = _("Look at it again, then repeat what you wanted.")


class AuthorityMissing(Conflict):
    """The named post may not sign by the named right on that day."""

    code = "issuing.authority-missing"
    title = _("No right to sign")
    detail = _(
        "{post} has no right to sign {authority} on {day}: no post of head, and no written delegation in force."
    )
    kept = _("Nothing was signed. The document as it was.")
    todo = _(
        "Return the document and name another signer or right, or have the delegation entered first (Decree 30/2020, art. 13)."
    )


class NumberTaken(Conflict):
    """Another document of the agency has the number in that year."""

    code = "issuing.number-taken"
    title = _("The number is given")
    detail = _("Another document of the year {year} has {reference} already.")
    kept = _("The document has no number yet.")
    todo = _("Give the next free number.")


class NumberFixed(Conflict):
    """The document has a number, and it stays with it."""

    code = "issuing.number-fixed"
    title = _("The number stays")
    detail = _("This document has the number {reference} of {year}, and a number stays with its document.")
    kept = _("Number and document as they were.")
    todo = _("Give that number again; only the day within the year may be another.")


class CertificateUnfit(Conflict):
    """A certificate that may not sign here."""

    code = "issuing.certificate-unfit"
    title = _("This certificate cannot be used here")
    detail = _(
        "A person signs with their own certificate, the clerk with that of the agency; this is “{holder}”."
    )
    kept = _("Nothing was signed.")
    todo = _("Choose the right certificate.")


class FilesFirst(Conflict):
    """The document itself comes last, so that it is never sealed while a file beside it is not."""

    code = "issuing.files-first"
    title = _("The files beside it come first")
    detail = _("“{name}” has no signature of the agency yet; the document itself is sealed last.")
    kept = _("The document as it was.")
    todo = _("Seal that file, then the document.")


class SignatureDoubtful(Conflict):
    """What was signed does not hold, or is not what was signed."""

    code = "issuing.signature-doubtful"
    title = _("The signature does not hold")
    detail = _(
        "The agency signs only what an authorised person signed, and this is not found to be so: {reason}"
    )
    kept = _("The document was not sealed.")
    todo = _(
        "Return the document, so that it is made and signed anew; or try again once the missing evidence is here."
    )


class NothingToSend(InvalidInput):
    """No recipient for a document that is to be sent."""

    code = "issuing.nobody-to-send-to"
    title = _("Nobody to send to")
    detail = _("Choose recipients, or say that the document is issued without sending.")


class RunNotFound(NotFound):
    """There is no such run, or somebody else began it."""

    code = "issuing.run-not-found"
    title = _("Not found")
    detail = _("There is no such signing of several documents, or somebody else began it.")


class PageUnreadable(InvalidInput):
    """A page that cannot be shown as an image."""

    code = "issuing.page-unreadable"
    title = _("The page cannot be shown")
    detail = _("The page cannot be drawn as an image: {reason}.")
    kept = _("The document as it was.")
    todo = _("Download the file and look at it; the place can be typed in millimetres.")


class SignerUnknown(NotFound):
    """No such post may sign for the agency today."""

    code = "issuing.signer-unknown"
    title = _("Signer unknown")
    detail = _("The post {signer} may not sign for this agency today.")
    kept = _("Nothing was kept.")
    todo = _("Take a signer of the list of those who may sign today.")
