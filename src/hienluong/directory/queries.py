"""Reads: agencies by any code they ever had, search, the working calendar, and who holds which post."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Upper

from hienluong.directory.actors import Actor
from hienluong.directory.models import (
    Agency,
    AgencyCode,
    CalendarDay,
    Person,
    Post,
    User,
    WorkingHours,
)
from hienluong.directory.permissions import allowed, require
from hienluong.directory.recent import Recent
from hienluong.kit import clock, worktime
from hienluong.kit.vietnamese import fold, normalise

PAGE = 50
PAGE_LIMIT = 200


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


@dataclass(frozen=True, slots=True)
class AgencyPage:
    """One page of a list of agencies; `next` is the cursor of the following page, None on the last."""

    agencies: list[Agency]
    next: str | None


_by_code: Recent[tuple[str, date], FoundAgency] = Recent()


def today() -> date:
    """Returns the present day in Vietnam, by which validity is judged."""
    return clock.in_vietnam(clock.now()).date()


def valid_on(day: date) -> Q:
    """Returns the condition "in force on the day" for rows with valid_from and valid_to (the first day after)."""
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))


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


def _load_by_codes(codes: set[str], day: date) -> dict[tuple[str, date], FoundAgency]:
    rows = (
        AgencyCode.objects.annotate(folded=Upper("code"))
        .filter(folded__in=codes)
        .select_related("agency__successor__successor")
        .annotate(
            own_code=_primary_code("agency_id"),
            next_code=_primary_code("agency__successor_id"),
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
    ):
        followed.append(agency)
        agency = agency.successor
    at_hand = {0: own_code, 1: next_code}
    primary = (
        at_hand[len(followed)] if len(followed) in at_hand else primary_codes([agency.pk]).get(agency.pk)
    )
    return FoundAgency(agency, row.code, primary or "", row.provisional, tuple(followed))


def _primary_code(reference: str) -> Subquery:
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

    Each carries `primary_code`, the code it is written with on the wire, or None.

    Raises:
        NotAuthenticated, PermissionMissing: the actor may not see the directory.
    """
    require(actor, "directory.view_agency")
    return Agency.objects.annotate(primary_code=_primary_code("pk"))


def search_agencies(
    actor: Actor | None,
    text: str = "",
    *,
    place: str | None = None,
    after: str | None = None,
    limit: int = PAGE,
    on: date | None = None,
) -> AgencyPage:
    """Returns the agencies in force whose name holds every word of the text or whose code starts with it.

    Diacritics are optional and đ may be typed d. Names come in Vietnamese order.

    Args:
        actor: who asks.
        text: words of the name, or the start of a code; empty gives all.
        place: a value of `Agency.Place`, or None for all.
        after: the cursor of the former page, `AgencyPage.next`.
        limit: how many at most, up to 200.
        on: the day whose agencies are meant; None is today.
    """
    limit = max(1, min(limit, PAGE_LIMIT))
    found = agencies_visible_to(actor).filter(valid_on(on or today()))
    if place:
        found = found.filter(place=place)
    if typed := normalise(text):
        words = Q()
        for word in fold(typed).split():
            words &= Q(search_key__contains=word)
        codes = AgencyCode.objects.annotate(folded=Upper("code")).filter(folded__startswith=typed.upper())
        found = found.filter(words | Q(pk__in=codes.values("agency")))
    if after:
        found = found.filter(_after(after))
    page = list(found.order_by("sort_key", "pk")[: limit + 1])
    more = page[limit:]
    page = page[:limit]
    return AgencyPage(page, f"{page[-1].sort_key}~{page[-1].pk}" if more else None)


def _after(cursor: str) -> Q:
    """Returns the condition "after this place in the list"; after a damaged cursor there is nothing."""
    key, _, last = cursor.rpartition("~")
    try:
        place = UUID(last)
    except ValueError:
        return Q(pk__in=[])
    return Q(sort_key__gt=key) | Q(sort_key=key, pk__gt=place) if key.isprintable() else Q(pk__in=[])


