"""Work on files of agencies in the background: each opens, calls one command, closes."""

from uuid import UUID

from hienluong.imports import commands
from hienluong.jobs import service as jobs
from hienluong.kit import clock


@jobs.task(name="imports.check_import", one_at_a_time=True)
def check_import(import_id: str) -> None:
    """Reads a staged file and says what it would change."""
    commands.check_import(import_id=UUID(import_id), now=clock.now())


@jobs.task(name="imports.apply_import", one_at_a_time=True)
def apply_import(import_id: str) -> None:
    """Does a confirmed import."""
    commands.apply_import(import_id=UUID(import_id), now=clock.now())
