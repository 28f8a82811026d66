"""Wake-ups of the axis: each opens, calls one command, closes."""

from hienluong.exchange import commands
from hienluong.jobs import service as jobs
from hienluong.kit import clock


@jobs.task(name="exchange.drain_recipient")
def drain_recipient(recipient_id: int) -> None:
    """Delivers what is due for one recipient, in order; comes back in a second where another drainer is at it."""
    if not commands.drain_recipient(recipient_id=recipient_id, now=clock.now()):
        jobs.defer("exchange.drain_recipient", in_seconds=1, recipient_id=recipient_id)


@jobs.periodic(cron="*/20 * * * * *", name="exchange.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Wakes every recipient with something due: a lost wake-up loses nothing, a failed attempt comes again."""
    commands.wake_recipients(now=clock.now())


@jobs.task(name="exchange.answer_as_echo")
def answer_as_echo(delivery_id: int) -> None:
    """Lets the sandbox's partner answer what reached it."""
    commands.answer_as_echo(delivery_id=delivery_id, now=clock.now())


@jobs.periodic(cron="47 3 * * *", name="exchange.purge_sandbox")
def purge_sandbox(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Deletes what test agencies sent each other long ago."""
    commands.purge_sandbox(now=clock.now())


@jobs.task(name="exchange.scan_packet")
def scan_packet(packet_id: str) -> None:
    """Looks for marks of secrecy inside the attachments, after acceptance, and takes the packet out if there are."""
    commands.scan_packet(packet_id=packet_id, now=clock.now())
