"""Reads of identity: a person's own sign-in, and the accounts as administrators see them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import BooleanField, DateTimeField, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest

from hienluong.directory.service import (
    Actor,
    Person,
    Post,
    User,
    after_name,
    look,
    name_cursor,
    posts_of,
    require,
)
from hienluong.identity.models import AccountClosure, AccountState, SignInSession, SignOn, SignOnClient
from hienluong.identity.purposes import ACCOUNT, ACCOUNTS
from hienluong.kit import clock
from hienluong.kit.cursors import Page, page_of
from hienluong.kit.vietnamese import fold

PAGE = 30


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """What a person sees of their own account.

    Attributes:
        person: who they are; None for an account without a person.
        posts: what they hold today.
        sessions: where they are signed in, last used first.
        app: the app that makes codes, or None.
        passkeys: their passkeys, oldest first.
        recovery_codes_left: how many recovery codes are unused; None without any.
        identities: accounts of elsewhere that sign in here.
        sign_ons: systems they signed on to with this account.
    """

    person: Person | None
    posts: Sequence[Post]
    sessions: Sequence[SignInSession]
    app: Authenticator | None
    passkeys: Sequence[Authenticator]
    recovery_codes_left: int | None
    identities: Sequence[SocialAccount]
    sign_ons: Sequence[SignOn]


def own_account(user: User) -> OwnAccount:
    """Returns what a person's account page shows."""
    factors = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    of_type = {kind: [factor for factor in factors if factor.type == kind] for kind in Authenticator.Type}
    codes = of_type[Authenticator.Type.RECOVERY_CODES]
    return OwnAccount(
        person=Person.objects.filter(user=user).first(),
        posts=posts_of(user),
        sessions=_live_sessions(user),
        app=next(iter(of_type[Authenticator.Type.TOTP]), None),
        passkeys=of_type[Authenticator.Type.WEBAUTHN],
        recovery_codes_left=len(codes[0].wrap().get_unused_codes()) if codes else None,
        identities=list(SocialAccount.objects.filter(user=user).order_by("pk")),
        sign_ons=list(SignOn.objects.filter(user=user).select_related("client__agency", "post__agency").order_by("-at")),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in the administrators' list."""

    person: Person
    user: User
    locked_until: datetime | None
    has_second_factor: bool


def accounts(
    actor: Actor | None,
    *,
    now: datetime,
    search: str = "",
    states: Collection[str] = (),
    after: str = "",
) -> Page[AccountRow]:
    """Returns a page of the accounts in the order of people's names.

    Args:
        actor: who asks.
        now: the moment.
        search: words of the name or the user name, with or without diacritics.
        states: only accounts in all of these of `STATES`: "locked" wait after too many failures, "closed" are closed,
            "factorless" are open without a second factor, "idle" are closed soon because nobody uses them.
        after: `next` of the page before.

    Raises:
        PermissionMissing: the actor does not see accounts.
    """
    require(actor, "identity.view_accounts")
    found = Person.objects.exclude(user=None).select_related("user__sign_in_state")
    for word in fold(search).split():
        found = found.filter(Q(search_key__contains=word) | Q(user__username__icontains=word))
    for state in states:
        found = found.filter(user__in=_users(state, now))
    if after:
        found = found.filter(after_name(after))
    page = page_of(found.order_by("sort_key", "pk"), PAGE, name_cursor)
    look(actor, (one.pk for one in page.items), ACCOUNTS)
    strong = set(
        _second_factors().filter(user__in=[one.user_id for one in page.items]).values_list("user", flat=True)
    )
    rows = [
        AccountRow(one, one.user, _locked(one.user, now), one.user_id in strong)
        for one in page.items
        if one.user is not None
    ]
    return Page(rows, page.next)


STATES = ("locked", "closed", "factorless", "idle")
"""What the list of accounts may be narrowed to."""


def _users(state: str, now: datetime) -> QuerySet[User]:
    """Returns the accounts of people that are in one of `STATES`."""
    found: QuerySet[Any] = User.objects.filter(person__isnull=False)
    if state == "locked":
        return found.filter(sign_in_state__locked_until__gt=now)
    if state == "closed":
        return found.filter(is_active=False)
    if state == "factorless":
        return found.filter(is_active=True).exclude(pk__in=_second_factors().values("user"))
    warned = timedelta(days=settings.IDLE_ACCOUNT_DAYS - settings.IDLE_WARNING_DAYS)
    return found.filter(pk__in=idle_accounts(since=now - warned).order_by().values("pk"))


@dataclass(frozen=True, slots=True)
class AccountCounts:
    """How many accounts are locked, have no second factor, and are closed soon because nobody uses them."""

    locked: int
    factorless: int
    idle: int


def account_counts(actor: Actor | None, *, now: datetime) -> AccountCounts:
    """Returns what administrators look after among the accounts; errors as `accounts`."""
    require(actor, "identity.view_accounts")
    return AccountCounts(*(_users(state, now).count() for state in ("locked", "factorless", "idle")))


def _second_factors() -> QuerySet[Authenticator]:
    """Returns what counts as a second factor; recovery codes come with one of them."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    found: QuerySet[Authenticator] = Authenticator.objects.filter(type__in=kinds)
    return found


def with_sign_in_facts(users: QuerySet[User]) -> QuerySet[User]:
    """Returns the accounts with `last_used` and `second_factor`, whether there is one.

    Used is what signed in, was seen in a session, was made, or was opened again.
    """
    return users.annotate(
        last_used=Greatest(  # in PostgreSQL, what is empty is passed over
            "date_joined",
            "last_login",
            _latest(SignInSession.objects.all(), "last_seen_at"),
            _latest(AccountClosure.objects.all(), "reopened_at"),
        ),
        second_factor=Exists(_second_factors().filter(user=OuterRef("pk")), output_field=BooleanField()),
    )


def _latest(rows: QuerySet[Any], field: str) -> Subquery:
    """Returns the latest of a moment among the rows of an account."""
    mine = rows.filter(user=OuterRef("pk")).order_by().values("user")
    return Subquery(mine.annotate(latest=Max(field)).values("latest"), output_field=DateTimeField())


def idle_accounts(*, since: datetime) -> QuerySet[User]:
    """Returns the open accounts that nobody used since the moment, the longest unused first."""
    signed_in_before = Q(last_login=None) | Q(last_login__lte=since)  # said first: it leaves few to look up
    users = User.objects.filter(signed_in_before, is_active=True, date_joined__lte=since)
    found: QuerySet[Any] = with_sign_in_facts(users)
    return found.filter(last_used__lte=since).order_by("last_used", "pk")


def _locked(user: User, now: datetime) -> datetime | None:
    state: AccountState | None = getattr(user, "sign_in_state", None)
    until = state.locked_until if state else None
    return until if until is not None and until > now else None


def _live_sessions(user: User) -> list[SignInSession]:
    """Returns the sessions that still open something, last used first; what has run out is swept at night."""
    open_ones = Session.objects.filter(expire_date__gt=clock.now()).values("session_key")
    found = SignInSession.objects.filter(user=user, session_key__in=open_ones)
    return list(found.order_by("-last_seen_at", "-pk")[:50])


@dataclass(frozen=True, slots=True)
class AccountDetail:
    """One account as an administrator sees it: how it signs in, never a secret."""

    row: AccountRow
    posts: Sequence[Post]
    sessions: Sequence[SignInSession]
    factors: Sequence[Authenticator]
    identities: Sequence[SocialAccount]
    closures: Sequence[AccountClosure]


def account(actor: Actor | None, user_id: int, *, now: datetime) -> AccountDetail | None:
    """Returns one account, or None where there is none.

    Raises:
        PermissionMissing: the actor does not see accounts.
    """
    require(actor, "identity.view_accounts")
    person = Person.objects.filter(user=user_id).select_related("user__sign_in_state").first()
    if person is None or person.user is None:
        return None
    look(actor, [person.pk], ACCOUNT)
    own = own_account(person.user)
    factors = [*([own.app] if own.app else []), *own.passkeys]
    row = AccountRow(person, person.user, _locked(person.user, now), bool(factors))
    closures = list(AccountClosure.objects.filter(user=person.user).order_by("-pk")[:20])
    return AccountDetail(row, own.posts, own.sessions, factors, own.identities, closures)


def sign_on_clients(actor: Actor | None) -> Sequence[SignOnClient]:
    """Returns the systems that people sign on to, those in use first.

    Raises:
        PermissionMissing: the actor does not manage them.
    """
    require(actor, "identity.manage_sign_on")
    return list(
        SignOnClient.objects.select_related("agency", "client").order_by("ended_at", "name", "pk")[:500]
    )


def sign_on_client(actor: Actor | None, client_id: UUID) -> SignOnClient | None:
    """Returns one system that people sign on to, or None.

    Raises:
        PermissionMissing: the actor does not manage them.
    """
    require(actor, "identity.manage_sign_on")
    return SignOnClient.objects.select_related("agency", "client").filter(pk=client_id).first()
