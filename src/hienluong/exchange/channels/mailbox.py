"""The mailbox of an agency in the province: it lies here until the agency's people or system take it."""

from __future__ import annotations

from hienluong.exchange.errors import DeliveryFailed
from hienluong.exchange.models import Delivery
from hienluong.files import service as files
from hienluong.kit.clock import in_vietnam
from hienluong.kit.errors import gettext_noop as _

NO_MAILBOX = _("the agency has ended and has no mailbox any more")
FILE_MISSING = _("the packet's file is missing from the store")


class Mailbox:
    """Puts a packet into an agency's mailbox: the state is the delivery, so only what it needs is checked."""

    name = "mailbox"

    def deliver(self, delivery: Delivery) -> None:
        """Checks that the agency still has a mailbox and that the packet's file is there.

        Raises:
            DeliveryFailed: permanent when the agency has ended; to be tried again when the file is missing, since
                an operator restores it from the backup.
        """
        agency = delivery.recipient.agency
        day = in_vietnam(delivery.created_at).date()
        if agency is None or (agency.valid_to is not None and agency.valid_to <= day):
            raise DeliveryFailed(permanent=True, reason=NO_MAILBOX)
        if not files.is_present(delivery.transmission.file_id):
            raise DeliveryFailed(permanent=False, reason=FILE_MISSING)
