"""What changed in the directory since a place in the order of acts: for systems that keep a copy."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from hienluong.directory.actors import Actor
from hienluong.directory.models import Agency, AgencyCode, FormerName, RemovedAgency
from hienluong.directory.permissions import require
from hienluong.directory.queries.agencies import agencies_visible_to

CHANGES_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class AgencyChanges:
    """Agencies as they are now, in the order in which they changed last; `cursor` is where to go on next time."""

    agencies: list[tuple[Agency, list[AgencyCode], list[FormerName]]]
    removed: list[RemovedAgency]
    cursor: str
    more: bool


def agency_changes(actor: Actor | None, *, since: str = "", limit: int = 500) -> AgencyChanges:
    """Returns what changed after the cursor; from the start for an empty one. Costs four queries.

    Acts on agencies follow one another under a lock, so nothing can appear later before a cursor once given.

    Raises:
        NotAuthenticated, PermissionMissing.
    """
    visible = agencies_visible_to(require(actor, "directory.view_agency"))
    limit = max(1, min(limit, CHANGES_LIMIT))
    number, _, last = since.partition("~")
    place = (int(number), UUID(last)) if last else None
    later = (
        Q() if place is None else Q(change_number__gt=place[0]) | Q(change_number=place[0], pk__gt=place[1])
    )
    changed = list(
        visible.filter(later)
        .select_related("parent", "successor")
        .order_by("change_number", "pk")[: limit + 1]
    )
    removed = list(RemovedAgency.objects.filter(later).order_by("change_number", "pk")[: limit + 1])
    both: list[Agency | RemovedAgency] = sorted(
        [*changed, *removed], key=lambda row: (row.change_number, row.pk)
    )
    shown = both[:limit]
    agencies = [row for row in shown if isinstance(row, Agency)]
    codes: dict[UUID, list[AgencyCode]] = {}
    names: dict[UUID, list[FormerName]] = {}
    for code in AgencyCode.objects.filter(agency__in=agencies).order_by("-primary", "pk"):
        codes.setdefault(code.agency_id, []).append(code)
    for name in FormerName.objects.filter(agency__in=agencies).order_by("valid_from"):
        names.setdefault(name.agency_id, []).append(name)
    return AgencyChanges(
        agencies=[(row, codes.get(row.pk, []), names.get(row.pk, [])) for row in agencies],
        removed=[row for row in shown if isinstance(row, RemovedAgency)],
        cursor=f"{shown[-1].change_number}~{shown[-1].pk}" if shown else since,
        more=len(both) > limit,
    )
