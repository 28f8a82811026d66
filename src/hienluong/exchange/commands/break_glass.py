"""Opening a packet's content: by right of the agency that holds it, or by break-glass with two people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hienluong.access import service as access
from hienluong.access.service import BreakGlass, Thing
from hienluong.directory.service import Actor, allowed
from hienluong.exchange.errors import PacketNotFound, PacketQuarantined
from hienluong.exchange.models import Packet
from hienluong.exchange.permissions import GLASS_KIND
from hienluong.exchange.queries import Journey, journey, packet_by_glass, way_of


@dataclass(frozen=True, slots=True)
class Opened:
    """A packet's way with its content, whether it was opened by break-glass, and who was ever let see it so."""

    journey: Journey
    by_glass: bool
    glass: list[BreakGlass]


def open_packet(*, actor: Actor, packet_id: UUID, now: datetime) -> Opened:
    """Opens a packet for a person to read; a look by break-glass is recorded.

    Raises:
        PermissionMissing: the actor sees no content, and has no access by break-glass that is running.
        PacketNotFound, PacketQuarantined: see `queries.packet`.
    """
    if allowed(actor, "exchange.view_mailbox"):
        return Opened(
            journey(actor, packet_id),
            by_glass=False,
            glass=access.break_glass_about(GLASS_KIND, str(packet_id)),
        )
    with transaction.atomic():
        packet = packet_by_glass(actor, packet_id, now=now)
        access.record_look(actor=actor, kind=GLASS_KIND, object_id=str(packet_id), what="page", now=now)
        return Opened(
            way_of(actor, packet), by_glass=True, glass=access.break_glass_about(GLASS_KIND, str(packet_id))
        )


def _find(packet_id: str) -> Thing:
    """Returns a packet as break-glass knows it: number and notation, and the sender; never what it says.

    Raises:
        PacketNotFound: there is no such packet.
        PacketQuarantined: it may be a state secret; nobody but its secrecy officer ever sees it.
    """
    try:
        packet = Packet.objects.select_for_update().filter(id=UUID(packet_id)).first()
    except ValueError:
        packet = None
    if packet is None:
        raise PacketNotFound(id=packet_id)
    if packet.secrecy != Packet.Secrecy.OPEN:
        raise PacketQuarantined
    name = "/".join(filter(None, [packet.code_number, packet.code_notation])) or packet.document_id
    return Thing(
        GLASS_KIND, str(packet.pk), f"{name} — {packet.sender_name}", f"/exchange/packets/{packet.pk}/"
    )


access.declare_thing(GLASS_KIND, _("packet"), _find)
