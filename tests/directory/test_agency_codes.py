"""Any code ever valid leads to the agency that answers for it; published codes replace provisional ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from hienluong.directory import service as directory
from hienluong.directory.errors import CodesRefused, PermissionMissing
from hienluong.directory.events import AgencyCodesChanged
from hienluong.directory.models import Agency, AgencyCode
from hienluong.directory.service import Actor
from hienluong.kit.events import isolated_listeners, subscribe
from hienluong.kit.vietnamese import fold, sort_key

pytestmark = pytest.mark.django_db
Province = Callable[[str], Agency]

MERGER = date(2027, 1, 1)


def _merge(ended: Agency, into: Agency, on: date = MERGER) -> None:
    Agency.objects.filter(pk=ended.pk).update(valid_to=on, successor=into)
    directory.forget()


def test_case_and_blanks_do_not_matter(province: Province) -> None:
    assert province(" h50.s01 ") == province("H50.S01")
    assert province("000.00.00.h50") == province("H50")


def test_an_unknown_code_leads_nowhere(province: Province) -> None:
    assert directory.agency_by_code("H99.01") is None
    assert directory.agencies_by_codes(["H50", "H99.01", ""]).keys() == {"H50"}


def test_many_codes_cost_one_query_and_asked_again_none(
    province: Province, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    directory.forget()

    with django_assert_num_queries(1):
        found = directory.agencies_by_codes(["H50.S01", "H50.C18880", "000.00.00.H50", "H99"])
    with django_assert_num_queries(0):
        again = directory.agencies_by_codes(["H50.C18880", "000.00.00.H50"])

    assert found["000.00.00.H50"].primary_code == "H50"
    assert again["H50.C18880"] == found["H50.C18880"]


def test_a_merged_agency_leads_to_its_successor_from_that_day_on(province: Province) -> None:
    _merge(province("H50.C18880"), province("H50.C18871"))

    before = directory.agency_by_code("H50.C18880", on=MERGER - timedelta(days=1))
    after = directory.agency_by_code("H50.C18880", on=MERGER)
    assert before is not None
    assert after is not None
    assert (before.agency.name, before.followed) == ("Ủy ban nhân dân phường Đồng Hới", ())
    assert after.agency.name == "Ủy ban nhân dân phường Đồng Sơn"
    assert [agency.name for agency in after.followed] == ["Ủy ban nhân dân phường Đồng Hới"]
    assert (after.code, after.primary_code) == ("H50.C18880", "H50.C18871")


def test_successors_of_successors_are_followed_to_the_end(province: Province) -> None:
    chain = ["H50.C18859", "H50.C18871", "H50.C18880", "H50.C19009", "H50.C19066"]
    for ended, into in pairwise(chain):
        _merge(province(ended), province(into))

    found = directory.agency_by_code(chain[0], on=MERGER)

    assert found is not None
    assert found.primary_code == chain[-1]
    assert [agency.pk for agency in found.followed] == [province(code).pk for code in chain[:-1]]


def test_an_agency_that_ended_without_successor_is_found_and_says_so(province: Province) -> None:
    Agency.objects.filter(pk=province("H50.S14").pk).update(valid_to=MERGER)
    directory.forget()

    found = directory.agency_by_code("H50.S14", on=MERGER)

    assert found is not None
    assert found.ended(MERGER)
    assert not found.ended(MERGER - timedelta(days=1))


def test_a_circle_of_successors_ends(province: Province) -> None:
    one, other = province("H50.C18859"), province("H50.C18871")
    _merge(one, other)
    _merge(other, one)

    found = directory.agency_by_code("H50.C18859", on=MERGER)

    assert found is not None
    assert found.ended(MERGER)
    assert len(found.followed) == 1


def test_a_code_is_never_given_twice_whatever_its_case(province: Province) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AgencyCode.objects.create(
            agency=province("H50.S02"), scheme="qd20", code="h50.s01", valid_from=date(2026, 1, 1)
        )


@pytest.mark.parametrize(
    ("code", "own"),
    [
        ("H50", True),
        ("h46.12.01", True),
        ("000.00.19.H50", True),
        ("01.14.h50", True),
        ("Ｈ50.12", True),
        ("\u200bH50.12", True),
        ("H37.H50X", False),
        ("G22", False),
        ("000.00.00.H41", False),
        ("", False),
    ],
)
def test_the_provinces_own_codes_are_known_in_both_schemes(code: str, *, own: bool) -> None:
    assert directory.is_province_code(code) is own


def _row(current: str, code: str, scheme: str = "qd20", valid_from: str = "2026-12-01") -> dict[str, str]:
    return {"current_code": current, "scheme": scheme, "code": code, "valid_from": valid_from}


def test_a_published_code_replaces_the_provisional_one_which_still_leads_there(
    province: Province, acting: Callable[..., Actor], now: datetime
) -> None:
    agency = province("H50.S01")

    summary = directory.import_agency_codes(
        actor=acting("H50", "administrator"), rows=[_row("h50.s01", "h50.19")], now=now
    )
    directory.forget()

    assert (summary.added, summary.confirmed, summary.unchanged) == (1, 0, 0)
    assert province("H50.S01") == province("H50.19") == agency
    codes = [(c.code, c.primary, c.provisional, c.valid_to) for c in directory.agency_codes(agency)]
    assert codes == [
        ("H50.19", True, False, None),
        ("H50.S01", False, True, date(2026, 12, 1)),
    ]


def test_a_code_of_the_older_scheme_does_not_become_the_one_we_write(
    province: Province, platform: Actor, now: datetime
) -> None:
    directory.import_agency_codes(actor=platform, rows=[_row("H50.S01", "000.00.19.H50", "qcvn102")], now=now)

    assert directory.primary_codes([province("H50.S01").pk]) == {province("H50.S01").pk: "H50.S01"}


def test_the_provinces_code_is_confirmed_and_its_other_alias_ends(
    province: Province, platform: Actor, now: datetime
) -> None:
    summary = directory.import_agency_codes(actor=platform, rows=[_row("H50", "H50")], now=now)

    alias = AgencyCode.objects.get(code="H46")
    assert summary.confirmed == 1
    assert (alias.agency, alias.valid_to) == (province("H50"), date(2026, 12, 1))
    assert not AgencyCode.objects.get(code="H50").provisional


def test_importing_again_changes_nothing(province: Province, platform: Actor, now: datetime) -> None:
    rows = [_row("H50.S01", "H50.19")]
    directory.import_agency_codes(actor=platform, rows=rows, now=now)

    assert directory.import_agency_codes(actor=platform, rows=rows, now=now).unchanged == 1


def test_a_dry_run_says_what_it_would_do_and_does_nothing(
    province: Province, platform: Actor, now: datetime
) -> None:
    summary = directory.import_agency_codes(
        actor=platform, rows=[_row("H50.S01", "H50.19")], now=now, dry_run=True
    )

    assert (summary.added, summary.dry_run) == (1, True)
    assert directory.agency_by_code("H50.19") is None


def test_every_wrong_row_is_named_and_no_row_is_imported(
    province: Province, platform: Actor, now: datetime
) -> None:
    rows = [
        _row("H50.S01", "H50.19"),
        _row("H50.S99", "H50.20"),
        _row("H50.S02", "50-21"),
        _row("H50.S03", "H50.S04"),
        _row("H50.S05", "H50.22", scheme="qd28"),
        _row("H50.S06", "H50.23", valid_from="01/12/2026"),
        {"current_code": "H50.S07"},
    ]

    with pytest.raises(CodesRefused) as refused:
        directory.import_agency_codes(actor=platform, rows=rows, now=now)

    assert [error.pointer for error in refused.value.errors] == [
        "/2/current_code",
        "/3/code",
        "/4/code",
        "/5/scheme",
        "/6/valid_from",
        "/7/scheme",
        "/7/code",
        "/7/valid_from",
    ]
    assert "Sở Công Thương" in refused.value.explain()
    assert directory.agency_by_code("H50.19") is None


def test_only_administrators_import_codes(
    province: Province, acting: Callable[..., Actor], now: datetime
) -> None:
    with pytest.raises(PermissionMissing):
        directory.import_agency_codes(actor=acting("H50.VP", "operator"), rows=[], now=now)


def test_the_modules_above_hear_which_agencies_have_new_codes(
    province: Province, platform: Actor, now: datetime
) -> None:
    heard: list[AgencyCodesChanged] = []
    with isolated_listeners():
        subscribe(AgencyCodesChanged, heard.append)
        directory.import_agency_codes(actor=platform, rows=[_row("H50.S01", "H50.19")], now=now)

    assert heard == [AgencyCodesChanged((province("H50.S01").pk,))]


def test_search_needs_no_diacritics_and_takes_d_for_d_with_stroke(
    province: Province, platform: Actor
) -> None:
    for text in ("dong hoi", "Đồng Hới", "ĐỒNG  hới", "ubnd phuong dong hoi", "h50.c18880"):
        names = [agency.name for agency in directory.search_agencies(platform, text).items]
        assert names == ["Ủy ban nhân dân phường Đồng Hới"], text


def test_both_placements_of_the_tone_find_the_commune(province: Province, platform: Actor) -> None:
    for text in ("Minh Hoá", "Minh Hóa"):
        assert len(directory.search_agencies(platform, text).items) == 1


def test_pages_follow_one_another_in_vietnamese_order(province: Province, platform: Actor) -> None:
    names: list[str] = []
    cursor = None
    while True:
        page = directory.search_agencies(platform, place="province", after=cursor, limit=20)
        names += [agency.name for agency in page.items]
        cursor = page.next
        if cursor is None:
            break

    assert len(names) == len(set(names)) == 1 + 78 + 15
    assert names == sorted(names, key=sort_key)
    assert "sở" not in [fold(name) for name in names]


@pytest.mark.parametrize("cursor", ["x", "x~y", "\x00~00000000-0000-0000-0000-000000000000"])
def test_a_damaged_cursor_gives_an_empty_page(cursor: str, province: Province, platform: Actor) -> None:
    assert directory.search_agencies(platform, after=cursor).items == []


def test_agencies_that_have_ended_are_not_offered(province: Province, platform: Actor) -> None:
    _merge(province("H50.C18880"), province("H50.C18871"))

    assert directory.search_agencies(platform, "đồng hới", on=MERGER).items == []


def test_what_is_found_cannot_be_changed_by_the_finder(province: Province) -> None:
    found = directory.agency_by_code("H50")

    assert found is not None
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.code = "H51"  # type: ignore[misc]  # the attempt is the point
