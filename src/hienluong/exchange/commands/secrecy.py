"""Takes out of the exchange what should never have entered it (decision 5)."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from hienluong.access import service as access
from hienluong.directory.service import Actor, require
from hienluong.edxml.stamps import stamp_in
from hienluong.exchange.errors import PacketNotFound
from hienluong.exchange.events import PacketQuarantined
from hienluong.exchange.models import Delivery, Packet, Part, Scan, Transmission
from hienluong.exchange.permissions import GLASS_KIND
from hienluong.exchange.queries import agency_of
from hienluong.files import service as files
from hienluong.kit.errors import HienluongError
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.events import publish
from hienluong.ledger import service as ledger

log = logging.getLogger(__name__)
QUARANTINED = _("taken out of the exchange")
SCANNED_AT_ONCE = 20
SCAN_ATTEMPTS = 5
SCAN_AGAIN_AFTER = "5 minutes"  # times the attempts so far
SCANNER = Actor.platform("secrecy-scan")


@transaction.atomic
def quarantine_packet(*, actor: Actor, packet_id: UUID, reason: str, now: datetime) -> Packet:
    """Takes a packet out: nobody but the secrecy officer of a holding agency sees it from now on.

    Raises:
        Forbidden: the actor may not.
        PacketNotFound: the actor's agency neither sent nor received it.
    """
    require(actor, "exchange.quarantine_packet")
    packet = (
        Packet.objects.select_for_update(of=["self"]).filter(id=packet_id).filter(_concerns(actor)).first()
    )
    if packet is None:
        raise PacketNotFound(id=packet_id)
    _take_out(actor, packet, reason, now)
    return packet


def _concerns(actor: Actor) -> Q:
    """Returns the condition "the actor's agency sent or received it"."""
    received = Delivery.objects.filter(recipient__agency_id=agency_of(actor)).values("packet_id")
    return Q(sender_id=agency_of(actor)) | Q(id__in=received)


def _take_out(actor: Actor, packet: Packet, reason: str, now: datetime) -> None:
    """Quarantines an open packet; deliveries that still wait stay where they are."""
    if packet.secrecy != Packet.Secrecy.OPEN:
        return
    packet.secrecy = Packet.Secrecy.QUARANTINED
    packet.search_key = ""  # its subject enters no search index
    packet.save(update_fields=["secrecy", "search_key"])
    waiting = Delivery.objects.filter(packet=packet, due_at__isnull=False)
    # In the drainer's order, so that neither waits for the other for ever.
    locked = waiting.select_for_update(no_key=True).order_by("id").values_list("id", flat=True)
    Delivery.objects.filter(id__in=list(locked)).update(due_at=None, failure=QUARANTINED)
    access.end_all_break_glass(kind=GLASS_KIND, object_id=str(packet.pk), by=actor, now=now)
    publish(PacketQuarantined(packet.pk, now))
    ledger.record(
        actor=actor.ref,
        action="exchange.packet-quarantined",
        subject=f"packet:{packet.pk}",
        details={"reason": reason[:300]},
        now=now,
    )


@transaction.atomic
def destroy_packet(*, actor: Actor, packet_id: UUID, reason: str, now: datetime) -> Packet:
    """Destroys a quarantined packet everywhere in the province: every holder's key, the subject, the file names.

    The record that it was there, and that it was destroyed, stays.

    Raises:
        Forbidden: the actor is no secrecy officer.
        PacketNotFound: it is not quarantined, or the actor's agency neither sent nor received it.
    """
    require(actor, "exchange.destroy_packet")
    packet = (
        Packet.objects.select_for_update(of=["self"])
        .filter(id=packet_id, secrecy=Packet.Secrecy.QUARANTINED)
        .filter(_concerns(actor))
        .first()
    )
    if packet is None:
        raise PacketNotFound(id=packet_id)
    destroyed = 0
    for file_id in Transmission.objects.filter(packet=packet).values_list("file_id", flat=True):
        for holder in files.holders_of(file_id):
            files.destroy(file_id=file_id, holder=holder, reason="state secret", now=now)
            destroyed += 1
    Part.objects.filter(packet=packet).update(name="")
    Packet.objects.filter(pk=packet.pk).update(
        secrecy=Packet.Secrecy.DESTROYED, subject="", code_number="", code_notation="", warnings=[]
    )
    Transmission.objects.filter(packet=packet).update(receipt={"packet": str(packet.pk), "destroyed": True})
    ledger.record(
        actor=actor.ref,
        action="exchange.packet-destroyed",
        subject=f"packet:{packet.pk}",
        details={"reason": reason[:300], "copies": destroyed},
        now=now,
    )
    packet.refresh_from_db()
    return packet


def scan_packets(*, now: datetime) -> int:
    """Looks for secrecy stamps in the text of attachments that wait for it; takes out the packets that bear one.

    Returns how many packets it took up, oldest first, `SCANNED_AT_ONCE` at most. Each is put off before it is looked
    at, so that one that ends the process comes again later, not at once, and `SCAN_ATTEMPTS` times at most. Scans
    cannot be read from pictures: a scanned stamp stays unseen here, and the recipient's clerk takes the packet out
    by hand.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH taken AS (UPDATE exchange_scan SET attempts = attempts + 1, "
            "due_at = CASE WHEN attempts + 1 < %s THEN %s + (attempts + 1) * %s::interval END "
            "WHERE packet_id IN (SELECT packet_id FROM exchange_scan WHERE due_at <= %s "
            "ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING packet_id) "
            "SELECT DISTINCT ON (packet_id) packet_id, submitter, file_id "
            "FROM taken JOIN exchange_transmission USING (packet_id) ORDER BY packet_id, accepted_at",
            [SCAN_ATTEMPTS, now, SCAN_AGAIN_AFTER, now, SCANNED_AT_ONCE],
        )
        taken: list[tuple[UUID, UUID, UUID]] = cursor.fetchall()
    done = []
    for packet_id, submitter, file_id in taken:
        try:
            stamp = stamp_in(
                files.stream_for(holder=submitter, file_id=file_id), markers=settings.SECRECY_MARKERS
            )
        except HienluongError:  # destroyed meanwhile, or an operator must restore the file first
            log.warning("The attachments of packet %s cannot be read for secrecy stamps.", packet_id)
            continue
        if stamp is not None:
            with transaction.atomic():
                packet = Packet.objects.select_for_update().get(pk=packet_id)
                _take_out(SCANNER, packet, f"stamp found: {stamp}", now)
        done.append(packet_id)
    Scan.objects.filter(packet_id__in=done).delete()
    return len(taken)
