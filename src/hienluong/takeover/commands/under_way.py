"""Each step of taking over asks at its end whether it is still wanted, since it may have been undone, and is recorded."""

from __future__ import annotations

from datetime import datetime

from hienluong.ledger import service as ledger
from hienluong.takeover.errors import NotPossibleNow
from hienluong.takeover.models import Intake, State

TAKER = ledger.ActorRef("platform", "takeover", "takeover")


def require_under_way(row: Intake) -> None:
    """Locks an intake that is being taken over until the caller's transaction, one step of it, has ended.

    Raises:
        NotPossibleNow: it was undone meanwhile; the step is to be rolled back.
    """
    now = Intake.objects.select_for_update(no_key=True).get(pk=row.pk)
    if now.state != State.APPLYING:
        raise NotPossibleNow(file=now.file_name, state=now.get_state_display())


def record_taken(row: Intake, documents: int, now: datetime) -> None:
    """Records in the transaction that takes documents how many it takes; who asked for it stands in the intake."""
    if documents:
        ledger.record(
            actor=TAKER,
            action="takeover.documents-taken",
            subject=f"intake:{row.pk}",
            details={"documents": documents},
            now=now,
        )
