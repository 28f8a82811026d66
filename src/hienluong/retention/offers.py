"""What the page of a packet offers and says about keeping it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hienluong.directory.service import Actor, allowed
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Delivery, Offer, Packet, Remark, Shown
from hienluong.kit.clock import in_vietnam
from hienluong.retention import queries
from hienluong.retention.models import DisposalItem


@exchange.add_to_packet_page
def about_keeping(actor: Actor, packet: Packet, deliveries: Sequence[Delivery]) -> Shown:  # noqa: ARG001 - the registry's signature
    """Offers a legal hold, and says what keeps the packet or that the agency's copy was destroyed."""
    if packet.kind != Packet.Kind.DOCUMENT or not allowed(actor, "retention.view_retention"):
        return Shown()
    held = list(queries.holds_visible_to(actor).filter(packet=packet, lifted_at=None).order_by("pk"))
    remarks = []
    for hold in held:
        text = _("Under a legal hold since %(day)s (%(person)s): %(reason)s") % {
            "day": f"{in_vietnam(hold.placed_at):%d/%m/%Y}",
            "person": hold.placed_by,
            "reason": hold.reason,
        }
        remarks.append(
            Remark(text, "warning", reverse("retention:hold", args=[hold.pk]), gettext_lazy("Show the hold"))
        )
    remarks += _destroyed(actor, packet)
    own = any(hold.agency_id == queries.keeps_for(actor) for hold in held)
    if not allowed(actor, "retention.manage_holds") or own:
        return Shown(remarks=remarks)
    address = reverse("retention:place_hold", args=[packet.pk])
    return Shown([Offer(gettext_lazy("Place a legal hold"), address, icon="lock")], remarks)


def _destroyed(actor: Actor, packet: Packet) -> Iterator[Remark]:
    gone = DisposalItem.objects.filter(
        packet=packet, disposal__agency=actor.agency_id, outcome=DisposalItem.Outcome.DESTROYED
    ).first()
    if gone is not None and gone.at is not None:
        text = _("Your agency's copy was destroyed on %(day)s, when its time was over.") % {
            "day": f"{in_vietnam(gone.at):%d/%m/%Y}"
        }
        url = reverse("retention:disposal", args=[gone.disposal_id])
        yield Remark(text, "info", url, gettext_lazy("Show the destruction"))
