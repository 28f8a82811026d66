"""What is looked out for: messages that are due. Those of failing webhooks have threads of their own.

A receiver that hangs takes a thread for as long as a call may last: once where it was well before, and then among its
like only.
"""

from __future__ import annotations

import time
from datetime import datetime
from uuid import UUID

from django.conf import settings

from hienluong.jobs import service as jobs
from hienluong.kit import clock
from hienluong.kit.crash import crash_point
from hienluong.webhooks import attempts, queries
from hienluong.webhooks.sending import call, client_for_webhooks

TOGETHER = 100
"""So many messages are sent before the worker looks for others that wait."""


def _well() -> list[UUID]:
    return queries.webhooks_with_due(failing=False, now=clock.now())


def _failing() -> list[UUID]:
    return queries.webhooks_with_due(failing=True, now=clock.now())


def deliver_due(webhook_id: UUID) -> int:
    """Sends what is due to a webhook, no faster than the rate allows, until a call fails; returns how many calls."""
    with client_for_webhooks() as client:
        for done in range(TOGETHER):
            claimed = attempts.claim_message(webhook_id=webhook_id, now=clock.now())
            if claimed is None:
                return done
            result = call(client, claimed, clock.now())
            crash_point("webhooks.after_call")
            if not attempts.record_attempt(message=claimed.message, result=result, now=clock.now()):
                return done + 1
            time.sleep(
                1 / settings.WEBHOOK_RATE_PER_SECOND + 0.001
            )  # until then no other worker takes it either
    return TOGETHER


def deliver_alarms(*, now: datetime) -> int:
    """Calls at once the webhooks for which an alarm is due, as the worker does; returns how many calls were made."""
    return sum(map(deliver_due, queries.webhooks_with_alarms_due(now=now)))


@jobs.lookout(name="webhooks.deliver", every=0.5, due=_well)
def deliver(webhook_id: UUID) -> None:
    """Sends what is due to a webhook."""
    deliver_due(webhook_id)


@jobs.lookout(name="webhooks.deliver_to_failing", every=1.0, due=_failing)
def deliver_to_failing(webhook_id: UUID) -> None:
    """Tries a webhook again whose last call failed."""
    deliver_due(webhook_id)


@jobs.periodic(cron="41 3 * * *", name="webhooks.sweep_log")
def sweep_log(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Deletes what was sent long ago."""
    attempts.sweep_log(now=clock.now())
