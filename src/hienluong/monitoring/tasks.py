"""What the clock does: hours counted, disks sampled, conditions looked at."""
# ruff: noqa: ARG001 - procrastinate hands every periodic job its time

from hienluong.jobs import service as jobs
from hienluong.kit import clock
from hienluong.monitoring import commands, disk, flow


@jobs.periodic(cron="*/5 * * * *", name="monitoring.count_hours")
def count_hours(timestamp: int) -> None:
    """Counts the hours that are over."""
    flow.count_hours(now=clock.now())


@jobs.periodic(cron="*/10 * * * *", name="monitoring.sample_disks")
def sample_disks(timestamp: int) -> None:
    """Notes how full the disks are."""
    disk.sample_disks(now=clock.now())


@jobs.periodic(cron="* * * * *", name="monitoring.evaluate_alarms")
def evaluate_alarms(timestamp: int) -> None:
    """Looks at every condition, and raises, repeats and clears alarms."""
    commands.evaluate_alarms(now=clock.now())
