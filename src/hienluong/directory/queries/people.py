"""Who holds which post or stands in for whom, and who they are when they act in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q, QuerySet

from hienluong.directory.actors import Actor
from hienluong.directory.models import Agency, Leave, Person, Post, User
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
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(), {"user": user.pk, "day": on or today(), "sandbox": Agency.Place.SANDBOX.value}
        )
        found = [_read(row) for row in cursor.fetchall()]
    return sorted(
        found, key=lambda post: (getattr(post, "stand_in", None) is not None, post.valid_from, post.pk)
    )


# Written out, because every page of a signed-in person asks it: to build it anew took twice as long as to answer it.
_ACTED_IN = """
WITH standing AS (
    SELECT leaves.id, leaves.post_id, holder.person_id, person.full_name
    FROM directory_leave leaves
    JOIN directory_post holder ON holder.id = leaves.stand_in_id
    JOIN directory_person person ON person.id = holder.person_id
    WHERE person.user_id = %(user)s
      AND leaves.valid_from <= %(day)s AND (leaves.valid_to IS NULL OR leaves.valid_to > %(day)s)
      AND holder.valid_from <= %(day)s AND (holder.valid_to IS NULL OR holder.valid_to > %(day)s)
)
SELECT {columns}, code.code, stand_in.person_id, stand_in.full_name
FROM directory_post post
JOIN directory_person person ON person.id = post.person_id
JOIN directory_agency agency ON agency.id = post.agency_id
LEFT JOIN LATERAL (
    SELECT code FROM directory_agencycode WHERE agency_id = agency.id AND "primary" LIMIT 1
) code ON true
LEFT JOIN LATERAL (
    SELECT person_id, full_name FROM standing
    WHERE post_id = post.id AND person_id <> post.person_id ORDER BY id LIMIT 1
) stand_in ON true
WHERE post.id IN (
    SELECT own.id FROM directory_post own JOIN directory_person me ON me.id = own.person_id WHERE me.user_id = %(user)s
    UNION SELECT post_id FROM standing
)
  AND post.valid_from <= %(day)s AND (post.valid_to IS NULL OR post.valid_to > %(day)s)
  AND agency.place <> %(sandbox)s  -- nobody acts for a test agency: only systems do
"""
_TABLES: tuple[tuple[str, type[Model]], ...] = (("post", Post), ("person", Person), ("agency", Agency))


@cache
def _fields(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 - public, says Django's documentation


@cache
def _statement() -> str:
    columns = (f'{table}."{name}"' for table, model in _TABLES for name in _fields(model))
    return _ACTED_IN.format(columns=", ".join(columns))


def _read(row: tuple[Any, ...]) -> Post:
    """Returns the post of a row, with its person, its agency, and who stands in."""
    read: dict[str, Any] = {}
    for table, model in _TABLES:
        names = _fields(model)
        read[table], row = model.from_db(connection.alias, names, row[: len(names)]), row[len(names) :]
    post: Post = read["post"]
    post.person, post.agency = read["person"], read["agency"]
    post.agency_code, post.stand_in, post.stand_in_name = row  # type: ignore[attr-defined]  # as `actor_of` reads them
    return post


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
