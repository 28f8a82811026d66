"""What every installation starts from: the merged province, its communes, agencies, calendar and hours."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from importlib.resources import files

import pytest
from tests.directory import reference

from hienluong.directory import service as directory
from hienluong.directory.commands.reference_data import MERGED_ON, Summary
from hienluong.directory.models import AdministrativeUnit, Agency, AgencyCode, CalendarDay, WorkingHours
from hienluong.directory.policy import is_well_formed
from hienluong.ledger.models import QueuedEntry

pytestmark = pytest.mark.django_db
Province = Callable[[str], Agency]
COMMUNE = AdministrativeUnit.Kind.COMMUNE


def _legacy() -> list[dict[str, str]]:
    text = files("hienluong.directory").joinpath("data/communes_legacy.csv").read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_loading_gives_the_province_as_it_is_and_as_it_was(province: Province) -> None:
    units = AdministrativeUnit.objects.all()

    today = Counter(units.filter(valid_to=None).values_list("kind", flat=True))
    before = Counter(units.exclude(valid_to=None).values_list("kind", flat=True))
    assert today == {"province": 1, "commune": 78}
    assert before == {"province": 2, "district": 18, "commune": 276}


def test_loading_again_adds_nothing_and_writes_no_entry(province: Province, now: datetime) -> None:
    entries = QueuedEntry.objects.count()

    assert directory.load_reference_data(now=now) == Summary(0, 0, 0, 0, 0)
    assert QueuedEntry.objects.count() == entries


def test_loading_again_keeps_what_an_administrator_changed(province: Province, now: datetime) -> None:
    agency = province("H50.S01")
    Agency.objects.filter(pk=agency.pk).update(telephone="0233 3 000 000")
    CalendarDay.objects.filter(day=date(2026, 9, 2)).delete()
    WorkingHours.objects.update(provisional=False)

    directory.load_reference_data(now=now)

    assert Agency.objects.get(pk=agency.pk).telephone == "0233 3 000 000"
    assert not CalendarDay.objects.filter(day=date(2026, 9, 2)).exists()
    assert WorkingHours.objects.get().provisional is False


def test_every_former_commune_leads_to_the_commune_it_went_into(province: Province) -> None:
    for row in _legacy():
        unit = AdministrativeUnit.objects.get(kind=COMMUNE, code=row["code"], valid_from__lt=MERGED_ON)
        while unit.successor is not None:
            unit = unit.successor
        assert (unit.code, unit.valid_to) == (row["new_codes"], None), row["code"]


def test_every_commune_of_today_but_the_island_follows_former_ones(province: Province) -> None:
    without = AdministrativeUnit.objects.filter(kind=COMMUNE, valid_to=None, predecessors=None)

    assert [unit.full_name for unit in without] == ["Đặc khu Cồn Cỏ"]


def test_a_code_used_again_in_2025_names_two_units_told_apart_by_time(province: Province) -> None:
    units = AdministrativeUnit.objects.filter(kind=COMMUNE, code="18859").order_by("valid_from")

    assert [unit.full_name for unit in units] == ["Phường Bắc Lý", "Phường Đồng Thuận"]
    assert units[0].successor == units[1]


def test_every_commune_has_a_committee_whose_code_is_visibly_generated(province: Province) -> None:
    for unit in AdministrativeUnit.objects.filter(kind=COMMUNE, valid_to=None):
        committee = province(f"H50.C{unit.code}")
        assert committee.unit == unit
        assert committee.name.startswith("Ủy ban nhân dân ")
        assert committee.kind == Agency.Kind.COMMUNE


def test_every_code_is_well_formed_and_provisional(province: Province) -> None:
    codes = AgencyCode.objects.all()

    assert all(is_well_formed(code.code, code.scheme) for code in codes)
    assert all(code.provisional for code in codes)
    assert Agency.objects.count() == codes.filter(primary=True).count() == 1 + 78 + 15 + 7


def test_the_province_answers_to_all_four_of_its_codes(province: Province) -> None:
    committee = province("H50")

    assert committee.name == "Ủy ban nhân dân tỉnh Quảng Trị"
    assert {province(code) for code in ("H50", "000.00.00.H50", "H46", "000.00.00.H46")} == {committee}


def test_departments_say_where_their_names_come_from() -> None:
    text = files("hienluong.directory").joinpath("data/departments.csv").read_text("utf-8")

    assert all(row["source"] for row in csv.DictReader(text.splitlines()))


def test_agencies_outside_are_outside(province: Province) -> None:
    outside = Agency.objects.filter(place=Agency.Place.OUTSIDE)

    assert {code.code for agency in outside for code in agency.codes.filter(primary=True)} == {
        "G22",
        "G09",
        "G12",
        "H14",
        "H37",
        "H41",
        "H53",
    }


def test_the_calendar_knows_holidays_and_hours(province: Province) -> None:
    calendar = directory.calendar(date(2026, 9, 2))

    assert not calendar.is_working_day(date(2026, 9, 2)), "National Day"
    assert not calendar.is_working_day(date(2026, 11, 24)), "Culture Day, a Tuesday, a holiday since 2026"
    assert calendar.is_working_day(date(2026, 11, 25)), "a Wednesday"
    assert not calendar.is_working_day(date(2026, 11, 22)), "a Sunday"
    assert WorkingHours.objects.get().provisional


def test_loading_is_in_the_ledger(province: Province) -> None:
    entry = QueuedEntry.objects.get(action="directory.load_reference_data")

    assert b'"units":375' in bytes(entry.entry)


def test_specifications_copy_what_was_loaded_once(province: Province, now: datetime) -> None:
    assert now in reference.kept, (
        "a table that migrations fill is missing from OF_MIGRATIONS: each loads anew"
    )
