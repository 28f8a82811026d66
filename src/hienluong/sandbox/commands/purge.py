"""The end of what test agencies sent each other."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Packet
from hienluong.ledger import service as ledger

BATCH = 500
PURGER = Actor.platform("sandbox-purge")


def purge_sandbox(*, now: datetime) -> int:
    """Deletes what test agencies sent each other more than SANDBOX_KEEP_DAYS ago, files included; returns how many packets.

    Only packets whose sender is a test agency are looked at; their recipients are test agencies too.
    """
    before = now - timedelta(days=settings.SANDBOX_KEEP_DAYS)
    testers = directory.sandbox_agency_ids()
    purged = 0
    while testers:
        with transaction.atomic():
            old = list(
                Packet.objects.filter(sender__in=testers, accepted_at__lt=before)
                .order_by("kind", "id")
                .values_list("id", flat=True)[:BATCH]
            )
            exchange.delete_packets(old)
            if old:
                ledger.record(
                    actor=PURGER.ref,
                    action="sandbox.purged",
                    subject="sandbox",
                    details={"packets": len(old), "before": before.isoformat(timespec="seconds")},
                    now=now,
                )
        purged += len(old)
        if len(old) < BATCH:
            return purged
    return purged
