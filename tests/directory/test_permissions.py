"""Named permissions: declared once, refused to whoever does not hold them, superusers unknown."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest
from django.utils import translation
from rules.predicates import Predicate

from hienluong.directory import service as directory
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Post
from hienluong.directory.service import Actor
from hienluong.kit.errors import NotAuthenticated
from hienluong.ledger.models import QueuedEntry

OWN = (
    "directory.view_agency",
    "directory.manage_agencies",
    "directory.manage_people",
)


def _person(role: str) -> Actor:
    return Actor(kind="person", id=uuid4(), name="Trần Thị Lựu", agency_id=uuid4(), role=role, post_id=1)


@pytest.mark.parametrize("role", [role.value for role in Post.Role])
def test_only_administrators_manage_the_directory_and_every_role_sees_it(role: str) -> None:
    held = {name for name in OWN if directory.allowed(_person(role), name)}

    assert held == (set(OWN) if role == "administrator" else {"directory.view_agency"})


def test_a_system_sees_the_directory_and_manages_nothing() -> None:
    system = Actor(kind="system", id=uuid4(), name="Phần mềm", agency_id=uuid4())

    assert {name for name in OWN if directory.allowed(system, name)} == {"directory.view_agency"}


def test_nobody_signed_in_is_told_to_sign_in() -> None:
    assert not directory.allowed(None, "directory.view_agency")
    with pytest.raises(NotAuthenticated):
        directory.require(None, "directory.view_agency")


def test_a_refusal_names_the_right_that_is_missing() -> None:
    with pytest.raises(PermissionMissing) as refused:
        directory.require(_person("clerk"), "directory.manage_people")

    assert refused.value.status == 403
    with translation.override("en"):
        assert "manage people" in str(refused.value)
    assert refused.value.problem()["params"]["permission"] == "directory.manage_people"


def test_require_gives_the_actor_back() -> None:
    clerk = _person("clerk")

    assert directory.require(clerk, "directory.view_agency") is clerk


def test_an_undeclared_permission_is_a_slip_not_a_refusal() -> None:
    with pytest.raises(LookupError, match=r"directory\.fly_away"):
        directory.allowed(_person("administrator"), "directory.fly_away")


def test_a_permission_is_declared_once_and_well_named() -> None:
    with pytest.raises(ValueError, match="twice"):
        directory.declare("directory.view_agency", Predicate(lambda: True), "see")
    with pytest.raises(ValueError, match=r"module\.verb_noun"):
        directory.declare("ViewAgency", Predicate(lambda: True), "see")


def test_every_permission_says_what_it_lets_one_do() -> None:
    permissions = directory.all_permissions()

    assert {permission.name for permission in permissions} >= set(OWN)
    assert all(str(permission.title) for permission in permissions)


def test_belonging_to_an_agency_is_asked_about_the_object() -> None:
    agency = directory.Agency(name="Sở Nội vụ")
    member = Actor(kind="person", id=uuid4(), name="Lựu", agency_id=agency.pk, role="clerk")

    assert directory.belongs_to_agency.test(member, agency)
    assert not directory.belongs_to_agency.test(_person("clerk"), agency)
    assert not directory.belongs_to_agency.test(member, None)


@pytest.mark.django_db
def test_a_refusal_is_recorded_with_who_was_refused_what(now: datetime) -> None:
    clerk = _person("clerk")
    with pytest.raises(PermissionMissing) as refused:
        directory.require(clerk, "directory.manage_people")

    directory.record_refusal(refused.value, where="/people/", now=now)

    entry = bytes(QueuedEntry.objects.get(action="directory.manage_people").entry).decode()
    assert '"outcome":"refused"' in entry
    assert str(clerk.id) in entry
