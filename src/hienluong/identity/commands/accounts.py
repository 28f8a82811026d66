"""What administrators do to the accounts of others: unlock them, take away a lost second factor."""

from __future__ import annotations

from datetime import datetime

from allauth.idp.oidc.models import Token
from allauth.mfa.models import Authenticator
from django.db import transaction

from hienluong.directory.service import Actor, Person, User, require
from hienluong.identity import lockout
from hienluong.identity.accounts import readers_of
from hienluong.identity.commands.sessions import delete_sessions
from hienluong.identity.errors import OwnAccount
from hienluong.identity.events import SecondFactorsReset
from hienluong.identity.models import AccountState, SignInSession
from hienluong.kit import clock, events
from hienluong.ledger import service as ledger
from hienluong.notices import service as notices


def unlock_account(*, actor: Actor | None, user: User, now: datetime) -> None:
    """Lets an account that waits after too many failures try again at once.

    Raises:
        PermissionMissing: the actor does not manage sign-in.
    """
    actor = require(actor, "identity.unlock_accounts")
    with transaction.atomic():
        AccountState.objects.filter(user=user).update(locked_until=None)
        ledger.record(
            actor=actor.ref, action="identity.unlock_account", subject=f"user:{user.pk}", details={}, now=now
        )
    lockout.clear(user)


def reset_second_factor(*, actor: Actor | None, user: User, now: datetime) -> int:
    """Takes an account's second factors away because they were lost; its sessions end. Returns how many.

    The person is told, and sets up a new one at the next sign-in where a post asks for it.

    Raises:
        PermissionMissing: the actor does not manage sign-in.
        OwnAccount: it is the actor's own account; a second person does it.
    """
    actor = require(actor, "identity.reset_second_factor")
    if Person.objects.filter(user=user, pk=actor.id).exists() if actor.kind == "person" else False:
        ledger.record_refusal(
            actor=actor.ref,
            action="identity.reset_second_factor",
            subject=f"user:{user.pk}",
            details={"reason": "own account"},
            now=now,
        )
        raise OwnAccount
    with transaction.atomic():
        removed = int(Authenticator.objects.filter(user=user).delete()[0])
        ended = delete_sessions(SignInSession.objects.filter(user=user))
        Token.objects.filter(user=user).delete()
        events.publish(SecondFactorsReset(user.pk, actor.ref, now))
        notices.tell(
            readers=readers_of(user),
            code="identity.second_factor_reset",
            values={"by": actor.name, "at": clock.in_vietnam(now).strftime("%d/%m/%Y %H:%M")},
            link=notices.link_at("/account/", now),
            now=now,
        )
        ledger.record(
            actor=actor.ref,
            action="identity.reset_second_factor",
            subject=f"user:{user.pk}",
            details={"removed": removed, "sessions_ended": ended},
            now=now,
        )
    return removed
