"""Passwords: changed by their owner, or forgotten and set anew through a link sent by mail."""

from __future__ import annotations

from datetime import datetime

from allauth.idp.oidc.models import Token
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from hienluong.directory.service import User
from hienluong.identity import lockout
from hienluong.identity.commands.sessions import delete_sessions
from hienluong.identity.errors import PasswordRefused
from hienluong.identity.models import AccountState, SignInSession
from hienluong.jobs import service as jobs
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.ledger.service import ActorRef


def change_own_password(
    *, actor: ActorRef, user: User, present: str | None, password: str, keep: str | None, now: datetime
) -> None:
    """Gives a person's own account a new password; every session but the one with the key `keep` ends.

    Args:
        actor: the person.
        user: their account.
        present: the present password; None when the person has proved in another way who they are (a link by mail).
        password: the new one.
        keep: key of the session that stays open.
        now: the moment.

    Raises:
        PasswordRefused: the present password is wrong, or the new one breaks a rule.
    """
    errors = _check(user, present, password)
    if errors:
        ledger.record_refusal(
            actor=actor,
            action="identity.change_own_password",
            subject=f"user:{user.pk}",
            details={"fields": sorted({error.pointer for error in errors})},
            now=now,
        )
        raise PasswordRefused(errors)
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        AccountState.objects.filter(user=user).update(must_change_password=False, locked_until=None)
        ended = delete_sessions(SignInSession.objects.filter(user=user).exclude(session_key=keep or ""))
        Token.objects.filter(user=user).delete()
        ledger.record(
            actor=actor,
            action="identity.change_own_password",
            subject=f"user:{user.pk}",
            details={"sessions_ended": ended, "by_mail": present is None},
            now=now,
        )
    lockout.clear(user)


def _check(user: User, present: str | None, password: str) -> list[FieldError]:
    if present is not None and not user.check_password(present):
        return [FieldError("/present", _("The present password is wrong."))]
    if user.has_usable_password() and user.check_password(password):
        return [FieldError("/password", _("This is the present password. Choose another."))]
    try:
        validate_password(password, user)
    except ValidationError as problem:
        return [FieldError("/password", message) for message in problem.messages]
    return []


def ask_for_password_link(*, username: str, now: datetime) -> None:
    """Queues the mail with a link for setting a new password, if there is such an account with an address.

    Whether there is one shows neither in the answer nor in the time it takes: the same look-up and the same job are
    made in every case; the job finds out later.
    """
    user = User.objects.filter(username__iexact=username, is_active=True).only("pk").first()
    pk = user.pk if user else 0
    with transaction.atomic():
        jobs.defer("identity.mail_password_link", user_id=pk)
        ledger.record(
            actor=ActorRef("person", "unknown", ""),
            action="identity.ask_for_password_link",
            subject=f"user:{pk or 'unknown'}",
            details={},
            now=now,
        )
