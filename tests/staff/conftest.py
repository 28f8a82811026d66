"""The people of these specifications are those of the directory's, at Sở Nội vụ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from tests.directory.conftest import *  # noqa: F403 - its cast, whole

from hienluong.directory import service as directory
from hienluong.directory.models import Agency, Person, Post
from hienluong.directory.service import Actor
from hienluong.kit import clock

HOME_AFFAIRS, FINANCE = "H50.S01", "H50.S02"


@pytest.fixture
def now() -> datetime:
    """These specifications play today: whether somebody is away is judged by the present day."""
    return clock.now()


@pytest.fixture
def today(now: datetime) -> date:
    """The day on which these specifications play."""
    return clock.in_vietnam(now).date()


@dataclass(frozen=True, slots=True)
class Office:
    """Sở Nội vụ: who works there, by role, each with one post."""

    head: Post
    deputy: Post
    clerk: Post
    second_clerk: Post
    officer: Post
    leader: Post
    colleague: Post

    def actor(self, post: Post) -> Actor:
        """Returns who the holder of a post is when they act in it."""
        assert post.person.user is not None
        return next(
            directory.actor_of(row)
            for row in directory.posts_of(post.person.user)
            if row.pk == post.pk and getattr(row, "stand_in", None) is None
        )


@pytest.fixture
def give(province: Callable[[str], Agency], platform: Actor, now: datetime) -> Callable[..., Post]:
    """Records a person with one post; gives the post."""
    count = iter(range(1, 1000))

    def give_post(name: str, role: str, code: str = HOME_AFFAIRS, **more: object) -> Post:
        person = directory.create_person(
            actor=platform, full_name=name, username=f"staff{next(count)}", now=now
        )
        return directory.assign_post(
            actor=platform,
            person=person,
            agency=province(code),
            role=role,
            title=str(more.pop("title", f"{role} {code}")),
            now=now,
            **more,  # type: ignore[arg-type]  # what assign_post takes besides
        )

    return give_post


@pytest.fixture
def office(give: Callable[..., Post]) -> Office:
    """The people of Sở Nội vụ."""
    return Office(
        head=give("Nguyễn Văn Hùng", "head", title="Giám đốc"),
        deputy=give("Trần Thị Bích", "deputy", title="Phó Giám đốc"),
        clerk=give("Lê Thị Cúc", "clerk", title="Văn thư"),
        second_clerk=give("Phạm Văn Dân", "clerk", title="Văn thư"),
        officer=give("Hoàng Thị Én", "officer", title="Chuyên viên"),
        leader=give("Võ Văn Giang", "officer", title="Trưởng phòng", unit="Phòng Tổ chức", leads_unit=True),
        colleague=give("Bùi Thị Hoa", "officer", title="Phó Trưởng phòng", unit="Phòng Tổ chức"),
    )


@pytest.fixture
def administrator(employ: Callable[..., Person]) -> Actor:
    """An administrator of the province."""
    person = employ("Quản Trị Viên", ("H50", "administrator"))
    assert person.user is not None
    return directory.actor_of(directory.posts_of(person.user)[0])
