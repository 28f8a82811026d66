"""Sends the mail of notices, and wakes browsers for reminders."""

from hienluong.jobs import service as jobs
from hienluong.kit import clock
from hienluong.notices import push, service


@jobs.task(name="notices.mail", one_at_a_time=True)
def mail() -> None:
    """Sends what waits."""
    service.mail_waiting(now=clock.now())


@jobs.periodic(cron="*/5 * * * *", name="notices.mail_again")
def mail_again(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands every periodic job its time
    """Sends what a mail server put off, or what waits since it was down."""
    if service.mail_is_waiting():
        jobs.defer("notices.mail")


def _due() -> list[int]:
    return push.subscriptions_with_due(now=clock.now())


@jobs.lookout(name="notices.push", every=1.0, due=_due)
def push_due(subscription_id: int) -> None:
    """Hands what is due for one browser to its push service."""
    push.push_due(subscription_id, now=clock.now)
