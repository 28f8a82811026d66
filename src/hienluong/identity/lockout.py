"""Accounts that wait after too many wrong passwords or codes: the counters are allauth's, in the cache all processes share."""

from __future__ import annotations

from datetime import UTC, datetime

from allauth.account import app_settings
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

from hienluong.directory.service import User

_ACTION = "login_failed"


def _counters(key: str) -> list[tuple[str, ratelimit.Rate]]:
    """Returns the cache keys that count failures of one account; those of an address are not among them."""
    rates = ratelimit.get_rates(app="allauth.account", action=_ACTION, config=app_settings.RATE_LIMITS)
    nobody = HttpRequest()  # a rate per key looks at nothing of the request
    return [
        (ratelimit.get_cache_key(nobody, app="allauth.account", action=_ACTION, rate=rate, key=key), rate)
        for rate in rates
        if rate.per == "key"
    ]


def locked_until(username: str) -> datetime | None:
    """Returns until when the account of this name waits, or None while it may try."""
    ends = []
    for counter, rate in _counters(key_of(username)):
        failures: list[float] = cache.get(counter, [])
        if len(failures) >= rate.amount:
            ends.append(failures[rate.amount - 1] + rate.duration)
    return datetime.fromtimestamp(max(ends), UTC) if ends else None


def clear(user: User) -> None:
    """Forgets the failures of an account: wrong passwords and wrong codes."""
    for key in (key_of(user.get_username()), f"mfa-auth-user-{user.pk}"):
        cache.delete_many([counter for counter, _ in _counters(key)])


def key_of(username: str) -> str:
    """Returns under what the failures of a user name are counted.

    allauth adds the host name asked for; a caller chooses that freely, port included, and would get five more
    attempts with each.
    """
    return f"account:{username.lower()}"
