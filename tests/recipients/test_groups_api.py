"""Systems list groups and their members, to address each agency by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser

from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.recipients import service as recipients

pytestmark = pytest.mark.django_db
Province = Callable[[str], Agency]


@pytest.fixture
def call(system: Callable[..., Any], token_for: Callable[[str, str], str]) -> Callable[..., Any]:
    """Calls the API as the system of an agency."""
    tokens: dict[str, str] = {}

    def get(path: str, code: str = "H50.S01", **query: str) -> Any:
        if code not in tokens:
            _row, client_id, secret = system(code)
            tokens[code] = token_for(client_id, secret)
        return Browser(headers={"Authorization": f"Bearer {tokens[code]}"}).get(f"/api/v1{path}", query)

    return get


def test_stranger_is_told_nothing(db: None) -> None:
    assert Browser().get("/api/v1/groups").status_code == 401
    assert Browser().get(f"/api/v1/groups/{uuid4()}").status_code == 401


def test_system_lists_the_groups_it_may_address(call: Callable[..., Any], province: Province) -> None:
    items = call("/groups", q="tat ca xa phuong").json()["items"]
    assert [(one["name"], one["kind"], one["count"], one["owner"]) for one in items] == [
        ("Tất cả UBND xã, phường, đặc khu", "rule", 78, None)
    ]


def test_system_reads_the_members_with_the_codes_to_write(
    call: Callable[..., Any], province: Province, platform: Actor, now: datetime
) -> None:
    group = recipients.create_group(
        actor=platform,
        owner=None,
        name="Ba nơi",
        members=[province(code) for code in ("H50.S01", "H50.S02", "H50.C18880")],
        now=now,
    )
    body = call(f"/groups/{group.pk}").json()
    assert [one["code"] for one in body["members"]] == ["H50.S02", "H50.C18880"]
    assert [(one["name"], one["why"]) for one in body["dropped"]] == [("Sở Nội vụ tỉnh Quảng Trị", "own")]


def test_group_of_another_agency_does_not_exist_for_a_system(
    call: Callable[..., Any], province: Province, platform: Actor, now: datetime
) -> None:
    group = recipients.create_group(
        actor=platform, owner=province("H50.S02"), name="Riêng", members=[province("H50.S01")], now=now
    )
    answer = call(f"/groups/{group.pk}")
    assert (answer.status_code, answer.json()["code"]) == (404, "recipients.group-unknown")
    assert call("/groups", q="rieng").json()["items"] == []
    assert call("/groups", "H50.S02", q="rieng").json()["items"][0]["count"] == 1
