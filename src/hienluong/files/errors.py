"""What can be wrong with a file in the vault."""

from hienluong.kit.errors import Conflict, HienluongError, NotFound, Unavailable
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
