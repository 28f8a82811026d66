"""The directory as agencies' systems see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client as Browser

from hienluong.directory import service as directory
from hienluong.directory.models import Agency, Person
from hienluong.directory.service import Actor
from hienluong.systems import service as systems
from hienluong.systems.service import AgencySystem

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]


@pytest.fixture
def ask(system: Callable[..., tuple[AgencySystem, str, str]], token_for: Callable[[str, str], str]) -> Ask:
    """Asks as the system of Sở Nội vụ."""
    _, client_id, secret = system("H50.S01", "Phần mềm Sở Nội vụ")
    token = token_for(client_id, secret)

    def get(path: str, **query: str | int) -> Any:
        return Browser().get(f"/api/v1{path}", query, headers={"authorization": f"Bearer {token}"})

    return get


@pytest.mark.parametrize("path", ["/me", "/agencies", "/agencies/H50", "/agency-tree", "/agency-changes"])
def test_without_a_token_nothing_is_told(path: str, db: None) -> None:
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic d3Jvbmc6d3Jvbmc="}):
        answer: Any = Browser().get(f"/api/v1{path}", headers=headers)

        assert answer.status_code == 401
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_signed_in_persons_session_opens_no_api(
    employ: Callable[..., Person], signed_in: Callable[[Person], Browser]
) -> None:
    browser = signed_in(employ("Võ Thị Quỳnh", ("H50", "administrator")))

    assert browser.get("/api/v1/me").status_code == 401


def test_me_says_who_the_token_belongs_to_and_for_whom_it_may_send(
    ask: Ask, province: Callable[[str], Agency], platform: Actor, now: datetime
) -> None:
    systems.grant_sending_right(
        actor=platform,
        system=AgencySystem.objects.get(),
        agency=province("H50.S02"),
        reason="Biên bản",
        now=now,
    )

    me = ask("/me").json()

    assert me["agency_code"] == "H50.S01"
    assert me["agency_name"] == "Sở Nội vụ tỉnh Quảng Trị"
    assert me["system"] == "Phần mềm Sở Nội vụ"
    assert me["may_send_for"] == [
        {
            "scope": "agency",
            "agency_id": str(province("H50.S02").pk),
            "agency_code": "H50.S02",
            "agency_name": "Sở Tư pháp tỉnh Quảng Trị",
            "valid_from": "2026-11-24",
            "valid_to": None,
            "in_force": True,
            "reason": "Biên bản",
            "document": "",
            "document_date": None,
        }
    ]
    assert me["sandbox"] is False


def test_agencies_come_in_pages(ask: Ask) -> None:
    first = ask("/agencies", place="province", limit=60).json()
    second = ask("/agencies", place="province", limit=60, cursor=first["next"]).json()

    assert len(first["items"]) == 60
    assert len(second["items"]) == 1 + 78 + 15 - 60
    assert second["next"] is None
    assert {"id", "code", "name", "english_name", "kind", "place", "valid_from", "valid_to"} == set(
        first["items"][0]
    )


def test_agencies_are_found_by_name_and_place(ask: Ask) -> None:
    found = ask("/agencies", q="so noi vu").json()["items"]
    outside = ask("/agencies", place="outside").json()["items"]

    assert [item["code"] for item in found] == ["H50.S01"]
    assert {item["place"] for item in outside} == {"outside"}


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"place": "moon"}, {"q": "x" * 201}])
def test_a_wrong_query_is_named(ask: Ask, query: dict[str, Any]) -> None:
    answer = ask("/agencies", **query)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].endswith(next(iter(query)))


@pytest.mark.parametrize("code", ["H50", "h50", "000.00.00.H50", "H46", "000.00.00.H46"])
def test_any_code_ever_valid_leads_to_its_agency(ask: Ask, code: str) -> None:
    agency = ask(f"/agencies/{code}").json()

    assert agency["name"] == "Ủy ban nhân dân tỉnh Quảng Trị"
    assert agency["code"] == "H50"
    assert agency["provisional"] is True
    assert {row["code"] for row in agency["codes"]} == {"H50", "000.00.00.H50", "H46", "000.00.00.H46"}


def test_the_successor_of_an_ended_agency_is_told_with_the_way_to_it(
    ask: Ask, province: Callable[[str], Agency]
) -> None:
    ended = province("H50.S13")
    Agency.objects.filter(pk=ended.pk).update(valid_to=date(2026, 1, 1), successor=province("H50.VP"))
    directory.forget()

    agency = ask("/agencies/H50.S13").json()

    assert agency["code"] == "H50.VP"
    assert agency["asked_code"] == "H50.S13"
    assert agency["followed"] == [{"id": str(ended.pk), "name": ended.name, "valid_to": "2026-01-01"}]


@pytest.mark.parametrize("code", ["H99", "%00", "..", "H50%20.S01", "ờ"])
def test_an_unknown_code_is_a_problem_that_names_it(ask: Ask, code: str) -> None:
    answer = ask(f"/agencies/{code}")

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith(("application/problem+json", "text/html"))


def test_former_names_are_told_with_the_agency(
    ask: Ask, province: Callable[[str], Agency], platform: Actor, now: datetime
) -> None:
    directory.rename_agency(
        actor=platform, agency_id=province("H50.S02").pk, name="Sở Khác", on=date(2026, 3, 1), now=now
    )

    (former,) = ask("/agencies/H50.S02").json()["former_names"]
    assert former == {
        "name": "Sở Tư pháp tỉnh Quảng Trị",
        "english_name": "Department of Justice of Quang Tri Province",
        "valid_from": "2025-07-01",
        "valid_to": "2026-03-01",
    }


def test_tree_is_read_level_by_level(ask: Ask) -> None:
    top = ask("/agency-tree").json()
    below = ask("/agency-tree", under="H50").json()

    assert "H50" in {item["code"] for item in top["items"]}
    assert {item["code"]: item["has_units_below"] for item in top["items"]}["H50"] is True
    assert len(below["items"]) == 78 + 15
    assert below["next"] is None
    assert ask("/agency-tree", under="H99.9").status_code == 404


def test_copy_of_the_directory_follows_what_changes(
    ask: Ask, province: Callable[[str], Agency], platform: Actor, now: datetime
) -> None:
    copy: dict[str, Any] = {}
    cursor, more = "", True
    while more:
        answer = ask("/agency-changes", changed_since=cursor, limit=40).json()
        copy |= {item["id"]: item for item in answer["items"]}
        cursor, more = answer["cursor"], answer["more"]
    assert len(copy) == Agency.objects.count()

    ended = province("H50.S13")
    directory.merge_agencies(
        actor=platform,
        agency_ids=[ended.pk],
        successor_id=province("H50.VP").pk,
        on=date(2027, 1, 1),
        now=now,
    )
    answer = ask("/agency-changes", changed_since=cursor).json()
    assert [item["code"] for item in answer["items"]] == ["H50.S13"]
    assert answer["items"][0]["valid_to"] == "2027-01-01"
    assert answer["items"][0]["successor_id"] == str(province("H50.VP").pk)


@pytest.mark.parametrize("cursor", ["x", "1~x", "~", "9" * 30 + "~" + "0" * 36, "1~" + "-" * 36])
def test_damaged_cursor_of_changes_is_refused(cursor: str, ask: Ask) -> None:
    assert ask("/agency-changes", changed_since=cursor).status_code == 422
