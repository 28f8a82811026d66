"""The on-behalf list: many agencies in one act, with its written basis, seen by those it concerns, ended by one act."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from hienluong.directory.errors import AlreadyEnded, PermissionMissing
from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry
from hienluong.systems import queries
from hienluong.systems import service as systems
from hienluong.systems.errors import RightNotFound, RightRefused
from hienluong.systems.models import SendingRight
from hienluong.systems.service import AgencySystem

pytestmark = pytest.mark.django_db
Register = Callable[..., tuple[AgencySystem, str, str]]
Province = Callable[[str], Agency]
BASIS = {"document": "15/QĐ-UBND", "document_date": date(2026, 11, 20)}


def _entries(action: str) -> list[dict[str, Any]]:
    return [json.loads(bytes(row.entry)) for row in QueuedEntry.objects.filter(action=action)]


@pytest.fixture
def communes(province: Province) -> list[Agency]:
    """The people's committees of all 78 communes."""
    province("H50")
    return list(Agency.objects.filter(kind="commune", place="province", valid_to=None).order_by("sort_key"))


def test_a_shared_system_gets_the_right_for_all_communes_in_one_act(
    system: Register, communes: list[Agency], platform: Actor, now: datetime
) -> None:
    shared, _, _ = system("H50.VP", "Hệ thống dùng chung")

    rights = systems.grant_sending_rights(
        actor=platform, system=shared, agencies=communes, reason="Dùng chung toàn tỉnh", now=now, **BASIS
    )

    assert len(rights) == 78
    assert SendingRight.objects.filter(system=shared).count() == 78
    assert {(right.document, right.document_date) for right in rights} == {("15/QĐ-UBND", date(2026, 11, 20))}
    entries = _entries("systems.grant_sending_right")
    assert len(entries) == 78
    assert {entry["details"]["document"] for entry in entries} == {"15/QĐ-UBND"}


def test_a_right_that_is_held_already_is_not_granted_twice(
    system: Register, communes: list[Agency], platform: Actor, now: datetime
) -> None:
    shared, _, _ = system("H50.VP")
    first = systems.grant_sending_right(
        actor=platform, system=shared, agency=communes[0], reason="Trước", now=now
    )

    rights = systems.grant_sending_rights(
        actor=platform, system=shared, agencies=[*communes[:3], communes[1]], reason="Sau", now=now
    )

    assert rights[0] == first
    assert SendingRight.objects.filter(system=shared).count() == 3
    assert len(_entries("systems.grant_sending_right")) == 3


def test_all_are_granted_or_none(
    system: Register, communes: list[Agency], platform: Actor, now: datetime
) -> None:
    shared, _, _ = system("H50.VP")
    own = Agency.objects.get(pk=shared.agency.pk)

    with pytest.raises(RightRefused) as refused:
        systems.grant_sending_rights(
            actor=platform,
            system=shared,
            agencies=[*communes[:2], own],
            reason=" ",
            document="x" * 61,
            document_date=date(2027, 1, 1),
            valid_to=date(2020, 1, 1),
            now=now,
        )

    assert [error.pointer for error in refused.value.errors] == [
        "/agencies",
        "/reason",
        "/document",
        "/document_date",
        "/valid_to",
    ]
    assert SendingRight.objects.count() == 0


def test_me_tells_a_system_for_whom_it_may_send(
    system: Register, token_for: Callable[[str, str], str], province: Province, platform: Actor
) -> None:
    shared, client_id, secret = system("H50.VP")
    now = clock.now()
    today = clock.in_vietnam(now).date()
    over = systems.grant_sending_right(
        actor=platform,
        system=shared,
        agency=province("H50.S03"),
        reason="Đã hết",
        valid_from=today - timedelta(days=9),
        valid_to=today - timedelta(days=1),
        now=now,
    )
    systems.grant_sending_right(
        actor=platform, system=shared, agency=province("H50.S02"), reason="Dùng chung", now=now, **BASIS
    )

    answer: Any = Browser().get(
        "/api/v1/me", headers={"authorization": f"Bearer {token_for(client_id, secret)}"}
    )

    first, second = answer.json()["may_send_for"]
    assert first == {
        "scope": "agency",
        "agency_id": str(province("H50.S02").pk),
        "agency_code": "H50.S02",
        "agency_name": "Sở Tư pháp tỉnh Quảng Trị",
        "valid_from": today.isoformat(),
        "valid_to": None,
        "in_force": True,
        "reason": "Dùng chung",
        "document": "15/QĐ-UBND",
        "document_date": "2026-11-20",
    }
    assert (second["agency_code"], second["in_force"]) == ("H50.S03", False)
    assert over.valid_to == today - timedelta(days=1)


