"""Pure decisions about who may send for whom."""

from __future__ import annotations

from datetime import date

from hienluong.directory.service import Actor, Agency, is_province_code, is_sandbox_code
from hienluong.systems.models import SendingRight


def may_send_for(actor: Actor, sender: Agency | None, sender_code: str, on: date) -> bool:
    """Returns whether the actor may hand in packets of this sender on this day (decision 4 of the architecture).

    Nobody of the sandbox sends for a real agency, and nobody real for a test agency, whatever rights were granted.
    Its own agency always; another by a dated right for that agency; an upstream axis for any sender outside the
    province, never for one inside, whether the directory or only the code says that it is inside.

    Args:
        actor: who hands the packet in.
        sender: the agency that the directory knows by the sender's code, or None.
        sender_code: the sender's code as written.
        on: the day, in Vietnamese time.
    """
    if actor.agency_id is None:
        return False
    sender_in_sandbox = sender.in_sandbox if sender is not None else is_sandbox_code(sender_code)
    if sender_in_sandbox != actor.sandbox:
        return False
    if sender is not None and sender.pk == actor.agency_id:
        return True
    rights = [right for right in actor.rights if right.in_force(on)]
    if sender is not None and any(
        right.scope == SendingRight.Scope.AGENCY and right.agency_id == sender.pk for right in rights
    ):
        return True
    inside = is_province_code(sender_code) or (sender is not None and sender.place == Agency.Place.PROVINCE)
    return (
        not inside
        and not actor.sandbox
        and any(right.scope == SendingRight.Scope.OUTSIDE for right in rights)
    )
