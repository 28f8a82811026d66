"""Sessions of people: seen, told apart, and ended at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Person, Post
from hienluong.directory.service import Actor
from hienluong.identity import service as identity
from hienluong.identity.models import SignInSession

pytestmark = pytest.mark.django_db
Employ = Callable[..., Person]


@pytest.mark.parametrize("role", [role.value for role in Post.Role if role != Post.Role.ADMINISTRATOR])
def test_sessions_of_others_are_ended_by_administrators_only(
    role: str, acting: Callable[..., Actor], employ: Employ, now: datetime
) -> None:
    person = employ("Phan Vận")
    with pytest.raises(PermissionMissing):
        identity.end_sessions(actor=acting("H50.S01", role), user=person.user, now=now)  # type: ignore[arg-type]  # employed with an account


def test_ending_all_sessions_of_an_account_deletes_them_and_no_other(
    employ: Employ, acting: Callable[..., Actor], signed_in: Any, now: datetime
) -> None:
    victim, other = employ("Phan Vận", ("H50.VP", "clerk")), employ("Lê An", ("H50.VP", "clerk"))
    browsers = [signed_in(victim), signed_in(victim), signed_in(other)]
    for browser in browsers:
        assert browser.get("/acting-for/").status_code == 200
    assert SignInSession.objects.filter(user=victim.user).count() == 2

    assert victim.user is not None
    ended = identity.end_sessions(actor=acting("H50", "administrator"), user=victim.user, now=now)

    assert ended == 2
    assert [browser.get("/acting-for/").status_code for browser in browsers] == [302, 302, 200]
    assert Session.objects.count() == 1