def test_the_list_is_searched_by_system_and_by_agency_without_diacritics(
    system: Register, province: Province, platform: Actor
) -> None:
    shared, _, _ = system("H50.VP", "Hệ thống dùng chung")
    other, _, _ = system("H50.S01", "Phần mềm Nội vụ")
    now = clock.now()
    for row, code in ((shared, "H50.S02"), (shared, "H50.C18880"), (other, "H50.S03")):
        systems.grant_sending_right(actor=platform, system=row, agency=province(code), reason="x", now=now)

    def found(text: str) -> set[str]:
        page = queries.search_rights(platform, text, now=now)
        return {right.agency.name for right in page.items if right.agency}

    assert found("dung chung") == {"Sở Tư pháp tỉnh Quảng Trị", "Ủy ban nhân dân phường Đồng Hới"}
    assert found("dong hoi") == {"Ủy ban nhân dân phường Đồng Hới"}
    assert found("nothing like this") == set()
    pages = queries.search_rights(platform, now=now, limit=2)
    assert len(pages.items) == 2
    assert len(queries.search_rights(platform, now=now, limit=2, before=int(pages.next or 0)).items) == 1


def test_an_agency_sees_who_may_send_for_it_and_who_its_systems_send_for(
    system: Register, province: Province, platform: Actor, acting: Callable[..., Actor]
) -> None:
    shared, _, _ = system("H50.VP")
    now = clock.now()
    right = systems.grant_sending_right(
        actor=platform, system=shared, agency=province("H50.S02"), reason="x", now=now
    )

    for code, sees in (("H50.S02", True), ("H50.VP", True), ("H50.S03", False)):
        actor = acting(code, "clerk")
        assert bool(queries.search_rights(actor, now=now).items) is sees
        if sees:
            assert queries.find_right(actor, right.pk, now=now) == right
        else:
            with pytest.raises(RightNotFound):
                queries.find_right(actor, right.pk, now=now)
    with pytest.raises(PermissionMissing):
        queries.search_rights(acting("H50.S02", "operator"), now=now)


@pytest.mark.parametrize("role", ["clerk", "head", "deputy", "officer", "operator", "auditor"])
def test_only_administrators_grant_and_end(
    role: str,
    system: Register,
    province: Province,
    platform: Actor,
    acting: Callable[..., Actor],
    now: datetime,
) -> None:
    shared, _, _ = system("H50.S01")
    actor = acting("H50.S01", role)
    right = systems.grant_sending_right(
        actor=platform, system=shared, agency=province("H50.S02"), reason="x", now=now
    )

    with pytest.raises(PermissionMissing):
        systems.grant_sending_rights(
            actor=actor, system=shared, agencies=[province("H50.S03")], reason="x", now=now
        )
    with pytest.raises(PermissionMissing):
        systems.end_sending_right(actor=actor, right=right, now=now)
    systems.end_sending_right(actor=platform, right=right, now=now)
    with pytest.raises(AlreadyEnded):
        systems.end_sending_right(actor=platform, right=right, now=now)


def test_the_list_costs_one_query(
    system: Register, communes: list[Agency], platform: Actor, now: datetime, django_assert_num_queries: Any
) -> None:
    shared, _, _ = system("H50.VP")
    systems.grant_sending_rights(actor=platform, system=shared, agencies=communes, reason="x", now=now)

    with django_assert_num_queries(1):
        page = queries.search_rights(platform, now=now)
        assert [(right.system.agency.name, right.agency.name) for right in page.items if right.agency]
