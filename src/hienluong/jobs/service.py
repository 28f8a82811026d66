"""Public Python API of the jobs: declare a task, defer work in the caller's transaction, look out for work, run the worker.

Every task is idempotent: a job may run again after a crash. What has rows of its own that say what is due is looked
out for instead of being queued (`lookout`).
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from django.db import close_old_connections
from django.db.models import Count, Max
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from hienluong.jobs.lookouts import Due, Lookout, Run, keeping_watch, registered
from hienluong.jobs.waiting import tell, wait_for

__all__ = [
    "defer",
    "last_heartbeat",
    "lookout",
    "periodic",
    "queue_counts",
    "run_worker",
    "task",
    "tell",
    "wait_for",
]

CONCURRENCY = 4
SWITCH_SECONDS = 0.0005
"""A thread that computes (the text of a PDF) lets those that only wait for PostgreSQL in ten times sooner than usual."""
_RETRY = RetryStrategy(max_attempts=5, exponential_wait=5)

Job = Callable[..., None]
Params = ParamSpec("Params")
Result = TypeVar("Result")


def _with_live_connection(run: Callable[Params, Result]) -> Callable[Params, Result]:
    """Drops connections that died since the last job of this thread (a restart of PostgreSQL, say)."""

    @functools.wraps(run)
    def job(*args: Params.args, **kwargs: Params.kwargs) -> Result:
        close_old_connections()
        try:
            return run(*args, **kwargs)
        finally:
            close_old_connections()

    return job


def task(*, name: str, one_at_a_time: bool = False) -> Callable[[Job], Job]:
    """Declares a task; its arguments are JSON values. Failures are tried again 5 times, at 5, 25, 125 … seconds."""

    def declare(run: Job) -> Job:
        lock = name if one_at_a_time else None
        app.task(name=name, lock=lock, retry=_RETRY, pass_context=False)(_with_live_connection(run))
        return run

    return declare


def periodic(*, cron: str, name: str) -> Callable[[Job], Job]:
    """Declares a task that runs by the clock; `cron` may have a sixth, leading field for seconds.

    A run that is still waiting is not queued again.
    """

    def declare(run: Job) -> Job:
        job = app.task(name=name, queueing_lock=name, pass_context=False)(_with_live_connection(run))
        app.periodic(cron=_seconds_last(cron))(job)
        return run

    return declare


def _seconds_last(cron: str) -> str:
    """Returns the expression in croniter's order, which takes the optional field for seconds last."""
    *seconds, minute, hour, day, month, weekday = cron.split()
    return " ".join([minute, hour, day, month, weekday, *seconds])


def lookout(*, name: str, every: float, due: Due) -> Callable[[Run], Run]:
    """Declares what every worker looks out for, every so many seconds: the function runs for each key that is due.

    `due` is asked often, so it must be cheap. No key runs twice at once in one worker; several workers settle it by
    the locks of the rows. Nothing needs to be queued: what is due stays due until its run has committed.
    """

    def declare(run: Run) -> Run:
        registered[name] = Lookout(name, every, _with_live_connection(due), _with_live_connection(run))
        return run

    return declare


def defer(name: str, **arguments: Any) -> None:
    """Queues one run of a task; it commits and rolls back with the caller's transaction."""
    app.configure_task(name, allow_unknown=False).defer(**arguments)


def last_heartbeat() -> datetime | None:
    """Returns when a worker last said that it lives (it does every ten seconds); None: none is at work."""
    last: datetime | None = ProcrastinateWorker.objects.aggregate(last=Max("last_heartbeat"))["last"]
    return last


def queue_counts() -> dict[str, int]:
    """Returns how many jobs are in each state: todo, doing, failed; what succeeded is deleted."""
    rows = ProcrastinateJob.objects.values_list("status").annotate(count=Count("pk"))
    return {"todo": 0, "doing": 0, "failed": 0} | dict(rows)


def run_worker() -> None:
    """Works until SIGTERM; jobs under way get 6 seconds to end: the supervisor wants everything down within 10."""
    sys.setswitchinterval(SWITCH_SECONDS)
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # Django's connector has it; the base class does not
    with keeping_watch(), app.replace_connector(connector) as worker_app:
        worker_app.run_worker(
            concurrency=CONCURRENCY,
            fetch_job_polling_interval=2,
            shutdown_graceful_timeout=6,
            install_signal_handlers=True,
            listen_notify=True,
            delete_jobs="successful",
        )
