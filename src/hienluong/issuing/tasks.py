"""What happens in the background: sealing many, and renewing time-stamps by the clock."""

from uuid import UUID

from hienluong.issuing import commands
from hienluong.jobs import service as jobs
from hienluong.kit import clock


@jobs.task(name="issuing.seal_run")
def seal_run(run_id: str) -> None:
    """Seals what is left of a run."""
    commands.carry_on_run(run_id=UUID(run_id), now=clock.now())


@jobs.periodic(cron="23 1 * * *", name="issuing.renew_stamps")
def renew_stamps(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Puts one more time-stamp over documents whose last one is due."""
    commands.renew_documents(now=clock.now())
