"""The last administrator who can sign in stays, whatever act would shut them out and whoever asks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from hienluong.directory import service as directory
from hienluong.directory.errors import LastAdministrator
from hienluong.directory.models import Person, Post, User
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.staff import service as staff

Acting = Callable[..., Actor]
Employ = Callable[..., Person]
DAY = timedelta(days=1)


def _post(actor: Actor) -> Post:
    return Post.objects.get(pk=actor.post_id)


def _administrators(day: date) -> int:
    return Post.objects.filter(directory.valid_on(day), role="administrator").count()


@pytest.mark.django_db
def test_post_of_the_last_administrator_is_not_ended_now_or_later(
    acting: Acting, platform: Actor, now: datetime
) -> None:
    only, today = acting("H50", "administrator"), clock.in_vietnam(now).date()
    for valid_to in (None, today + 9 * DAY):
        with pytest.raises(LastAdministrator):
            directory.end_post(actor=platform, post=_post(only), valid_to=valid_to, now=now)
    assert _post(only).valid_to is None


@pytest.mark.django_db
def test_post_of_one_of_two_administrators_is_ended(acting: Acting, platform: Actor, now: datetime) -> None:
    one, other = acting("H50", "administrator"), acting("H50", "administrator")
    directory.end_post(actor=platform, post=_post(one), now=now)
    with pytest.raises(LastAdministrator):
        directory.end_post(actor=platform, post=_post(other), now=now)


@pytest.mark.django_db
def test_administrator_who_cannot_sign_in_does_not_count(
    acting: Acting, platform: Actor, now: datetime
) -> None:
    only, closed = acting("H50", "administrator"), acting("H50", "administrator")
    User.objects.filter(person=closed.person_id).update(is_active=False)
    with pytest.raises(LastAdministrator):
        directory.end_post(actor=platform, post=_post(only), now=now)
    directory.end_post(actor=platform, post=_post(closed), now=now)


@pytest.mark.django_db
def test_last_administrator_does_not_leave(acting: Acting, platform: Actor, now: datetime) -> None:
    only = acting("H50", "administrator")
    person = Person.objects.get(pk=only.person_id)
    with pytest.raises(LastAdministrator):
        directory.deactivate_person(actor=platform, person=person, reason="Nghỉ hưu", now=now)
    assert User.objects.get(person=person).is_active

    acting("H50", "administrator")
    directory.deactivate_person(actor=platform, person=person, reason="Nghỉ hưu", now=now)
    assert not User.objects.get(person=person).is_active


@pytest.mark.django_db
def test_last_administrator_hands_the_post_over(
    acting: Acting, employ: Employ, platform: Actor, now: datetime
) -> None:
    only, today = acting("H50", "administrator"), clock.in_vietnam(now).date()
    successor = employ("Lê Kế Nhiệm", ("H50", "officer"))

    staff.hand_over_post(actor=platform, post=_post(only), successor=successor, from_day=today + DAY, now=now)

    assert _administrators(today) == 1
    assert Post.objects.get(directory.valid_on(today + DAY), role="administrator").person_id == successor.pk


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_end_each_others_posts_at_once_leave_one(acting: Acting) -> None:
    now = datetime.now(UTC)
    first, second = acting("H50", "administrator"), acting("H50", "administrator")
    start = threading.Barrier(2)
    results: list[Any] = []

    def end(actor: Actor, of: Actor) -> None:
        start.wait()
        try:
            results.append(directory.end_post(actor=actor, post=_post(of), now=now))
        except LastAdministrator as refusal:
            results.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=end, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(type(result).__name__ for result in results) == ["LastAdministrator", "Post"]
    assert _administrators(clock.in_vietnam(now).date()) == 1
    directory.forget()
