"""Posts begin and end on days, pass to successors, and end with the person who leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from hienluong.directory import service as directory
from hienluong.directory.errors import (
    AccountClosed,
    AlreadyEnded,
    PersonRefused,
    PostOverlaps,
    PostRefused,
)
from hienluong.directory.events import PersonDeactivated, PostEnded
from hienluong.directory.models import Agency, Leave, Person, Post
from hienluong.directory.service import Actor
from hienluong.kit.events import isolated_listeners, subscribe
from hienluong.ledger.models import QueuedEntry
from hienluong.notices.models import Notice
from hienluong.staff import service as staff
from hienluong.staff.events import PostHandedOver

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Province = Callable[[str], Agency]
Employ = Callable[..., Person]


def _held(person: Person, on: date) -> list[str]:
    assert person.user is not None
    return [post.role for post in directory.posts_of(person.user, on=on)]


def _assign(platform: Actor, person: Person, agency: Agency, now: datetime, **more: Any) -> Post:
    return directory.assign_post(
        actor=platform, person=person, agency=agency, role="clerk", title="Văn thư", now=now, **more
    )


def test_post_dated_in_the_future_is_held_from_that_day_to_its_last(
    employ: Employ, province: Province, platform: Actor, now: datetime, today: date
) -> None:
    person = employ("Lê An")
    _assign(platform, person, province("H50.S01"), now, valid_from=today + 2 * DAY, valid_to=today + 4 * DAY)
    held = {offset: _held(person, today + offset * DAY) for offset in range(6)}
    assert held == {0: [], 1: [], 2: ["clerk"], 3: ["clerk"], 4: [], 5: []}


@pytest.mark.parametrize(
    ("first", "end", "overlaps"),
    [
        (0, 2, False),
        (0, 3, True),
        (2, 3, True),
        (3, 4, True),
        (4, None, False),
        (1, None, True),
        (0, None, True),
    ],
)
def test_same_role_at_the_same_agency_is_held_once_at_a_time(
    employ: Employ,
    province: Province,
    platform: Actor,
    now: datetime,
    today: date,
    first: int,
    end: int | None,
    overlaps: bool,
) -> None:
    person, agency = employ("Lê An"), province("H50.S01")
    _assign(platform, person, agency, now, valid_from=today + 2 * DAY, valid_to=today + 4 * DAY)
    days = {"valid_from": today + first * DAY, "valid_to": None if end is None else today + end * DAY}
    if overlaps:
        with pytest.raises(PostOverlaps):
            _assign(platform, person, agency, now, **days)
    else:
        _assign(platform, person, agency, now, **days)
    _assign(platform, person, province("H50.S02"), now, **days)


def test_everything_wrong_with_a_post_is_named(
    employ: Employ, province: Province, platform: Actor, now: datetime, today: date
) -> None:
    with pytest.raises(PostRefused) as refused:
        directory.assign_post(
            actor=platform,
            person=employ("Lê An"),
            agency=province("H50.S01"),
            role="officer",
            title="x" * 101,
            leads_unit=True,
            valid_from=today,
            valid_to=today,
            now=now,
        )
    assert {error.pointer for error in refused.value.errors} == {"/title", "/unit", "/valid_to"}


def test_end_to_come_may_be_moved_and_a_post_never_begun_is_called_off(
    office: Any, platform: Actor, now: datetime, today: date
) -> None:
    with isolated_listeners():
        ended: list[PostEnded] = []
        subscribe(PostEnded, ended.append)
        directory.end_post(actor=platform, post=office.clerk, valid_to=today + 9 * DAY, now=now)
        assert _held(office.clerk.person, today + 8 * DAY) == ["clerk"]
        directory.end_post(actor=platform, post=office.clerk, now=now)
    assert _held(office.clerk.person, today) == []
    assert [event.ended_on for event in ended] == [today + 9 * DAY, today]
    with pytest.raises(AlreadyEnded):
        directory.end_post(actor=platform, post=office.clerk, now=now)

    coming = _assign(platform, office.clerk.person, office.clerk.agency, now, valid_from=today + 5 * DAY)
    called_off = directory.end_post(actor=platform, post=coming, now=now)
    assert called_off.valid_to == called_off.valid_from
    _assign(platform, office.clerk.person, office.clerk.agency, now, valid_from=today + 4 * DAY)


def test_post_is_not_ended_in_the_past(office: Any, platform: Actor, now: datetime, today: date) -> None:
    with pytest.raises(PostRefused):
        directory.end_post(actor=platform, post=office.clerk, valid_to=today - DAY, now=now)


def test_successor_holds_the_same_post_from_the_day_on_and_is_told(
    office: Any, platform: Actor, now: datetime, today: date, employ: Employ
) -> None:
    moved: list[PostHandedOver] = []
    successor = employ("Mai Thị Ly", ("H50.S02", "officer"))
    staff.enter_leave(
        actor=platform,
        post=office.leader,
        stand_in=None,
        valid_from=today + 5 * DAY,
        valid_to=today + 6 * DAY,
        now=now,
    )
    with isolated_listeners():
        subscribe(PostHandedOver, moved.append)
        taken = staff.hand_over_post(
            actor=platform,
            post=office.leader,
            successor=successor,
            from_day=today + 3 * DAY,
            now=now,
        )

    former = Post.objects.get(pk=office.leader.pk)
    assert (taken.title, taken.unit, taken.leads_unit, taken.role, taken.agency_id) == (
        "Trưởng phòng",
        "Phòng Tổ chức",
        True,
        "officer",
        former.agency_id,
    )
    assert former.valid_to == taken.valid_from == today + 3 * DAY
    assert moved == [PostHandedOver(former.pk, taken.pk, today + 3 * DAY)]
    leave = Leave.objects.get()
    assert leave.valid_to == leave.valid_from
    assert Notice.objects.get(code="staff.handed_over").reader == successor.pk
    assert QueuedEntry.objects.filter(action="staff.hand_over_post").count() == 1


def test_mailbox_notices_follow_agency_and_role_to_the_successor(
    office: Any, platform: Actor, now: datetime, today: date, employ: Employ
) -> None:
    newcomer = employ("Mai Thị Ly")
    directory.end_post(actor=platform, post=office.second_clerk, now=now)
    staff.hand_over_post(actor=platform, post=office.clerk, successor=newcomer, from_day=today + DAY, now=now)
    agency = office.clerk.agency_id
    told = [directory.people_to_tell([agency], ["clerk"], on=day)[agency] for day in (today, today + DAY)]
    assert [[one for one, _ in people] for people in told] == [[office.clerk.person_id], [newcomer.pk]]


def test_post_is_not_handed_over_to_its_holder_nor_in_the_past(
    office: Any, platform: Actor, now: datetime, today: date
) -> None:
    for successor, day in ((office.clerk.person, today), (office.officer.person, today - DAY)):
        with pytest.raises(PostRefused):
            staff.hand_over_post(
                actor=platform, post=office.clerk, successor=successor, from_day=day, now=now
            )
    assert Post.objects.get(pk=office.clerk.pk).valid_to is None


def test_refused_hand_over_leaves_the_post_as_it_was(
    office: Any, platform: Actor, now: datetime, today: date
) -> None:
    with pytest.raises(PostOverlaps):
        staff.hand_over_post(
            actor=platform, post=office.clerk, successor=office.second_clerk.person, from_day=today, now=now
        )
    assert Post.objects.get(pk=office.clerk.pk).valid_to is None


def test_who_leaves_loses_posts_account_and_open_sessions(
    office: Any, administrator: Actor, now: datetime, today: date, signed_in: Callable[[Person], Browser]
) -> None:
    person = office.clerk.person
    browser = signed_in(person)
    assert browser.get("/exchange/inbox/").status_code == 200
    left: list[PersonDeactivated] = []
    with isolated_listeners():
        subscribe(PersonDeactivated, left.append)
        directory.deactivate_person(actor=administrator, person=person, reason="chuyển công tác", now=now)

    assert _held(person, today) == []
    assert browser.get("/exchange/inbox/").headers["Location"].startswith("/sign-in/")
    assert [(event.person_id, event.user_id) for event in left] == [(person.pk, person.user_id)]
    with pytest.raises(AccountClosed):
        _assign(administrator, person, office.clerk.agency, now)


def test_session_of_before_does_not_come_back_with_the_account(
    office: Any, administrator: Actor, now: datetime, signed_in: Callable[[Person], Browser]
) -> None:
    browser = signed_in(office.clerk.person)
    directory.deactivate_person(actor=administrator, person=office.clerk.person, reason="nhầm", now=now)
    person = directory.open_account(actor=administrator, person=office.clerk.person, now=now)
    _assign(administrator, person, office.clerk.agency, now)
    assert browser.get("/exchange/inbox/").headers["Location"].startswith("/sign-in/")


def test_nobody_closes_their_own_account_and_a_reason_is_needed(
    office: Any, administrator: Actor, now: datetime
) -> None:
    own = Person.objects.get(pk=administrator.id)
    for person, reason in ((own, "tự đóng"), (office.clerk.person, "  ")):
        with pytest.raises(PersonRefused):
            directory.deactivate_person(actor=administrator, person=person, reason=reason, now=now)


def test_account_is_opened_once_under_a_free_name(
    office: Any, platform: Actor, now: datetime, employ: Employ
) -> None:
    person = directory.create_person(actor=platform, full_name="Lê Không", now=now)
    with pytest.raises(PersonRefused):
        directory.open_account(
            actor=platform, person=person, username=office.clerk.person.user.username.upper(), now=now
        )
    opened = directory.open_account(actor=platform, person=person, username="lekhong", now=now)
    assert opened.user is not None
    assert not opened.user.has_usable_password()
    with pytest.raises(PersonRefused):
        directory.open_account(actor=platform, person=person, username="khac", now=now)


def test_changed_particulars_are_found_anew_and_the_ledger_keeps_no_value(
    office: Any, platform: Actor, now: datetime
) -> None:
    directory.change_person(
        actor=platform,
        person=office.clerk.person,
        full_name="Lê Thị Út",
        email="ut@example.vn",
        telephone="0233",
        now=now,
    )
    person = Person.objects.get(pk=office.clerk.person_id)
    assert (person.search_key, person.email) == ("le thi ut", "ut@example.vn")
    assert person.user is not None
    assert person.user.email == "ut@example.vn"
    entry = bytes(QueuedEntry.objects.get(action="directory.change_person").entry).decode()
    assert '"changed":["full_name","email","telephone"]' in entry
    assert "Út" not in entry
    assert "ut@example.vn" not in entry
