"""What is looked out for: packets that wait to be scanned; and by the clock, those that were never asked for."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings

from hienluong.antivirus import commands, queries
from hienluong.jobs import service as jobs
from hienluong.kit import clock


def _scans() -> list[UUID]:
    return queries.scans_due(now=clock.now()) if settings.CLAMD else []


@jobs.periodic(cron="* * * * *", name="antivirus.sweep_stored")
def sweep_stored(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Asks for the scan of what was stored before scanning was turned on."""
    commands.sweep_stored(now=clock.now())


@jobs.lookout(name="antivirus.scan_packets", every=0.5, due=_scans)
def scan_packets(packet_id: UUID) -> None:
    """Scans the attachments of one packet."""
    commands.scan_packet(packet_id=packet_id, now=clock.now())
