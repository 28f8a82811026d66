"""Sessions of people: ended by themselves or by an administrator, at once."""

from __future__ import annotations

from datetime import datetime

from allauth.idp.oidc.models import Token
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from hienluong.directory.service import Actor, User, require
from hienluong.identity.errors import SessionUnknown
from hienluong.identity.models import SignInSession
from hienluong.ledger import service as ledger
from hienluong.ledger.service import ActorRef


def end_sessions(*, actor: Actor | None, user: User, now: datetime) -> int:
    """Ends every session of an account, and its sign-ons to other systems, at once; returns how many sessions.

    Raises:
        PermissionMissing: the actor does not end other people's sessions.
    """
    actor = require(actor, "identity.end_sessions")
    with transaction.atomic():
        ended = delete_sessions(SignInSession.objects.filter(user=user))
        Token.objects.filter(user=user).delete()
        ledger.record(
            actor=actor.ref,
            action="identity.end_sessions",
            subject=f"user:{user.pk}",
            details={"ended": ended},
            now=now,
        )
    return ended


def end_own_session(*, actor: ActorRef, user: User, session_id: int, now: datetime) -> SignInSession:
    """Ends one of a person's own sessions and returns what it was.

    Raises:
        SessionUnknown: it is not a session of this account, or has ended.
    """
    with transaction.atomic():
        session = SignInSession.objects.select_for_update().filter(user=user, pk=session_id).first()
        if session is None:
            raise SessionUnknown
        delete_sessions(SignInSession.objects.filter(pk=session.pk))
        _record_own(actor, user, 1, now)
    return session


def end_own_other_sessions(*, actor: ActorRef, user: User, keep: str, now: datetime) -> int:
    """Ends all of a person's own sessions but the one with the key `keep`; returns how many.

    What other systems hold of the person's sign-on ends too.
    """
    with transaction.atomic():
        ended = delete_sessions(SignInSession.objects.filter(user=user).exclude(session_key=keep))
        Token.objects.filter(user=user).delete()
        _record_own(actor, user, ended, now)
    return ended


def delete_sessions(sessions: QuerySet[SignInSession]) -> int:
    """Ends the sessions in the caller's transaction and returns how many; the caller records it."""
    keys = list(sessions.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    return sessions.delete()[0]


def _record_own(actor: ActorRef, user: User, ended: int, now: datetime) -> None:
    ledger.record(
        actor=actor,
        action="identity.end_own_sessions",
        subject=f"user:{user.pk}",
        details={"ended": ended},
        now=now,
    )
