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
