"""Accounts as administrators and auditors see them: who can sign in, when they last did, what they may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    DateTimeField,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Greatest

from hienluong.directory.service import Actor, Post, User, require, valid_on
from hienluong.identity.models import AccountClosure
from hienluong.kit import clock
from hienluong.kit.vietnamese import fold

PAGE = 50


def last_used() -> Any:
    """Returns the expression "the account was used last": signed in, made, or opened again."""
    reopened = (
        AccountClosure.objects.filter(user=OuterRef("pk"))
        .order_by()
        .values("user")
        .annotate(last=Max("reopened_at"))
        .values("last")
    )
    return Greatest(
        Coalesce("last_login", "date_joined"),
        "date_joined",
        Coalesce(Subquery(reopened, output_field=DateTimeField()), "date_joined"),
    )


def with_second_factor(users: QuerySet[User]) -> QuerySet[User]:
    """Returns the accounts with `second_factor`: whether one is set up; None where none can be."""
    return users.annotate(second_factor=Value(None, output_field=BooleanField(null=True)))


def idle_accounts(*, since: datetime) -> QuerySet[User]:
    """Returns the open accounts that nobody used since the moment, the longest unused first."""
    found = User.objects.filter(is_active=True).annotate(last_used=last_used())
    return found.filter(last_used__lte=since).order_by("last_used", "pk")


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One page of accounts by user name; `next` is the cursor of the following one, None on the last."""

    accounts: Sequence[User]
    next: str | None


def accounts(actor: Actor | None, *, text: str = "", show: str = "", after: str = "") -> AccountPage:
    """Returns accounts by user name, each with `last_used`, `second_factor` and the posts held today.

    Args:
        actor: who asks.
        text: part of the user name or of the person's name; diacritics optional.
        show: "open", "closed", or all.
        after: the cursor of the former page.

    Raises:
        PermissionMissing: the actor is neither administrator nor auditor.
    """
    require(actor, "identity.view_roles")
    found = with_second_factor(User.objects.annotate(last_used=last_used())).select_related("person")
    if show in {"open", "closed"}:
        found = found.filter(is_active=show == "open")
    if (typed := fold(text.strip())).isprintable() and typed:
        found = found.filter(Q(username__icontains=typed) | Q(person__search_key__contains=typed))
    if after.isprintable() and after:
        found = found.filter(username__gt=after)
    held = Post.objects.filter(valid_on(clock.in_vietnam(clock.now()).date()))
    posts = Prefetch("person__posts", held.select_related("agency").order_by("pk"), to_attr="held_posts")
    closed = Prefetch("closures", AccountClosure.objects.order_by("-pk"), to_attr="closed_times")
    rows = list(found.order_by("username").prefetch_related(posts, closed)[: PAGE + 1])
    return AccountPage(rows[:PAGE], rows[PAGE - 1].username if len(rows) > PAGE else None)
