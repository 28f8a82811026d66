"""Agencies change, and what was before is kept: names, places in the tree, codes, who took over."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hienluong.directory import commands, queries
from hienluong.directory import service as directory
from hienluong.directory.errors import AgencyHasEnded, AgencyRefused, AlreadyEnded, PermissionMissing
from hienluong.directory.events import AgencyEnded
from hienluong.directory.models import Agency, AgencyCode, OtherSuccessor
from hienluong.directory.service import Actor
from hienluong.kit.errors import NotAuthenticated
from hienluong.kit.events import isolated_listeners, subscribe
from hienluong.ledger.models import QueuedEntry

pytestmark = pytest.mark.django_db
Province = Callable[[str], Agency]
TODAY = date(2026, 11, 24)


@pytest.fixture
def make(province: Province, platform: Actor, now: datetime) -> Callable[..., Agency]:
    """Creates an agency of the province."""
    province("H50")

    def create(name: str, **more: Any) -> Agency:
        facts: dict[str, Any] = {"kind": "other", "valid_from": date(2026, 1, 1), **more}
        return commands.create_agency(actor=platform, name=name, now=now, **facts)

    return create


def _errors(refusal: pytest.ExceptionInfo[AgencyRefused]) -> set[str]:
    return {error.pointer for error in refusal.value.errors}


# --- who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role", ["clerk", "head", "deputy", "officer", "operator", "auditor", "secrecy_officer"]
)
def test_only_administrators_change_agencies(
    role: str, acting: Callable[..., Actor], province: Province, now: datetime
) -> None:
    actor, agency = acting("H50.S02", role), province("H50.S01").pk
    acts: list[Callable[[], object]] = [
        lambda: commands.create_agency(actor=actor, name="X", kind="other", valid_from=TODAY, now=now),
        lambda: commands.change_agency(actor=actor, agency_id=agency, particulars={}, now=now),
        lambda: commands.rename_agency(actor=actor, agency_id=agency, name="X", on=TODAY, now=now),
        lambda: commands.move_agency(actor=actor, agency_id=agency, parent_id=None, on=TODAY, now=now),
        lambda: commands.merge_agencies(
            actor=actor, agency_ids=[agency], successor_id=agency, on=TODAY, now=now
        ),
        lambda: commands.split_agency(
            actor=actor, agency_id=agency, successor_ids=[], mail_to=agency, on=TODAY, now=now
        ),
        lambda: commands.end_agency(actor=actor, agency_id=agency, on=TODAY, now=now),
        lambda: commands.add_agency_code(
            actor=actor, agency_id=agency, code="H50.9", scheme="qd20", valid_from=TODAY, now=now
        ),
    ]
    for act in acts:
        with pytest.raises(PermissionMissing):
            act()


def test_nobody_signed_in_changes_nothing(province: Province, now: datetime) -> None:
    with pytest.raises(NotAuthenticated):
        commands.end_agency(actor=None, agency_id=province("H50.S01").pk, on=TODAY, now=now)


# --- creating -----------------------------------------------------------------------------------------------------


def test_agency_without_a_published_code_gets_a_provisional_one_of_ours(make: Callable[..., Agency]) -> None:
    first, second = make("Ban Quản lý dự án"), make("Ban Quản lý khu kinh tế")

    codes = list(AgencyCode.objects.filter(agency__in=[first, second]).order_by("code"))
    assert [code.code for code in codes] == ["H50.X00001", "H50.X00002"]
    assert all(code.provisional and code.primary for code in codes)
    found = directory.agency_by_code("h50.x00001")
    assert found is not None
    assert found.provisional


def test_internal_unit_stands_under_its_agency_without_a_code(
    make: Callable[..., Agency], province: Province, platform: Actor
) -> None:
    unit = make("Phòng Văn thư", kind="unit", parent_id=province("H50.S01").pk)

    assert not unit.codes.exists()
    detail = queries.agency_detail(platform, province("H50.S01").pk)
    assert [one.pk for one in detail.below] == [unit.pk]
    assert queries.search_agencies(platform, "phong van thu").items == []
    assert queries.search_agencies(platform, "phong van thu", kind="unit").items == [unit]


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"name": "X" * 201}, "/name"),
        ({"kind": "unit"}, "/parent"),
        ({"kind": "moon"}, "/kind"),
        ({"place": "moon"}, "/place"),
        ({"parent_id": uuid.UUID(int=7)}, "/parent"),
        ({"place": "outside"}, "/code"),
        ({"code": "không phải mã"}, "/code"),
        ({"code": "H50." + "1" * 32}, "/code"),
        ({"code": "H50.S01"}, "/code"),
        ({"code": "h50.c18880"}, "/code"),
        ({"particulars": {"email": "x" * 101}}, "/email"),
    ],
)
def test_agency_with_a_wrong_value_is_refused_and_the_value_named(
    facts: dict[str, Any], pointer: str, make: Callable[..., Agency]
) -> None:
    before = Agency.objects.count()

    with pytest.raises(AgencyRefused) as refusal:
        make(**{"name": "Cơ quan mới", **facts})

    assert _errors(refusal) == {pointer}
    assert Agency.objects.count() == before


# --- renaming and moving ------------------------------------------------------------------------------------------


def test_renamed_agency_is_found_by_every_name_it_ever_had(
    province: Province, platform: Actor, now: datetime
) -> None:
    agency = province("H50.S01")
    first = agency.name
    for name, on in (("Sở Nội vụ và Lao động", date(2026, 3, 1)), ("Sở Tổ chức", TODAY)):
        commands.rename_agency(actor=platform, agency_id=agency.pk, name=name, on=on, now=now)

    assert [
        (one.name, one.valid_from, one.valid_to) for one in agency.former_names.order_by("valid_from")
    ] == [
        (first, date(2025, 7, 1), date(2026, 3, 1)),
        ("Sở Nội vụ và Lao động", date(2026, 3, 1), TODAY),
    ]
    for text in ("so noi vu", "va lao dong", "so to chuc", "h50.s01"):
        assert agency.pk in {one.pk for one in queries.search_agencies(platform, text).items}, text


def test_name_is_changed_on_the_day_itself_and_after_the_last_change(
    province: Province, platform: Actor, now: datetime
) -> None:
    agency = province("H50.S01").pk
    for on in (TODAY + timedelta(days=1), date(2025, 7, 1), date(2020, 1, 1)):
        with pytest.raises(AgencyRefused) as refusal:
            commands.rename_agency(actor=platform, agency_id=agency, name="Tên mới", on=on, now=now)
        assert _errors(refusal) == {"/on"}


def test_moved_agency_stands_where_it_stood_on_the_days_before(
    make: Callable[..., Agency], province: Province, platform: Actor, now: datetime
) -> None:
    unit = make("Chi cục Văn thư", parent_id=province("H50.S01").pk)
    commands.move_agency(
        actor=platform, agency_id=unit.pk, parent_id=province("H50.VP").pk, on=TODAY, now=now
    )

    def below(code: str, on: date) -> set[Any]:
        return {row.pk for row, _ in queries.branch(platform, province(code).pk, on=on).below.items}

    assert unit.pk in below("H50.S01", TODAY - timedelta(days=1))
    assert unit.pk not in below("H50.S01", TODAY)
    assert unit.pk not in below("H50.VP", TODAY - timedelta(days=1))
    assert unit.pk in below("H50.VP", TODAY)


def test_change_of_particulars_takes_effect_and_says_what_in_the_ledger(
    province: Province, platform: Actor, now: datetime
) -> None:
    agency = province("H50.S01")
    QueuedEntry.objects.all().delete()
    commands.change_agency(
        actor=platform, agency_id=agency.pk, particulars={"address": " 45  Hùng Vương ", "fax": ""}, now=now
    )
    agency.refresh_from_db()

    assert agency.address == "45 Hùng Vương"
    entry = QueuedEntry.objects.get(action="directory.change_agency")
    assert b'"changed":["address"]' in bytes(entry.entry)
    commands.change_agency(
        actor=platform, agency_id=agency.pk, particulars={"address": "45 Hùng Vương"}, now=now
    )
    assert QueuedEntry.objects.filter(action="directory.change_agency").count() == 1


# --- ending -------------------------------------------------------------------------------------------------------


def test_merger_planned_for_a_day_changes_nothing_before_it(
    province: Province, platform: Actor, now: datetime
) -> None:
    day = date(2027, 1, 1)
    heard: list[AgencyEnded] = []
    ended, successor = province("H50.C18880"), province("H50.C18871")
    with isolated_listeners():
        subscribe(AgencyEnded, heard.append)
        commands.merge_agencies(
            actor=platform, agency_ids=[ended.pk], successor_id=successor.pk, on=day, now=now
        )

    directory.forget()
    before = directory.agency_by_code("H50.C18880", on=day - timedelta(days=1))
    after = directory.agency_by_code("H50.C18880", on=day)
    assert before is not None
    assert after is not None
    assert (before.agency.pk, before.followed) == (ended.pk, ())
    assert (after.agency.pk, [one.pk for one in after.followed]) == (successor.pk, [ended.pk])
    assert heard == [AgencyEnded(ended.pk, successor.pk, day)]


def test_plan_may_be_replaced_until_its_day_and_never_after(
    province: Province, platform: Actor, now: datetime
) -> None:
    agency = province("H50.C18880")
    for code, on in (("H50.C18871", date(2027, 1, 1)), ("H50.C18859", date(2027, 7, 1))):
        commands.merge_agencies(
            actor=platform, agency_ids=[agency.pk], successor_id=province(code).pk, on=on, now=now
        )
    agency.refresh_from_db()
    assert (agency.successor, agency.valid_to) == (province("H50.C18859"), date(2027, 7, 1))
    assert {code.valid_to for code in agency.codes.all()} == {date(2027, 7, 1)}

    later = datetime(2027, 7, 2, tzinfo=now.tzinfo)
    with pytest.raises(AgencyHasEnded):
        commands.merge_agencies(
            actor=platform,
            agency_ids=[agency.pk],
            successor_id=province("H50.C18871").pk,
            on=date(2028, 1, 1),
            now=later,
        )
    with pytest.raises(AgencyHasEnded):
        commands.rename_agency(
            actor=platform, agency_id=agency.pk, name="Sống lại", on=date(2027, 7, 2), now=later
        )


def test_split_agency_leads_to_the_successor_that_receives_its_mail(
    province: Province, platform: Actor, now: datetime
) -> None:
    agency, mail_to, other = province("H50.S01"), province("H50.S02"), province("H50.S03")
    commands.split_agency(
        actor=platform,
        agency_id=agency.pk,
        successor_ids=[other.pk, mail_to.pk],
        mail_to=mail_to.pk,
        on=TODAY,
        now=now,
    )
    directory.forget()

    found = directory.agency_by_code("H50.S01", on=TODAY)
    assert found is not None
    assert found.agency == mail_to
    assert queries.agency_detail(platform, agency.pk).successors == [mail_to, other]
    assert agency in queries.agency_detail(platform, other.pk).predecessors


def test_agency_with_units_below_it_is_not_ended(
    make: Callable[..., Agency], province: Province, platform: Actor, now: datetime
) -> None:
    unit = make("Phòng Văn thư", kind="unit", parent_id=province("H50.S01").pk)
    with pytest.raises(AgencyRefused) as refusal:
        commands.end_agency(actor=platform, agency_id=province("H50.S01").pk, on=TODAY, now=now)
    assert _errors(refusal) == {"/agencies"}

    commands.end_agency(actor=platform, agency_id=unit.pk, on=TODAY, now=now)
    ended = commands.end_agency(actor=platform, agency_id=province("H50.S01").pk, on=TODAY, now=now)
    assert (ended.valid_to, ended.successor) == (TODAY, None)


def test_code_is_ended_but_still_leads_to_its_agency(
    province: Province, platform: Actor, now: datetime
) -> None:
    code = AgencyCode.objects.get(code="H46")
    commands.end_agency_code(actor=platform, code_id=code.pk, on=TODAY, now=now)
    directory.forget()

    assert province("H46") == province("H50")
    with pytest.raises(AlreadyEnded):
        commands.end_agency_code(actor=platform, code_id=code.pk, on=TODAY, now=now)
    with pytest.raises(AgencyRefused):
        commands.end_agency_code(
            actor=platform, code_id=AgencyCode.objects.get(code="H50").pk, on=TODAY, now=now
        )


def test_published_code_is_written_on_the_wire_from_then_on(
    province: Province, platform: Actor, now: datetime
) -> None:
    agency = province("H50.S01")
    commands.add_agency_code(
        actor=platform,
        agency_id=agency.pk,
        code="h50.12",
        scheme="qd20",
        primary=True,
        valid_from=TODAY,
        now=now,
    )
    directory.forget()

    found = directory.agency_by_code("H50.S01")
    assert found is not None
    assert found.primary_code == "H50.12"
    assert queries.search_agencies(platform, "h50.12").items == [agency]
    with pytest.raises(IntegrityError), transaction.atomic():
        AgencyCode.objects.create(agency=province("H50.S02"), scheme="qd20", code="H50.12", valid_from=TODAY)


# --- no circles, whatever is done -----------------------------------------------------------------------------------

_acts = st.lists(
    st.tuples(
        st.sampled_from(["move", "merge", "split"]), st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=_acts)
def test_no_sequence_of_acts_closes_a_circle(
    acts: list[tuple[str, int, int, int]], make: Callable[..., Agency], platform: Actor, now: datetime
) -> None:
    with transaction.atomic():
        agencies = [make(f"Cơ quan {number}") for number in range(6)]
        for number, (act, first, second, third) in enumerate(acts):
            one, two, three = (agencies[place].pk for place in (first, second, third))
            on = date(2026, 2, 1) + timedelta(days=number)
            ahead = date(2027, 1, 1) + timedelta(days=number)
            try:
                with transaction.atomic():
                    if act == "move":
                        commands.move_agency(actor=platform, agency_id=one, parent_id=two, on=on, now=now)
                    elif act == "merge":
                        commands.merge_agencies(
                            actor=platform, agency_ids=[one], successor_id=two, on=ahead, now=now
                        )
                    else:
                        commands.split_agency(
                            actor=platform,
                            agency_id=one,
                            successor_ids=[two, three],
                            mail_to=two,
                            on=ahead,
                            now=now,
                        )
            except (AgencyRefused, AgencyHasEnded):
                continue
        rows = {row.pk: row for row in Agency.objects.filter(pk__in=[one.pk for one in agencies])}
        parents = {pk: {row.parent_id} for pk, row in rows.items()}
        successors = {pk: {row.successor_id} for pk, row in rows.items()}
        for pair in OtherSuccessor.objects.filter(agency__in=agencies):
            successors[pair.agency_id].add(pair.successor_id)
        assert not _has_circle(parents)
        assert not _has_circle(successors)
        transaction.set_rollback(True)


def _has_circle(edges: dict[Any, set[Any]]) -> bool:
    """Returns whether some node reaches itself."""
    for start, direct in edges.items():
        seen: set[Any] = set()
        ahead = set(direct) - {None}
        while ahead:
            if start in ahead:
                return True
            seen |= ahead
            ahead = {far for near in ahead for far in edges.get(near, set())} - seen - {None}
    return False
