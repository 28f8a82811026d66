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
    """Offers the entries of the packet with their proofs."""
    if not allowed(actor, "evidence.view_receipts"):
        return Shown()
    address = reverse("evidence:packet", args=[packet.pk])
    return Shown([Offer(gettext_lazy("Receipts and proofs"), address, icon="certificate")])
