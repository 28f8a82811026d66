"""What the page of a packet says about the scan of its attachments."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from hienluong.antivirus import policy
from hienluong.antivirus.models import Scan
from hienluong.directory.service import Actor
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Delivery, Packet, Remark, Shown


@exchange.add_to_packet_page
def about_scan(actor: Actor, packet: Packet, deliveries: Sequence[Delivery]) -> Shown:  # noqa: ARG001 - the registry's signature
    """Says to the sender why a document is held, and to a recipient that one was released by hand."""
    scan = Scan.objects.prefetch_related("findings").filter(packet=packet.pk).first()
    if scan is None or scan.state == policy.CLEAN or (scan.swept and scan.state == policy.WAITING):
        return Shown()  # a stored one is scanned beside everything else: nobody waits for it
    signatures = ", ".join(sorted({one.signature for one in scan.findings.all()}))
    texts = {
        policy.WAITING: (_("Its attachments wait to be scanned for malware; then it is delivered."), "info"),
        policy.INFECTED: (
            _(
                "Malware was found in it: %(names)s. It is kept apart, not delivered, and cannot be downloaded."
            )
            % {"names": signatures}
            if not scan.swept
            else _("Malware was found in it later: %(names)s. It cannot be downloaded any more.")
            % {"names": signatures},
            "warning",
        ),
        policy.UNSCANNABLE: (_("It cannot be scanned for malware; an operator decides about it."), "warning"),
        policy.RELEASED: (
            _("Released by hand after the scan: %(why)s") % {"why": scan.decision_reason},
            "warning",
        ),
        policy.REFUSED: (
            _("Refused for good, for malware: %(names)s. %(why)s")
            % {"names": signatures, "why": scan.decision_reason},
            "warning",
        ),
    }
    text, tone = texts[scan.state]
    return Shown(remarks=[Remark(text, tone)])
