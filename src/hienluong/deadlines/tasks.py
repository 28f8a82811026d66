"""What is done by the clock: the daily round, urgent documents whose time is over, clocks reckoned again."""

from __future__ import annotations

from django.conf import settings

from hienluong.deadlines import commands, policy, queries
from hienluong.deadlines.clocks import calendar_on
from hienluong.jobs import service as jobs
from hienluong.kit import clock


def _round_due() -> list[str]:
    now = clock.now()
    day = clock.in_vietnam(now).date()
    if not policy.reminds_at(calendar_on(day), day, settings.REMINDER_TIME, now) or queries.has_round(day):
        return []
    return [day.isoformat()]


@jobs.lookout(name="deadlines.remind", every=20.0, due=_round_due)
def remind(_day: str) -> None:
    """Reminds people of what waits, once on every working day."""
    commands.remind_people(now=clock.now())


def _urgent_due() -> list[tuple[int, ...]]:
    found = queries.urgent_overdue(now=clock.now())
    return [tuple(found)] if found else []


@jobs.lookout(name="deadlines.warn", every=10.0, due=_urgent_due)
def warn(clock_ids: tuple[int, ...]) -> None:
    """Tells of urgent documents whose time is over."""
    commands.warn_of_urgent(clock_ids=clock_ids, now=clock.now())


def _reckon_all() -> None:
    place: int | None = 0
    while place is not None:
        place = commands.reckon_running_clocks(after=place, now=clock.now())


@jobs.task(name="deadlines.reckon", one_at_a_time=True)
def reckon() -> None:
    """Reckons the clocks that run again, after the calendar has changed."""
    _reckon_all()


@jobs.periodic(cron="*/10 * * * *", name="deadlines.reckon_again")
def reckon_again(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Catches a clock that another process began with the calendar it still remembered."""
    _reckon_all()
