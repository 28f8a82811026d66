"""Agencies on the pages: looked up by everybody, changed by administrators, each act checked before it is done."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hienluong.directory import commands
from hienluong.directory.models import Agency, AgencyCode, Person
from hienluong.directory.service import Actor

pytestmark = pytest.mark.django_db
Province = Callable[[str], Agency]


@pytest.fixture
def at(employ: Callable[..., Person], signed_in: Callable[[Person], Browser]) -> Callable[..., Browser]:
    """A browser of somebody in a post."""

    def sign_in(code: str = "H50.S02", role: str = "clerk") -> Browser:
        return signed_in(employ("Võ Thị Quỳnh", (code, role)))

    return sign_in


def _text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content[:500]
    return str(answer.content.decode())


# --- who sees what --------------------------------------------------------------------------------------------------


def test_people_of_an_agency_are_shown_to_itself_and_to_administrators(
    at: Callable[..., Browser], employ: Callable[..., Person], province: Province
) -> None:
    employ("Hồ Xuân Hương", ("H50.S01", "officer"))
    page = reverse("directory:agency", args=[province("H50.S01").pk])

    assert "Hồ Xuân Hương" not in _text(at("H50.S02", "head").get(page))
    assert "Hồ Xuân Hương" in _text(at("H50.S01", "clerk").get(page))
    assert "Hồ Xuân Hương" in _text(at("H50", "administrator").get(page))


# --- looking up -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=phuong dong ha", "phường Đông Hà"),
        ("q=PHƯỜNG ĐÔNG HÀ", "phường Đông Hà"),
        ("q=h50.s01", "Sở Nội vụ"),
        ("q=000.00.00.h50", "Ủy ban nhân dân tỉnh Quảng Trị"),
        ("place=outside&q=chinh phu", "Văn phòng Chính phủ"),
        ("state=provisional&q=noi vu tinh", "Sở Nội vụ"),
    ],
)
def test_list_is_searched_by_names_and_codes(
    query: str, found: str, at: Callable[..., Browser], province: Province
) -> None:
    page = _text(at().get(f"{reverse('directory:agencies')}?{query}"))

    assert found in page
    assert "Sở Tài chính" not in page


def test_list_of_ended_agencies_shows_only_those(
    at: Callable[..., Browser], province: Province, platform: Actor, now: datetime
) -> None:
    browser = at()
    commands.end_agency(actor=platform, agency_id=province("H50.S13").pk, on=date(2026, 11, 24), now=now)
    page = _text(browser.get(f"{reverse('directory:agencies')}?state=ended"))

    assert "24/11/2026" in page
    assert "Sở Tài chính" not in page


def test_pages_of_the_list_follow_one_another_without_gap_or_repeat(
    at: Callable[..., Browser], province: Province
) -> None:
    browser, path, names = at(), reverse("directory:agencies"), []
    while path:
        answer = browser.get(path)
        names += [agency.name for agency in answer.context["agencies"]]
        path = answer.context["next"]
    assert len(names) == len(set(names)) == Agency.objects.count()


@pytest.mark.parametrize(
    "query", ["after=x", "after=%00~1", "place=moon&kind=x&state=y", "q=" + "x" * 300, "q=%25_%5C"]
)
def test_list_survives_any_address(query: str, at: Callable[..., Browser], province: Province) -> None:
    browser = at()
    assert browser.get(f"{reverse('directory:agencies')}?{query}").status_code == 200
    assert browser.get(f"{reverse('directory:agency_tree')}?{query}").status_code == 200


@pytest.mark.parametrize(
    ("name", "limit"), [("directory:agencies", 6), ("directory:communes", 8), ("directory:agency_tree", 8)]
)
def test_page_costs_few_queries_however_many_agencies(
    name: str, limit: int, at: Callable[..., Browser], province: Province
) -> None:
    browser = at()
    browser.get(reverse(name))
    with CaptureQueriesContext(connection) as asked:
        browser.get(reverse(name))
    assert len(asked) <= limit, [one["sql"][:120] for one in asked]


def test_page_of_an_agency_costs_few_queries(at: Callable[..., Browser], province: Province) -> None:
    browser, page = at("H50", "administrator"), reverse("directory:agency", args=[province("H50").pk])
    browser.get(page)
    with CaptureQueriesContext(connection) as asked:
        assert _text(browser.get(page)).count("provis") >= 0
    assert len(asked) <= 15, [one["sql"][:120] for one in asked]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_list_is_exported_with_its_filters(form: str, at: Callable[..., Browser], province: Province) -> None:
    answer = at().get(f"{reverse('directory:export_agencies', args=[form])}?q=so noi vu")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streamed answer

    if form == "xlsx":
        with ZipFile(io.BytesIO(content)) as book:
            content = book.read("xl/worksheets/sheet1.xml")
    assert "Sở Nội vụ tỉnh Quảng Trị" in content.decode()
    assert "Sở Tài chính" not in content.decode()


def test_map_draws_every_commune_lists_what_went_into_it_and_stays_small(
    at: Callable[..., Browser], province: Province
) -> None:
    answer = at().get(reverse("directory:communes"))
    page = _text(answer)

    assert page.count("<path d=") == page.count("<title>") - 1 == 78
    assert page.count('id="commune-') == 78
    assert len(re.findall(r"<li>[^<]* <span class=\"text-secondary\">\d{5} ·", page)) == 276
    assert "Thị trấn Quy Đạt" in page
    assert "style=" not in page
    assert len(gzip.compress(answer.content)) < 60_000


# --- acts -----------------------------------------------------------------------------------------------------------


def test_agency_is_renamed_after_its_answers_were_checked(
    at: Callable[..., Browser], province: Province
) -> None:
    browser, agency = at("H50", "administrator"), province("H50.S01")
    path = reverse("directory:agency_act", args=[agency.pk, "rename"])
    given = {"name": "Sở Nội vụ mới", "on": "24/11/2026"}

    checked = _text(browser.post(path, {**given, "step": "check"}))
    assert "Sở Nội vụ mới" in checked
    agency.refresh_from_db()
    assert agency.name != "Sở Nội vụ mới"
    assert 'value="Sở Nội vụ mới"' in _text(browser.post(path, {**given, "step": "edit"}))
    assert browser.post(path, {**given, "step": "send"}).status_code == 302
    agency.refresh_from_db()
    assert agency.name == "Sở Nội vụ mới"
    assert "Sở Nội vụ tỉnh Quảng Trị" in _text(browser.get(reverse("directory:agency", args=[agency.pk])))


def test_agencies_are_merged_from_the_page_several_at_once(
    at: Callable[..., Browser], province: Province
) -> None:
    browser, first, second = at("H50", "administrator"), province("H50.C18880"), province("H50.C18871")
    path = reverse("directory:agency_act", args=[first.pk, "merge"])
    given = {"successor": "h50.c18859", "on": "01/01/2027", "others": "H50.C18871"}

    assert second.name in _text(browser.post(path, {**given, "step": "check"}))
    assert browser.post(path, {**given, "step": "send"}).status_code == 302
    for agency in (first, second):
        agency.refresh_from_db()
        assert agency.successor == province("H50.C18859")
        assert "01/01/2027" in _text(browser.get(reverse("directory:agency", args=[agency.pk])))


@pytest.mark.parametrize(
    ("act", "given", "field"),
    [
        ("rename", {"name": "", "on": "24/11/2026"}, "name"),
        ("rename", {"name": "X", "on": "ngày mai"}, "on"),
        ("rename", {"name": "X", "on": "24/11/2099"}, "on"),
        ("move", {"parent": "H99.1", "on": "24/11/2026"}, "parent"),
        ("merge", {"successor": "H50.S01", "on": "01/01/2027"}, "successor"),
        ("merge", {"successor": "H50.S02", "on": "01/01/2027", "others": "H99.8 H99.9"}, "others"),
        ("code", {"code": "H50.S02", "scheme": "qd20", "valid_from": "24/11/2026"}, "code"),
    ],
)
def test_refused_answer_stands_beside_its_question_and_nothing_is_lost(
    act: str, given: dict[str, str], field: str, at: Callable[..., Browser], province: Province
) -> None:
    browser = at("H50", "administrator")
    answer = browser.post(
        reverse("directory:agency_act", args=[province("H50.S01").pk, act]), {**given, "step": "send"}
    )

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    for value in given.values():
        assert value in answer.content.decode()


def test_unit_is_created_below_its_agency(at: Callable[..., Browser], province: Province) -> None:
    browser = at("H50", "administrator")
    path = f"{reverse('directory:new_agency')}?parent=H50.S01"
    assert 'value="H50.S01"' in _text(browser.get(path))
    given = {
        "name": "Phòng Văn thư",
        "kind": "unit",
        "place": "province",
        "parent": "H50.S01",
        "valid_from": "24/11/2026",
    }
    assert browser.post(path, {**given, "step": "send"}).status_code == 302

    unit = Agency.objects.get(name="Phòng Văn thư")
    assert unit.parent == province("H50.S01")
    tree = reverse("directory:agency_branch", args=[province("H50.S01").pk])
    assert "Phòng Văn thư" in _text(browser.get(tree))


def test_code_is_ended_from_the_page(at: Callable[..., Browser], province: Province) -> None:
    browser, agency = at("H50", "administrator"), province("H50")
    code = AgencyCode.objects.get(code="H46")
    path = reverse("directory:end_agency_code", args=[agency.pk, code.pk])
    assert browser.post(path, {"on": "24/11/2026", "step": "send"}).status_code == 302
    code.refresh_from_db()
    assert code.valid_to == date(2026, 11, 24)
    assert browser.get(reverse("directory:end_agency_code", args=[agency.pk, 10**9])).status_code == 404
