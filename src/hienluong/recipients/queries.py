"""Groups of recipients: which there are, who is in them today, and what a document's recipients come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import Actor, Agency, allowed, primary_code_of, require, today, valid_on
from hienluong.kit.vietnamese import fold
from hienluong.recipients.errors import GroupTooLarge, GroupUnknown
from hienluong.recipients.models import RecipientGroup

GROUPS_LIMIT = 200
EXPANSION_LIMIT = 2_000
"""A group comes to at most so many recipients: a rule over everything outside is no way to address a document."""

ENDED, NO_CODE, OWN = "ended", "no_code", "own"
_WHY = {ENDED: _("has ended"), NO_CODE: _("has no code to write on the wire"), OWN: _("is the sender itself")}


def why_dropped(why: str, successor: str = "") -> str:
    """Returns in the reader's language why an agency of a group gets nothing; `successor` names who came after."""
    if why == ENDED and successor:
        return gettext("has ended; its successor is %(name)s") % {"name": successor}
    return str(_WHY.get(why, why))


@dataclass(frozen=True, slots=True)
class Dropped:
    """An agency of a group that gets nothing, and why: it has ended, has no code, or is the sender itself."""

    agency: Agency
    why: str

    @property
    def reason(self) -> str:
        """Returns why, in the reader's language."""
        return why_dropped(self.why, self.agency.successor.name if self.agency.successor else "")


@dataclass(frozen=True, slots=True)
class ExpandedGroup:
    """A group as it is on one day: the agencies in Vietnamese order, each with `primary_code`, and who drops out.

    `complete` says whether these are all: a group of more than `EXPANSION_LIMIT` agencies cannot be addressed.
    """

    group: RecipientGroup
    agencies: Sequence[Agency]
    dropped: Sequence[Dropped]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class CountedGroup:
    """A group, how many agencies are in it today, and whether the actor may change it."""

    group: RecipientGroup
    count: int
    may_change: bool


def groups_visible_to(actor: Actor | None) -> QuerySet[RecipientGroup]:
    """Returns the groups in use that the actor may address: the province's and those of the own agency."""
    actor = require(actor, "recipients.view_groups")
    own = Q(owner=None) | Q(owner=actor.agency_id) if actor.agency_id else Q(owner=None)
    return RecipientGroup.objects.filter(own, valid_on(today())).select_related("owner")


def groups(actor: Actor | None, text: str = "") -> list[CountedGroup]:
    """Returns the groups the actor may address, the province's first, in Vietnamese order: three queries."""
    found = groups_visible_to(actor)
    for word in fold(text).split():
        found = found.filter(search_key__contains=word)
    day = today()
    listed = Count("members", filter=Q(members__agency__valid_to=None) | Q(members__agency__valid_to__gt=day))
    order = F("owner__sort_key").asc(nulls_first=True)
    rows = list(found.annotate(listed=listed).order_by(order, "sort_key", "pk")[:GROUPS_LIMIT])
    by_rule = list(
        Agency.objects.filter(valid_on(day), ~Q(kind=Agency.Kind.UNIT))
        .values_list("kind", "place")
        .annotate(Count("pk"))
        .order_by()
        if any(group.kind == RecipientGroup.Kind.RULE for group in rows)
        else ()
    )
    return [
        CountedGroup(
            group,
            getattr(group, "listed", 0)
            if group.kind == RecipientGroup.Kind.LISTED
            else sum(
                count
                for kind, place, count in by_rule
                if place == group.rule_place and group.rule_kind in ("", kind)
            ),
            allowed(actor, "recipients.manage_groups", group),
        )
        for group in rows
    ]


def group_by_id(actor: Actor | None, group_id: UUID) -> RecipientGroup:
    """Returns a group in use.

    Raises:
        GroupUnknown: there is none, or the actor may not see it.
    """
    found = groups_visible_to(actor).filter(pk=group_id).first()
    if found is None:
        raise GroupUnknown(group=group_id)
    return found


def expand_group(group: RecipientGroup, *, on: date | None = None) -> ExpandedGroup:
    """Returns who is in a group on the day: one query. Ended agencies and those without a code drop out."""
    day = on or today()
    found = (
        Agency.objects.annotate(primary_code=primary_code_of("pk"))
        .order_by("sort_key", "pk")
        .select_related("successor")
    )
    if group.kind == RecipientGroup.Kind.RULE:
        found = found.filter(valid_on(day), place=group.rule_place)
        # An internal unit has no mailbox of its own.
        found = (
            found.filter(kind=group.rule_kind) if group.rule_kind else found.exclude(kind=Agency.Kind.UNIT)
        )
    else:
        found = found.filter(memberships__group=group)
    rows = list(found[: EXPANSION_LIMIT + 1])
    agencies, dropped = [], []
    for agency in rows[:EXPANSION_LIMIT]:
        if agency.valid_to is not None and agency.valid_to <= day:
            dropped.append(Dropped(agency, ENDED))
        elif not agency.primary_code:
            dropped.append(Dropped(agency, NO_CODE))
        else:
            agencies.append(agency)
    return ExpandedGroup(group, agencies, dropped, complete=len(rows) <= EXPANSION_LIMIT)


def expand_groups(
    actor: Actor | None, group_ids: Sequence[UUID], *, on: date | None = None
) -> list[ExpandedGroup]:
    """Returns whom a document of the actor's agency reaches by these groups on the day: one query per group and one.

    The sender's own agency drops out too.

    Raises:
        GroupUnknown: a group does not exist, or is not one the actor may address.
        GroupTooLarge: a group comes to more agencies than a document can be sent to.
    """
    known = {group.pk: group for group in groups_visible_to(actor).filter(pk__in=group_ids)}
    unknown = next((group for group in group_ids if group not in known), None)
    if unknown is not None:
        raise GroupUnknown(group=unknown)
    sender = actor.agency_id if actor else None
    expanded = [expand_group(known[group_id], on=on) for group_id in dict.fromkeys(group_ids)]
    too_large = next((one.group for one in expanded if not one.complete), None)
    if too_large is not None:
        raise GroupTooLarge(name=too_large.name, limit=EXPANSION_LIMIT)
    return [_without(one, sender) for one in expanded]


def _without(expanded: ExpandedGroup, sender: UUID | None) -> ExpandedGroup:
    own = [Dropped(agency, OWN) for agency in expanded.agencies if agency.pk == sender]
    others = [agency for agency in expanded.agencies if agency.pk != sender]
    return ExpandedGroup(expanded.group, others, [*own, *expanded.dropped])
