"""Which browsers a person is signed in with: one row per session, kept true while it is used."""

from __future__ import annotations

from datetime import datetime

from allauth.account.adapter import get_adapter
from django.db import transaction
from django.http import HttpRequest

from hienluong.identity.models import AccountState, SignInSession

MUST_CHANGE_PASSWORD = "identity.must_change_password"  # noqa: S105 - the key of a flag in the session
_SEEN = "identity.seen"
SEEN_EVERY = 300
"""Seconds between two writes of "last seen": a page must not cost a write."""


def keep(request: HttpRequest, *, now: datetime) -> None:
    """Notes that the session of this request is in use; writes at most every `SEEN_EVERY` seconds.

    A session seen for the first time is noted down with its browser and address.
    """
    if now.timestamp() - request.session.get(_SEEN, 0) < SEEN_EVERY:
        return
    begin(request, now=now)


def begin(request: HttpRequest, *, now: datetime) -> None:
    """Notes down the session of this request under its present key."""
    if not request.session.session_key:
        request.session.save()
    first, user_id = _SEEN not in request.session, int(request.session["_auth_user_id"])
    request.session[_SEEN] = now.timestamp()
    with transaction.atomic():
        if first:
            state = AccountState.objects.filter(user=user_id, must_change_password=True)
            request.session[MUST_CHANGE_PASSWORD] = state.exists()
        SignInSession.objects.update_or_create(
            session_key=request.session.session_key,
            defaults={"user_id": user_id, "last_seen_at": now, **_where(request)},
            create_defaults={
                "user_id": user_id,
                "started_at": now,
                "last_seen_at": now,
                **_where(request),
            },
        )


def move(request: HttpRequest, *, former: str | None) -> None:
    """Follows a session whose key was changed, as after a change of the password."""
    SignInSession.objects.filter(session_key=former).update(session_key=request.session.session_key)
    request.session[MUST_CHANGE_PASSWORD] = False


def _where(request: HttpRequest) -> dict[str, str | None]:
    return {
        "address": get_adapter(request).get_client_ip(request) or None,
        "device": request.headers.get("User-Agent", "")[:300],
    }
