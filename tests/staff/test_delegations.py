"""Written delegations of the right to sign: entered by whom they concern, in force as dated, revoked with a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from hienluong.directory import service as directory
from hienluong.directory.errors import AlreadyEnded, PermissionMissing
from hienluong.directory.models import Post
from hienluong.directory.service import Actor
from hienluong.ledger.models import QueuedEntry
from hienluong.notices.models import Notice
from hienluong.staff import queries
from hienluong.staff import service as staff
from hienluong.staff.errors import DelegationRefused, DelegationUnknown
from hienluong.staff.models import Delegation

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def _grant(actor: Actor, giver: Post, taker: Post, kind: str, now: datetime, **changes: Any) -> Delegation:
    today = directory.today()
    values: dict[str, Any] = {
        "scope": "Công văn về tổ chức bộ máy",
        "document_number": "15/QĐ-SNV",
        "document_date": today - DAY,
        "valid_from": today,
        "valid_to": today + 30 * DAY,
        **changes,
    }
    return staff.grant_delegation(actor=actor, giver=giver, taker=taker, kind=kind, now=now, **values)


def test_delegation_is_in_force_on_its_days_only(office: Any, now: datetime, today: date) -> None:
    made = _grant(office.actor(office.head), office.head, office.deputy, "kt", now)

    for day, expected in (
        (today - DAY, []),
        (today, [made]),
        (today + 29 * DAY, [made]),
        (today + 30 * DAY, []),
    ):
        assert staff.delegations_in_force(office.deputy, day) == expected
    assert staff.delegations_in_force(office.head, today) == []


def test_delegation_ends_with_either_post(office: Any, platform: Actor, now: datetime, today: date) -> None:
    _grant(office.actor(office.head), office.head, office.deputy, "kt", now)
    directory.end_post(actor=platform, post=office.head, valid_to=today + 5 * DAY, now=now)
    assert staff.delegations_in_force(office.deputy, today + 4 * DAY)
    assert not staff.delegations_in_force(office.deputy, today + 5 * DAY)


def test_tl_is_handed_on_to_the_units_deputy_and_falls_with_it(
    office: Any, now: datetime, today: date
) -> None:
    clerk = office.actor(office.clerk)
    order = _grant(clerk, office.head, office.leader, "tl", now)
    handed = _grant(clerk, office.leader, office.colleague, "kt", now, basis=order)
    assert staff.delegations_in_force(office.colleague, today) == [handed]

    staff.revoke_delegation(actor=clerk, delegation=order, reason="hết nhiệm vụ", now=now)

    assert staff.delegations_in_force(office.leader, today) == []
    assert staff.delegations_in_force(office.colleague, today) == []


def test_what_is_handed_on_lasts_no_longer_than_what_it_comes_from(
    office: Any, now: datetime, today: date
) -> None:
    clerk = office.actor(office.clerk)
    order = _grant(clerk, office.head, office.leader, "tl", now)
    for end in (None, today + 31 * DAY):
        with pytest.raises(DelegationRefused) as refused:
            _grant(clerk, office.leader, office.colleague, "kt", now, basis=order, valid_to=end)
        assert [error.pointer for error in refused.value.errors] == ["/basis"]


def test_tuq_is_not_handed_on_and_ends(office: Any, now: datetime) -> None:
    clerk = office.actor(office.clerk)
    given = _grant(clerk, office.head, office.leader, "tuq", now)
    with pytest.raises(DelegationRefused):
        _grant(clerk, office.leader, office.colleague, "kt", now, basis=given)
    with pytest.raises(DelegationRefused) as refused:
        _grant(clerk, office.head, office.leader, "tuq", now, document_number="16/QĐ-SNV", valid_to=None)
    assert [error.pointer for error in refused.value.errors] == ["/valid_to"]


def test_same_delegation_is_not_entered_twice(office: Any, now: datetime) -> None:
    clerk = office.actor(office.clerk)
    first = _grant(clerk, office.head, office.deputy, "kt", now)
    with pytest.raises(DelegationRefused):
        _grant(clerk, office.head, office.deputy, "kt", now, document_number="15/qđ-snv")
    staff.revoke_delegation(actor=clerk, delegation=first, reason="nhập nhầm", now=now)
    _grant(clerk, office.head, office.deputy, "kt", now)


def test_delegations_are_entered_by_the_giver_their_clerk_or_an_administrator(
    office: Any, now: datetime, give: Callable[..., Post], administrator: Actor
) -> None:
    stranger = give("Đỗ Văn Lạ", "clerk", "H50.S02")
    for post in (office.deputy, office.officer, office.leader, stranger):
        with pytest.raises(PermissionMissing):
            _grant(office.actor(post), office.head, office.deputy, "kt", now)
    for number, actor in enumerate((office.actor(office.head), office.actor(office.clerk), administrator)):
        _grant(actor, office.head, office.deputy, "kt", now, document_number=f"{number}/QĐ-SNV")


def test_who_stands_in_for_the_head_delegates_nothing(office: Any, now: datetime, today: date) -> None:
    staff.enter_leave(
        actor=office.actor(office.head),
        post=office.head,
        stand_in=office.deputy,
        valid_from=today,
        valid_to=today + DAY,
        now=now,
    )
    standing = directory.actor_of(directory.posts_of(office.deputy.person.user)[1])
    assert standing.role == "head"
    with pytest.raises(PermissionMissing):
        _grant(standing, office.head, office.leader, "tl", now)


def test_revocation_needs_a_reason_and_happens_once(office: Any, now: datetime, today: date) -> None:
    head = office.actor(office.head)
    made = _grant(head, office.head, office.deputy, "kt", now)
    with pytest.raises(DelegationRefused):
        staff.revoke_delegation(actor=head, delegation=made, reason="  ", now=now)
    revoked = staff.revoke_delegation(actor=head, delegation=made, reason="hết nhiệm vụ", now=now)
    assert (revoked.revoked_on, revoked.revoked_because) == (today, "hết nhiệm vụ")
    with pytest.raises(AlreadyEnded):
        staff.revoke_delegation(actor=head, delegation=made, reason="nữa", now=now)
    assert [notice.code for notice in Notice.objects.order_by("pk")] == [
        "staff.delegated",
        "staff.delegation_revoked",
    ]
    assert QueuedEntry.objects.filter(action="staff.revoke_delegation").count() == 1


def test_delegations_are_seen_by_their_parties_their_agency_and_administrators(
    office: Any, now: datetime, give: Callable[..., Post], administrator: Actor
) -> None:
    made = _grant(office.actor(office.clerk), office.head, office.leader, "tl", now)
    stranger = give("Đỗ Văn Lạ", "head", "H50.S02")
    seen = {
        name: [row.pk for row in queries.delegations(office.actor(post)).items]
        for name, post in (
            ("head", office.head),
            ("leader", office.leader),
            ("clerk", office.clerk),
            ("officer", office.officer),
            ("stranger", stranger),
        )
    }
    assert seen == {"head": [made.pk], "leader": [made.pk], "clerk": [made.pk], "officer": [], "stranger": []}
    assert [row.pk for row in queries.delegations(administrator).items] == [made.pk]
    with pytest.raises(DelegationUnknown):
        queries.delegation_by_id(office.actor(office.officer), made.pk)


def test_states_of_a_list_part_delegations_into_three(office: Any, now: datetime, today: date) -> None:
    head = office.actor(office.head)
    now_in_force = _grant(head, office.head, office.deputy, "kt", now)
    coming = _grant(
        head, office.head, office.deputy, "kt", now, document_number="16/QĐ-SNV", valid_from=today + 5 * DAY
    )
    over = _grant(head, office.head, office.deputy, "kt", now, document_number="17/QĐ-SNV")
    staff.revoke_delegation(actor=head, delegation=over, reason="hết nhiệm vụ", now=now)
    listed = {
        state: [row.pk for row in queries.delegations(head, state=state).items]
        for state in ("in_force", "coming", "over")
    }
    assert listed == {"in_force": [now_in_force.pk], "coming": [coming.pk], "over": [over.pk]}
