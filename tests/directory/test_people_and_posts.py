"""People, their accounts and posts, and whom to tell."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from hienluong.directory import service as directory
from hienluong.directory.errors import (
    AlreadyEnded,
    PermissionMissing,
    PersonRefused,
    PostNotHeld,
    PostOverlaps,
)
from hienluong.directory.events import PostEnded
from hienluong.directory.models import Agency, Person, Post, User
from hienluong.directory.service import Actor
from hienluong.kit.events import isolated_listeners, subscribe
from hienluong.ledger.models import QueuedEntry

pytestmark = pytest.mark.django_db
Province = Callable[[str], Agency]
Employ = Callable[..., Person]


def _post_of(person: Person) -> Post:
    return Post.objects.get(person=person)


def _actions() -> list[str]:
    return list(QueuedEntry.objects.order_by("queued_at", "id").values_list("action", flat=True))


def test_a_person_is_found_without_diacritics_and_sorted_by_the_given_name(employ: Employ) -> None:
    for name in ("Nguyễn Văn Ân", "Trần Thị Bình", "Lê An", "Phạm  Ẩn"):
        employ(name)

    assert list(Person.objects.order_by("sort_key").values_list("full_name", flat=True)) == [
        "Lê An",
        "Nguyễn Văn Ân",
        "Phạm Ẩn",
        "Trần Thị Bình",
    ]
    assert Person.objects.filter(search_key__contains="pham an").exists()


def test_the_password_is_kept_as_an_argon2_hash_only(employ: Employ, password: str) -> None:
    user = employ("Lê An").user

    assert user is not None
    assert user.password.startswith("argon2")
    assert user.check_password(password)


def test_everything_wrong_with_a_person_is_named_at_once(
    employ: Employ, platform: Actor, now: datetime
) -> None:
    employ("Lê An", username="lan")

    with pytest.raises(PersonRefused) as refused:
        directory.create_person(
            actor=platform,
            full_name=" ",
            username="LAN",
            password="123",
            email="not an address",
            telephone="0" * 21,
            now=now,
        )

    pointers = [error.pointer for error in refused.value.errors]
    assert set(pointers) == {"/full_name", "/telephone", "/email", "/username", "/password"}
    assert Person.objects.count() == 1


def test_an_account_without_a_password_cannot_be_entered_by_one(
    platform: Actor, now: datetime, db: None
) -> None:
    person = directory.create_person(actor=platform, full_name="Lê An", username="lan", now=now)

    assert person.user is not None
    assert not person.user.has_usable_password()


def test_the_same_post_is_not_given_twice_but_again_after_it_ended(
    employ: Employ, province: Province, platform: Actor, now: datetime
) -> None:
    person = employ("Lê An", ("H50.S01", "clerk"))
    agency = province("H50.S01")

    with pytest.raises(PostOverlaps):
        directory.assign_post(
            actor=platform, person=person, agency=agency, role="clerk", title="Văn thư", now=now
        )
    directory.end_post(actor=platform, post=_post_of(person), now=now)
    directory.assign_post(
        actor=platform, person=person, agency=agency, role="clerk", title="Văn thư", now=now
    )

    assert Post.objects.filter(person=person).count() == 2


def test_a_post_that_ended_today_is_held_no_more(employ: Employ, platform: Actor, now: datetime) -> None:
    person = employ("Lê An", ("H50.S01", "clerk"))
    ended: list[PostEnded] = []

    with isolated_listeners():
        subscribe(PostEnded, ended.append)
        directory.end_post(actor=platform, post=_post_of(person), now=now)

    assert person.user is not None
    assert directory.posts_of(person.user, on=now.date()) == []
    assert [event.person_id for event in ended] == [person.pk]
    with pytest.raises(AlreadyEnded):
        directory.end_post(actor=platform, post=_post_of(person), now=now)


@pytest.mark.parametrize("role", [role.value for role in Post.Role if role != Post.Role.ADMINISTRATOR])
def test_only_an_administrator_records_people(
    role: str, acting: Callable[..., Actor], employ: Employ, province: Province, now: datetime, password: str
) -> None:
    actor = acting("H50.S01", role)
    person = employ("Lê An", ("H50.S02", "clerk"))
    assert person.user is not None

    with pytest.raises(PermissionMissing):
        directory.create_person(actor=actor, full_name="Lê Bình", now=now)
    with pytest.raises(PermissionMissing):
        directory.assign_post(
            actor=actor, person=person, agency=province("H50"), role="administrator", title="", now=now
        )
    with pytest.raises(PermissionMissing):
        directory.end_post(actor=actor, post=_post_of(person), now=now)
    with pytest.raises(PermissionMissing):
        directory.set_password(actor=actor, user=person.user, password=password, now=now)


def test_switching_gives_the_actor_of_the_other_post_and_is_recorded(
    employ: Employ, province: Province, now: datetime
) -> None:
    person = employ("Đặng Thu Ý", ("H50.S01", "deputy"), ("H50.C18880", "clerk"))
    assert person.user is not None
    first, other = directory.posts_of(person.user)

    actor = directory.switch_post(
        actor=directory.actor_of(first), user=person.user, post_id=other.pk, now=now
    )

    assert (actor.agency_code, actor.role, actor.post_id) == ("H50.C18880", "clerk", other.pk)
    assert actor.agency_id == province("H50.C18880").pk
    assert _actions()[-1] == "directory.switch_post"


def test_nobody_switches_to_a_post_of_somebody_else(employ: Employ, now: datetime) -> None:
    person, stranger = employ("Lê An", ("H50.S01", "clerk")), employ("Lê Bình", ("H50", "administrator"))
    assert person.user is not None

    with pytest.raises(PostNotHeld):
        directory.switch_post(actor=None, user=person.user, post_id=_post_of(stranger).pk, now=now)


def test_the_people_of_a_role_are_told_once_each(
    employ: Employ, province: Province, platform: Actor, now: datetime
) -> None:
    both = employ("Lê Bình", ("H50.S01", "clerk"), ("H50.S01", "head"), email="binh@example.vn")
    employ("Lê An", ("H50.S01", "auditor"))
    other = employ("Lê Cảnh", ("H50.S02", "clerk"))
    gone = employ("Lê Dũng", ("H50.S01", "clerk"))
    directory.end_post(actor=platform, post=_post_of(gone), now=now)
    watcher = employ("Phan Vận", ("H50.VP", "operator"))

    home, finance, empty = (province(code).pk for code in ("H50.S01", "H50.S02", "H50.VP"))
    told = directory.people_to_tell([home, finance, empty], ["clerk", Post.Role.HEAD], on=now.date())

    assert told == {home: [(both.pk, "binh@example.vn")], finance: [(other.pk, "")]}
    assert directory.people_to_tell([], ["clerk"]) == {}
    assert directory.operators_to_tell(on=now.date()) == [(watcher.pk, "")]


def test_the_ledger_names_every_change_and_no_secret(
    employ: Employ, platform: Actor, now: datetime, password: str
) -> None:
    person = employ("Lê An", ("H50.S01", "clerk"))
    assert person.user is not None
    directory.set_password(actor=platform, user=person.user, password=password + "!", now=now)

    assert _actions()[-3:] == ["directory.create_person", "directory.assign_post", "directory.set_password"]
    assert not any(password.encode() in bytes(entry.entry) for entry in QueuedEntry.objects.all())


def test_the_first_administrator_is_made_on_the_command_line(
    province: Province, tmp_path: Path, now: datetime, password: str
) -> None:
    file = tmp_path / "password"
    file.write_text(f"{password}\n", encoding="utf-8")
    said = io.StringIO()

    call_command(
        "createadministrator",
        "--username",
        "lan",
        "--name",
        "Lê Lan",
        "--password-file",
        str(file),
        stdout=said,
    )

    user = User.objects.get(username="lan")
    actor = directory.actor_of(directory.posts_of(user, on=now.date() + timedelta(days=400))[0])
    assert user.check_password(password)
    assert (actor.role, actor.agency_code) == ("administrator", "H50")
    assert "lan may now sign in" in said.getvalue()


def test_the_password_comes_from_standard_input_too(
    province: Province, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))

    call_command("createadministrator", "--username", "lan", "--name", "Lê Lan", stdout=io.StringIO())

    assert User.objects.get(username="lan").check_password(password)


def test_a_weak_password_or_unknown_agency_is_refused_in_one_line(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("123\n"))
    with pytest.raises(CommandError, match="/password"):
        call_command("createadministrator", "--username", "lan", "--name", "Lê Lan")
    with pytest.raises(CommandError, match="H99"):
        call_command("createadministrator", "--username", "lan", "--name", "Lê Lan", "--agency", "H99")

    assert not User.objects.exists()
