"""A table of people is imported whole or not at all, whatever is handed in."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Agency, Person, Post
from hienluong.directory.service import Actor
from hienluong.staff import service as staff
from hienluong.staff.errors import PeopleRefused
from hienluong.staff.formats.people_csv import MAX_BYTES, MAX_ROWS, TableUnreadable, read_people

HEAD = "full_name,username,email,telephone,agency_code,role,title,unit,leads_unit,valid_from\n"
TWO = (
    HEAD
    + "Nguyễn Thị Lan,lan,lan@example.vn,0233 3852 777,H50.S01,clerk,Văn thư,,,\n"
    + "Nguyễn Thị Lan,lan,,,H50.S02,officer,Chuyên viên,Phòng Tổ chức,x,2026-12-01\n"
    + "Trần Văn Minh,minh,,,H50.C18880,head,Chủ tịch,,,\n"
)


def _pointers(refused: pytest.ExceptionInfo[PeopleRefused]) -> list[str]:
    return [error.pointer for error in refused.value.errors]


@pytest.mark.django_db
def test_rows_become_people_with_their_posts(
    province: Callable[[str], Agency], platform: Actor, now: datetime
) -> None:
    done = staff.import_people(actor=platform, content=TWO.encode(), now=now)

    assert (done.people, done.posts, done.unchanged) == (2, 3, 0)
    lan = Person.objects.get(user__username="lan")
    assert not lan.user or not lan.user.has_usable_password()
    assert [(post.role, post.unit, post.leads_unit) for post in lan.posts.order_by("pk")] == [
        ("clerk", "", False),
        ("officer", "Phòng Tổ chức", True),
    ]


@pytest.mark.django_db
def test_same_table_again_changes_nothing(
    province: Callable[[str], Agency], platform: Actor, now: datetime
) -> None:
    staff.import_people(actor=platform, content=TWO.encode(), now=now)
    done = staff.import_people(actor=platform, content=TWO.encode(), now=now)
    assert (done.people, done.posts, done.unchanged) == (0, 0, 3)
    assert (Person.objects.count(), Post.objects.count()) == (2, 3)


@pytest.mark.django_db
def test_dry_run_says_what_would_be_done_and_does_nothing(
    province: Callable[[str], Agency], platform: Actor, now: datetime
) -> None:
    done = staff.import_people(actor=platform, content=TWO.encode(), now=now, dry_run=True)
    assert (done.people, done.posts, done.dry_run) == (2, 3, True)
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_one_wrong_row_keeps_all_out_and_every_fault_is_named(
    province: Callable[[str], Agency], platform: Actor, now: datetime
) -> None:
    wrong = (
        TWO
        + "Lê Xấu,bad name!,no-mail,,H99.99,emperor,T,,maybe,31/12/2026\nHoàng Y,lan,,,H50.S01,head,Giám đốc,,,\n"
    )
    with pytest.raises(PeopleRefused) as refused:
        staff.import_people(actor=platform, content=wrong.encode(), now=now)
    assert _pointers(refused) == [
        "/4/agency_code",
        "/4/role",
        "/4/leads_unit",
        "/4/valid_from",
        "/5/full_name",
    ]
    assert not Person.objects.exists()


@pytest.mark.django_db
def test_refusals_of_the_commands_stand_at_their_cells(
    province: Callable[[str], Agency], platform: Actor, now: datetime
) -> None:
    rows = HEAD + f"{'x' * 101},ok,not a mail,,H50.S01,clerk,T,,,\nLê Văn,bad name!,,,H50.S01,clerk,T,,1,\n"
    with pytest.raises(PeopleRefused) as refused:
        staff.import_people(actor=platform, content=rows.encode(), now=now)
    assert _pointers(refused) == ["/1/full_name", "/1/email", "/2/username"]


@pytest.mark.django_db
def test_only_administrators_import(acting: Callable[..., Actor], now: datetime) -> None:
    for role in ("clerk", "head", "operator", "auditor"):
        with pytest.raises(PermissionMissing):
            staff.import_people(actor=acting("H50.S01", role), content=TWO.encode(), now=now)
    assert (
        staff.import_people(actor=acting("H50", "administrator"), content=TWO.encode(), now=now).people == 2
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00f",
        b"full_name,username\nA,b\n",
        (HEAD.strip() + ",password\n").encode(),
        (HEAD.strip() + ",full_name\n").encode(),
        (HEAD + 'A,"b\n').encode(),
        (HEAD + "A,b,c,d,e,f,g,h,i,j,k\n").encode(),
        (HEAD + "A,b,,,H50.S01,clerk,T\n" * (MAX_ROWS + 1)).encode(),
        b"x" * (MAX_BYTES + 1),
        (HEAD + '"' + "a" * 200_000 + '"').encode(),
    ],
    ids=[
        "empty",
        "utf-16",
        "missing",
        "unknown",
        "twice",
        "open quote",
        "wide row",
        "many",
        "large",
        "huge cell",
    ],
)
def test_hostile_table_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(TableUnreadable) as refused:
        list(read_people(content))
    assert refused.value.error.text()


def test_table_of_a_spreadsheet_is_read(now: datetime) -> None:
    content = (
        "\ufeff" + HEAD.replace(",", ";") + "Nguyễn  Thị\u200b Lan;lan;;;H50.S01;clerk;Văn thư\r\n;;;\r\n"
    ).encode()
    rows = list(read_people(content))
    assert [(row.number, row.values["full_name"], row.values["unit"]) for row in rows] == [
        (1, "Nguyễn Thị Lan", "")
    ]


def test_cell_that_a_spreadsheet_would_run_and_control_characters_are_mere_text() -> None:
    rows = list(read_people((HEAD + "\x1b[31m=cmd|'/c calc'!A1\x00,lan,,,H50.S01,clerk,T\n").encode()))
    assert rows[0].values["full_name"] == "[31m=cmd|'/c calc'!A1"


@given(
    st.binary(max_size=400)
    | st.text(max_size=400).map(lambda text: (HEAD + text).encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        rows = list(read_people(content))
    except TableUnreadable:
        return
    cells = "".join(value for row in rows for value in row.values.values())
    assert not {letter for letter in cells if unicodedata.category(letter) in {"Cc", "Cs"}}
