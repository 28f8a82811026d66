"""Keeps the queue itself in order."""

from datetime import UTC, datetime

from asgiref.sync import async_to_sync
from procrastinate.contrib.django import app

from hienluong.jobs import service as jobs


@jobs.periodic(cron="* * * * *", name="jobs.retry_stalled")
def retry_stalled(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Queues again the jobs whose worker was killed; every task of ours may run twice."""

    async def retry() -> None:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=30):
            await app.job_manager.retry_job(job, retry_at=datetime.now(UTC))

    async_to_sync(retry)()
