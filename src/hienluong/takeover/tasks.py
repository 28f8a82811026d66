"""Work on files of earlier systems in the background: each opens, calls one command, closes."""

from uuid import UUID

from hienluong.jobs import service as jobs
from hienluong.kit import clock
from hienluong.takeover import commands


@jobs.task(name="takeover.check_intake", one_at_a_time=True)
def check_intake(intake_id: str) -> None:
    """Reads a staged file and says what it would bring."""
    commands.check_intake(intake_id=UUID(intake_id), now=clock.now())


@jobs.task(name="takeover.apply_intake", one_at_a_time=True)
def apply_intake(intake_id: str) -> None:
    """Takes a confirmed file over."""
    commands.apply_intake(intake_id=UUID(intake_id), now=clock.now())


@jobs.task(name="takeover.compare", one_at_a_time=True)
def compare(comparison_id: str) -> None:
    """Compares both systems."""
    commands.compare(comparison_id=UUID(comparison_id), now=clock.now())
