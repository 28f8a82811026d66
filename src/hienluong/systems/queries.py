"""Reads of systems: agencies' systems and the on-behalf list, as far as the actor may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum

from hienluong.directory.service import (
    Actor,
    Agency,
    after_name,
    has_role,
    may_administer,
    name_cursor,
    primary_code_of,
    require,
    valid_on,
)
from hienluong.kit import clock
from hienluong.kit.cursors import Page, page_of
from hienluong.kit.vietnamese import fold
from hienluong.systems.errors import RightNotFound, SystemNotFound
from hienluong.systems.keys import good_at
from hienluong.systems.models import AgencySystem, SendingRight, SystemSecret, SystemTally

PAGE = 50
TALLY_DAYS = 30
TALLIES_SHOWN = 20
STATES = ("live", "ending", "sandbox", "ended")
NOTICE_DAYS = (1, 7, 30)
"""So many days before its end people are told of a secret, the last notice first; the most: it ends soon."""

_sees_all = may_administer | has_role("auditor")


def systems_visible_to(actor: Actor | None) -> QuerySet[AgencySystem]:
    """Returns the systems the actor may see: administrators and auditors all, others those of their own agency.

    Raises:
        NotAuthenticated, PermissionMissing: the actor may see none.
    """
    actor = require(actor, "systems.view_systems")
    found = AgencySystem.objects.select_related("agency__sandbox__owner", "client")
    if _sees_all.test(actor, None):
        return found
    return found.filter(Q(agency=actor.agency_id) | Q(agency__sandbox__owner=actor.agency_id))


def search_systems(
    actor: Actor | None,
    text: str = "",
    *,
    state: str = "live",
    after: str | None = None,
    now: datetime,
    limit: int = PAGE,
) -> Page[AgencySystem]:
    """Returns systems whose name, agency or client id holds every word of the text; diacritics are optional.

    Each carries `agency_code`, `good_secrets`, `endless_secrets` and `last_end`, the latest end of a good secret.

    Args:
        actor: who asks.
        text: words; empty gives all.
        state: "live" (real agencies' systems in force), "ending" (of these, whose secret ends soon), "sandbox", "ended"
            or "" for all.
        after: the cursor of the former page.
        now: the moment, by which secrets are good.
        limit: how many at most.
    """
    found = systems_visible_to(actor).filter(_in_state(state, now))
    for word in fold(text).split():
        found = found.filter(search_key__contains=word)
    if after:
        found = found.filter(after_name(after))
    found = found.annotate(
        agency_code=primary_code_of("agency_id"),
        good_secrets=Count("secrets", filter=_good("secrets__", now), distinct=True),
        last_end=Max("secrets__ends_at", filter=_good("secrets__", now)),
    )
    return page_of(found.order_by("sort_key", "pk"), limit, name_cursor)


@dataclass(frozen=True, slots=True)
class Ending:
    """How many systems have a secret that ends within 30 days, and the day on which the first of them ends."""

    systems: int
    first: datetime | None


def ending_systems(actor: Actor | None, *, now: datetime) -> Ending:
    """Returns which systems that the actor may see need a new secret soon; errors as `systems_visible_to`."""
    secrets = ending_secrets(now).filter(system__in=systems_visible_to(actor).filter(_in_state("live", now)))
    found = secrets.aggregate(systems=Count("system", distinct=True), first=Min("ends_at"))
    return Ending(found["systems"], found["first"])


def ending_secrets(now: datetime) -> QuerySet[SystemSecret]:
    """Returns the secrets in force that end soon and whose end somebody will notice.

    A former secret that nobody has used since its successor was made ends in silence.
    """
    newest = SystemSecret.objects.filter(system=OuterRef("system"), pk__gt=OuterRef("pk")).order_by("-pk")
    soon = SystemSecret.objects.filter(
        ends_at__gt=now, ends_at__lte=now + timedelta(days=max(NOTICE_DAYS)), system__valid_to=None
    )
    return soon.annotate(successor=Subquery(newest.values("created_at")[:1])).filter(
        Q(successor=None) | Q(last_used_at__gt=F("successor"))
    )


def _in_state(state: str, now: datetime) -> Q:
    sandbox = Q(agency__place=Agency.Place.SANDBOX)
    if state == "ending":
        return Q(valid_to=None, pk__in=ending_secrets(now).values("system")) & ~sandbox
    return {
        "live": Q(valid_to=None) & ~sandbox,
        "sandbox": Q(valid_to=None) & sandbox,
        "ended": Q(valid_to__isnull=False),
    }.get(state, Q())


def _good(prefix: str, now: datetime) -> Q:
    return Q(**{f"{prefix}pk__isnull": False}) & (
        Q(**{f"{prefix}ends_at": None}) | Q(**{f"{prefix}ends_at__gt": now})
    )


def find_system(actor: Actor | None, system_id: UUID) -> AgencySystem:
    """Returns one system.

    Raises:
        SystemNotFound: there is none, or it is not the actor's to see.
    """
    found = systems_visible_to(actor).annotate(agency_code=primary_code_of("agency_id"))
    system = found.filter(pk=system_id).first()
    if system is None:
        raise SystemNotFound
    return system


@dataclass(frozen=True, slots=True)
class Tally:
    """What a system did in 30 days, of one kind: how often, and when last."""

    what: str
    count: int
    last_at: datetime
    last_detail: str


@dataclass(frozen=True, slots=True)
class SystemDetail:
    """A system and everything that is known of it."""

    system: AgencySystem
    secrets: list[SystemSecret]
    rights: list[SendingRight]
    refusals: list[Tally]
    deprecated: list[Tally]

    @property
    def good_secrets(self) -> list[SystemSecret]:
        """The secrets that open something today, the newest first."""
        return [row for row in self.secrets if getattr(row, "good", False)]


def system_detail(actor: Actor | None, system_id: UUID, *, now: datetime) -> SystemDetail:
    """Returns a system with its secrets (the newest first; each carries `good`), rights and counts of 30 days.

    Raises:
        SystemNotFound: there is none, or it is not the actor's to see.
    """
    system = find_system(actor, system_id)
    secrets = list(system.secrets.order_by("-created_at", "-pk"))
    for row in secrets:
        row.good = row.ends_at is None or row.ends_at > now  # type: ignore[attr-defined]  # for the page
    rights = _rights(clock.in_vietnam(now).date()).filter(system=system).order_by("-in_force", "-pk")
    return SystemDetail(
        system,
        secrets,
        list(rights[:PAGE]),
        _tallies(system, SystemTally.Kind.REFUSAL, now),
        _tallies(system, SystemTally.Kind.DEPRECATED, now),
    )


def _tallies(system: AgencySystem, kind: SystemTally.Kind, now: datetime) -> list[Tally]:
    since = clock.in_vietnam(now).date() - timedelta(days=TALLY_DAYS)
    rows = (
        SystemTally.objects.filter(system=system, kind=kind, day__gt=since)
        .values("what")
        .annotate(total=Sum("count"), last=Max("last_at"))
        .order_by("-last")[:TALLIES_SHOWN]
    )
    details = {
        (row.what, row.last_at): row.last_detail
        for row in SystemTally.objects.filter(system=system, kind=kind, last_at__in=[r["last"] for r in rows])
    }
    return [
        Tally(row["what"], row["total"], row["last"], details.get((row["what"], row["last"]), ""))
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class DeprecatedUse:
    """Who still calls an operation that will be taken away."""

    operation: str
    system: AgencySystem
    count: int
    last_at: datetime


def deprecated_use(actor: Actor | None, *, now: datetime) -> list[DeprecatedUse]:
    """Returns the systems, among those the actor may see, that called deprecated operations in 30 days."""
    systems = systems_visible_to(actor)
    since = clock.in_vietnam(now).date() - timedelta(days=TALLY_DAYS)
    rows = list(
        SystemTally.objects.filter(
            kind=SystemTally.Kind.DEPRECATED, day__gt=since, system__in=systems.values("pk")
        )
        .values("what", "system")
        .annotate(total=Sum("count"), last=Max("last_at"))
        .order_by("what", "-total")[:PAGE]
    )
    known = systems.in_bulk([row["system"] for row in rows])
    return [DeprecatedUse(row["what"], known[row["system"]], row["total"], row["last"]) for row in rows]


# --- The on-behalf list -----------------------------------------------------------------------------------------


def _rights(on: date) -> QuerySet[Any]:
    in_force = Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gt=on))
    return SendingRight.objects.select_related("system__agency", "agency").annotate(
        in_force=in_force, agency_code=primary_code_of("agency_id")
    )


def rights_visible_to(actor: Actor | None, *, on: date) -> QuerySet[Any]:
    """Returns the rights the actor may see: of the systems it may see, and those to send for its own agency."""
    actor = require(actor, "systems.view_systems")
    if _sees_all.test(actor, None):
        return _rights(on)
    return _rights(on).filter(
        Q(system__agency=actor.agency_id)
        | Q(agency=actor.agency_id)
        | Q(system__agency__sandbox__owner=actor.agency_id)
    )


def search_rights(
    actor: Actor | None,
    text: str = "",
    *,
    in_force: bool = True,
    before: int | None = None,
    now: datetime,
    limit: int = PAGE,
) -> Page[SendingRight]:
    """Returns the on-behalf list: who may send for whom, newest grant first; words look at both agencies and the system."""
    today = clock.in_vietnam(now).date()
    found = rights_visible_to(actor, on=today)
    for word in fold(text).split():
        found = found.filter(Q(system__search_key__contains=word) | Q(agency__search_key__contains=word))
    if in_force:
        found = found.filter(valid_on(today))
    if before is not None:
        found = found.filter(pk__lt=before)
    return page_of(found.order_by("-pk"), limit)


def find_right(actor: Actor | None, right_id: int, *, now: datetime) -> SendingRight:
    """Returns one right.

    Raises:
        RightNotFound: there is none, or it is not the actor's to see.
    """
    right: SendingRight | None = (
        rights_visible_to(actor, on=clock.in_vietnam(now).date()).filter(pk=right_id).first()
    )
    if right is None:
        raise RightNotFound
    return right


def rights_of_system(actor: Actor | None, *, now: datetime) -> list[SendingRight]:
    """Returns the rights of the system that asks, those in force first.

    Raises:
        NotAuthenticated, PermissionMissing: the actor is no system.
    """
    actor = require(actor, "systems.call_api")
    found = _rights(clock.in_vietnam(now).date()).filter(system=actor.id)
    return list(found.order_by("-in_force", F("agency__sort_key").asc(nulls_first=True), "pk"))


def good_secrets(system: AgencySystem, *, now: datetime) -> list[SystemSecret]:
    """Returns the secrets of a system that open something, the newest first."""
    return list(system.secrets.filter(good_at(now)).order_by("-created_at", "-pk"))
