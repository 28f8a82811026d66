"""People are found without diacritics, in Vietnamese order, page by page, and only by those who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from hienluong.directory import service as directory
from hienluong.directory.models import Agency, Person, Post
from hienluong.directory.service import Actor
from hienluong.staff import queries
from hienluong.staff.errors import PersonUnknown

pytestmark = pytest.mark.django_db
LOOK = 4
"""Statements that a new look costs: its mark and its entry, together or not at all; one that goes on costs three."""


def _names(actor: Actor, text: str = "", **filters: Any) -> list[str]:
    return [person.full_name for person in queries.search_people(actor, text, **filters).items]


@pytest.fixture
def town(employ: Callable[..., Person], platform: Actor, now: datetime) -> dict[str, Person]:
    """People at two agencies, and one without a post or an account."""
    people = {
        "an": employ("Đặng Thị Ẩn", ("H50.S01", "clerk"), email="an.dang@example.vn"),
        "binh": employ("Nguyễn Văn Bình", ("H50.C18880", "head")),
        "anh": employ("Nguyễn Thị Ánh", ("H50.S01", "head"), ("H50.C18880", "officer")),
        "none": directory.create_person(
            actor=platform, full_name="Lê Vô Danh", telephone="0233.3852-777", now=now
        ),
    }
    left = employ("Trần Đã Nghỉ", ("H50.S01", "officer"))
    directory.deactivate_person(actor=platform, person=left, reason="nghỉ hưu", now=now)
    return people | {"left": left}


def test_people_come_in_the_order_of_their_given_names(town: dict[str, Person], administrator: Actor) -> None:
    assert _names(administrator) == [
        "Nguyễn Thị Ánh",
        "Đặng Thị Ẩn",
        "Nguyễn Văn Bình",
        "Lê Vô Danh",
        "Trần Đã Nghỉ",
        "Quản Trị Viên",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("dang an", ["Đặng Thị Ẩn"]),
        ("ĐẶNG", ["Đặng Thị Ẩn"]),
        ("0233 3852", ["Lê Vô Danh"]),
        ("02333852777", ["Lê Vô Danh"]),
        ("an.dang@", ["Đặng Thị Ẩn"]),
        ("phuong dong hoi", ["Nguyễn Thị Ánh", "Nguyễn Văn Bình"]),
        ("nguyen so noi vu", ["Nguyễn Thị Ánh"]),
        ("100%", []),
        ("_", []),
        ("khong ai", []),
    ],
)
def test_words_are_looked_for_in_name_mail_telephone_and_agency(
    town: dict[str, Person], administrator: Actor, text: str, found: list[str]
) -> None:
    assert _names(administrator, text) == found


def test_filters_narrow_by_role_agency_and_account(
    town: dict[str, Person], administrator: Actor, province: Callable[[str], Agency]
) -> None:
    assert _names(administrator, role="head") == ["Nguyễn Thị Ánh", "Nguyễn Văn Bình"]
    assert _names(administrator, role="head", agency=province("H50.C18880").pk) == ["Nguyễn Văn Bình"]
    assert _names(administrator, account="closed") == ["Trần Đã Nghỉ"]
    assert _names(administrator, account="none") == ["Lê Vô Danh"]


def test_others_see_their_own_agency_and_no_accounts(
    town: dict[str, Person], acting: Callable[..., Actor]
) -> None:
    clerk = acting("H50.S01", "clerk")
    page = queries.search_people(clerk, account="closed")
    assert {person.full_name for person in page.items} == {
        "Đặng Thị Ẩn",
        "Nguyễn Thị Ánh",
        "Trần Đã Nghỉ",
        "Trần Thị Lựu",
    }
    assert [post.agency.name for person in page.items for post in getattr(person, "current_posts", [])].count(
        "Ủy ban nhân dân phường Đồng Hới"
    ) == 0
    with pytest.raises(PersonUnknown):
        queries.person_view(clerk, town["binh"].pk)
    assert [post.role for post in queries.person_view(clerk, town["anh"].pk).posts] == ["head"]


@pytest.mark.parametrize(("role", "shown"), [("administrator", 1), ("clerk", 0)])
def test_page_shows_accounts_to_whoever_sees_everybody(
    acting: Callable[..., Actor], signed_in: Callable[[Person], Client], role: str, shown: int
) -> None:
    person = Person.objects.get(pk=acting("H50.S01", role).person_id)
    page = signed_in(person).get("/staff/people/", headers={"accept-language": "en"}).content.decode()
    assert page.count('name="account"') == page.count('<th scope="col">Account</th>') == shown


def test_auditor_sees_everybody(town: dict[str, Person], acting: Callable[..., Actor]) -> None:
    assert len(_names(acting("H50.S02", "auditor"))) == 6


def test_pages_follow_one_another_without_gap_or_repeat(
    town: dict[str, Person], administrator: Actor
) -> None:
    seen, cursor = [], None
    while True:
        page = queries.search_people(administrator, after=cursor, limit=2)
        seen += [person.full_name for person in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == _names(administrator)
    assert _names(administrator, after="damaged") == []


def test_list_costs_the_same_however_long(
    town: dict[str, Person], administrator: Actor, give: Callable[..., Post], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2 + LOOK):
        queries.search_people(administrator, "n")
    for number in range(12):
        give(f"Nguyễn Văn N{number}", "officer")
    with django_assert_num_queries(2 + LOOK):
        queries.search_people(administrator, "n")


def test_person_costs_the_same_however_many_posts(
    office: Any,
    administrator: Actor,
    platform: Actor,
    now: datetime,
    province: Callable[[str], Agency],
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(3 + LOOK):
        queries.person_view(administrator, office.clerk.person_id)
    for day in range(1, 6):
        directory.assign_post(
            actor=platform,
            person=office.clerk.person,
            agency=province("H50.S02"),
            role="clerk",
            title="T",
            valid_from=directory.today() + timedelta(days=2 * day),
            valid_to=directory.today() + timedelta(days=2 * day + 1),
            now=now,
        )
    with django_assert_num_queries(3 + LOOK - 1):
        assert len(queries.person_view(administrator, office.clerk.person_id).posts) == 6
