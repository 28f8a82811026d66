"""What is looked out for: messages that are due. Those of failing webhooks have threads of their own.

A receiver that hangs takes a thread for as long as a call may last: once where it was well before, and then among its
like only.
"""

from __future__ import annotations

from uuid import UUID

from hienluong.jobs import service as jobs
from hienluong.kit import clock
from hienluong.webhooks import commands, queries, sending


def _well() -> list[UUID]:
    return queries.webhooks_with_due(failing=False, now=clock.now())


def _failing() -> list[UUID]:
    return queries.webhooks_with_due(failing=True, now=clock.now())


@jobs.lookout(name="webhooks.deliver", every=0.5, due=_well)
def deliver(webhook_id: UUID) -> None:
    """Sends what is due to a webhook."""
    sending.deliver_due(webhook_id)


@jobs.lookout(name="webhooks.deliver_to_failing", every=1.0, due=_failing)
def deliver_to_failing(webhook_id: UUID) -> None:
    """Tries a webhook again whose last call failed."""
    sending.deliver_due(webhook_id)


@jobs.periodic(cron="41 3 * * *", name="webhooks.sweep_log")
def sweep_log(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Deletes what was sent long ago."""
    commands.sweep_log(now=clock.now())
