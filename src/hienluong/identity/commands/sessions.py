"""Sessions of people: ended by themselves or by an administrator, at once."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction

from hienluong.directory.service import User
from hienluong.ledger import service as ledger
from hienluong.ledger.service import ActorRef


def end_own_other_sessions(*, actor: ActorRef, user: User, keep: str, now: datetime) -> int:
    """Ends all of a person's own sessions but the one with the key `keep`; returns how many."""
    with transaction.atomic():
        ended = 0
        for session in Session.objects.filter(expire_date__gt=now).exclude(session_key=keep).iterator():
            if session.get_decoded().get(SESSION_KEY) == str(user.pk):
                session.delete()
                ended += 1
        ledger.record(
            actor=actor,
            action="identity.end_own_sessions",
            subject=f"user:{user.pk}",
            details={"ended": ended},
            now=now,
        )
    return ended
