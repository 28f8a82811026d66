"""Goes back through what was stored before scanning was turned on, newest first, a bounded number a minute."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from hienluong.antivirus import policy
from hienluong.antivirus.commands.scans import SCANNER
from hienluong.antivirus.models import Scan, Sweep
from hienluong.directory.service import Actor, require
from hienluong.ledger import service as ledger

LOOKED_AT = 5_000
"""So many stored packets are looked at in one turn: where most were scanned, a turn costs no more."""
FROM_THE_NEWEST = uuid.UUID(int=2**128 - 1)
_WINDOW = """
SELECT p.id, p.accepted_at,
    p.kind = 'edoc' AND p.secrecy = 'open'
    AND EXISTS (SELECT FROM exchange_part a WHERE a.packet_id = p.id)
    AND NOT EXISTS (SELECT FROM antivirus_scan s WHERE s.packet_id = p.id)
    AND EXISTS (SELECT FROM exchange_transmission t JOIN files_holding h ON h.file_id = t.file_id WHERE t.packet_id = p.id)
FROM exchange_packet p WHERE p.id < %s::uuid ORDER BY p.id DESC LIMIT %s
"""


@transaction.atomic
def sweep_stored(*, now: datetime, looked_at: int = LOOKED_AT) -> int:
    """Asks for the scan of stored packets that nobody has scanned, and returns how many; the worker's, every minute.

    So many are asked for that no more than the setting allows wait at once: a daemon that is slow or silent heaps
    nothing up. Those of new documents go first. Two workers: the second passes over.

    Args:
        now: the moment.
        looked_at: how many stored packets are looked at in this turn.
    """
    if not settings.CLAMD or not settings.CLAMD_SWEEP_PER_MINUTE:
        return 0
    Sweep.objects.bulk_create([Sweep(pk=1, place=FROM_THE_NEWEST, begun_at=now)], ignore_conflicts=True)
    sweep = Sweep.objects.select_for_update(skip_locked=True).filter(pk=1, done_at=None).first()
    if sweep is None:
        return 0
    room = settings.CLAMD_SWEEP_PER_MINUTE - Scan.objects.filter(due_at__isnull=False, swept=True).count()
    if room <= 0:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_WINDOW, [sweep.place, looked_at])
        window = cursor.fetchall()
    wanted: list[uuid.UUID] = []
    for packet, accepted_at, unscanned in window:
        if unscanned and len(wanted) == room:
            break
        sweep.place, sweep.reached_at = packet, accepted_at
        if unscanned:
            wanted.append(packet)
    Scan.objects.bulk_create(
        [
            Scan(packet_id=packet, state=policy.WAITING, due_at=now, asked_at=now, swept=True)
            for packet in wanted
        ],
        ignore_conflicts=True,
    )
    if wanted:
        ledger.record(
            actor=SCANNER.ref,
            action="antivirus.stored-asked",
            subject="antivirus:sweep",
            details={"packets": len(wanted), "to": str(wanted[-1])},
            now=now,
        )
    sweep.asked += len(wanted)
    if not window:
        sweep.done_at = now
        ledger.record(
            actor=SCANNER.ref,
            action="antivirus.stored-swept",
            subject="antivirus:sweep",
            details={"asked": sweep.asked, "begun_at": sweep.begun_at.isoformat(timespec="seconds")},
            now=now,
        )
    sweep.save()
    return len(wanted)


@transaction.atomic
def restart_sweep(*, actor: Actor | None, now: datetime) -> Sweep:
    """Lets the sweep go through everything stored once more: scanning was off meanwhile, say. What was scanned is passed over.

    Raises:
        PermissionMissing: the actor may not.
    """
    actor = require(actor, "antivirus.decide_quarantine")
    sweep, _made = Sweep.objects.update_or_create(
        pk=1,
        defaults={
            "place": FROM_THE_NEWEST,
            "begun_at": now,
            "reached_at": None,
            "asked": 0,
            "done_at": None,
        },
    )
    ledger.record(
        actor=actor.ref, action="antivirus.restart_sweep", subject="antivirus:sweep", details={}, now=now
    )
    return sweep
