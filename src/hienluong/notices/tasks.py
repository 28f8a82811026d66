"""Sends the mail of notices."""

from hienluong.jobs import service as jobs
from hienluong.kit import clock
from hienluong.notices import service


@jobs.task(name="notices.mail", one_at_a_time=True)
def mail() -> None:
    """Sends what waits."""
    service.mail_waiting(now=clock.now())
