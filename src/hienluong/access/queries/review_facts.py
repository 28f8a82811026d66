"""What an access review is made of: every right of today with what there is to know about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Max

from hienluong.access.models import AccessReview, ReviewLine
from hienluong.directory.service import Agency, Person, Post, User, primary_code_of, valid_on
from hienluong.identity.service import SignOnClient, with_sign_in_facts
from hienluong.kit import clock
from hienluong.staff.service import delegations_on
from hienluong.systems.service import AgencySystem, SendingRight

_Kind = ReviewLine.Kind


def lines_of_today(review: AccessReview, today: date) -> Iterator[ReviewLine]:
    """Yields a line for every post, system, sign-on, delegation, and account without a post."""
    users = with_sign_in_facts(User.objects.all()).in_bulk()
    posts = Post.objects.filter(valid_on(today)).select_related("person", "agency")
    for post in posts.order_by("agency__sort_key", "person__sort_key", "pk"):
        user = users.get(post.person.user_id) if post.person.user_id else None
        yield ReviewLine(
            review=review,
            agency=post.agency,
            kind=_Kind.POST,
            post=post,
            user=user,
            facts={
                "name": post.person.full_name,
                "role": post.role,
                "title": post.title,
                "since": post.valid_from.isoformat(),
                **_account_facts(user),
            },
        )
    systems = AgencySystem.objects.filter(valid_on(today)).select_related("agency")
    systems = systems.exclude(agency__place=Agency.Place.SANDBOX)  # behind the wall there is no right
    rights: dict[Any, list[str]] = {}
    granted = SendingRight.objects.filter(valid_on(today)).annotate(code=primary_code_of("agency_id"))
    for right in granted:
        rights.setdefault(right.system_id, []).append(getattr(right, "code", None) or right.scope)
    for system in systems.order_by("agency__sort_key", "name", "pk"):
        yield ReviewLine(
            review=review,
            agency=system.agency,
            kind=_Kind.SYSTEM,
            system=system,
            facts={
                "name": system.name,
                "since": system.valid_from.isoformat(),
                "sends_for": sorted(rights.get(system.pk, [])),
                "last_used": system.last_used_at.isoformat() if system.last_used_at else None,
            },
        )
    clients = SignOnClient.objects.filter(ended_at=None).select_related("agency")
    for client in clients.annotate(used_at=Max("sign_ons__at")).order_by("agency__sort_key", "name", "pk"):
        yield ReviewLine(
            review=review,
            agency=client.agency,
            kind=_Kind.SIGN_ON,
            sign_on=client,
            facts={
                "name": client.name,
                "since": clock.in_vietnam(client.registered_at).date().isoformat(),
                "last_used": client.used_at.isoformat() if client.used_at else None,
            },
        )
    for delegation in delegations_on(today).order_by("giver__agency__sort_key", "giver__pk", "pk"):
        yield ReviewLine(
            review=review,
            agency=delegation.giver.agency,
            kind=_Kind.DELEGATION,
            delegation=delegation,
            facts={
                "name": delegation.taker.person.full_name,
                "giver": delegation.giver.person.full_name,
                "title": f"{delegation.kind.upper()}. {delegation.scope}"[:300],
                "document": delegation.document_number,
                "since": delegation.valid_from.isoformat(),
                "until": delegation.valid_to.isoformat() if delegation.valid_to else None,
            },
        )
    with_post = posts.exclude(person__user=None).values_list("person__user_id", flat=True)
    names = dict(Person.objects.exclude(user=None).values_list("user_id", "full_name"))
    without = set(users) - set(with_post)
    for user in sorted((users[pk] for pk in without), key=lambda one: one.username):
        if user.is_active:
            yield ReviewLine(
                review=review,
                kind=_Kind.ACCOUNT,
                user=user,
                facts={"name": names.get(user.pk, user.username), **_account_facts(user)},
            )


def _account_facts(user: User | None) -> dict[str, Any]:
    if user is None:
        return {"account": None}
    factor: bool | None = getattr(user, "second_factor", None)
    return {
        "account": user.username,
        "open": user.is_active,
        "last_sign_in": user.last_login.isoformat() if user.last_login else None,
        "second_factor": factor,
    }
