"""Every error the API gives is listed for everybody, in the caller's language, and every problem leads there."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from hienluong.config.error_list import error_list
from hienluong.kit.errors import PROBLEM_TYPE_BASE, all_error_classes

API = "/api/v1/errors"


def _errors(**headers: str) -> dict[str, dict[str, Any]]:
    answer: Any = Client().get(API, headers=headers)
    assert answer.status_code == 200
    return {row["code"]: row for row in answer.json()["errors"]}


def test_the_list_is_for_everybody_and_costs_no_query(django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        answer: Any = Client().get(API)

    assert answer["Cache-Control"] == "public, max-age=3600"
    assert answer["Vary"] == "Accept-Language"
    assert answer["Content-Type"] == "application/json"


def test_the_list_speaks_the_callers_language() -> None:
    english = _errors(**{"Accept-Language": "en"})["exchange.recipient-unknown"]
    vietnamese = _errors(**{"Accept-Language": "vi"})["exchange.recipient-unknown"]

    assert english["title"] == "Recipient unknown"
    assert vietnamese["title"] != english["title"]
    for row in (english, vietnamese):
        assert row["status"] == 422
        assert row["retryable"] is False
        assert row["type"] == "/api/errors#exchange.recipient-unknown"
        assert row["meaning"]
        assert row["todo"]


def test_what_is_unchanged_is_not_sent_again() -> None:
    first: Any = Client().get(API, headers={"Accept-Language": "vi"})

    again: Any = Client().get(API, headers={"Accept-Language": "vi", "If-None-Match": first["ETag"]})
    other: Any = Client().get(API, headers={"Accept-Language": "en", "If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200


def test_every_error_of_the_product_is_listed_but_those_the_api_never_gives() -> None:
    listed = {row["code"] for row in error_list("en")}
    absent = {
        error.__module__
        for error in all_error_classes()
        if error.__module__.startswith("hienluong.") and error.code not in listed
    }

    assert listed
    assert {
        module
        for module in absent
        if not module.startswith(("hienluong.config.", "hienluong.kit.http", "hienluong.kit.connections"))
        and not module.startswith("hienluong.client")
    } == set()
    assert {
        "request-unreadable",
        "method-not-offered",
        "filestore.full",
        "systems.network-not-allowed",
    } <= listed


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/v1/me"),
        ("get", "/api/v1/nothing"),
        ("delete", "/api/v1/me"),
        ("post", "/api/v1/packets"),
    ],
)
def test_the_type_of_a_problem_leads_to_the_list_that_names_it(method: str, path: str) -> None:
    problem: Any = getattr(Client(), method)(path).json()

    address, _, code = problem["type"].partition("#")
    for_programs: Any = Client().get(address)
    for_people: Any = Client().get(address, headers={"Accept": "text/html,*/*"}, follow=True)

    assert address + "#" == PROBLEM_TYPE_BASE
    assert code == problem["code"]
    assert code in {row["code"] for row in for_programs.json()["errors"]}
    assert for_people.redirect_chain[0][0] == "/developers/errors/"
    assert f'id="{code}"' in for_people.content.decode()


def test_nothing_is_changed_there() -> None:
    assert Client().post("/api/errors").status_code == 405
    assert Client().post(API).status_code == 405
