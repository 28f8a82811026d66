"""Agencies by any code they ever had, and search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Upper

from hienluong.directory.actors import Actor
from hienluong.directory.models import Agency, AgencyCode, FormerName
from hienluong.directory.permissions import require
from hienluong.directory.queries.name_order import after_name, name_cursor
from hienluong.directory.queries.validity import today, valid_on
from hienluong.directory.recent import Recent
from hienluong.kit.cursors import Page, page_of
from hienluong.kit.vietnamese import fold, normalise

PAGE = 50
PAGE_LIMIT = 200
IN_FORCE, ENDED, PROVISIONAL = "in_force", "ended", "provisional"
STATES = (IN_FORCE, ENDED, PROVISIONAL)
TRIGRAM = 3
WORDS_MAX = 12
"""More words than these say nothing more."""


@dataclass(frozen=True, slots=True)
class FoundAgency:
    """The agency a code leads to.

    Attributes:
        agency: the agency that answers for the code on the day asked about. Shared and read-only: do not save it.
        code: the code as issued, which may differ from the one asked for in case.
        primary_code: the code that `agency` is written with on the wire; empty if it has none.
        provisional: whether the code is ours, until the published list is imported.
        followed: the ended agencies passed on the way, first the one that had the code; empty if it still exists.
    """

    agency: Agency
    code: str
    primary_code: str
    provisional: bool
    followed: tuple[Agency, ...] = ()

    def ended(self, on: date) -> bool:
        """Returns whether even the last agency in the line has ended: there is no successor to take over."""
        return self.agency.valid_to is not None and self.agency.valid_to <= on


_by_code: Recent[tuple[str, date], FoundAgency] = Recent()


def agency_by_code(code: str, *, on: date | None = None) -> FoundAgency | None:
    """Returns the agency that a code of any scheme, valid now or ever, leads to on the day; None if none ever had it.

    Case does not matter. The successor of an agency that has ended is followed. Answers are remembered for a few
    seconds in this process (see `recent`).
    """
    return agencies_by_codes([code], on=on).get(code)


def agencies_by_codes(codes: Iterable[str], *, on: date | None = None) -> dict[str, FoundAgency]:
    """Returns, for each code that any agency ever had, where it leads on the day: one query for all.

    Keys are the codes as given; unknown codes are missing.
    """
    day = on or today()
    asked = {code: (normalise(code).upper(), day) for code in codes}
    known = _by_code.get(asked.values())
    wanted = {key for key in asked.values() if key not in known}
    if wanted:
        version = _by_code.version
        loaded = _load_by_codes({code for code, _ in wanted}, day)
        _by_code.put(loaded, version=version)
        known |= loaded
    return {code: known[key] for code, key in asked.items() if key in known}


def agencies_in_reach(
    codes: Iterable[str], *, sandbox: bool, on: date | None = None
) -> dict[str, FoundAgency]:
    """Returns what `agencies_by_codes` does, without what is on the other side of the sandbox's wall.

    A code of the other side is missing, as one that nobody ever had. `sandbox` says on which side one stands.
    """
    found = agencies_by_codes(codes, on=on)
    return {code: one for code, one in found.items() if one.agency.in_sandbox == sandbox}


def sandbox_agency_ids() -> list[UUID]:
    """Returns the test agencies, for counts that leave them out; there are few."""
    return list(Agency.objects.filter(place=Agency.Place.SANDBOX).values_list("pk", flat=True))


def _load_by_codes(codes: set[str], day: date) -> dict[tuple[str, date], FoundAgency]:
    rows = (
        AgencyCode.objects.annotate(folded=Upper("code"))
        .filter(folded__in=codes)
        .select_related("agency__successor__successor")
        .annotate(
            own_code=primary_code_of("agency_id"),
            next_code=primary_code_of("agency__successor_id"),
        )
    )
    return {(row.code.upper(), day): _follow(row, day, row.own_code, row.next_code) for row in rows}


def _follow(row: AgencyCode, day: date, own_code: str | None, next_code: str | None) -> FoundAgency:
    agency, followed = row.agency, []
    while (
        agency.valid_to is not None
        and agency.valid_to <= day
        and agency.successor is not None
        and agency.successor not in followed
        and agency.successor.in_sandbox == agency.in_sandbox  # no line of succession leads through the wall
    ):
        followed.append(agency)
        agency = agency.successor
    at_hand = {0: own_code, 1: next_code}
    primary = (
        at_hand[len(followed)] if len(followed) in at_hand else primary_codes([agency.pk]).get(agency.pk)
    )
    return FoundAgency(agency, row.code, primary or "", row.provisional, tuple(followed))


def primary_code_of(reference: str) -> Subquery:
    """Returns the expression "the code written on the wire" of the agency that a field (`agency_id`, say) names."""
    primary = AgencyCode.objects.filter(agency=OuterRef(reference), primary=True)
    return Subquery(primary.values("code")[:1], output_field=CharField())


def primary_codes(agency_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Returns the code each agency is written with on the wire, by agency."""
    rows = AgencyCode.objects.filter(agency__in=list(agency_ids), primary=True)
    return dict(rows.values_list("agency_id", "code"))


