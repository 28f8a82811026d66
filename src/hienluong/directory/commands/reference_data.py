"""Loads the data every installation starts from: the province's units, agencies, calendar and working hours.

Loading again adds what is missing and changes nothing that is there: administrators edit these rows. Sources,
licences and what could not be sourced: data/SOURCES.txt.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files

from django.db import transaction
from django.db.models.functions import Upper

from hienluong.directory.actors import Actor
from hienluong.directory.commands.agency_changes import begin_change
from hienluong.directory.events import ReferenceDataLoaded
from hienluong.directory.models import (
    AdministrativeUnit,
    Agency,
    AgencyCode,
    CalendarDay,
    WorkingHours,
)
from hienluong.directory.policy import agency_search_key
from hienluong.directory.recent import forget
from hienluong.kit import events, worktime
from hienluong.kit.vietnamese import fold, normalise, sort_key
from hienluong.ledger import service as ledger

MERGED_ON = date(2025, 7, 1)
"""The province and its communes as they are now exist since this day, and districts no more."""

KNOWN_FROM = date(2023, 1, 1)
"""The year of the oldest list of former units we hold; the days of their foundation are not in it."""

ABOLISHED_BY = date(2025, 3, 1)
"""Twelve former communes stand in the list of 2023 and no more in the list of this day."""

CODES_FROM = date(2020, 9, 15)
"""Decision 20/2020/QĐ-TTg is in force since this day."""

PROVINCE_CODE, FORMER_PROVINCES = "44", (("44", "Quảng Bình", "Quang Binh"), ("45", "Quảng Trị", "Quang Tri"))
PROVINCE_ALIASES = ("H50", "000.00.00.H50", "H46", "000.00.00.H46")
"""Decision 14 of the architecture; the first is the one written on the wire."""

CALENDAR_YEARS = range(2025, 2029)
_COMMUNE_KINDS = {
    "Xã": "Commune",
    "Phường": "Ward",
    "Đặc khu": "Special Zone",
    "Thị trấn": "Township",
}
_DISTRICT_KINDS = ("Thành phố", "Thị xã", "Huyện")
_UnitKey = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class Summary:
    """How many rows a loading added; all zero when everything was there."""

    units: int
    agencies: int
    codes: int
    calendar_days: int
    working_hours: int


@transaction.atomic
def load_reference_data(*, now: datetime) -> Summary:
    """Adds the reference data that is missing and returns how much; run by the set-up and by every upgrade."""
    units = _load_units()
    agencies, codes = _load_agencies()
    summary = Summary(units, agencies, codes, _load_calendar(), _load_working_hours())
    if summary != Summary(0, 0, 0, 0, 0):
        ledger.record(
            actor=Actor.platform("reference data").ref,
            action="directory.load_reference_data",
            subject="directory:reference",
            details={
                "units": summary.units,
                "agencies": summary.agencies,
                "codes": summary.codes,
                "calendar_days": summary.calendar_days,
                "working_hours": summary.working_hours,
            },
            now=now,
        )
        transaction.on_commit(forget)
    events.publish(ReferenceDataLoaded(now))
    return summary


def _table(name: str) -> list[dict[str, str]]:
    text = files("hienluong.directory").joinpath("data", name).read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def _load_units() -> int:
    known: dict[_UnitKey, AdministrativeUnit] = {
        (unit.kind, unit.code, unit.valid_from): unit for unit in AdministrativeUnit.objects.all()
    }
    before = len(known)

    def add(units: Iterable[AdministrativeUnit]) -> None:
        missing = [unit for unit in units if (unit.kind, unit.code, unit.valid_from) not in known]
        for unit in AdministrativeUnit.objects.bulk_create(missing):
            known[unit.kind, unit.code, unit.valid_from] = unit

    kind = AdministrativeUnit.Kind
    add([_unit(kind.PROVINCE, PROVINCE_CODE, "Tỉnh Quảng Trị", "Quảng Trị", MERGED_ON, english="Quang Tri")])
    province = known[kind.PROVINCE, PROVINCE_CODE, MERGED_ON]
    add(
        _unit(
            kind.PROVINCE,
            code,
            f"Tỉnh {name}",
            name,
            KNOWN_FROM,
            english=english,
            successor=province,
            valid_to=MERGED_ON,
        )
        for code, name, english in FORMER_PROVINCES
    )
    add(
        _unit(
            kind.DISTRICT,
            row["code"],
            row["full_name"],
            _bare_name(row["full_name"], _DISTRICT_KINDS),
            KNOWN_FROM,
            parent=known[kind.PROVINCE, row["province_code"], KNOWN_FROM],
            valid_to=MERGED_ON,
        )
        for row in _table("districts_legacy.csv")
    )
    add(_present_commune(row, province) for row in _table("communes_2025.csv"))
    former = _table("communes_legacy.csv")
    add(_former_commune(row, known) for row in former if row["in_list_2025_03"] == "1")
    add(_former_commune(row, known) for row in former if row["in_list_2025_03"] != "1")
    return len(known) - before


def _unit(
    kind: AdministrativeUnit.Kind,
    code: str,
    full_name: str,
    name: str,
    valid_from: date,
    *,
    english: str = "",
    alternative: str = "",
    **more: object,
) -> AdministrativeUnit:
    return AdministrativeUnit(
        kind=kind,
        code=code,
        name=name,
        full_name=full_name,
        english_name=english,
        alternative_name=alternative,
        sort_key=sort_key(name),
        search_key=_search_key(full_name, alternative, english),
        valid_from=valid_from,
        **more,
    )


def _present_commune(row: Mapping[str, str], province: AdministrativeUnit) -> AdministrativeUnit:
    return _unit(
        AdministrativeUnit.Kind.COMMUNE,
        row["code"],
        row["full_name"],
        row["name"],
        MERGED_ON,
        english=row["name_en"],
        alternative=row["name_alt"],
        parent=province,
        postal_code=row["postal_code"],
        population=int(row["population"]) if row["population"] else None,
        area_km2=Decimal(row["area_km2_official"]) if row["area_km2_official"] else None,
        latitude=float(row["inside_lat"]),
        longitude=float(row["inside_lon"]),
    )


def _former_commune(
    row: Mapping[str, str], known: Mapping[_UnitKey, AdministrativeUnit]
) -> AdministrativeUnit:
    commune = AdministrativeUnit.Kind.COMMUNE
    name_2023, name_2025 = normalise(row["name_2023"]), normalise(row["name_2025_03"])
    full_name = name_2025 or name_2023
    if name_2025:
        successor, valid_to = known[commune, row["new_codes"], MERGED_ON], MERGED_ON
    else:
        successor, valid_to = known[commune, row["successor_2025_03"], KNOWN_FROM], ABOLISHED_BY
    return _unit(
        commune,
        row["code"],
        full_name,
        _bare_name(full_name, _COMMUNE_KINDS),
        KNOWN_FROM,
        alternative=name_2023 if name_2023 != full_name else "",
        parent=known[AdministrativeUnit.Kind.DISTRICT, row["district_code"], KNOWN_FROM],
        successor=successor,
        valid_to=valid_to,
        postal_code=row["postal_code_2017"],
    )


def _bare_name(full_name: str, kinds: Iterable[str]) -> str:
    """Returns the name without the word for what it is: "Xã Khe Sanh" is Khe Sanh."""
    return next(
        (full_name[len(kind) + 1 :] for kind in kinds if full_name.startswith(f"{kind} ")),
        full_name,
    )


def _search_key(*names: str) -> str:
    """Returns the folded names, each once, in one text."""
    return " | ".join(dict.fromkeys(fold(name) for name in names if name))


def _load_agencies() -> tuple[int, int]:
    there = AgencyCode.objects.annotate(folded=Upper("code")).filter(folded__in=_codes_of_the_files())
    known = {code.code.upper(): code.agency for code in there.select_related("agency")}
    agencies: list[Agency] = []
    codes: list[AgencyCode] = []

    def add(agency: Agency, names: Sequence[str], valid_from: date) -> Agency:
        """Adds the agency unless one of its codes is known, and the codes that are missing; the first is primary."""
        held = next((known[name] for name in names if name in known), None)
        if held is None:
            agencies.append(agency)
        holder = held or agency
        for name in names:
            if name not in known:
                code = AgencyCode(
                    agency=holder,
                    scheme=AgencyCode.Scheme.QCVN102 if name[0].isdigit() else AgencyCode.Scheme.QD20,
                    code=name,
                    primary=held is None and name == names[0],
                    provisional=True,
                    valid_from=valid_from,
                )
                codes.append(code)
                known[name] = holder
        return holder

    units = {
        unit.code: unit
        for unit in AdministrativeUnit.objects.filter(
            kind=AdministrativeUnit.Kind.COMMUNE, valid_from=MERGED_ON
        )
    }
    province_unit = AdministrativeUnit.objects.get(
        kind=AdministrativeUnit.Kind.PROVINCE, code=PROVINCE_CODE, valid_from=MERGED_ON
    )
    province = add(
        _agency(
            "Ủy ban nhân dân tỉnh Quảng Trị",
            "People's Committee of Quang Tri Province",
            Agency.Kind.PROVINCE,
            unit=province_unit,
        ),
        PROVINCE_ALIASES,
        CODES_FROM,
    )
    for row in _table("departments.csv"):
        department = _agency(row["name"], row["english_name"], Agency.Kind.DEPARTMENT, parent=province)
        add(department, [row["code"]], MERGED_ON)
    for row in _table("communes_2025.csv"):
        unit = units[row["code"]]
        committee = _agency(
            f"Ủy ban nhân dân {row['type'].lower()} {row['name']}",
            f"People's Committee of {row['name_en']} {_COMMUNE_KINDS[row['type']]}",
            Agency.Kind.COMMUNE,
            parent=province,
            unit=unit,
            alternative=row["name_alt"],
        )
        add(committee, [f"{PROVINCE_ALIASES[0]}.C{row['code']}"], MERGED_ON)
    for row in _table("outside.csv"):
        outside = _agency(
            row["name"],
            row["english_name"],
            Agency.Kind(row["kind"]),
            valid_from=CODES_FROM,
            place=Agency.Place.OUTSIDE,
        )
        add(outside, [row["qd20"], row["qcvn102"]], CODES_FROM)
    _save_agencies(agencies, codes)
    return len(agencies), len(codes)


def _codes_of_the_files() -> set[str]:
    """Returns every code that the files may bring, so that only those are looked up among a country's."""
    return {
        *PROVINCE_ALIASES,
        *(row["code"] for row in _table("departments.csv")),
        *(f"{PROVINCE_ALIASES[0]}.C{row['code']}" for row in _table("communes_2025.csv")),
        *(row[scheme] for row in _table("outside.csv") for scheme in ("qd20", "qcvn102")),
    }


