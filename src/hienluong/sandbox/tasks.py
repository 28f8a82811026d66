"""The work of the sandbox's partner, one call into its command."""

from __future__ import annotations

from hienluong.jobs import service as jobs
from hienluong.kit import clock
from hienluong.sandbox import commands


@jobs.task(name="sandbox.answer_as_echo")
def answer_as_echo(delivery_id: int) -> None:
    """Lets the sandbox's partner answer what reached it."""
    commands.answer_as_echo(delivery_id=delivery_id, now=clock.now())
