"""Closing accounts and opening them again: by an administrator, by a review, and when nobody used them."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.idp.oidc.models import Token
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, User, keep_an_administrator, lock_administrators, require
from hienluong.identity.accounts import readers_of
from hienluong.identity.commands.sessions import delete_sessions
from hienluong.identity.errors import AccountStateRefused
from hienluong.identity.events import AccountClosed, AccountReopened
from hienluong.identity.models import AccountClosure, SignInSession
from hienluong.identity.queries import idle_accounts
from hienluong.kit import clock, events
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.ledger.service import ActorRef
from hienluong.notices import service as notices

_Reason = AccountClosure.Reason
CLOCK = Actor.platform("idle accounts")

notices.declare_text(
    "identity.idle_warning", _("Your account was not used for long. Sign in before {day}, or it is closed.")
)


def close_account(
    *, actor: Actor | None, user: User, reason: AccountClosure.Reason = _Reason.ADMINISTRATOR, now: datetime
) -> AccountClosure:
    """Closes an account: nobody signs in to it any more; its sessions and sign-ons end at once. Its posts stay.

    Raises:
        PermissionMissing: the actor does not manage accounts.
        AccountStateRefused: it is closed.
        LastAdministrator: it is the last administrator's.
    """
    actor = require(actor, "identity.manage_accounts")
    with transaction.atomic():
        keep_an_administrator(without=Q(person__user=user.pk), day=clock.in_vietnam(now).date())
        user = User.objects.select_for_update().get(pk=user.pk)
        if not user.is_active:
            raise AccountStateRefused(account=user.username)
        return _close(actor, user, reason, now)


def reopen_account(*, actor: Actor | None, user: User, now: datetime) -> AccountClosure:
    """Opens a closed account again; its time without use counts from now.

    Raises:
        PermissionMissing: the actor does not manage accounts.
        AccountStateRefused: it is open.
    """
    actor = require(actor, "identity.manage_accounts")
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.is_active:
            raise AccountStateRefused(account=user.username)
        user.is_active = True
        user.save(update_fields=["is_active"])
        closure = note_reopened(user, by=actor.ref, now=now)
        ledger.record(
            actor=actor.ref, action="identity.reopen_account", subject=f"user:{user.pk}", details={}, now=now
        )
    return closure


def close_idle_accounts(*, now: datetime) -> int:
    """Closes the accounts that nobody used for `IDLE_ACCOUNT_DAYS` and warns those that come next; returns how many.

    An account that never signed in counts from its making; one that was opened again from then; a session that is in
    use counts. Of administrators the one who was there last stays, whatever happens.
    """
    limit = timedelta(days=settings.IDLE_ACCOUNT_DAYS)
    warning = timedelta(days=settings.IDLE_WARNING_DAYS)
    with transaction.atomic():
        posts = lock_administrators(clock.in_vietnam(now).date())
        administrators = set(posts.values_list("person__user", flat=True))
        closed = 0
        for user in idle_accounts(since=now - limit).select_for_update(of=["self"]):
            if user.pk in administrators:
                if len(administrators) == 1:
                    continue
                administrators.discard(user.pk)
            _close(CLOCK, user, _Reason.IDLE, now)
            closed += 1
        for user in idle_accounts(since=now - limit + warning):
            if administrators != {user.pk}:
                _warn(user, now, limit)
    return closed


def _warn(user: User, now: datetime, limit: timedelta) -> None:
    last = user.last_used  # type: ignore[attr-defined]  # idle_accounts adds it
    day = clock.in_vietnam(last + limit).date()
    notices.tell(
        readers=readers_of(user),
        code="identity.idle_warning",
        values={"day": f"{day:%d/%m/%Y}"},
        link=f"/?idle-until={day.isoformat()}",
        now=now,
    )


def _close(actor: Actor, user: User, reason: AccountClosure.Reason, now: datetime) -> AccountClosure:
    user.is_active = False
    user.save(update_fields=["is_active"])
    closure = note_closed(user, reason, by=actor.ref, now=now)
    ledger.record(
        actor=actor.ref,
        action="identity.close_account",
        subject=f"user:{user.pk}",
        details={"reason": reason.value},
        now=now,
    )
    transaction.on_commit(directory.forget)
    return closure


def note_closed(user: User, reason: AccountClosure.Reason, *, by: ActorRef, now: datetime) -> AccountClosure:
    """Notes in the caller's transaction that an account was closed; what it has open ends."""
    closure = AccountClosure.objects.create(user=user, reason=reason, closed_at=now, closed_by=by.name)
    delete_sessions(SignInSession.objects.filter(user=user))
    Token.objects.filter(user=user).delete()
    events.publish(AccountClosed(user.pk, reason.value, by, now))
    return closure


def note_reopened(user: User, *, by: ActorRef, now: datetime) -> AccountClosure:
    """Notes in the caller's transaction that a closed account opens again."""
    closure = user.closures.filter(reopened_at=None).order_by("-pk").first()
    if closure is None:  # closed before closings were kept
        closure = AccountClosure(user=user, reason=_Reason.ADMINISTRATOR, closed_at=now)
    closure.reopened_at, closure.reopened_by = now, by.name
    closure.save()
    events.publish(AccountReopened(user.pk, by, now))
    return closure
