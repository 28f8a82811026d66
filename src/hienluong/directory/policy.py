"""Pure decisions about codes and about who may send for whom."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from django.conf import settings

from hienluong.directory.actors import Actor
from hienluong.directory.models import Agency, AgencyCode, SendingRight
from hienluong.kit.vietnamese import fold

QD20_CODE = re.compile(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,6})*", re.ASCII)
"""Level 1 first, at most 35 characters (Decision 20/2020/QĐ-TTg); groups of six are our bound, no rule was found."""

QCVN102_CODE = re.compile(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}", re.ASCII)
"""Four groups, level 1 last, 13 characters (QCVN 102:2016/BTTTT; Decision 28/2018/QĐ-TTg art. 10.2.a)."""

CODE_MAX_LENGTH = 35


def is_well_formed(code: str, scheme: str) -> bool:
    """Returns whether a new code has the form of its scheme. Codes on the wire are looser: read them, do not check."""
    form = QD20_CODE if scheme == AgencyCode.Scheme.QD20 else QCVN102_CODE
    return len(code) <= CODE_MAX_LENGTH and form.fullmatch(code) is not None


def is_province_code(code: str, province_codes: Iterable[str] | None = None) -> bool:
    """Returns whether a code is the province's own or of a unit below it, in either scheme.

    Decision 20/2020 puts the province's code first (H50.12.01), QCVN 102 last (000.00.19.H50). A code that has it
    at either end counts as the province's: the question decides who may speak for it.

    Args:
        code: an agency code as written, in any case.
        province_codes: the level-1 codes of the province; None means the setting PROVINCE_CODES.
    """
    own = {name.upper() for name in (settings.PROVINCE_CODES if province_codes is None else province_codes)}
    groups = [
        group.strip() for group in fold(code).upper().split(".")
    ]  # look-alike letters do not get round it
    return groups[0] in own or groups[-1] in own


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
