"""What access does by the clock: reviews, break-glass that ran out."""
# ruff: noqa: ARG001 - procrastinate hands every periodic job its time

from hienluong.access.commands import run_reviews, settle_break_glass
from hienluong.jobs import service as jobs
from hienluong.kit import clock


@jobs.periodic(cron="3 6 * * *", name="access.run_reviews")
def run_reviews_today(timestamp: int) -> None:
    """Opens the quarter's access review on its first working day, reminds and escalates."""
    run_reviews(now=clock.now())


@jobs.periodic(cron="* * * * *", name="access.settle_break_glass")
def settle(timestamp: int) -> None:
    """Writes down which break-glass requests lapsed and which access expired."""
    settle_break_glass(now=clock.now())
