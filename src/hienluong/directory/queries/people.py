"""Who holds which post, and who they are when they act in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from hienluong.directory.actors import Actor
from hienluong.directory.models import Agency, Person, Post, User
from hienluong.directory.queries.agencies import primary_code_of
from hienluong.directory.queries.validity import today, valid_on


def posts_of(user: User, *, on: date | None = None) -> list[Post]:
    """Returns the posts an account's person holds on the day, first held first; each carries `agency_code`.

    Nobody acts for a test agency of the sandbox: only systems do.
    """
    return list(
        Post.objects.filter(valid_on(on or today()), person__user=user)
        .exclude(agency__place=Agency.Place.SANDBOX)
        .select_related("person", "agency")
        .annotate(agency_code=primary_code_of("agency_id"))
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
    return _holders_of(Post.Role.OPERATOR, on)


def administrators_to_tell(*, on: date | None = None) -> list[tuple[UUID, str]]:
    """Returns (person, mail address or "") of the administrators, whatever agency they belong to."""
    return _holders_of(Post.Role.ADMINISTRATOR, on)


def _holders_of(role: Post.Role, on: date | None) -> list[tuple[UUID, str]]:
    posts = Post.objects.filter(valid_on(on or today()), role=role)
    people = Person.objects.filter(pk__in=posts.values("person"))
    return list(people.order_by("sort_key", "pk").values_list("pk", "email"))
