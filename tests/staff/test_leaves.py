"""Somebody is away: who stands in acts in the post while the leave lasts, visibly, and not a moment longer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client as Browser

from hienluong.directory import service as directory
from hienluong.directory.errors import AlreadyEnded, PermissionMissing, PostNotHeld
from hienluong.directory.models import Leave, Person, Post
from hienluong.directory.service import Actor
from hienluong.ledger.models import QueuedEntry
from hienluong.notices.models import Notice
from hienluong.staff import service as staff
from hienluong.staff.errors import LeaveOverlaps, LeaveRefused

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def _posts(post: Post, on: date | None = None) -> list[int]:
    assert post.person.user is not None
    return [row.pk for row in directory.posts_of(post.person.user, on=on)]


def _told(agency: UUID) -> list[tuple[UUID, str]]:
    return directory.people_to_tell([agency], ["clerk"])[agency]


def _enter(actor: Actor, post: Post, stand_in: Post | None, now: datetime, **days: date) -> Leave:
    first = days.get("first", directory.today())
    return staff.enter_leave(
        actor=actor,
        post=post,
        stand_in=stand_in,
        valid_from=first,
        valid_to=days.get("end", first + 3 * DAY),
        now=now,
    )


def test_stand_in_acts_in_the_absent_ones_post_while_the_leave_lasts(
    office: Any, now: datetime, today: date
) -> None:
    _enter(
        office.actor(office.head),
        office.clerk,
        office.second_clerk,
        now,
        first=today + DAY,
        end=today + 3 * DAY,
    )

    own = office.second_clerk.pk
    assert _posts(office.second_clerk, today) == [own]
    assert _posts(office.second_clerk, today + DAY) == [own, office.clerk.pk]
    assert _posts(office.second_clerk, today + 2 * DAY) == [own, office.clerk.pk]
    assert _posts(office.second_clerk, today + 3 * DAY) == [own]
    assert _posts(office.clerk, today + DAY) == [office.clerk.pk]


def test_stand_in_is_named_with_whom_they_stand_in_for_and_keeps_their_own_identity(
    office: Any, now: datetime
) -> None:
    _enter(office.actor(office.head), office.head, office.deputy, now)
    user = office.deputy.person.user

    own, standing = [directory.actor_of(post) for post in directory.posts_of(user)]

    assert own.name == "Trần Thị Bích"
    assert own.ref.acting_for == ""
    assert standing.id == office.deputy.person_id
    assert standing.name == "Trần Thị Bích (thay Nguyễn Văn Hùng)"
    assert standing.standing_in_for == "Nguyễn Văn Hùng"
    assert (standing.role, standing.post_id) == ("head", office.head.pk)
    assert standing.ref.acting_for == f"post:{office.head.pk}"


def test_ledger_names_the_stand_in_and_the_absent_ones_post(office: Any, now: datetime) -> None:
    _enter(office.actor(office.head), office.clerk, office.second_clerk, now)
    user = office.second_clerk.person.user
    directory.switch_post(actor=None, user=user, post_id=office.clerk.pk, now=now)

    entry = json.loads(bytes(QueuedEntry.objects.get(action="directory.switch_post").entry))
    assert entry["actor"] == {
        "kind": "person",
        "id": str(office.second_clerk.person_id),
        "name": "Phạm Văn Dân (thay Lê Thị Cúc)",
        "acting_for": f"post:{office.clerk.pk}",
        "agency": str(office.clerk.agency_id),
    }


def test_entry_of_somebody_in_their_own_post_says_nothing_of_standing_in(office: Any, now: datetime) -> None:
    directory.switch_post(actor=None, user=office.clerk.person.user, post_id=office.clerk.pk, now=now)
    entry = json.loads(bytes(QueuedEntry.objects.get(action="directory.switch_post").entry))
    assert "acting_for" not in entry["actor"]


def test_rights_of_a_stand_in_end_with_the_leave_even_in_an_open_session(
    office: Any, now: datetime, signed_in: Callable[[Person], Browser]
) -> None:
    leave = _enter(office.actor(office.head), office.clerk, office.officer, now)
    browser = signed_in(office.officer.person)
    assert "thay Lê Thị Cúc" in browser.get("/acting-for/").content.decode()
    browser.post("/acting-for/", {"post": office.clerk.pk})
    assert browser.get("/exchange/send/").status_code == 200
    assert "(thay Lê Thị Cúc)" in browser.get("/").content.decode()

    staff.end_leave(actor=office.actor(office.head), leave=leave, now=now)

    assert browser.get("/exchange/send/").status_code == 403
    assert "(thay Lê Thị Cúc)" not in browser.get("/").content.decode()
    with pytest.raises(PostNotHeld):
        directory.switch_post(actor=None, user=office.officer.person.user, post_id=office.clerk.pk, now=now)


def test_rights_of_a_stand_in_end_with_their_own_post(
    office: Any, platform: Actor, now: datetime, today: date
) -> None:
    _enter(office.actor(office.head), office.clerk, office.second_clerk, now)
    directory.end_post(actor=platform, post=office.second_clerk, now=now)
    assert _posts(office.second_clerk, today) == []


def test_rights_of_a_stand_in_end_with_the_absent_ones_post(
    office: Any, platform: Actor, now: datetime, today: date
) -> None:
    _enter(office.actor(office.head), office.clerk, office.second_clerk, now)
    directory.end_post(actor=platform, post=office.clerk, now=now)
    assert _posts(office.second_clerk, today) == [office.second_clerk.pk]


def test_stand_in_is_told_of_the_leave_and_of_what_comes_for_the_role(office: Any, now: datetime) -> None:
    _enter(office.actor(office.head), office.clerk, office.officer, now)

    assert Notice.objects.get().reader == office.officer.person_id
    told = [person for person, _mail in _told(office.clerk.agency_id)]
    assert set(told) == {office.clerk.person_id, office.second_clerk.person_id, office.officer.person_id}


def test_stand_in_is_told_of_every_leave(office: Any, now: datetime, today: date) -> None:
    for first in (today, today + 30 * DAY):
        _enter(office.actor(office.head), office.clerk, office.officer, now, first=first, end=first + DAY)

    assert Notice.objects.filter(code="staff.stand_in", reader=office.officer.person_id).count() == 2


@pytest.mark.parametrize(("first", "end"), [(0, 2), (1, 4), (2, 9), (0, 9), (1, 3)])
def test_leave_that_overlaps_another_is_refused(
    office: Any, now: datetime, today: date, first: int, end: int
) -> None:
    head = office.actor(office.head)
    _enter(head, office.clerk, None, now, first=today + DAY, end=today + 3 * DAY)
    with pytest.raises(LeaveOverlaps):
        _enter(head, office.clerk, None, now, first=today + first * DAY, end=today + end * DAY)
    assert Leave.objects.count() == 1


def test_leaves_that_touch_are_two_and_a_called_off_one_is_none(
    office: Any, now: datetime, today: date
) -> None:
    head = office.actor(office.head)
    first = _enter(head, office.clerk, None, now, first=today + DAY, end=today + 3 * DAY)
    _enter(head, office.clerk, None, now, first=today + 3 * DAY, end=today + 4 * DAY)
    staff.end_leave(actor=head, leave=first, now=now)
    _enter(head, office.clerk, office.second_clerk, now, first=today, end=today + 3 * DAY)
    assert Leave.objects.count() == 3


def test_who_is_away_cannot_stand_in(office: Any, now: datetime) -> None:
    head = office.actor(office.head)
    _enter(head, office.second_clerk, None, now)
    with pytest.raises(LeaveRefused) as refused:
        _enter(head, office.clerk, office.second_clerk, now)
    assert [error.pointer for error in refused.value.errors] == ["/stand_in"]


def test_everything_wrong_with_a_leave_is_named_at_once(
    office: Any, now: datetime, today: date, give: Callable[..., Post]
) -> None:
    elsewhere = give("Đỗ Văn Lạ", "clerk", "H50.S02")
    with pytest.raises(LeaveRefused) as refused:
        _enter(office.actor(office.head), office.clerk, elsewhere, now, first=today - DAY, end=today - DAY)
    assert {error.pointer for error in refused.value.errors} == {"/valid_from", "/valid_to", "/stand_in"}


def test_nobody_names_themself(office: Any, now: datetime) -> None:
    with pytest.raises(LeaveRefused):
        _enter(office.actor(office.clerk), office.second_clerk, office.clerk, now)
    with pytest.raises(LeaveRefused):
        _enter(office.actor(office.head), office.clerk, office.clerk, now)


def test_clerk_stands_in_for_no_head(office: Any, now: datetime) -> None:
    with pytest.raises(LeaveRefused):
        _enter(office.actor(office.head), office.head, office.clerk, now)


def test_leaves_are_entered_by_whom_the_table_says_and_at_the_own_agency_only(
    office: Any, now: datetime, give: Callable[..., Post], administrator: Actor
) -> None:
    stranger = give("Đỗ Văn Lạ", "head", "H50.S02")
    for actor in (office.actor(stranger), office.actor(office.officer), office.actor(office.clerk)):
        with pytest.raises(PermissionMissing):
            _enter(actor, office.deputy, None, now)
    for post in (office.clerk, office.officer):
        _enter(office.actor(office.second_clerk), post, None, now)
    _enter(administrator, office.head, office.deputy, now)


def test_leave_that_is_over_is_not_ended_again(office: Any, now: datetime) -> None:
    head = office.actor(office.head)
    leave = _enter(head, office.clerk, None, now)
    staff.end_leave(actor=head, leave=leave, now=now)
    with pytest.raises(AlreadyEnded):
        staff.end_leave(actor=head, leave=leave, now=now)
    with pytest.raises(PermissionMissing):
        staff.end_leave(actor=office.actor(office.officer), leave=leave, now=now)


def test_acting_posts_cost_one_query_however_many(
    office: Any, now: datetime, django_assert_num_queries: Any
) -> None:
    head = office.actor(office.head)
    for absent in (office.officer, office.leader, office.colleague):
        _enter(head, absent, office.deputy, now)
    with django_assert_num_queries(1):
        assert len(directory.posts_of(office.deputy.person.user)) == 4
