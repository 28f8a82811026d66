"""The clock of systems: people are told before a secret ends."""

from hienluong.jobs import service as jobs
from hienluong.kit import clock
from hienluong.systems import commands


@jobs.periodic(cron="23 6 * * *", name="systems.tell_of_ending_secrets")
def tell_of_ending_secrets(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Tells the people in charge 30, 7 and 1 days before a secret ends."""
    commands.tell_of_ending_secrets(now=clock.now())
