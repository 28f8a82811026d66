"""What the page of a packet offers about its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy

from hienluong.directory.service import Actor, allowed
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Delivery, Offer, Packet, Shown


@exchange.add_to_packet_page
def about_evidence(actor: Actor, packet: Packet, deliveries: Sequence[Delivery]) -> Shown:  # noqa: ARG001 - the registry's signature
    """Offers the entries of the packet with their proofs, and the check of what it carries."""
    offers = []
    if packet.kind == Packet.Kind.DOCUMENT and allowed(actor, "exchange.view_mailbox"):
        address = reverse("evidence:packet_signatures", args=[packet.pk])
        offers.append(Offer(gettext_lazy("Check signatures"), address, icon="signature"))
    if allowed(actor, "evidence.view_receipts"):
        address = reverse("evidence:packet", args=[packet.pk])
        offers.append(Offer(gettext_lazy("Receipts and proofs"), address, icon="certificate"))
    return Shown(offers)
