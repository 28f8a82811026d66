"""Decision 4: who may hand in packets of which sender."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hienluong.directory.models import Agency
from hienluong.directory.policy import is_province_code
from hienluong.directory.service import Actor, SendingRightRef
from hienluong.systems.policy import may_send_for

TODAY = date(2026, 11, 24)
OWN, OTHER = uuid4(), uuid4()

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
group = st.text("0123456789ABCDEFGH", min_size=1, max_size=6)
inside_codes = st.one_of(
    st.builds(
        lambda own, rest: ".".join([own, *rest]), st.sampled_from(["H50", "H46"]), st.lists(group, max_size=4)
    ),
    st.builds(
        lambda rest, own: ".".join([*rest, own]), st.lists(group, max_size=3), st.sampled_from(["h50", "H46"])
    ),
)
codes = st.one_of(inside_codes, st.lists(group, min_size=1, max_size=4).map(".".join))
rights = st.builds(
    lambda outside, agency, start, length: SendingRightRef(
        scope="outside" if outside else "agency",
        agency_id=None if outside else agency,
        valid_from=start,
        valid_to=None if length is None else start + timedelta(days=length),
    ),
    st.booleans(),
    st.sampled_from([OWN, OTHER, uuid4()]),
    days,
    st.none() | st.integers(1, 4000),
)


def _system(*held: SendingRightRef, agency: UUID = OWN) -> Actor:
    return Actor(
        kind="system", id=uuid4(), name="Phần mềm", agency_id=agency, agency_code="H50.S01", rights=held
    )


def _agency(pk: UUID, place: Agency.Place = Agency.Place.PROVINCE) -> Agency:
    return Agency(pk=pk, name="Sở Nội vụ", place=place)


def _right(agency: UUID | None, start: int = -10, end: int | None = None) -> SendingRightRef:
    return SendingRightRef(
        scope="outside" if agency is None else "agency",
        agency_id=agency,
        valid_from=TODAY + timedelta(days=start),
        valid_to=None if end is None else TODAY + timedelta(days=end),
    )


def test_an_agency_sends_for_itself() -> None:
    assert may_send_for(_system(), _agency(OWN), "H50.S01", TODAY)


def test_nobody_sends_for_another_agency_without_a_right() -> None:
    assert not may_send_for(_system(), _agency(OTHER), "H50.S02", TODAY)
    assert not may_send_for(_system(), None, "G22", TODAY)


def test_a_shared_system_sends_for_the_agency_its_right_names() -> None:
    shared = _system(_right(OTHER))

    assert may_send_for(shared, _agency(OTHER), "H50.S02", TODAY)
    assert not may_send_for(shared, _agency(uuid4()), "H50.S03", TODAY)


@pytest.mark.parametrize(
    ("start", "end", "allowed"), [(1, None, False), (0, None, True), (-5, 0, False), (-5, 1, True)]
)
def test_a_right_holds_from_its_first_day_to_the_day_before_its_end(
    start: int, end: int | None, *, allowed: bool
) -> None:
    assert may_send_for(_system(_right(OTHER, start, end)), _agency(OTHER), "H50.S02", TODAY) is allowed


def test_an_upstream_axis_sends_for_any_agency_outside_known_or_not() -> None:
    axis = _system(_right(None))

    assert may_send_for(axis, None, "H99.01", TODAY)
    assert may_send_for(axis, _agency(OTHER, Agency.Place.OUTSIDE), "000.00.00.H41", TODAY)


def test_an_upstream_axis_never_sends_for_an_agency_in_the_province_whatever_its_code() -> None:
    axis = _system(_right(None))

    assert not may_send_for(axis, _agency(OTHER, Agency.Place.PROVINCE), "vxp.saas.03", TODAY)
    assert not may_send_for(axis, None, "000.00.19.H50", TODAY)
    assert not may_send_for(axis, _agency(OTHER, Agency.Place.OUTSIDE), "H50.77", TODAY)


def test_the_platform_itself_sends_for_nobody() -> None:
    assert not may_send_for(Actor.platform("delivery"), _agency(OWN), "H50.S01", TODAY)


@given(code=inside_codes, held=st.lists(rights, max_size=5), on=days)
def test_no_set_of_rights_lets_an_axis_speak_for_an_unknown_code_of_the_province(
    code: str, held: list[SendingRightRef], on: date
) -> None:
    assert is_province_code(code)
    assert not may_send_for(_system(*held), None, code, on)


@given(code=codes, held=st.lists(rights, max_size=5), on=days, place=st.sampled_from(Agency.Place))
def test_sending_for_another_always_rests_on_a_right_in_force(
    code: str, held: list[SendingRightRef], on: date, place: Agency.Place
) -> None:
    if not may_send_for(_system(*held), _agency(OTHER, place), code, on):
        return
    for_it = any(right.agency_id == OTHER and right.in_force(on) for right in held)
    as_axis = any(right.scope == "outside" and right.in_force(on) for right in held)
    assert for_it or (as_axis and place == Agency.Place.OUTSIDE and not is_province_code(code))
