"""Lets an intake be undone while it is being taken over: each step asks at its end whether it is still wanted."""

from __future__ import annotations

from hienluong.takeover.errors import NotPossibleNow
from hienluong.takeover.models import Intake, State


def require_under_way(row: Intake) -> None:
    """Locks an intake that is being taken over until the caller's transaction, one step of it, has ended.

    Raises:
        NotPossibleNow: it was undone meanwhile; the step is to be rolled back.
    """
    now = Intake.objects.select_for_update(no_key=True).get(pk=row.pk)
    if now.state != State.APPLYING:
        raise NotPossibleNow(file=now.file_name, state=now.get_state_display())
