"""The clock of drafts: what was left alone too long is cleared away."""

from hienluong.composing import commands
from hienluong.jobs import service as jobs
from hienluong.kit import clock


@jobs.periodic(cron="47 2 * * *", name="composing.clear_drafts")
def clear_drafts(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Throws away drafts that nobody saved for as long as the setting says."""
    commands.clear_drafts(now=clock.now())
