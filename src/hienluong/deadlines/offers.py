"""What the page of a packet and the inbox say about deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from hienluong.deadlines import queries
from hienluong.deadlines.labels import basis_of, said
from hienluong.deadlines.models import Clock
from hienluong.directory.service import Actor
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Delivery, Mark, Packet, Remark, Shown
from hienluong.kit import clock as time

TONES = {"bad": "error", "progress": "warning", "good": "success", "info": "info", "neutral": "info"}


@exchange.add_to_packet_page
def deadlines_of_packet(actor: Actor, packet: Packet, deliveries: Sequence[Delivery]) -> Shown:
    """Says what is due, by when and by which article; what was done in time goes without saying."""
    if packet.kind != Packet.Kind.DOCUMENT:
        return Shown()
    now = time.now()
    clocks = queries.clocks_of_packet(actor, packet, deliveries)
    return Shown(remarks=[_remark(one, now) for one in clocks if not one.stopped_at or one.late])


def _remark(clock: Clock, now: datetime) -> Remark:
    text, tone = said(clock, now)
    sentence = _("%(duty)s: %(when)s (%(article)s).") % {
        "duty": str(clock.get_duty_display()).capitalize(),
        "when": text,
        "article": basis_of(clock),
    }
    return Remark(sentence, TONES[tone], delivery=clock.delivery_id)


@exchange.add_to_inbox
def marks_of_inbox(deliveries: Sequence[Delivery]) -> dict[int, Mark]:
    """Says beside each entry that waits until when something is due, or how late it is."""
    now = time.now()
    running = queries.running_of_deliveries([row.pk for row in deliveries])
    return {number: Mark(*said(clock, now)) for number, clock in running.items()}