def agency_by_id(agency_id: UUID) -> Agency | None:
    """Returns the agency with this id, or None."""
    return Agency.objects.filter(pk=agency_id).first()


def agencies_visible_to(actor: Actor | None) -> QuerySet[Agency]:
    """Returns the agencies the actor may see: the directory is open to everyone who is signed in.

    Whoever acts for a test agency of the sandbox sees those and no other; everybody else sees the real ones. Each carries `primary_code`, the code it is written with on the wire, or None.

    Raises:
        NotAuthenticated, PermissionMissing: the actor may not see the directory.
    """
    inside = require(actor, "directory.view_agency").sandbox
    side = Q(place=Agency.Place.SANDBOX)
    return Agency.objects.filter(side if inside else ~side).annotate(primary_code=primary_code_of("pk"))


def search_agencies(
    actor: Actor | None,
    text: str = "",
    *,
    place: str | None = None,
    kind: str | None = None,
    state: str = IN_FORCE,
    after: str | None = None,
    limit: int = PAGE,
    on: date | None = None,
) -> Page[Agency]:
    """Returns the agencies whose names of today and before, or whose codes, hold every word of the text.

    Diacritics are optional and đ may be typed d. Names come in Vietnamese order. Internal units are shown only
    when their kind is asked for: they have no mailbox of their own.

    Args:
        actor: who asks.
        text: pieces of names or codes; a piece of one or two letters is the start of a word. Empty gives all.
        place: a value of `Agency.Place`, or None for all.
        kind: a value of `Agency.Kind`, or None for all agencies.
        state: one of `STATES`; "provisional" are those in force with a code of our own.
        after: the cursor of the former page, `Page.next`.
        limit: how many at most, up to 200.
        on: the day whose agencies are meant; None is today.
    """
    limit = max(1, min(limit, PAGE_LIMIT))
    found = matching_agencies(actor, text, place=place, kind=kind, state=state, on=on)
    if after:
        found = found.filter(after_name(after))
    return page_of(found.order_by("sort_key", "pk"), limit, name_cursor)


def matching_agencies(
    actor: Actor | None,
    text: str = "",
    *,
    place: str | None = None,
    kind: str | None = None,
    state: str = IN_FORCE,
    on: date | None = None,
) -> QuerySet[Agency]:
    """Returns what `search_agencies` pages through, all of it; each also carries `provisional`."""
    day = on or today()
    found = agencies_visible_to(actor)
    ours = AgencyCode.objects.filter(provisional=True, valid_to=None)
    found = found.filter(valid_to__lte=day) if state == ENDED else found.filter(valid_on(day))
    if state == PROVISIONAL:
        found = found.filter(pk__in=ours.values("agency"))
    if place:
        found = found.filter(place=place)
    found = found.filter(kind=kind) if kind else found.exclude(kind=Agency.Kind.UNIT)
    for word in fold(text).split()[:WORDS_MAX]:
        # The index knows pieces of three letters; shorter ones it finds at the start of a word.
        piece = Q(search_key__contains=word)
        if len(word) < TRIGRAM:
            piece = Q(search_key__startswith=word) | Q(search_key__contains=f" {word}")
        found = found.filter(piece)
    return found.annotate(provisional=Exists(ours.filter(agency=OuterRef("pk"))))


def agency_codes(agency: Agency) -> list[AgencyCode]:
    """Returns all codes of an agency, the one in use first, then the newest."""
    return list(agency.codes.order_by("-primary", F("valid_to").desc(nulls_first=True), "scheme", "code"))


def former_names(agency: Agency) -> list[FormerName]:
    """Returns the names an agency had before, oldest first."""
    return list(agency.former_names.order_by("valid_from", "pk"))


TABLE_HEADING = (
    "code", "name", "english_name", "kind", "place", "parent", "valid_from", "valid_to", "provisional",
    "address", "email", "telephone", "website",
)  # fmt: skip
"""Columns of an exported list; an import reads them again."""


def agency_table(found: QuerySet[Agency]) -> Iterator[list[str]]:
    """Yields one row of cells per agency of `matching_agencies`, in Vietnamese order, in bounded memory."""
    rows = found.annotate(parent_code=primary_code_of("parent_id")).order_by("sort_key", "pk")
    for row in rows.iterator(chunk_size=2000):
        yield [
            getattr(row, "primary_code", None) or "",
            row.name,
            row.english_name,
            row.kind,
            row.place,
            getattr(row, "parent_code", None) or "",
            row.valid_from.isoformat(),
            row.valid_to.isoformat() if row.valid_to else "",
            "1" if getattr(row, "provisional", False) else "",
            row.address,
            row.email,
            row.telephone,
            row.website,
        ]
