"""Written delegations of the right to sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from hienluong.directory.service import Actor, Post, allowed, look, not_ended, require, today, valid_on
from hienluong.kit.cursors import Page, page_of
from hienluong.staff.errors import DelegationUnknown
from hienluong.staff.models import Delegation
from hienluong.staff.policy import SigningPost
from hienluong.staff.purposes import COLLEAGUES, DELEGATIONS
from hienluong.staff.queries.people import PAGE, PAGE_LIMIT

STATES = ("in_force", "coming", "ending", "over")
NEAR_DAYS = 7
"""A delegation that ends within so many days stands among those that end soon."""
WHOSE = ("mine", "agency", "all")
_PARTIES = ("giver__person", "giver__agency", "taker__person", "taker__agency", "basis")
_AGENCY_READERS = (Post.Role.CLERK, Post.Role.HEAD, Post.Role.DEPUTY)


def in_force_on(day: date) -> Q:
    """Returns the condition "gives the right to sign on the day": dated, not revoked, both posts still held."""
    posts = Q()
    for side in ("giver", "taker"):
        posts &= Q(**{f"{side}__valid_from__lte": day}) & (
            Q(**{f"{side}__valid_to": None}) | Q(**{f"{side}__valid_to__gt": day})
        )
    return valid_on(day) & (Q(revoked_on=None) | Q(revoked_on__gt=day)) & posts


def delegations_in_force(post: Post, on: date) -> list[Delegation]:
    """Returns the delegations by which the holder of a post may sign for others on a day, oldest first.

    One that hands another on counts only while that one is in force too (Decree 30/2020/NĐ-CP, art. 13.4). For the
    module that signs: it decides whether the scope covers the document.
    """
    found = Delegation.objects.filter(in_force_on(on), taker=post).select_related(*_PARTIES)
    bases = Delegation.objects.filter(in_force_on(on)).values("pk")
    return list(found.filter(Q(basis=None) | Q(basis__in=bases)).order_by("valid_from", "pk"))


def delegations_on(day: date) -> QuerySet[Delegation]:
    """Returns every delegation that gives the right to sign on the day, for the module that reviews rights."""
    return Delegation.objects.filter(in_force_on(day)).select_related(*_PARTIES)


def delegations_visible_to(actor: Actor | None) -> QuerySet[Delegation]:
    """Returns the delegations that the actor's post gave or took.

    Clerks, heads and deputies see all of their agency, administrators and auditors all there are.
    """
    actor = require(actor, "staff.view_people")
    found = Delegation.objects.select_related(*_PARTIES)
    if allowed(actor, "staff.view_everybody"):
        return found
    return found.filter(_whose("agency" if actor.role in _AGENCY_READERS else "mine", actor))


def _whose(whose: str, actor: Actor) -> Q:
    if whose == "agency":
        return Q(giver__agency=actor.agency_id) | Q(taker__agency=actor.agency_id)
    return Q(giver=actor.post_id) | Q(taker=actor.post_id)


def _coming(day: date) -> Q:
    return Q(valid_from__gt=day) & (Q(revoked_on=None) | Q(revoked_on__gt=day))


def _ending(day: date) -> Q:
    return in_force_on(day) & Q(valid_to__lte=day + timedelta(days=NEAR_DAYS))


@dataclass(frozen=True, slots=True)
class Near:
    """How many delegations are still to begin, and how many end within 7 days."""

    coming: int
    ending: int


def delegations_near(actor: Actor | None) -> Near:
    """Returns what begins and ends of the delegations that the actor may see; errors as `delegations_visible_to`."""
    day = today()
    found = delegations_visible_to(actor).filter(_coming(day) | _ending(day))
    return Near(
        **found.aggregate(coming=Count("pk", filter=_coming(day)), ending=Count("pk", filter=_ending(day)))
    )


def whose_offered(actor: Actor | None) -> tuple[str, ...]:
    """Returns whose delegations the actor may ask for, of `WHOSE`, the widest last."""
    actor = require(actor, "staff.view_people")
    if actor.role in _AGENCY_READERS:
        return WHOSE[:2]
    return WHOSE if allowed(actor, "staff.view_everybody") else WHOSE[:1]


def delegations(
    actor: Actor | None,
    *,
    whose: str = "",
    state: str = "in_force",
    after: int | None = None,
    limit: int = PAGE,
) -> Page[Delegation]:
    """Returns delegations, the last entered first.

    Args:
        actor: who asks.
        whose: one of `WHOSE`, as far as the actor may see them; else the widest the actor may see.
        state: one of `STATES`; "ending" are those in force that end within 7 days, "over" those past or revoked, or whose
            parties left their posts.
        after: the cursor of the former page.
        limit: how many at most.
    """
    actor = require(actor, "staff.view_people")
    day = today()
    found = delegations_visible_to(actor)
    if whose in whose_offered(actor) and whose != "all":
        found = found.filter(_whose(whose, actor))
    states = {
        "in_force": in_force_on(day),
        "coming": _coming(day),
        "ending": _ending(day),
        "over": ~_coming(day) & ~in_force_on(day),
    }
    found = found.filter(states.get(state, states["in_force"]))
    found = found.filter(pk__lt=after) if after is not None else found
    page = page_of(found.order_by("-pk"), limit)
    look(actor, (side.person_id for one in page.items for side in (one.giver, one.taker)), DELEGATIONS)
    return page


def delegation_by_id(actor: Actor | None, delegation_id: int) -> Delegation:
    """Returns a delegation with both posts.

    Raises:
        DelegationUnknown: there is none, or the actor may not see it.
    """
    found = delegations_visible_to(actor).filter(pk=delegation_id).first()
    if found is None:
        raise DelegationUnknown
    look(actor, [found.giver.person_id, found.taker.person_id], DELEGATIONS)
    return found


def signing_post(post: Post) -> SigningPost:
    """Returns a post as the rules of delegation look at it; asks for the agencies above it, one query per level."""
    above: set[object] = set()
    agency = post.agency
    while agency.parent is not None and agency.parent_id not in above:
        above.add(agency.parent_id)
        agency = agency.parent
    return SigningPost(
        person=post.person_id,
        agency=post.agency_id,
        role=post.role,
        unit=post.unit,
        leads_unit=post.leads_unit,
        below=frozenset(above),
    )


def posts_to_delegate(actor: Actor | None) -> list[Post]:
    """Returns the posts for which the actor may enter a delegation, by given name: the givers to choose from."""
    actor = require(actor, "staff.view_people")
    found = Post.objects.filter(not_ended(today())).select_related("person", "agency")
    if not allowed(actor, "directory.manage_people"):
        found = found.filter(agency=actor.agency_id)
    givers = found.filter(Q(role=Post.Role.HEAD) | Q(leads_unit=True)).order_by("person__sort_key", "pk")
    offered = [post for post in givers[:PAGE_LIMIT] if allowed(actor, "staff.grant_delegation", post)]
    look(actor, (post.person_id for post in offered), COLLEAGUES)
    return offered


def posts_to_take(actor: Actor | None, giver: Post) -> list[Post]:
    """Returns the posts that may be chosen as taker of a giver's delegation.

    They are the deputies and the people of units at the agency, and the heads of the agencies directly below it.
    """
    require(actor, "staff.grant_delegation", giver)
    here = Q(agency=giver.agency_id) & (Q(role=Post.Role.DEPUTY) | Q(leads_unit=True) | ~Q(unit=""))
    below = Q(agency__parent=giver.agency_id, role=Post.Role.HEAD)
    found = Post.objects.filter(not_ended(today())).filter(here | below).exclude(person=giver.person_id)
    return list(found.select_related("person", "agency").order_by("person__sort_key", "pk")[:PAGE_LIMIT])
