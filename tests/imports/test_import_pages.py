"""A file of agencies on the pages: handed in, looked at, confirmed, undone."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from hienluong.directory import service as directory
from hienluong.directory.models import Agency, AgencyCode, Person
from hienluong.imports import commands
from hienluong.imports.models import AgencyImport

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


def test_file_is_handed_in_looked_at_confirmed_and_undone(
    at: Callable[..., Browser], province: Province, now: datetime
) -> None:
    browser = at("H50", "administrator")
    file = io.BytesIO("code,name\nH50.98,Cơ quan mới\nH50.S01,Tên khác\n".encode())
    file.name = "danh-ba.csv"
    answer = browser.post(
        reverse("imports:new"), {"file": file, "format": "csv", "effective_on": "24/11/2026"}
    )
    row = AgencyImport.objects.get()
    page = reverse("imports:show", args=[row.pk])
    assert answer.headers["Location"] == page
    assert "hx-get" in _text(browser.get(page))

    commands.check_import(import_id=row.pk, now=now)
    shown = _text(browser.get(page))
    assert "Cơ quan mới" in shown
    assert "Sở Nội vụ tỉnh Quảng Trị" in shown
    assert "hx-get" not in shown
    browser.post(reverse("imports:confirm", args=[row.pk]))
    commands.apply_import(import_id=row.pk, now=now)
    directory.forget()
    assert province("H50.98").name == "Cơ quan mới"
    assert "danh-ba.csv" in _text(browser.get(reverse("imports:list")))

    undo = reverse("imports:undo", args=[row.pk])
    assert _text(browser.get(undo))
    assert browser.post(undo).status_code == 302
    assert not AgencyCode.objects.filter(code="H50.98").exists()
    assert browser.post(undo).status_code == 409


def test_wrong_rows_of_a_file_are_listed_with_row_and_column(
    at: Callable[..., Browser], province: Province, now: datetime
) -> None:
    browser = at("H50", "administrator")
    file = io.BytesIO(b"code,name\nH50.98,=1+1\n")
    file.name = "xau.csv"
    browser.post(reverse("imports:new"), {"file": file, "format": "csv", "effective_on": "24/11/2026"})
    row = AgencyImport.objects.get()
    commands.check_import(import_id=row.pk, now=now)

    shown = _text(browser.get(reverse("imports:show", args=[row.pk]), headers={"HX-Request": "true"}))
    assert "=1+1" in shown
    assert "<html" not in shown


def test_file_is_asked_for_when_it_is_missing(at: Callable[..., Browser], province: Province) -> None:
    answer = at("H50", "administrator").post(reverse("imports:new"), {"format": "csv"})
    assert answer.status_code == 422
    assert {"file", "effective_on"} <= set(answer.context["form"].errors)
