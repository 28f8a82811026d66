"""The work of the sandbox: what its partner answers, and the end of what is old."""

from __future__ import annotations

from hienluong.jobs import service as jobs
from hienluong.kit import clock
from hienluong.sandbox import commands


@jobs.task(name="sandbox.answer_as_echo")
def answer_as_echo(delivery_id: int) -> None:
    """Lets the sandbox's partner answer what reached it."""
    commands.answer_as_echo(delivery_id=delivery_id, now=clock.now())


@jobs.periodic(cron="47 3 * * *", name="sandbox.purge_sandbox")
def purge_sandbox(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Deletes what test agencies sent each other long ago."""
    commands.purge_sandbox(now=clock.now())
