"""One agency with its codes, names, places in the tree, predecessors and successors, and the people of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F

from hienluong.directory.actors import Actor
from hienluong.directory.errors import AgencyUnknown
from hienluong.directory.models import Agency, AgencyCode, FormerName, FormerParent, Post
from hienluong.directory.permissions import allowed, require
from hienluong.directory.queries.agencies import agencies_visible_to, agency_codes
from hienluong.directory.queries.name_order import after_name, name_cursor
from hienluong.directory.queries.validity import today, valid_on
from hienluong.kit.cursors import Page, page_of

SHOWN_BELOW = 200


@dataclass(frozen=True, slots=True)
class AgencyDetail:
    """Everything about one agency, and what the reader may do with it.

    Attributes:
        above: from the top down to the one directly above.
        below: agencies and units directly below, at most `SHOWN_BELOW`; `more_below` says whether there are more.
        successors: the first answers for it.
        people: who works there in which post; None if the reader may not see it.
    """

    agency: Agency
    codes: list[AgencyCode]
    former_names: list[FormerName]
    former_parents: list[FormerParent]
    above: list[Agency]
    below: list[Agency]
    more_below: bool
    predecessors: list[Agency]
    successors: list[Agency]
    people: list[Post] | None
    ended: bool
    may_change: bool


def agency_detail(actor: Actor | None, agency_id: UUID, *, on: date | None = None) -> AgencyDetail:
    """Returns one agency as it stands.

    Raises:
        NotAuthenticated, PermissionMissing, AgencyUnknown.
    """
    day = on or today()
    agency = (
        agencies_visible_to(actor).select_related("parent", "successor", "unit").filter(pk=agency_id).first()
    )
    if agency is None:
        raise AgencyUnknown(agency_code=str(agency_id))
    below = list(agency.children.filter(valid_on(day)).order_by("sort_key", "pk")[: SHOWN_BELOW + 1])
    others = Agency.objects.filter(other_predecessors__agency=agency).order_by("sort_key", "pk")
    return AgencyDetail(
        agency=agency,
        codes=agency_codes(agency),
        former_names=list(agency.former_names.order_by("-valid_to")),
        former_parents=list(agency.former_parents.select_related("parent").order_by("-valid_to")),
        above=_above(agency),
        below=below[:SHOWN_BELOW],
        more_below=len(below) > SHOWN_BELOW,
        predecessors=list(
            (agency.predecessors.all() | Agency.objects.filter(other_successors__successor=agency))
            .distinct()
            .order_by("valid_to", "sort_key")
        ),
        successors=[*([agency.successor] if agency.successor else []), *others],
        people=_people(actor, agency, day),
        ended=agency.valid_to is not None and agency.valid_to <= day,
        may_change=allowed(actor, "directory.manage_agencies"),
    )


def _above(agency: Agency) -> list[Agency]:
    """Returns the agencies above, top first, in one query however high the tree is."""
    rows = Agency.objects.raw(
        """
        WITH RECURSIVE above AS (
            SELECT parent_id, 1 AS height FROM directory_agency WHERE id = %s
            UNION ALL
            SELECT a.parent_id, b.height + 1 FROM directory_agency a JOIN above b ON a.id = b.parent_id
            WHERE b.height < 50
        )
        SELECT a.* FROM directory_agency a JOIN above b ON a.id = b.parent_id ORDER BY b.height DESC
        """,
        [agency.pk],
    )
    return list(rows)


def _people(actor: Actor | None, agency: Agency, day: date) -> list[Post] | None:
    if not allowed(actor, "directory.view_staff", agency):
        return None
    posts = Post.objects.filter(valid_on(day), agency=agency).select_related("person")
    return list(posts.order_by(F("person__sort_key"), "pk")[:SHOWN_BELOW])


@dataclass(frozen=True, slots=True)
class Branch:
    """One level of the tree: the agency at its top (None: all at the top), and those directly below."""

    top: Agency | None
    above: list[Agency]
    below: Page[tuple[Agency, bool]]


def branch(
    actor: Actor | None, top_id: UUID | None, *, after: str | None = None, on: date | None = None
) -> Branch:
    """Returns one level of the tree as it stood on the day, each entry with whether anything stands below it now.

    Raises:
        NotAuthenticated, PermissionMissing, AgencyUnknown.
    """
    visible = agencies_visible_to(require(actor, "directory.view_agency"))
    day = on or today()
    top = visible.filter(pk=top_id).first() if top_id else None
    if top_id and top is None:
        raise AgencyUnknown(agency_code=str(top_id))
    found = visible.filter(valid_on(day))
    moved = FormerParent.objects.filter(valid_from__lte=day, valid_to__gt=day)
    if moved.exists():
        then_here = moved.filter(parent=top_id).values("agency")
        found = found.exclude(pk__in=moved.values("agency")).filter(parent=top_id) | found.filter(
            pk__in=then_here
        )
    else:
        found = found.filter(parent=top_id)
    if after:
        found = found.filter(after_name(after))
    page = page_of(found.order_by("sort_key", "pk"), SHOWN_BELOW, name_cursor)
    shown = page.items
    with_below = set(
        Agency.objects.filter(valid_on(day), parent__in=shown).values_list("parent_id", flat=True).distinct()
    )
    return Branch(
        top=top,
        above=_above(top) if top else [],
        below=Page([(row, row.pk in with_below) for row in shown], page.next),
    )
