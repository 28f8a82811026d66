"""The exchange's drainer asks here: which packets may not reach their recipients yet, and which never."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from hienluong.antivirus import policy
from hienluong.antivirus.errors import AttachmentQuarantined
from hienluong.antivirus.models import Finding, Scan
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Hold
from hienluong.kit.errors import gettext_noop as _

SCAN_AWAITED = _("waits until its attachments are scanned for malware")
KEPT_APART = _("kept apart: malware, or not to be scanned")


def held_back(packets: Collection[UUID], now: datetime) -> Mapping[UUID, Hold]:
    """Returns what may not be delivered, and until when to look again; None: not before somebody decides.

    With scanning on, a document with attachments passes only when it is known to be clean; the first question about
    it is what asks for its scan. Off, only what was found before is held.
    """
    states = dict(Scan.objects.filter(packet__in=packets).values_list("packet", "state"))
    if settings.CLAMD:
        for packet in _never_scanned([one for one in packets if one not in states], now):
            states[packet] = policy.WAITING
    again = now + timedelta(seconds=policy.LOOK_AGAIN_SECONDS)
    held = {}
    for packet, state in states.items():
        if state in policy.APART:
            held[packet] = Hold(None, KEPT_APART)
        elif settings.CLAMD and state not in policy.PASSES:
            held[packet] = Hold(again, SCAN_AWAITED)
    return held


def _never_scanned(packets: Collection[UUID], now: datetime) -> list[UUID]:
    """Asks for the scan of those that have attachments, and returns them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO antivirus_scan (packet_id, state, due_at, attempts, trouble, engine, asked_at, decided_by,"
            " decision_reason) SELECT DISTINCT packet_id, %s, %s::timestamptz, 0, '', '', %s::timestamptz, '', ''"
            " FROM exchange_part WHERE packet_id = ANY(%s::uuid[]) ON CONFLICT DO NOTHING RETURNING packet_id",
            [policy.WAITING, now, now, list(packets)],
        )
        return [row[0] for row in cursor.fetchall()]


def refuse_closed(packet: UUID) -> None:
    """Raises AttachmentQuarantined where malware was found in the packet: not even its sender gets it back."""
    if Scan.objects.filter(packet=packet, state__in=policy.CLOSED).exists():
        found = Finding.objects.filter(scan=packet).order_by("position").first()
        raise AttachmentQuarantined(signature=found.signature if found else "?")


exchange.add_gate(exchange.Gate(held_back, refuse_closed))
