"""Who may stand in, who enters leaves, who may let whom sign: every cell of the tables, and laws over all of them."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hienluong.directory.models import Post
from hienluong.staff.models import Delegation
from hienluong.staff.policy import (
    SigningPost,
    delegation_faults,
    manages_leaves_of,
    may_delegate,
    may_stand_in,
)

ROLES = [role.value for role in Post.Role]
KINDS = [kind.value for kind in Delegation.Kind]
STAND_INS = {
    ("head", "deputy"),
    ("deputy", "deputy"),
    ("deputy", "head"),
    ("officer", "officer"),
    ("officer", "deputy"),
    ("clerk", "clerk"),
    ("clerk", "officer"),
    ("operator", "operator"),
    ("auditor", "auditor"),
    ("administrator", "administrator"),
    ("secrecy_officer", "secrecy_officer"),
}
MANAGES = {
    *(("head", role) for role in ("head", "deputy", "officer", "clerk")),
    *(("deputy", role) for role in ("deputy", "officer", "clerk")),
    *(("clerk", role) for role in ("officer", "clerk")),
}
WATCHING = ("operator", "auditor", "administrator", "secrecy_officer")

posts = st.builds(
    SigningPost,
    person=st.integers(1, 4),
    agency=st.sampled_from(["A", "B", "A1"]),
    role=st.sampled_from(ROLES),
    unit=st.sampled_from(["", "Phòng Tổ chức", "Văn phòng"]),
    leads_unit=st.booleans(),
    below=st.sampled_from([frozenset(), frozenset({"A"})]),
)
HEAD = SigningPost(person=1, agency="A", role="head")
DEPUTY = SigningPost(person=2, agency="A", role="deputy")
LEADER = SigningPost(person=3, agency="A", role="officer", unit="Phòng Tổ chức", leads_unit=True)
UNITS_DEPUTY = SigningPost(person=4, agency="A", role="officer", unit="Phòng Tổ chức")
HEAD_BELOW = SigningPost(person=5, agency="A1", role="head", below=frozenset({"A"}))
DEPUTY_BELOW = SigningPost(person=6, agency="A1", role="deputy", below=frozenset({"A"}))
CLERK = SigningPost(person=7, agency="A", role="clerk")
HEAD_ELSEWHERE = SigningPost(person=8, agency="B", role="head")
DEPUTY_ELSEWHERE = SigningPost(person=9, agency="B", role="deputy")
CAST = {name: post for name, post in globals().items() if isinstance(post, SigningPost)}
ALLOWED = {
    ("kt", None, "HEAD", "DEPUTY"),
    ("kt", None, "HEAD_BELOW", "DEPUTY_BELOW"),
    ("kt", None, "HEAD_ELSEWHERE", "DEPUTY_ELSEWHERE"),
    ("tl", None, "HEAD", "LEADER"),
    ("tl", None, "HEAD", "HEAD_BELOW"),
    ("tuq", None, "HEAD", "LEADER"),
    ("tuq", None, "HEAD", "HEAD_BELOW"),
    ("kt", "tl", "LEADER", "UNITS_DEPUTY"),
    ("kt", "tl", "HEAD", "DEPUTY"),
    ("kt", "tl", "HEAD_BELOW", "DEPUTY_BELOW"),
    ("kt", "tl", "HEAD_ELSEWHERE", "DEPUTY_ELSEWHERE"),
}


@pytest.mark.parametrize(("absent", "own"), list(itertools.product(ROLES, ROLES)))
def test_role_stands_in_only_where_the_table_says(absent: str, own: str) -> None:
    assert may_stand_in(absent, own) == ((absent, own) in STAND_INS)


@pytest.mark.parametrize(("own", "absent"), list(itertools.product([*ROLES, None], ROLES)))
def test_role_enters_leaves_only_where_the_table_says(own: str | None, absent: str) -> None:
    assert manages_leaves_of(own, absent) == ((own, absent) in MANAGES)


@given(st.sampled_from(WATCHING), st.sampled_from(ROLES))
def test_nobody_comes_to_watch_administer_or_see_secrets_by_standing_in(absent: str, own: str) -> None:
    assert may_stand_in(absent, own) == (absent == own)


@pytest.mark.parametrize(
    ("kind", "basis", "giver", "taker"),
    list(itertools.product(KINDS, [None, *KINDS], CAST, CAST)),
)
def test_delegation_is_allowed_only_where_the_decree_says(
    kind: str, basis: str | None, giver: str, taker: str
) -> None:
    expected = (kind, basis, giver, taker) in ALLOWED
    assert may_delegate(kind, CAST[giver], CAST[taker], basis=basis) == expected


@given(st.sampled_from(KINDS), posts, posts)
def test_what_was_given_by_tuq_or_kt_is_never_handed_on(
    kind: str, giver: SigningPost, taker: SigningPost
) -> None:
    assert not may_delegate(kind, giver, taker, basis="tuq")
    assert not may_delegate(kind, giver, taker, basis="kt")


@given(st.sampled_from(KINDS), st.sampled_from([None, *KINDS]), posts, posts)
def test_nobody_delegates_to_themself_and_only_heads_give_their_own_right(
    kind: str, basis: str | None, giver: SigningPost, taker: SigningPost
) -> None:
    if may_delegate(kind, giver, taker, basis=basis):
        assert giver.person != taker.person
        assert basis is not None or giver.role == "head"
        assert basis is None or (kind, basis) == ("kt", "tl")


days = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(st.sampled_from(KINDS), days, days, st.none() | days)
def test_delegation_is_written_before_it_begins_and_tuq_ends(
    kind: str, written: date, first: date, end: date | None
) -> None:
    faults = {
        fault.pointer
        for fault in delegation_faults(
            kind=kind,
            scope="Công văn",
            document_number="15/QĐ-SNV",
            document_date=written,
            valid_from=first,
            valid_to=end,
        )
    }
    assert ("/document_date" in faults) == (written > first)
    assert ("/valid_to" in faults) == ((end is None and kind == "tuq") or (end is not None and end <= first))
    assert faults <= {"/document_date", "/valid_to"}


def test_delegation_says_what_may_be_signed_and_by_which_document() -> None:
    day = date(2026, 11, 20)
    faults = delegation_faults(
        kind="kt",
        scope="",
        document_number="",
        document_date=day,
        valid_from=day,
        valid_to=day + timedelta(1),
    )
    assert {fault.pointer for fault in faults} == {"/scope", "/document_number"}