def agency_codes(agency: Agency) -> list[AgencyCode]:
    """Returns all codes of an agency, the one in use first, then the newest."""
    return list(agency.codes.order_by("-primary", F("valid_to").desc(nulls_first=True), "scheme", "code"))


def calendar(on: date) -> worktime.WorkCalendar:
    """Returns the working calendar around a day: the days of its year and the two beside it, and all working hours.

    Holidays and hours are rows that administrators edit; where no hours are entered, kit's provisional ones hold.
    """
    rows = CalendarDay.objects.filter(day__year__gte=on.year - 1, day__year__lte=on.year + 1)
    kinds = {
        CalendarDay.Kind.HOLIDAY: worktime.DayKind.HOLIDAY,
        CalendarDay.Kind.MAKE_UP: worktime.DayKind.WORKING,
    }
    days = [
        worktime.CalendarDay(row.day, kinds[CalendarDay.Kind(row.kind)], row.name, row.source) for row in rows
    ]
    hours = [
        worktime.WorkHours(
            periods=((row.morning_from, row.morning_to), (row.afternoon_from, row.afternoon_to)),
            valid_from=row.valid_from,
            source=row.source,
        )
        for row in WorkingHours.objects.all()
    ]
    return worktime.WorkCalendar(days, hours) if hours else worktime.WorkCalendar(days)


def posts_of(user: User, *, on: date | None = None) -> list[Post]:
    """Returns the posts an account's person holds on the day, first held first; each carries `agency_code`."""
    return list(
        Post.objects.filter(valid_on(on or today()), person__user=user)
        .select_related("person", "agency")
        .annotate(agency_code=_primary_code("agency_id"))
        .order_by("valid_from", "pk")
    )


def actor_of(post: Post) -> Actor:
    """Returns the actor that a person is in a post; `post` comes from `posts_of`."""
    return Actor(
        kind="person",
        id=post.person.pk,
        name=post.person.full_name,
        agency_id=post.agency.pk,
        agency_code=getattr(post, "agency_code", None) or "",
        agency_name=post.agency.name,
        role=post.role,
        post_id=post.pk,
    )


def people_to_tell(
    agency_ids: Iterable[UUID], roles: Iterable[Post.Role | str], *, on: date | None = None
) -> dict[UUID, list[tuple[UUID, str]]]:
    """Returns (person, mail address or "") of those who hold one of the roles, each once, by agency: one query for all."""
    wanted = set(agency_ids)
    if not wanted:
        return {}
    posts = Post.objects.filter(valid_on(on or today()), agency__in=wanted, role__in=[str(r) for r in roles])
    told: dict[UUID, dict[UUID, str]] = {}
    for agency, person, email in posts.order_by("person__sort_key", "person").values_list(
        "agency", "person", "person__email"
    ):
        told.setdefault(agency, {})[person] = email
    return {agency: list(people.items()) for agency, people in told.items()}


def operators_to_tell(*, on: date | None = None) -> list[tuple[UUID, str]]:
    """Returns (person, mail address or "") of the operators of the platform, whatever agency they belong to."""
    posts = Post.objects.filter(valid_on(on or today()), role=Post.Role.OPERATOR)
    people = Person.objects.filter(pk__in=posts.values("person"))
    return list(people.order_by("sort_key", "pk").values_list("pk", "email"))


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year as administrators see it: its days out of the ordinary and all working hours, newest first."""

    days: list[CalendarDay]
    hours: list[WorkingHours]
    may_change: bool


def calendar_year(actor: Actor | None, year: int) -> CalendarYear:
    """Returns one year of the working calendar.

    Raises:
        NotAuthenticated, PermissionMissing: nobody, or no person, is signed in.
    """
    actor = require(actor, "directory.view_calendar")
    return CalendarYear(
        days=list(CalendarDay.objects.filter(day__year=year).order_by("day")),
        hours=list(WorkingHours.objects.order_by("-valid_from")),
        may_change=allowed(actor, "directory.manage_calendar"),
    )
