"""What can be wrong with a file in the vault."""

from hienluong.kit.errors import Conflict, HienluongError, NotFound, TooLarge, Unavailable
from hienluong.kit.errors import gettext_noop as _


class FileNotHeld(NotFound):
    """The agency holds no key to the file."""

    code = "files.not-held"
    title = _("No copy of this file")
    detail = _("Your agency holds no copy of file {file_id}: it was never given one, or it was destroyed.")


class FileKept(Conflict):
    """Something keeps the copy: it must not be destroyed."""

    code = "files.kept"
    title = _("Under a legal hold")
    detail = _("A legal hold keeps the copy of file {file_id}: it must not be destroyed.")
    kept = _("Nothing was destroyed.")
    todo = _("Have the hold lifted first.")


class FileGone(HienluongError):
    """The key exists but the ciphertext is missing or damaged."""

    code = "files.gone"
    status = 500
    title = _("File missing or damaged")
    detail = _("File {file_id} is missing from the store or damaged.")
    kept = _("Its record and the keys to it are kept.")
    todo = _("An operator must restore it from the backup.")


class TooManyDownloads(Unavailable):
    """As many large files as may be are being handed out by this process."""

    code = "files.too-many-downloads"
    title = _("Too many large downloads at once")
    detail = _("{most} large files are being handed out at this moment, and no more can be.")
    kept = _("The file is unharmed; nothing was changed.")
    todo = _("Try again in a few seconds.")
    retry_after = 5


class AttachmentTooLarge(TooLarge):
    """An attachment is over the limit."""

    code = "files.attachment-too-large"
    title = _("Attachment too large")
    detail = _("The attachment “{name}” is larger than {limit} bytes.")
    todo = _("Send a smaller file, or ask the operator to raise the limit.")


class TooManyAttachments(TooLarge):
    """There are more attachments than one packet may have."""

    code = "files.too-many-attachments"
    title = _("Too many attachments")
    detail = _("There are more than {limit} attachments.")
    todo = _("Send fewer files, or put several into one archive.")
