"""What the axis looks out for: each lookout asks what is due, calls one command, closes."""

from __future__ import annotations

from hienluong.exchange import commands, queries
from hienluong.jobs import service as jobs
from hienluong.kit import clock


def _recipients() -> list[int]:
    return queries.recipients_with_due(now=clock.now())


def _scans() -> list[str]:
    return ["packets"] if queries.has_scan_due(now=clock.now()) else []


@jobs.lookout(name="exchange.drain_recipient", every=0.2, due=_recipients)
def drain_recipient(recipient_id: int) -> None:
    """Delivers what is due for one recipient, in order; where another node's drainer is at it, that one goes on."""
    commands.drain_recipient(recipient_id=recipient_id, now=clock.now())


@jobs.lookout(name="exchange.scan_packets", every=1.0, due=_scans)
def scan_packets(_packets: str) -> None:
    """Looks for marks of secrecy inside attachments, after acceptance, and takes the packets out that bear one."""
    while commands.scan_packets(now=clock.now()):
        pass
