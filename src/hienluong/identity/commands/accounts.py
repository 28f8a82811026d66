"""Closing accounts and opening them again: by an administrator, by a review, and when nobody used them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, Post, User, require, valid_on
from hienluong.identity.errors import AccountNotFound, AccountStateRefused, LastAdministrator
from hienluong.identity.events import AccountClosed, AccountReopened
from hienluong.identity.models import AccountClosure
from hienluong.identity.queries.accounts import idle_accounts
from hienluong.kit import clock, events
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.notices import service as notices
from hienluong.notices.service import Reader

_Reason = AccountClosure.Reason
CLOCK = Actor.platform("idle accounts")

notices.declare_text(
    "identity.idle_warning", _("Your account was not used for long. Sign in before {day}, or it is closed.")
)


def close_account(
    *, actor: Actor | None, user_id: int, reason: AccountClosure.Reason = _Reason.ADMINISTRATOR, now: datetime
) -> AccountClosure:
    """Closes an account: nobody signs in to it any more, and its sessions end with the next page.

    Raises:
        PermissionMissing: the actor does not manage accounts.
        AccountNotFound: there is none.
        AccountStateRefused: it is closed.
        LastAdministrator: it is the last administrator's.
    """
    actor = require(actor, "identity.manage_accounts")
    with transaction.atomic():
        administrators = _lock_administrators(now)
        user = User.objects.select_for_update().filter(pk=user_id).first()
        if user is None:
            raise AccountNotFound
        if not user.is_active:
            raise AccountStateRefused(account=user.username)
        if administrators == {user.pk}:
            raise LastAdministrator(account=user.username)
        return _close(actor, user, reason, now)


def reopen_account(*, actor: Actor | None, user_id: int, now: datetime) -> AccountClosure:
    """Opens a closed account again; its time without use counts from now.

    Raises:
        PermissionMissing: the actor does not manage accounts.
        AccountNotFound: there is none.
        AccountStateRefused: it is open.
    """
    actor = require(actor, "identity.manage_accounts")
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        if user is None:
            raise AccountNotFound
        if user.is_active:
            raise AccountStateRefused(account=user.username)
        closure = user.closures.filter(reopened_at=None).order_by("-pk").first()
        if closure is None:  # closed before closings were kept
            closure = AccountClosure(user=user, reason=_Reason.ADMINISTRATOR, closed_at=now)
        closure.reopened_at, closure.reopened_by = now, actor.name
        closure.save()
        user.is_active = True
        user.save(update_fields=["is_active"])
        events.publish(AccountReopened(user.pk, actor.ref, now))
        ledger.record(
            actor=actor.ref, action="identity.reopen_account", subject=f"user:{user.pk}", details={}, now=now
        )
    return closure


def close_idle_accounts(*, now: datetime) -> int:
    """Closes the accounts that nobody used for `IDLE_ACCOUNT_DAYS` and warns those that come next; returns how many.

    An account that never signed in counts from its making; one that was opened again from then. Of administrators
    the one who was there last stays, whatever happens.
    """
    limit = timedelta(days=settings.IDLE_ACCOUNT_DAYS)
    warning = timedelta(days=settings.IDLE_WARNING_DAYS)
    with transaction.atomic():
        administrators = _lock_administrators(now)
        closed = 0
        for user in idle_accounts(since=now - limit).select_for_update(of=["self"]):
            if user.pk in administrators:
                if len(administrators) == 1:
                    continue
                administrators.discard(user.pk)
            _close(CLOCK, user, _Reason.IDLE, now)
            closed += 1
        due = idle_accounts(since=now - limit + warning).select_related("person")
        for user in due:
            if administrators != {user.pk}:
                _warn(user, now, limit)
    return closed


def _warn(user: User, now: datetime, limit: timedelta) -> None:
    person = getattr(user, "person", None)
    if person is None:
        return
    last = user.last_used  # type: ignore[attr-defined]  # idle_accounts adds it
    day = clock.in_vietnam(last + limit).date()
    notices.tell(
        readers=[Reader(person.pk, person.email)],
        code="identity.idle_warning",
        values={"day": f"{day:%d/%m/%Y}"},
        link=f"/?idle-until={day.isoformat()}",
        now=now,
    )


def _lock_administrators(now: datetime) -> set[int]:
    """Locks the accounts of the administrators who can sign in, so that two acts at once cannot shut out the last."""
    posts = Post.objects.filter(valid_on(clock.in_vietnam(now).date()), role=Post.Role.ADMINISTRATOR)
    accounts: QuerySet[User] = User.objects.filter(is_active=True, person__in=posts.values("person"))
    return set(accounts.order_by("pk").select_for_update().values_list("pk", flat=True))


def _close(actor: Actor, user: User, reason: AccountClosure.Reason, now: datetime) -> AccountClosure:
    user.is_active = False
    user.save(update_fields=["is_active"])
    closure = AccountClosure.objects.create(user=user, reason=reason, closed_at=now, closed_by=actor.name)
    events.publish(AccountClosed(user.pk, reason.value, actor.ref, now))
    ledger.record(
        actor=actor.ref,
        action="identity.close_account",
        subject=f"user:{user.pk}",
        details={"reason": reason.value},
        now=now,
    )
    transaction.on_commit(directory.forget)
    return closure
