"""Pure decisions: who may stand in for whom, who enters leaves, who may delegate the right to sign to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hienluong.directory.service import Post
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.staff.models import Delegation

# --- Leave --------------------------------------------------------------------------------------------------------

_Role = Post.Role
STAND_INS: Mapping[str, frozenset[str]] = {
    _Role.HEAD: frozenset({_Role.DEPUTY}),
    _Role.DEPUTY: frozenset({_Role.DEPUTY, _Role.HEAD}),
    _Role.OFFICER: frozenset({_Role.OFFICER, _Role.DEPUTY}),
    _Role.CLERK: frozenset({_Role.CLERK, _Role.OFFICER}),
    _Role.OPERATOR: frozenset({_Role.OPERATOR}),
    _Role.AUDITOR: frozenset({_Role.AUDITOR}),
    _Role.ADMINISTRATOR: frozenset({_Role.ADMINISTRATOR}),
    _Role.SECRECY_OFFICER: frozenset({_Role.SECRECY_OFFICER}),
}
"""Which roles may stand in for a role. A deputy put in charge signs for the head (NĐ 30/2020, art. 13.1); the others
are this program's rule: nobody gets a right to watch, to administer or to see secrets by standing in."""

LEAVES_MANAGED: Mapping[str, frozenset[str]] = {
    _Role.HEAD: frozenset({_Role.HEAD, _Role.DEPUTY, _Role.OFFICER, _Role.CLERK}),
    _Role.DEPUTY: frozenset({_Role.DEPUTY, _Role.OFFICER, _Role.CLERK}),
    _Role.CLERK: frozenset({_Role.OFFICER, _Role.CLERK}),
}
"""Whose leaves a role enters at its own agency; those of all other roles are the administrators'."""


def may_stand_in(absent_role: str, own_role: str) -> bool:
    """Returns whether somebody with a post of `own_role` may stand in for one of `absent_role`."""
    return own_role in STAND_INS[absent_role]


def manages_leaves_of(own_role: str | None, absent_role: str) -> bool:
    """Returns whether the role enters the leaves of this role at its own agency."""
    return absent_role in LEAVES_MANAGED.get(own_role or "", ())


# --- Delegations of the right to sign -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SigningPost:
    """What the rules of delegation look at in a post.

    Attributes:
        person, agency: which ones, as any value that can be compared.
        role: a value of `Post.Role`.
        unit: the office inside the agency, "" for none.
        leads_unit: whether the post leads that office.
        below: the agencies above this one in the tree.
    """

    person: object
    agency: object
    role: str
    unit: str = ""
    leads_unit: bool = False
    below: frozenset[object] = frozenset()

    def leads_unit_of(self, other: SigningPost) -> bool:
        """Returns whether the post heads a unit that belongs to the other post's agency."""
        inside = self.agency == other.agency and self.leads_unit and bool(self.unit)
        return inside or (self.role == _Role.HEAD and other.agency in self.below)


def may_delegate(kind: str, giver: SigningPost, taker: SigningPost, *, basis: str | None = None) -> bool:
    """Returns whether a post may let another sign in this way (Decree 30/2020/NĐ-CP, art. 13).

    KT.: the head to a deputy (13.1, 13.2). TL.: the head to the head of a unit of the agency (13.4). TUQ.: the same,
    as an exception (13.3). What was given by TL. may be handed on once, as KT., to a deputy of that unit (13.4);
    what was given by TUQ. never (13.3).

    Args:
        kind: a value of `Delegation.Kind`.
        giver: who gives.
        taker: who is to sign.
        basis: the kind of the delegation that is handed on, None where the giver's own right is given.
    """
    if giver.person == taker.person:
        return False
    heads_deputy = giver.role == _Role.HEAD and taker.role == _Role.DEPUTY and giver.agency == taker.agency
    if basis is not None:
        same_unit = giver.agency == taker.agency and giver.leads_unit and bool(giver.unit)
        units_deputy = same_unit and taker.unit == giver.unit and not taker.leads_unit
        return basis == Delegation.Kind.TL and kind == Delegation.Kind.KT and (heads_deputy or units_deputy)
    if kind == Delegation.Kind.KT:
        return heads_deputy
    return giver.role == _Role.HEAD and taker.leads_unit_of(giver)


def delegation_faults(
    *,
    kind: str,
    scope: str,
    document_number: str,
    document_date: date,
    valid_from: date,
    valid_to: date | None,
) -> list[FieldError]:
    """Returns what is wrong with the words and dates of a delegation: it is written, dated, and says what for.

    `valid_to` is the first day it is no more. TUQ. is limited in time and content (art. 13.3).
    """
    faults = []
    if not scope:
        faults.append(FieldError("/scope", _("Say which documents may be signed.")))
    if not document_number:
        faults.append(
            FieldError("/document_number", _("Name the document that delegates: its number and notation."))
        )
    if document_date > valid_from:
        faults.append(
            FieldError("/document_date", _("The document cannot be dated after the delegation begins."))
        )
    if valid_to is None and kind == Delegation.Kind.TUQ:
        faults.append(
            FieldError("/valid_to", _("A TUQ. delegation is limited in time (Decree 30/2020, art. 13.3)."))
        )
    if valid_to is not None and valid_to <= valid_from:
        faults.append(FieldError("/valid_to", _("The last day is before the first.")))
    return faults
