"""What the axis looks out for: each lookout asks what is due, calls one command, closes."""

from __future__ import annotations

from contextlib import suppress

from hienluong.exchange import commands, queries, search
from hienluong.jobs import service as jobs
from hienluong.kit import clock


def _recipients() -> list[tuple[int, ...]]:
    return queries.recipients_with_due(now=clock.now())


def _scans() -> list[str]:
    return ["packets"] if queries.has_scan_due(now=clock.now()) else []


@jobs.periodic(cron="* * * * *", name="exchange.tidy_search")
def tidy_search(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Enters the newest packets into the index of the search, so that no acceptance has to."""
    search.enter_waiting()


@jobs.lookout(name="exchange.drain_recipients", every=0.4, due=_recipients)
def drain_recipients(recipients: tuple[int, ...]) -> None:
    """Delivers what is due, in order; a recipient that cannot be drained at all does not hold up the others."""
    try:
        commands.drain_recipients(recipient_ids=recipients, now=clock.now())
    except Exception:
        if len(recipients) > 1:
            for one in recipients:
                with suppress(Exception):  # what is wrong is said once, below
                    drain_recipients((one,))
        raise


@jobs.lookout(name="exchange.scan_packets", every=1.0, due=_scans)
def scan_packets(_packets: str) -> None:
    """Looks for marks of secrecy inside attachments, after acceptance, and takes the packets out that bear one."""
    while commands.scan_packets(now=clock.now()):
        pass
