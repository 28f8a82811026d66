"""Pure decisions: which step follows which, and who may sign by which right on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hienluong.directory.service import Post
from hienluong.issuing.errors import StepRefused
from hienluong.issuing.models import Authority, Step
from hienluong.kit.vietnamese import fold
from hienluong.staff.service import Delegation

STEPS: Final[Mapping[str, frozenset[str]]] = {
    Step.PREPARED: frozenset({Step.NUMBERED, Step.RETURNED, Step.GIVEN_UP}),
    Step.NUMBERED: frozenset({Step.SIGNED, Step.RETURNED, Step.GIVEN_UP}),
    Step.SIGNED: frozenset({Step.SEALED, Step.RETURNED, Step.GIVEN_UP}),
    Step.SEALED: frozenset({Step.ISSUED, Step.RETURNED, Step.GIVEN_UP}),
    Step.RETURNED: frozenset({Step.PREPARED, Step.GIVEN_UP}),
    Step.ISSUED: frozenset(),
    Step.GIVEN_UP: frozenset(),
}
"""Number and date, then the person, then the agency, then out (Decree 30/2020/NĐ-CP, art. 14 to 18): no step is left out."""

ON_THE_WAY: Final = (Step.PREPARED, Step.NUMBERED, Step.SIGNED, Step.SEALED, Step.RETURNED)
DELEGATED: Final[Mapping[str, frozenset[str]]] = {
    Authority.KT: frozenset({Delegation.Kind.KT}),
    Authority.TM_KT: frozenset({Delegation.Kind.KT}),
    Authority.TL: frozenset({Delegation.Kind.TL, Delegation.Kind.KT}),
    Authority.TUQ: frozenset({Delegation.Kind.TUQ}),
}
"""By which kinds of written delegation a right is held; a KT. counts for TL. only where it hands a TL. on (art. 13.4)."""
_ACTING: Final = ("quyen ", "q. ", "q.")


def require_step(before: str, after: str) -> None:
    """Raises StepRefused unless the table allows the step."""
    if after not in STEPS[before]:
        raise StepRefused(before=str(Step(before).label), after=after)


@dataclass(frozen=True, slots=True)
class Right:
    """By what right a post signs for an agency, and the delegation that gives it."""

    authority: Authority
    delegation: Delegation | None = None


def is_acting(post: Post) -> bool:
    """Returns whether a head only acts as one: the title says so, as the decree has it written (App. I, II.7.b)."""
    return fold(post.title).startswith(_ACTING)


def rights_of(post: Post, agency: object, delegations: Sequence[Delegation]) -> list[Right]:
    """Returns by which rights the holder of a post may sign for an agency (Decree 30/2020/NĐ-CP, art. 13).

    Args:
        post: held on the day.
        agency: the id of the agency whose document it is.
        delegations: in force on the day, to this post; whether the document is within their scope the signer decides.
    """
    rights = []
    if post.role == Post.Role.HEAD and post.agency_id == agency:
        rights = [Right(Authority.Q)] if is_acting(post) else [Right(Authority.OWN), Right(Authority.TM)]
    for authority, kinds in DELEGATED.items():
        for one in delegations:
            handed_on = one.basis is not None
            fits = one.kind in kinds and (
                handed_on if one.kind != authority and authority == Authority.TL else not handed_on
            )
            giver = one.basis.giver.agency_id if one.basis is not None else one.giver.agency_id
            if fits and giver == agency:
                rights.append(Right(Authority(authority), one))
    return rights


def right_among(rights: Sequence[Right], authority: str, delegation: int | None) -> Right | None:
    """Returns the right that was named, None where it is not held; without a delegation named the first that fits."""
    return next(
        (
            one
            for one in rights
            if one.authority == authority
            and (delegation is None or (one.delegation is not None and one.delegation.pk == delegation))
        ),
        None,
    )


def competence(authority: str, head_title: str, collective: str) -> str:
    """Returns the line above the signer's post as Appendix I has it written, "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH".

    Args:
        authority: a value of `Authority`.
        head_title: of the head of the agency.
        collective: what the agency decides as.
    """
    head, body = head_title.upper(), collective.upper()
    return {
        Authority.TM: f"TM. {body}",
        Authority.TM_KT: f"TM. {body}, KT. {head}",
        Authority.Q: "Q.",
        Authority.KT: f"KT. {head}",
        Authority.TL: f"TL. {head}",
        Authority.TUQ: f"TUQ. {head}",
    }.get(Authority(authority), "").strip()
