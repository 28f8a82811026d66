"""People as those who look them up may see them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import CharField, Exists, F, Func, OuterRef, Prefetch, Q, QuerySet, Value

from hienluong.directory.service import (
    Actor,
    Leave,
    Person,
    Post,
    after_name,
    allowed,
    look,
    name_cursor,
    not_ended,
    require,
    today,
)
from hienluong.kit.cursors import Page, page_of
from hienluong.kit.vietnamese import fold
from hienluong.staff.errors import PersonUnknown, PostUnknown
from hienluong.staff.purposes import COLLEAGUES, PEOPLE, RECORDS

PAGE, PAGE_LIMIT = 50, 200
ACCOUNTS = ("open", "closed", "none")


def posts_visible_to(actor: Actor | None) -> QuerySet[Post]:
    """Returns the posts the actor may see: those of the own agency, or all for administrators and auditors."""
    actor = require(actor, "staff.view_people")
    found = Post.objects.select_related("person", "agency")
    return found if allowed(actor, "staff.view_everybody") else found.filter(agency=actor.agency_id)


def people_visible_to(actor: Actor | None) -> QuerySet[Person]:
    """Returns the people the actor may see: who holds, will hold or held a post at the own agency, or everybody."""
    actor = require(actor, "staff.view_people")
    if allowed(actor, "staff.view_everybody"):
        return Person.objects.select_related("user")
    return Person.objects.filter(pk__in=Post.objects.filter(agency=actor.agency_id).values("person"))


def search_people(
    actor: Actor | None,
    text: str = "",
    *,
    role: str | None = None,
    agency: UUID | None = None,
    account: str | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[Person]:
    """Returns people in Vietnamese order, by the given name, whose particulars hold every word; with `current_posts`.

    A word is looked for in the name, the mail address, the telephone number (its digits) and the names of the
    agencies they have posts at; diacritics are optional. Without filters, people without any post are shown too.

    Args:
        actor: who asks.
        text: words; empty gives all.
        role: a value of `Post.Role`: who has such a post now or to come.
        agency: who has a post there now or to come.
        account: one of `ACCOUNTS`; only for whoever may see accounts, ignored for others.
        after: the cursor of the former page.
        limit: how many at most, up to 200.
    """
    found = people_visible_to(actor)
    current = posts_visible_to(actor).filter(not_ended(today()))
    for word in fold(text).split():
        at_agency = current.filter(person=OuterRef("pk"), agency__search_key__contains=word)
        matches = Q(search_key__contains=word) | Q(email__icontains=word) | Q(Exists(at_agency))
        if digits := re.sub(r"\D", "", word):
            found = found.annotate(digits=_digits_of("telephone"))
            matches |= Q(digits__contains=digits)
        found = found.filter(matches)
    if role or agency:
        wanted = current.filter(person=OuterRef("pk"))
        wanted = wanted.filter(role=role) if role else wanted
        found = found.filter(Exists(wanted.filter(agency=agency) if agency else wanted))
    if account in ACCOUNTS and allowed(actor, "staff.view_everybody"):
        found = found.filter(Q(user=None) if account == "none" else Q(user__is_active=account == "open"))
    if after:
        found = found.filter(after_name(after))
    limit = max(1, min(limit, PAGE_LIMIT))
    posts = Prefetch("posts", current.order_by("valid_from", "pk"), to_attr="current_posts")
    page: Page[Person] = page_of(found.prefetch_related(posts).order_by("sort_key", "pk"), limit, name_cursor)
    look(actor, (one.pk for one in page.items), PEOPLE)
    return page


def _digits_of(field: str) -> Func:
    return Func(
        F(field), Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace", output_field=CharField()
    )


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as the actor may see them; posts and leaves with the newest first."""

    person: Person
    posts: list[Post]
    leaves: list[Leave]
    sees_accounts: bool
    may_manage: bool


def person_view(actor: Actor | None, person_id: UUID) -> PersonView:
    """Returns a person with all posts and leaves that the actor may see.

    Raises:
        PersonUnknown: there is none, or the actor may not see them.
    """
    person = people_visible_to(actor).filter(pk=person_id).first()
    if person is None:
        raise PersonUnknown
    look(actor, [person.pk], RECORDS)
    posts = list(posts_visible_to(actor).filter(person=person).order_by("-valid_from", "-pk"))
    leaves = Leave.objects.filter(post__in=posts).select_related("post__agency", "stand_in__person")
    return PersonView(
        person,
        posts,
        list(leaves.order_by("-valid_from", "-pk")[:PAGE]),
        sees_accounts=allowed(actor, "staff.view_everybody"),
        may_manage=allowed(actor, "directory.manage_people"),
    )


def post_by_id(actor: Actor | None, post_id: int) -> Post:
    """Returns a post with its person and agency.

    Raises:
        PostUnknown: there is none, or the actor may not see it.
    """
    post = posts_visible_to(actor).filter(pk=post_id).first()
    if post is None:
        raise PostUnknown
    look(actor, [post.person_id], RECORDS)
    return post


def colleagues_of(actor: Actor | None, post: Post, *, roles: Sequence[str] = ()) -> list[Post]:
    """Returns the posts of other people at a post's agency, now or to come, by given name; of these roles, if any."""
    found = posts_visible_to(actor).filter(not_ended(today()), agency=post.agency_id)
    found = found.exclude(person=post.person_id)
    found = found.filter(role__in=roles) if roles else found
    rows = list(found.order_by("person__sort_key", "person", "pk")[:PAGE_LIMIT])
    look(actor, (row.person_id for row in rows), COLLEAGUES)
    return rows


def person_named(actor: Actor | None, username: str) -> Person:
    """Returns the person with an account of this name, whatever its case; only for whoever may see accounts.

    Raises:
        PersonUnknown: nobody has it.
    """
    require(actor, "staff.view_everybody")
    person = Person.objects.filter(user__username__iexact=username.strip()).select_related("user").first()
    if person is None:
        raise PersonUnknown
    look(actor, [person.pk], RECORDS)
    return person
