"""Who may do what on the axis. Administrators see metadata, never content (decision 11)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from hienluong.access import service as access
from hienluong.directory.service import Actor, allowed, declare, has_role, is_system
from hienluong.exchange import policy
from hienluong.exchange.models import Packet

GLASS_KIND = "packet"
"""What a packet is called where break-glass access is kept."""

declare("exchange.send_packet", has_role("clerk") | is_system, _("send documents and statuses"))
declare(
    "exchange.view_mailbox",
    has_role("clerk", "head", "deputy", "officer", "secrecy_officer") | is_system,
    _("see the agency's mailbox and what it sent, with the content"),
)
declare(
    "exchange.confirm_delivery",
    has_role("clerk") | is_system,
    _("fetch and confirm packets, report statuses"),
)
declare(
    "exchange.quarantine_packet",
    has_role("secrecy_officer", "clerk"),
    _("take a packet out that may hold a state secret"),
)
declare(
    "exchange.destroy_packet",
    has_role("secrecy_officer"),
    _("see a quarantined packet and destroy it everywhere"),
)


def holds(actor: Actor, packet: Packet) -> bool:
    """Returns whether the actor's agency sent the packet or has it in its mailbox."""
    if actor.agency_id is None:
        return False
    return packet.sender_id == actor.agency_id or (
        packet.deliveries.filter(recipient__agency_id=actor.agency_id, state__in=policy.IN_MAILBOX).exists()
    )


def handles(actor: Actor, packet: Packet) -> bool:
    """Returns whether the actor handles documents in an agency that holds the packet.

    One that may be a state secret is for that agency's secrecy officer alone.
    """
    open_to_role = packet.secrecy == Packet.Secrecy.OPEN or allowed(actor, "exchange.destroy_packet")
    return allowed(actor, "exchange.view_mailbox") and open_to_role and holds(actor, packet)


def may_see_content(actor: Actor, packet: Packet, *, now: datetime) -> bool:
    """Returns whether the actor may see what is in a packet: its subject, attachments and notes (docs/decisions/0019).

    Whoever handles it; and, for as long as a second person has approved, somebody by break-glass, never a packet taken
    out.
    """
    if allowed(actor, "exchange.view_mailbox"):
        return handles(actor, packet)
    return packet.secrecy == Packet.Secrecy.OPEN and access.opened_by_break_glass(
        actor, GLASS_KIND, str(packet.pk), now=now
    )
