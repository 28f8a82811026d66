"""Secrets of systems: made, shown once, kept as argon2 hashes, and checked at one price whoever asks."""

from __future__ import annotations

import functools
import re
import secrets
from datetime import datetime

from django.contrib.auth.hashers import check_password, get_hasher, make_password
from django.db.models import Q

from hienluong.directory.service import valid_on
from hienluong.kit import clock
from hienluong.kit.ids import REFERENCE_ALPHABET, new_secret
from hienluong.systems.models import AgencySystem, SystemSecret

PREFIX = "hlk"
"""Marks a secret of ours, so that scanners of source code and logs can find one that leaked."""

KEY_ID_LETTERS = 8
_SECRET = re.compile(rf"{PREFIX}_([{REFERENCE_ALPHABET}]{{{KEY_ID_LETTERS}}})_[\w-]{{43}}", re.ASCII)


def new_key() -> tuple[str, str]:
    """Returns the public name of a new key and its secret, `hlk_<key id>_<256 random bits>`."""
    key_id = "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(KEY_ID_LETTERS))
    return key_id, f"{PREFIX}_{key_id}_{new_secret()}"


def good_at(now: datetime) -> Q:
    """Returns the condition "opens something at this moment" for secrets."""
    return Q(ends_at=None) | Q(ends_at__gt=now)


def find_secret(*, client_id: str, secret: str, now: datetime) -> SystemSecret | None:
    """Returns the secret that was claimed, with its system, or None.

    Every claim costs one query and one argon2 hash, whether the client, the key or neither exists, and argon2
    compares in constant time: how long an answer takes tells nothing about what exists.
    """
    named = _SECRET.fullmatch(secret)
    row = (
        SystemSecret.objects.filter(good_at(now), key_id=named[1] if named else "", system__client=client_id)
        .filter(system__in=AgencySystem.objects.filter(valid_on(clock.in_vietnam(now).date())))
        .select_related("system__client")
        .first()
    )
    matches = check_password(secret, row.hash if row else _hash_of_nobody(*_cost()))
    return row if matches else None


def _cost() -> tuple[int, int, int]:
    """Returns what a hash costs today, so that the one for nobody costs the same."""
    hasher = get_hasher()
    return hasher.time_cost, hasher.memory_cost, hasher.parallelism  # type: ignore[attr-defined]  # argon2's


@functools.lru_cache(maxsize=2)
def _hash_of_nobody(*cost: int) -> str:  # noqa: ARG001 - the key of the cache
    return make_password(new_secret())
