"""What happens by the clock: renewing time-stamps."""

from hienluong.copies import commands
from hienluong.jobs import service as jobs
from hienluong.kit import clock


@jobs.periodic(cron="43 1 * * *", name="copies.renew_stamps")
def renew_stamps(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Puts one more time-stamp over copies whose last one is due."""
    commands.renew_copies(now=clock.now())
