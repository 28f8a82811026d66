"""The exchange's drainer asks here: which packets may not reach their recipients yet, and which never."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q

from hienluong.antivirus import policy
from hienluong.antivirus.errors import AttachmentQuarantined
from hienluong.antivirus.models import Finding, Scan
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Hold
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger

SCAN_AWAITED = _("waits until its attachments are scanned for malware")
KEPT_APART = _("kept apart: malware, or not to be scanned")


def held_back(packets: Collection[UUID], now: datetime) -> Mapping[UUID, Hold]:
    """Returns what may not be delivered, and until when to look again; None: not before somebody decides.

    With scanning on, a document with attachments passes only when it is known to be clean; the first question about
    it is what asks for its scan. Off, only what was found before is held, while it is scanned again too.
    """
    known = _known(packets)
    if settings.CLAMD and (unknown := [one for one in packets if one not in known]):
        _ask_for_scans(unknown, now)
        known |= _known(unknown)  # read again: another mailbox's drainer may have asked just now
    again = now + timedelta(seconds=policy.LOOK_AGAIN_SECONDS)
    held = {}
    for packet, (state, scanned_at) in known.items():
        if state in policy.APART:
            held[packet] = Hold(None, KEPT_APART, for_good=state == policy.REFUSED)
        elif state not in policy.PASSES and (settings.CLAMD or scanned_at is not None):
            held[packet] = Hold(again, SCAN_AWAITED)
    return held


def _known(packets: Collection[UUID]) -> dict[UUID, tuple[str, datetime | None]]:
    """Returns how the scan of each packet stands, and when it was scanned last."""
    rows = Scan.objects.filter(packet__in=packets).values_list("packet", "state", "scanned_at")
    return {packet: (state, scanned_at) for packet, state, scanned_at in rows}


def _ask_for_scans(packets: Collection[UUID], now: datetime) -> None:
    """Asks for the scan of those that have attachments; always in one order, so that no two wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO antivirus_scan (packet_id, state, due_at, attempts, trouble, engine, asked_at, decided_by,"
            " decision_reason) SELECT DISTINCT packet_id, %s, %s::timestamptz, 0, '', '', %s::timestamptz, '', ''"
            " FROM exchange_part WHERE packet_id = ANY(%s::uuid[]) ORDER BY packet_id ON CONFLICT DO NOTHING"
            " RETURNING packet_id",
            [policy.WAITING, now, now, list(packets)],
        )
        asked = [str(packet) for (packet,) in cursor.fetchall()]
    if asked:
        ledger.record_many(
            actor=ledger.ActorRef("platform", "antivirus", "antivirus"),
            acts=[ledger.Act("antivirus.scan-asked", f"packet:{one}", {}) for one in asked],
            now=now,
        )


def refuse_closed(packet: UUID) -> None:
    """Raises AttachmentQuarantined where malware was found in the packet: not even its sender gets it back.

    It stays closed while it is scanned again, until that scan has said otherwise.
    """
    is_closed = Q(state__in=policy.CLOSED) | Q(state=policy.WAITING, findings__isnull=False)
    if Scan.objects.filter(is_closed, packet=packet).exists():
        found = Finding.objects.filter(scan=packet).order_by("position").first()
        raise AttachmentQuarantined(signature=found.signature if found else "?")


exchange.add_gate(exchange.Gate(held_back, refuse_closed))
