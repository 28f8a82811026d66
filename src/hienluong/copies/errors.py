"""What can go wrong with an electronic copy."""

from hienluong.kit.errors import Conflict, InvalidInput, NotFound
from hienluong.kit.errors import gettext_noop as _


class CopyNotFound(NotFound):
    """There is no such copy, or the actor may not see it."""

    code = "copies.copy-not-found"
    title = _("Copy not found")
    detail = _("There is no such copy, or it is not yours to see.")
    todo = _("Look in the register of copies, and in the header for which agency you act.")


class FileRefused(InvalidInput):
    """A file that cannot be copied."""

    code = "copies.file-refused"
    title = _("The file cannot be taken")
    detail = _("“{name}” cannot be taken.")
    kept = _("Nothing was kept.")
    todo = _("Give a PDF that opens without a password, and try again.")


class StepRefused(Conflict):
    """The copy is signed or given up already."""

    code = "copies.step-refused"
    title = _("The copy is not at this step")
    detail = _("The copy is at the step “{before}”; what was asked does not follow on that.")
    kept = _("The copy as it was.")
    todo = _("Look at the copy: perhaps somebody was faster.")


class CopyChanged(Conflict):
    """Somebody changed the copy meanwhile."""

    code = "copies.copy-changed"
    title = _("The copy was changed meanwhile")
    detail = _("While this was being done, somebody else changed the copy.")
    kept = _("The copy as the other left it.")
    todo = _("Look at it again, then repeat what you wanted.")


class NumberTaken(Conflict):
    """Another copy of the agency has the number in that year."""

    code = "copies.number-taken"
    title = _("The number is given")
    detail = _("Another copy of the year {year} has the number {number} already.")
    kept = _("The copy has no number yet.")
    todo = _("Give the next free number.")


class NumberFixed(Conflict):
    """The copy has a number, and it stays with it."""

    code = "copies.number-fixed"
    title = _("The number stays")
    detail = _("This copy has the number {number}, and a number stays with its copy.")
    kept = _("Number and copy as they were.")
    todo = _("Leave the number as it is.")


class CertificateUnfit(Conflict):
    """A certificate that is not the agency's."""

    code = "copies.certificate-unfit"
    title = _("This certificate cannot be used here")
    detail = _("A copy is signed with a certificate of the agency; this is “{holder}”.")
    kept = _("Nothing was signed.")
    todo = _("Choose a certificate of the agency.")