def _save_agencies(agencies: Sequence[Agency], codes: Sequence[AgencyCode]) -> None:
    """Saves new agencies and new codes, also those of agencies that were there; all are found by them at once."""
    number = begin_change() if codes else 0
    new = {id(agency) for agency in agencies}
    for agency in {id(code.agency): code.agency for code in codes}.values():
        own = [code.code for code in codes if code.agency is agency]
        agency.search_key = agency_search_key([agency.search_key], own)
        agency.change_number = number
        if id(agency) not in new:
            agency.save(update_fields=["search_key", "change_number"])
    Agency.objects.bulk_create(agencies)
    AgencyCode.objects.bulk_create(codes)


def _agency(
    name: str,
    english: str,
    kind: Agency.Kind,
    *,
    valid_from: date = MERGED_ON,
    alternative: str = "",
    **more: object,
) -> Agency:
    return Agency(
        name=name,
        english_name=english,
        kind=kind,
        sort_key=sort_key(name),
        search_key=agency_search_key([name, alternative, english], []),
        valid_from=valid_from,
        **more,
    )


def _load_calendar() -> int:
    known = set(CalendarDay.objects.values_list("day", flat=True))
    kinds = {
        worktime.DayKind.HOLIDAY: CalendarDay.Kind.HOLIDAY,
        worktime.DayKind.WORKING: CalendarDay.Kind.MAKE_UP,
    }
    seeded_years = {day.year for day in known}
    missing = [
        CalendarDay(day=row.day, kind=kinds[row.kind], name=row.name[:120], source=row.source)
        for row in worktime.seed_calendar(CALENDAR_YEARS)
        if row.day.year not in seeded_years  # a day an administrator removed from a year stays removed
    ]
    CalendarDay.objects.bulk_create(missing)
    return len(missing)


def _load_working_hours() -> int:
    if WorkingHours.objects.exists():
        return 0
    hours = worktime.PROVISIONAL_HOURS
    (morning_from, morning_to), (afternoon_from, afternoon_to) = hours.periods
    WorkingHours.objects.create(
        valid_from=date(CALENDAR_YEARS[0], 1, 1),
        morning_from=morning_from,
        morning_to=morning_to,
        afternoon_from=afternoon_from,
        afternoon_to=afternoon_to,
        provisional=True,
        source=hours.source,
    )
    return 1
