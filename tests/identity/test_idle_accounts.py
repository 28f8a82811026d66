"""Accounts that nobody uses are closed after 45 days; the last administrator stays."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from hienluong.directory import service as directory
from hienluong.directory.errors import LastAdministrator, PermissionMissing
from hienluong.directory.models import Person, User
from hienluong.directory.service import Actor
from hienluong.identity import commands as identity
from hienluong.identity.errors import AccountStateRefused
from hienluong.identity.models import AccountClosure, SignInSession
from hienluong.ledger.models import QueuedEntry
from hienluong.notices.models import Notice

Acting = Callable[..., Actor]
Employ = Callable[..., Person]
DAY = timedelta(days=1)


def _user(person: Person | Actor) -> User:
    pk = person.pk if isinstance(person, Person) else person.person_id
    return User.objects.get(person=pk)


def _signed_in_last(person: Person | Actor, at: datetime) -> None:
    User.objects.filter(pk=_user(person).pk).update(last_login=at)


@pytest.mark.django_db
def test_account_is_closed_after_45_days_and_not_before(employ: Employ, now: datetime) -> None:
    idle, used = employ("Lê Nhàn", ("H50.S01", "clerk")), employ("Lê Bận", ("H50.S01", "clerk"))
    _signed_in_last(idle, now)
    _signed_in_last(used, now + DAY)

    assert identity.close_idle_accounts(now=now + 45 * DAY - timedelta(seconds=1)) == 0
    assert identity.close_idle_accounts(now=now + 45 * DAY) == 1

    assert not _user(idle).is_active
    assert _user(used).is_active
    closure = AccountClosure.objects.get()
    assert (closure.user_id, closure.reason) == (_user(idle).pk, "idle")


@pytest.mark.django_db
def test_account_that_never_signed_in_counts_from_its_making(employ: Employ, now: datetime) -> None:
    person = employ("Lê Mới", ("H50.S01", "clerk"))

    assert identity.close_idle_accounts(now=now + 44 * DAY) == 0
    assert identity.close_idle_accounts(now=now + 45 * DAY) == 1
    assert not _user(person).is_active


@pytest.mark.django_db
def test_session_that_is_in_use_counts_as_use(employ: Employ, signed_in: Any, now: datetime) -> None:
    person = employ("Lê Bận", ("H50.S01", "clerk"))
    signed_in(person).get("/directory/calendar/")
    _signed_in_last(person, now)
    SignInSession.objects.update(last_seen_at=now + 10 * DAY)

    assert identity.close_idle_accounts(now=now + 54 * DAY) == 0
    assert identity.close_idle_accounts(now=now + 55 * DAY) == 1


@pytest.mark.django_db
def test_person_is_warned_once_seven_days_before(employ: Employ, now: datetime) -> None:
    person = employ("Lê Nhàn", ("H50.S01", "clerk"))

    identity.close_idle_accounts(now=now + 37 * DAY)
    assert not Notice.objects.filter(code="identity.idle_warning").exists()
    identity.close_idle_accounts(now=now + 38 * DAY)
    identity.close_idle_accounts(now=now + 39 * DAY)

    warning = Notice.objects.get(code="identity.idle_warning")
    assert (warning.reader, warning.values) == (person.pk, {"day": "08/01/2027"})


@pytest.mark.django_db
def test_last_administrator_stays_however_idle(acting: Acting, now: datetime) -> None:
    older, newer = acting("H50", "administrator"), acting("H50", "administrator")
    _signed_in_last(older, now)
    _signed_in_last(newer, now + DAY)

    assert identity.close_idle_accounts(now=now + 100 * DAY) == 1
    assert identity.close_idle_accounts(now=now + 200 * DAY) == 0

    assert not _user(older).is_active
    assert _user(newer).is_active


@pytest.mark.django_db
def test_last_administrator_is_not_closed_by_hand(acting: Acting, platform: Actor, now: datetime) -> None:
    only = acting("H50", "administrator")
    with pytest.raises(LastAdministrator):
        identity.close_account(actor=platform, user=_user(only), now=now)
    assert _user(only).is_active


@pytest.mark.django_db
def test_reopened_account_counts_from_then_and_is_recorded(
    acting: Acting, employ: Employ, now: datetime
) -> None:
    administrator, person = acting("H50", "administrator"), employ("Lê Nhàn", ("H50.S01", "clerk"))
    _signed_in_last(administrator, now + 60 * DAY)
    identity.close_idle_accounts(now=now + 45 * DAY)

    identity.reopen_account(actor=administrator, user=_user(person), now=now + 50 * DAY)

    assert identity.close_idle_accounts(now=now + 94 * DAY) == 0
    assert identity.close_idle_accounts(now=now + 95 * DAY) == 1
    assert QueuedEntry.objects.filter(action="identity.reopen_account").count() == 1
    with pytest.raises(PermissionMissing):
        identity.reopen_account(actor=acting("H50.S01", "head"), user=_user(person), now=now)


@pytest.mark.django_db
def test_closed_account_is_not_closed_twice(employ: Employ, platform: Actor, now: datetime) -> None:
    person = employ("Lê An", ("H50.S01", "clerk"))
    identity.close_account(actor=platform, user=_user(person), now=now)
    with pytest.raises(AccountStateRefused):
        identity.close_account(actor=platform, user=_user(person), now=now)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_close_each_other_at_once_leave_one(acting: Acting) -> None:
    now = datetime.now(UTC)
    first, second = acting("H50", "administrator"), acting("H50", "administrator")
    ids = {first: _user(first), second: _user(second)}
    results = _at_once(
        lambda: identity.close_account(actor=first, user=ids[second], now=now),
        lambda: identity.close_account(actor=second, user=ids[first], now=now),
    )

    assert sorted(type(result).__name__ for result in results) == ["AccountClosure", "LastAdministrator"]
    assert User.objects.filter(is_active=True, pk__in=[user.pk for user in ids.values()]).count() == 1
    directory.forget()


@pytest.mark.django_db
def test_closing_ends_what_is_open_at_once(
    employ: Employ, platform: Actor, now: datetime, signed_in: Any
) -> None:
    person = employ("Lê An", ("H50.S01", "clerk"))
    browser = signed_in(person)
    assert browser.get("/directory/calendar/").status_code == 200
    assert SignInSession.objects.filter(user=person.user).count() == 1

    identity.close_account(actor=platform, user=_user(person), now=now)

    assert not SignInSession.objects.filter(user=person.user).exists()
    assert browser.get("/directory/calendar/").status_code == 302


@pytest.mark.django_db
def test_page_closes_an_account_lists_it_and_opens_it_again(
    acting: Acting, employ: Employ, signed_in: Any
) -> None:
    administrator = acting("H50", "administrator")
    person = employ("Lê Thị Khóa", ("H50.S01", "clerk"))
    browser = signed_in(Person.objects.get(pk=administrator.person_id))
    place = f"/accounts/{_user(person).pk}/"

    assert browser.post(f"{place}close/").status_code == 302
    assert not _user(person).is_active
    assert person.full_name in browser.get("/accounts/?state=closed").content.decode()
    assert "quản trị viên khóa" in browser.get(place).content.decode(), "by whom and why"

    assert browser.post(f"{place}reopen/").status_code == 302
    assert _user(person).is_active
    assert person.full_name not in browser.get("/accounts/?state=closed").content.decode()
    assert browser.post(f"{place}reopen/").status_code == 409
    assert browser.post(f"/accounts/{_user(administrator).pk}/close/").status_code == 409, "the last one"


@pytest.mark.django_db
def test_account_of_who_leaves_is_noted_as_closed_and_as_open_when_it_opens_again(
    employ: Employ, platform: Actor, now: datetime
) -> None:
    person = employ("Lê An", ("H50.S01", "clerk"))
    directory.deactivate_person(actor=platform, person=person, reason="Nghỉ hưu", now=now)
    directory.deactivate_person(actor=platform, person=person, reason="Lần nữa", now=now)
    closure = AccountClosure.objects.get()
    assert (closure.user_id, closure.reason, closure.reopened_at) == (_user(person).pk, "left", None)

    directory.open_account(actor=platform, person=person, now=now + 30 * DAY)

    closure.refresh_from_db()
    assert closure.reopened_at == now + 30 * DAY
    assert identity.close_idle_accounts(now=now + 74 * DAY) == 0, "its time counts from the opening"


def _at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Returns what each act gave or raised, done by threads that start together."""
    start, results = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        start.wait()
        try:
            results.append(act())
        except Exception as problem:  # noqa: BLE001 - the error is the result
            results.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
