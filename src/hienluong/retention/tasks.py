"""What is looked out for: disposals that were approved."""

from __future__ import annotations

from uuid import UUID

from hienluong.jobs import service as jobs
from hienluong.kit import clock
from hienluong.retention import commands, queries


def _approved() -> list[UUID]:
    return queries.disposals_to_carry_out()


@jobs.lookout(name="retention.carry_out", every=5.0, due=_approved)
def carry_out(disposal_id: UUID) -> None:
    """Destroys what an approved disposal names, some at a time."""
    while commands.carry_out_disposal(disposal_id=disposal_id, now=clock.now()):
        pass
