"""The clock: looks that no longer count and reports of other days are forgotten; their entries stay in the ledger."""

from datetime import timedelta

from django.conf import settings

from hienluong.evidence.models import CheckedFile, Look
from hienluong.jobs import service as jobs
from hienluong.kit import clock


@jobs.periodic(cron="23 3 * * *", name="evidence.sweep_looks")
def sweep_looks(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Deletes the marks of looks that are older than what counts as one look."""
    longest = max(timedelta(hours=settings.LISTED_LOOK_HOURS), timedelta(minutes=settings.LOOK_MINUTES))
    Look.objects.filter(seen_at__lt=clock.now() - longest).delete()


@jobs.periodic(cron="27 3 * * *", name="evidence.sweep_checked")
def sweep_checked(timestamp: int) -> None:  # noqa: ARG001 - the same
    """Deletes what was found about files on earlier days."""
    CheckedFile.objects.filter(checked_at__lt=clock.now() - timedelta(days=1)).delete()
