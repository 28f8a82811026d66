"""Who holds which post or stands in for whom, and who they are when they act in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from hienluong.directory.actors import Actor
from hienluong.directory.models import Agency, Leave, Person, Post, User
from hienluong.directory.queries.agencies import primary_code_of
from hienluong.directory.queries.validity import today, valid_on

ACTOR_NAME_LIMIT = 200


def leaves_in_force(day: date) -> QuerySet[Leave]:
    """Returns the leaves of the day whose stand-in holds the post they stand in out of, and has not left."""
    return Leave.objects.filter(
        valid_on(day),
        Q(stand_in__valid_to=None) | Q(stand_in__valid_to__gt=day),
        stand_in__valid_from__lte=day,
    )


def posts_of(user: User, *, on: date | None = None) -> list[Post]:
    """Returns the posts that an account's person may act in on the day, own ones first, then by their beginning.

    Own ones are those held; the others are those of absent colleagues that the person stands in for. Each carries
    `agency_code`, and `stand_in` with `stand_in_name`: the person who acts in it for its holder, None in own ones.
    """
    day = on or today()
    standing = leaves_in_force(day).filter(stand_in__person__user=user)
    mine = Post.objects.filter(person__user=user).values("pk").union(standing.values("post"))
    found = (
        Post.objects.filter(valid_on(day), pk__in=mine)
        .exclude(agency__place=Agency.Place.SANDBOX)  # nobody acts for a test agency: only systems do
        .select_related("person", "agency")
        .annotate(
            agency_code=primary_code_of("agency_id"),
            stand_in=_stand_in(standing, "stand_in__person"),
            stand_in_name=_stand_in(standing, "stand_in__person__full_name"),
        )
    )
    return sorted(
        found, key=lambda post: (getattr(post, "stand_in", None) is not None, post.valid_from, post.pk)
    )


def _stand_in(standing: QuerySet[Leave], field: str) -> Subquery:
    rows = standing.filter(post=OuterRef("pk")).exclude(post__person=F("stand_in__person"))
    return Subquery(rows.order_by("pk").values(field)[:1])


def actor_of(post: Post) -> Actor:
    """Returns the actor that a person is in a post; `post` comes from `posts_of`.

    Who stands in is named with whom they stand in for, everywhere: on pages, on the wire and in the ledger.
    """
    stand_in: UUID | None = getattr(post, "stand_in", None)
    name = post.person.full_name
    if stand_in is not None:
        name = f"{getattr(post, 'stand_in_name', '')} (thay {post.person.full_name})"[:ACTOR_NAME_LIMIT]
    return Actor(
        kind="person",
        id=stand_in or post.person.pk,
        name=name,
        agency_id=post.agency.pk,
        agency_code=getattr(post, "agency_code", None) or "",
        agency_name=post.agency.name,
        role=post.role,
        post_id=post.pk,
        standing_in_for=post.person.full_name if stand_in else "",
    )


def people_to_tell(
    agency_ids: Iterable[UUID], roles: Iterable[Post.Role | str], *, on: date | None = None
) -> dict[UUID, list[tuple[UUID, str]]]:
    """Returns (person, mail address or "") of those who hold one of the roles or stand in, each once, by agency.

    One query for all agencies; people come by their given names.
    """
    wanted = set(agency_ids)
    if not wanted:
        return {}
    day = on or today()
    posts = Post.objects.filter(valid_on(day), agency__in=wanted, role__in=[str(role) for role in roles])
    held = posts.values_list("person__sort_key", "person", "agency", "person__email")
    standing = leaves_in_force(day).filter(post__in=posts)
    by_leave = standing.values_list(
        "stand_in__person__sort_key", "stand_in__person", "post__agency", "stand_in__person__email"
    )
    told: dict[UUID, dict[UUID, str]] = {}
    for _key, person, agency, email in sorted(held.union(by_leave)):
        told.setdefault(agency, {})[person] = email
    return {agency: list(people.items()) for agency, people in told.items()}


def operators_to_tell(*, on: date | None = None) -> list[tuple[UUID, str]]:
    """Returns (person, mail address or "") of the operators of the platform, whatever agency they belong to."""
    return _holders_of(Post.Role.OPERATOR, on)


def administrators_to_tell(*, on: date | None = None) -> list[tuple[UUID, str]]:
    """Returns (person, mail address or "") of the administrators, whatever agency they belong to."""
    return _holders_of(Post.Role.ADMINISTRATOR, on)


def _holders_of(role: Post.Role, on: date | None) -> list[tuple[UUID, str]]:
    day = on or today()
    posts = Post.objects.filter(valid_on(day), role=role)
    standing = leaves_in_force(day).filter(post__in=posts).values("stand_in__person")
    people = Person.objects.filter(pk__in=posts.values("person").union(standing))
    return list(people.order_by("sort_key", "pk").values_list("pk", "email"))
