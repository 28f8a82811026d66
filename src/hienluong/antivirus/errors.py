"""What can go wrong with scanned attachments."""

from hienluong.kit.errors import Conflict, Forbidden, NotFound
from hienluong.kit.errors import gettext_noop as _


class AttachmentQuarantined(Forbidden):
    """Malware was found in the packet: nobody gets its content."""

    code = "antivirus.quarantined"
    title = _("Kept apart: malware was found")
    detail = _("Malware was found in an attachment of this packet: {signature}.")
    kept = _("The packet is kept apart; nobody can download it.")
    todo = _("Clean the file and send it as a new document; if you think it is a mistake, tell the operator.")


class ScanNotFound(NotFound):
    """The packet is not kept apart."""

    code = "antivirus.scan-not-found"
    title = _("Not kept apart")
    detail = _("No packet of this number is kept apart for malware.")


class ScanDecided(Conflict):
    """It was decided before."""

    code = "antivirus.decided"
    title = _("Decided before")
    detail = _("This packet is “{state}”; that cannot be done with it.")


class ScanningOff(Conflict):
    """No daemon is named that could scan."""

    code = "antivirus.scanning-off"
    title = _("Scanning is off")
    detail = _("Nothing can be scanned again: scanning is turned off.")
    kept = _("The packet stays kept apart.")
    todo = _("Turn scanning on (HIENLUONG_CLAMD), or decide about the packet by hand.")
