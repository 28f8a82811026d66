"""Pure decisions: who may send for whom, who needs a second factor."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from hienluong.directory.service import Actor, Agency, is_province_code
from hienluong.identity.models import SendingRight


def may_send_for(actor: Actor, sender: Agency | None, sender_code: str, on: date) -> bool:
    """Returns whether the actor may hand in packets of this sender on this day (decision 4 of the architecture).

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
    if sender is not None and sender.pk == actor.agency_id:
        return True
    rights = [right for right in actor.rights if right.in_force(on)]
    if sender is not None and any(
        right.scope == SendingRight.Scope.AGENCY and right.agency_id == sender.pk for right in rights
    ):
        return True
    inside = is_province_code(sender_code) or (sender is not None and sender.place == Agency.Place.PROVINCE)
    return not inside and any(right.scope == SendingRight.Scope.OUTSIDE for right in rights)


def second_factor_missing(
    acting: str | None, held: Collection[str], protected: Collection[str], *, has_one: bool
) -> bool:
    """Returns whether a session opened without a second factor must come by one before a page opens.

    Somebody who holds a protected post and has no second factor sets one up before anything else; with one, only
    acting in the protected post asks for it.

    Args:
        acting: the role acted in.
        held: the roles the person holds today.
        protected: the roles that ask for a second factor.
        has_one: whether the account has a second factor.
    """
    if acting in protected:
        return True
    return not has_one and bool(set(held) & set(protected))
