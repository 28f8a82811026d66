"""Sign-in of people: allauth with sign-up closed, every sign-in and refusal in the ledger, one-time sign-ins."""

from __future__ import annotations

import hashlib
import time
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.flows.login import get_authentication_records
from allauth.idp.oidc.models import Token
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import Actor, Person, User, require
from hienluong.identity import lockout, sessions
from hienluong.identity.errors import SignInLinkSpent
from hienluong.identity.events import SignInHandedOut
from hienluong.identity.models import AccountState, OneTimeSignIn, SignInSession
from hienluong.kit import clock, events
from hienluong.kit.ids import new_secret
from hienluong.ledger import service as ledger
from hienluong.ledger.service import ActorRef
from hienluong.notices import service as notices
from hienluong.notices.service import Reader

LOCKOUT_RECORDED_EVERY = 300  # seconds: a machine that keeps trying must not fill the ledger
ONE_TIME_MINUTES = 15


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types for it
    """How allauth behaves here. Accounts are made by administrators only."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The user name or the password is wrong. Check both and try again."),
        "too_many_login_attempts": _(
            "There were too many failed attempts. Wait five minutes and try again, or ask the operator "
            "for a one-time sign-in."
        ),
        "incorrect_password": _("The password is wrong."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Returns that nobody signs up here."""
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Opens the session under a new key, notes it down and records the sign-in."""
        former = request.session.session_key
        super().login(request, user)
        SignInSession.objects.filter(session_key=former).delete()
        sessions.begin(request, now=clock.now())
        self._record(request, user, "identity.sign_in")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Returns whether to ask again who is there; right after signing in we know."""
        records = get_authentication_records(self.request, self.request.user)
        last = max((record["at"] for record in records), default=0.0)
        fresh = time.time() - last < REAUTHENTICATION_TIMEOUT
        return not fresh and bool(super().is_reauthentication_required(app=app, **kwargs))

    def logout(self, request: HttpRequest) -> None:
        """Records the sign-out and closes the session."""
        if request.user.is_authenticated:
            self._record(request, request.user, "identity.sign_out")
            SignInSession.objects.filter(session_key=request.session.session_key).delete()
        super().logout(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuses when there were too many failures (ACCOUNT_RATE_LIMITS), and records that."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            account = _account_named(credentials)
            if cache.add(f"identity.lockout:{account}", value=True, timeout=LOCKOUT_RECORDED_EVERY):
                self._record_refusal(request, account, "too many failures")
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Records a wrong user name or password, and when that was one too many, until when the account waits."""
        account = _account_named(credentials)
        self._record_refusal(request, account, "wrong user name or password")
        until = lockout.locked_until(str(credentials.get("username", "")))
        if account != "unknown" and until is not None:
            AccountState.objects.update_or_create(user_id=int(account), defaults={"locked_until": until})

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:  # noqa: ARG002 - allauth's signature
        return lockout.key_of(str(credentials.get("username", "")))

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Tells who knew the password of a closed account that it is closed, and records that."""
        self._record_refusal(request, str(user.pk), "account closed")
        messages.error(request, _("This account is closed. Ask your administrator."))
        return redirect(settings.LOGIN_URL)

    def _record(self, request: HttpRequest, user: AbstractBaseUser, action: str) -> None:
        ledger.record(
            actor=account_ref(user),
            action=action,
            subject=f"user:{user.pk}",
            details={"ip": self.get_client_ip(request)},
            now=clock.now(),
        )

    def _record_refusal(self, request: HttpRequest, account: str, reason: str) -> None:
        ledger.record_refusal(
            actor=ActorRef("person", "unknown", ""),
            action="identity.sign_in",
            subject=f"user:{account}",
            details={"ip": self.get_client_ip(request), "reason": reason},
            now=clock.now(),
        )


def _account_named(credentials: dict[str, Any]) -> str:
    """Returns the id of the account meant, or "unknown": what was typed is not kept, it may be a password."""
    name = str(credentials.get("username", ""))
    found = User.objects.filter(username__iexact=name).values_list("pk", flat=True).first()
    return "unknown" if found is None else str(found)


def account_ref(user: AbstractBaseUser) -> ActorRef:
    """Returns how the ledger names the holder of an account, before any post is chosen."""
    person = Person.objects.filter(user=user.pk).first()
    if person is None:
        return ActorRef("person", f"user:{user.pk}", user.get_username())
    return ActorRef("person", str(person.pk), person.full_name)


def readers_of(user: User) -> list[Reader]:
    """Returns whom to tell what happened to an account: the person who holds it."""
    return [Reader(person.pk, person.email) for person in Person.objects.filter(user=user)]


def create_one_time_sign_in(
    *, actor: Actor | None, user: User, now: datetime, minutes: int = ONE_TIME_MINUTES
) -> str:
    """Returns a token that signs the account in once within the minutes; only its SHA-256 is kept.

    The link is `/sign-in/once/<token>/`. Former unused tokens of the account end.

    Raises:
        PermissionMissing: the actor does not hand out sign-ins.
    """
    actor = require(actor, "identity.hand_out_sign_in")
    token = new_secret()
    with transaction.atomic():
        OneTimeSignIn.objects.filter(user=user, used_at=None).delete()
        OneTimeSignIn.objects.create(
            token_hash=_hash(token), user=user, expires_at=now + timedelta(minutes=minutes)
        )
        events.publish(SignInHandedOut(user.pk, actor.ref, now))
        if actor.kind == "person":
            notices.tell(
                readers=readers_of(user),
                code="identity.one_time_sign_in",
                values={"by": actor.name, "at": clock.in_vietnam(now).strftime("%d/%m/%Y %H:%M")},
                link=notices.link_at("/account/", now),
                now=now,
            )
        ledger.record(
            actor=actor.ref,
            action="identity.create_one_time_sign_in",
            subject=f"user:{user.pk}",
            details={"minutes": minutes},
            now=now,
        )
    return token


def use_one_time_sign_in(*, token: str, now: datetime) -> User:
    """Spends a one-time sign-in and returns its account; of two at once, one is refused.

    Raises:
        SignInLinkSpent: the token is unknown, was used, is out of date, or its account is closed.
    """
    row = OneTimeSignIn.objects.filter(token_hash=_hash(token)).select_related("user").first()
    if row is None:
        raise SignInLinkSpent
    with transaction.atomic():
        # Conditions on this one table only: a join would become a subquery, which PostgreSQL does not look at
        # again when a second use waited for the first.
        unspent = OneTimeSignIn.objects.filter(pk=row.pk, used_at=None, expires_at__gt=now)
        spent = row.user.is_active and unspent.update(used_at=now)
        if spent:
            ledger.record(
                actor=account_ref(row.user),
                action="identity.use_one_time_sign_in",
                subject=f"user:{row.user_id}",
                details={},
                now=now,
            )
    if not spent:
        ledger.record_refusal(
            actor=ActorRef("person", "unknown", ""),
            action="identity.use_one_time_sign_in",
            subject=f"user:{row.user_id}",
            details={"used": row.used_at is not None, "out_of_date": row.expires_at <= now},
            now=now,
        )
        raise SignInLinkSpent
    return row.user


def sweep_expired(*, now: datetime) -> int:
    """Deletes access tokens, sessions and one-time sign-ins whose time is over, and returns how many.

    Nothing here still opens anything: what it was used for is in the ledger.
    """
    swept = 0
    for rows in (
        Token.objects.filter(expires_at__lte=now),
        Session.objects.filter(expire_date__lte=now),
        SignInSession.objects.exclude(session_key__in=Session.objects.values("session_key")),
    ):
        swept += rows.delete()[0]
    return swept + _sweep_sign_ins(now)


@transaction.atomic
def _sweep_sign_ins(now: datetime) -> int:
    """Deletes one-time sign-ins that are out of date; how to sign in is guarded, so the ledger says that they went."""
    swept = OneTimeSignIn.objects.filter(expires_at__lte=now - timedelta(days=1)).delete()[0]
    if swept:
        ledger.record(
            actor=ActorRef("platform", "sign-in", "sign-in"),
            action="identity.sweep_one_time_sign_ins",
            subject="one-time-sign-ins",
            details={"count": swept},
            now=now,
        )
    return swept


def _hash(token: str) -> str:
    # Looked up by its hash: how long the look-up takes tells nothing about the token.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def client_address(request: HttpRequest) -> str:
    """Returns where a request comes from, as the trusted proxies tell it (HIENLUONG_TRUSTED_PROXIES)."""
    return str(AccountAdapter(request).get_client_ip(request))
