"""Opening a sandbox system: who may, for whom, how many; and what its owner can do with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from hienluong.directory import service as directory
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Agency, Post
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.systems import queries
from hienluong.systems import service as systems
from hienluong.systems.commands.sandbox import SYSTEMS_PER_AGENCY
from hienluong.systems.errors import SandboxFull, SystemNotFound, SystemRefused
from hienluong.systems.models import SandboxAgency

pytestmark = pytest.mark.django_db
Acting = Callable[[str, str], Actor]
Province = Callable[[str], Agency]
SELF_SERVICE = {"clerk", "head", "deputy", "officer", "administrator"}


@pytest.mark.parametrize("role", [role.value for role in Post.Role])
def test_people_at_work_open_one_for_their_own_agency_only(
    role: str, acting: Acting, province: Province
) -> None:
    actor = acting("H50.S01", role)

    for code in ("H50.S01", "H50.S02"):
        may = role == "administrator" or (role in SELF_SERVICE and code == "H50.S01")
        if may:
            system, client_id, secret = systems.open_sandbox(
                actor=actor, owner=province(code), name="Phần mềm thử", now=clock.now()
            )
            assert system.agency.in_sandbox
            assert (system.client_id, secret[:4]) == (client_id, "hlk_")
        else:
            with pytest.raises(PermissionMissing):
                systems.open_sandbox(actor=actor, owner=province(code), name="x", now=clock.now())


def test_a_sandbox_system_has_a_test_agency_of_its_own_and_a_secret_with_an_end(
    acting: Acting, province: Province
) -> None:
    now = clock.now()
    system, _, _ = systems.open_sandbox(
        actor=acting("H50.S01", "officer"), owner=province("H50.S01"), name="Phần mềm thử", now=now
    )

    sandbox = SandboxAgency.objects.get(agency=system.agency)
    assert sandbox.owner == province("H50.S01")
    assert directory.primary_codes([system.agency.pk])[system.agency.pk].startswith("SBX.")
    assert system.secrets.get().ends_at == now + timedelta(days=90)
    assert directory.agency_by_id(directory.ECHO_PARTNER) is not None


def test_an_agency_has_at_most_five_at_a_time(acting: Acting, province: Province) -> None:
    actor, owner = acting("H50.S01", "clerk"), province("H50.S01")
    opened = [
        systems.open_sandbox(actor=actor, owner=owner, name=f"Thử {n}", now=clock.now())[0]
        for n in range(SYSTEMS_PER_AGENCY)
    ]

    with pytest.raises(SandboxFull):
        systems.open_sandbox(actor=actor, owner=owner, name="Một nữa", now=clock.now())
    systems.end_system(actor=actor, system=opened[0], now=clock.now())
    assert systems.open_sandbox(actor=actor, owner=owner, name="Một nữa", now=clock.now())


def test_the_owner_changes_secrets_and_ends_its_sandbox_system_and_a_stranger_does_not(
    acting: Acting, province: Province
) -> None:
    owner, stranger = acting("H50.S01", "officer"), acting("H50.S02", "officer")
    system, _, _ = systems.open_sandbox(actor=owner, owner=province("H50.S01"), name="Thử", now=clock.now())

    with pytest.raises(PermissionMissing):
        systems.rotate_system_secret(actor=stranger, system=system, now=clock.now())
    with pytest.raises(SystemNotFound):
        queries.find_system(stranger, system.pk)
    assert queries.find_system(owner, system.pk) == system
    assert systems.rotate_system_secret(actor=owner, system=system, now=clock.now())
    systems.set_system_networks(actor=owner, system=system, networks=["10.0.0.0/8"], now=clock.now())
    assert systems.end_system(actor=owner, system=system, now=clock.now()).valid_to


def test_a_test_agency_has_neither_a_sandbox_nor_a_real_system(acting: Acting, province: Province) -> None:
    administrator = acting("H50", "administrator")
    system, _, _ = systems.open_sandbox(
        actor=administrator, owner=province("H50.S01"), name="Thử", now=clock.now()
    )

    with pytest.raises(SystemRefused):
        systems.open_sandbox(actor=administrator, owner=system.agency, name="Thử", now=clock.now())
    with pytest.raises(SystemRefused):
        systems.register_system(actor=administrator, agency=system.agency, name="Thử", now=clock.now())


def test_sandbox_systems_are_not_among_the_real_ones(acting: Acting, province: Province) -> None:
    administrator = acting("H50", "administrator")
    systems.open_sandbox(actor=administrator, owner=province("H50.S01"), name="Thử", now=clock.now())

    assert queries.search_systems(administrator, now=clock.now()).items == []
    found = queries.search_systems(administrator, state="sandbox", now=clock.now())
    assert [row.name for row in found.items] == ["Thử"]
