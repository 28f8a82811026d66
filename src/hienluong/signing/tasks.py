"""What signing does by the clock: lists of revoked certificates kept fresh, documents whose time is over forgotten."""
# ruff: noqa: ARG001 - procrastinate hands every periodic job its time

from hienluong.directory.service import Actor
from hienluong.jobs import service as jobs
from hienluong.kit import clock
from hienluong.signing import commands

_SELF = Actor.platform("signing")


@jobs.periodic(cron="* * * * *", name="signing.refresh_revocations")
def refresh_revocations(timestamp: int) -> None:
    """Fetches what somebody needs and nobody has, and what is past the middle of its time."""
    commands.refresh_revocations(actor=_SELF, now=clock.now())


@jobs.periodic(cron="*/10 * * * *", name="signing.sweep_prepared")
def sweep_prepared(timestamp: int) -> None:
    """Forgets prepared documents whose time is over."""
    commands.sweep_prepared(now=clock.now())


@jobs.periodic(cron="20 7 * * *", name="signing.warn_of_ends")
def warn_of_ends(timestamp: int) -> None:
    """Tells holders, clerks and administrators of certificates that end soon."""
    commands.warn_of_ends(now=clock.now())


@jobs.periodic(cron="25 * * * *", name="signing.warn_of_old_revocations")
def warn_of_old_revocations(timestamp: int) -> None:
    """Tells administrators and operators of sources of revocations that are past their next update."""
    commands.warn_of_old_revocations(now=clock.now())
