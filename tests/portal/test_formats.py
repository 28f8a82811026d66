"""Dates, times and numbers as people write them in Vietnam, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.forms import DateField
from django.template import Context, Template
from django.utils import translation

MOMENT = datetime(2026, 11, 24, 2, 5, 9, tzinfo=UTC)


def _render(template: str, **values: object) -> str:
    return Template("{% load portal %}" + template).render(Context(values))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_date_is_day_first_and_time_has_24_hours_in_the_vietnamese_zone(language: str) -> None:
    with translation.override(language):
        assert _render('{{ at|date:"SHORT_DATE_FORMAT" }}', at=date(2026, 3, 9)) == "09/03/2026"
        assert _render('{{ at|date:"SHORT_DATETIME_FORMAT" }}', at=MOMENT) == "24/11/2026 09:05"
        assert _render('{{ at|date:"DATETIME_FORMAT" }}', at=MOMENT) == "24/11/2026 09:05:09"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("typed", ["9/3/2026", "09/03/2026", "09-03-2026", "2026-03-09"])
def test_date_is_understood_day_first(language: str, typed: str) -> None:
    with translation.override(language):
        assert DateField().clean(typed) == date(2026, 3, 9)


@pytest.mark.parametrize(("language", "written"), [("vi", "1.234.567,5"), ("en", "1,234,567.5")])
def test_number_is_grouped_in_the_form_of_the_language(language: str, written: str) -> None:
    with translation.override(language):
        assert _render("{{ n|number }}", n=1234567.5) == written


@pytest.mark.parametrize(
    ("size", "written"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1,0 kB"),
        (1_400_000, "1,4 MB"),
        (250_000_000, "250 MB"),
        (7e12, "7.000 GB"),
    ],
)
def test_size_of_a_file_has_a_unit_people_know(size: int, written: str) -> None:
    with translation.override("vi"):
        assert _render("{{ n|byte_size }}", n=size) == written


@pytest.mark.parametrize(
    ("values", "points"),
    [([], ""), ([0, 0], "0.0,29.0 100.0,29.0"), ([0, 5, 10], "0.0,29.0 50.0,15.0 100.0,1.0")],
)
def test_sparkline_stands_on_zero(values: list[int], points: str) -> None:
    assert _render("{{ v|sparkline }}", v=values) == points
