"""Groups of recipients: by list or by rule, of the province or of one agency, always as they are today."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from hienluong.directory import service as directory
from hienluong.directory.errors import AlreadyEnded, PermissionMissing
from hienluong.directory.models import Agency, Post
from hienluong.directory.service import Actor
from hienluong.ledger.models import QueuedEntry
from hienluong.recipients import queries
from hienluong.recipients import service as recipients
from hienluong.recipients.errors import GroupRefused, GroupTooLarge, GroupUnknown
from hienluong.recipients.models import RecipientGroup

pytestmark = pytest.mark.django_db
Province = Callable[[str], Agency]
COMMUNES, DONG_HOI, KHE_SANH, JUSTICE = (
    "Tất cả UBND xã, phường, đặc khu",
    "H50.C18880",
    "H50.C19429",
    "H50.S02",
)


def _members(group: RecipientGroup) -> list[str]:
    return [agency.name for agency in recipients.expand_group(group).agencies]


def _end(agency: Agency, successor: Agency | None = None) -> None:
    Agency.objects.filter(pk=agency.pk).update(valid_to=directory.today(), successor=successor)
    directory.forget()


@pytest.fixture
def coast(province: Province, acting: Callable[..., Actor], now: datetime) -> RecipientGroup:
    """A group of Sở Nội vụ: two communes and a department."""
    return recipients.create_group(
        actor=acting("H50.S01", "clerk"),
        owner=province("H50.S01"),
        name="Ven biển",
        members=[province(code) for code in (DONG_HOI, KHE_SANH, JUSTICE)],
        now=now,
    )


def test_every_installation_has_all_communes_by_rule(
    province: Province, acting: Callable[..., Actor]
) -> None:
    listed = {one.group.name: one for one in recipients.groups(acting("H50.S01", "clerk"))}
    assert listed[COMMUNES].count == 78
    assert not listed[COMMUNES].may_change
    assert len(_members(listed[COMMUNES].group)) == 78


def test_standard_groups_are_added_once_and_a_changed_name_stays(
    province: Province, platform: Actor, now: datetime
) -> None:
    group = RecipientGroup.objects.get(name=COMMUNES)
    recipients.change_group(actor=platform, group=group, name="78 xã", members=None, now=now)
    directory.load_reference_data(now=now)
    assert RecipientGroup.objects.filter(rule_kind="commune").values_list("name", flat=True).get() == "78 xã"


def test_rule_follows_the_directory(province: Province) -> None:
    group = RecipientGroup.objects.get(name=COMMUNES)
    _end(province(KHE_SANH), province(DONG_HOI))
    expanded = recipients.expand_group(group)
    assert len(expanded.agencies) == 77
    assert not expanded.dropped


def test_ended_agency_drops_out_of_a_list_and_is_said_so(coast: RecipientGroup, province: Province) -> None:
    _end(province(KHE_SANH), province(DONG_HOI))
    expanded = recipients.expand_group(coast)
    assert [agency.name for agency in expanded.agencies] == [
        "Sở Tư pháp tỉnh Quảng Trị",
        "Ủy ban nhân dân phường Đồng Hới",
    ]
    assert [(gone.agency.name, gone.why) for gone in expanded.dropped] == [
        ("Ủy ban nhân dân xã Khe Sanh", "ended")
    ]
    assert "Đồng Hới" in expanded.dropped[0].reason


def test_sender_itself_and_an_agency_without_a_code_get_nothing(
    province: Province, platform: Actor, acting: Callable[..., Actor], now: datetime
) -> None:
    without = Agency.objects.create(
        name="Ban mới", sort_key="ban moi", search_key="ban moi", kind="other", valid_from=directory.today()
    )
    group = recipients.create_group(
        actor=platform,
        owner=None,
        name="Mọi nơi",
        members=[without, province("H50.S01"), province(JUSTICE)],
        now=now,
    )
    expanded = recipients.expand_groups(acting("H50.S01", "clerk"), [group.pk])[0]
    assert [agency.name for agency in expanded.agencies] == ["Sở Tư pháp tỉnh Quảng Trị"]
    assert {(gone.agency.name, gone.why) for gone in expanded.dropped} == {
        ("Sở Nội vụ tỉnh Quảng Trị", "own"),
        ("Ban mới", "no_code"),
    }


ROLES = [role.value for role in Post.Role]
KEEPERS = {"clerk", "head", "deputy", "administrator"}


@pytest.mark.parametrize(("role", "code"), list(itertools.product(ROLES, ["H50.S01", JUSTICE])))
def test_groups_of_an_agency_are_kept_by_its_clerks_heads_and_deputies_and_by_administrators(
    coast: RecipientGroup, acting: Callable[..., Actor], now: datetime, role: str, code: str
) -> None:
    actor = acting(code, role)
    expected = role == "administrator" or (role in KEEPERS and code == "H50.S01")
    if expected:
        recipients.change_group(actor=actor, group=coast, name="Mới", members=None, now=now)
    else:
        with pytest.raises(PermissionMissing):
            recipients.change_group(actor=actor, group=coast, name="Mới", members=None, now=now)


@pytest.mark.parametrize("role", ROLES)
def test_groups_of_the_province_are_kept_by_administrators_only(
    province: Province, acting: Callable[..., Actor], now: datetime, role: str
) -> None:
    actor = acting("H50.S01", role)

    def make() -> RecipientGroup:
        return recipients.create_group(
            actor=actor, owner=None, name="Toàn tỉnh", rule_place="province", now=now
        )

    if role == "administrator":
        assert make().kind == "rule"
    else:
        with pytest.raises(PermissionMissing):
            make()


def test_agency_sees_the_provinces_groups_and_its_own_and_no_other(
    coast: RecipientGroup, acting: Callable[..., Actor]
) -> None:
    own, other = acting("H50.S01", "officer"), acting(JUSTICE, "clerk")
    assert [one.group.name for one in recipients.groups(own, "ven bien")] == ["Ven biển"]
    assert recipients.groups(other, "ven bien") == []
    with pytest.raises(GroupUnknown):
        recipients.expand_groups(other, [coast.pk])
    with pytest.raises(GroupUnknown):
        recipients.group_by_id(other, coast.pk)


def test_change_of_members_is_recorded_with_who_came_and_who_went(
    coast: RecipientGroup, province: Province, acting: Callable[..., Actor], now: datetime
) -> None:
    recipients.change_group(
        actor=acting("H50.S01", "head"),
        group=coast,
        name="Ven biển",
        members=[province(code) for code in (DONG_HOI, JUSTICE, "H50.VP")],
        now=now,
    )
    entry = json.loads(bytes(QueuedEntry.objects.get(action="recipients.change_group").entry))
    assert entry["details"]["added"]["first"] == [str(province("H50.VP").pk)]
    assert entry["details"]["removed"]["first"] == [str(province(KHE_SANH).pk)]
    assert (entry["details"]["added"]["count"], entry["subject"]) == (1, f"group:{coast.pk}")


def test_large_group_fits_into_the_ledger(province: Province, platform: Actor, now: datetime) -> None:
    every = Agency.objects.filter(place="province", valid_to=None)
    group = recipients.create_group(actor=platform, owner=None, name="Ấ" * 200, members=every, now=now)
    assert len(_members(group)) == every.count() > 90
    recipients.change_group(
        actor=platform, group=group, name="Ấ" * 200, members=Agency.objects.filter(place="outside"), now=now
    )


def test_ended_member_stays_in_the_list_but_none_is_added(
    coast: RecipientGroup, province: Province, platform: Actor, now: datetime
) -> None:
    ended = province(KHE_SANH)
    _end(ended)
    keep = [ended, province(DONG_HOI)]
    recipients.change_group(actor=platform, group=coast, name="Ven biển", members=keep, now=now)
    with pytest.raises(GroupRefused):
        recipients.create_group(actor=platform, owner=None, name="Khác", members=keep, now=now)


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "VEN BIEN"])
def test_name_is_needed_short_enough_and_once_in_use(
    coast: RecipientGroup, province: Province, acting: Callable[..., Actor], now: datetime, name: str
) -> None:
    clerk = acting("H50.S01", "clerk")
    with pytest.raises(GroupRefused):
        recipients.create_group(
            actor=clerk, owner=province("H50.S01"), name=name, members=[province(JUSTICE)], now=now
        )


def test_list_without_members_is_refused(province: Province, platform: Actor, now: datetime) -> None:
    with pytest.raises(GroupRefused):
        recipients.create_group(actor=platform, owner=None, name="Rỗng", members=[], now=now)


def test_group_out_of_use_is_offered_no_more_and_its_name_is_free(
    coast: RecipientGroup, province: Province, acting: Callable[..., Actor], now: datetime
) -> None:
    clerk = acting("H50.S01", "clerk")
    recipients.end_group(actor=clerk, group=coast, now=now)
    assert recipients.groups(clerk, "ven bien") == []
    with pytest.raises(GroupUnknown):
        recipients.expand_groups(clerk, [coast.pk])
    with pytest.raises(AlreadyEnded):
        recipients.end_group(actor=clerk, group=coast, now=now + timedelta(days=1))
    recipients.create_group(
        actor=clerk, owner=province("H50.S01"), name="Ven biển", members=[province(JUSTICE)], now=now
    )


def test_list_and_expansion_cost_the_same_however_many_members(
    coast: RecipientGroup,
    platform: Actor,
    now: datetime,
    acting: Callable[..., Actor],
    django_assert_num_queries: Any,
) -> None:
    clerk = acting("H50.S01", "clerk")
    communes = RecipientGroup.objects.get(name=COMMUNES)
    with django_assert_num_queries(2):
        recipients.groups(clerk)
    for number in range(5):
        recipients.create_group(
            actor=platform,
            owner=None,
            name=f"Nhóm {number}",
            members=Agency.objects.filter(kind="commune", place="province", valid_to=None),
            now=now,
        )
    with django_assert_num_queries(2):
        assert len(recipients.groups(clerk)) == 8
    with django_assert_num_queries(3):
        assert (
            sum(len(one.agencies) for one in recipients.expand_groups(clerk, [communes.pk, coast.pk])) == 81
        )


def test_group_that_comes_to_too_many_is_shown_in_part_and_cannot_be_addressed(
    acting: Callable[..., Actor],
) -> None:
    Agency.objects.bulk_create(
        Agency(
            name=f"Trường {number}",
            sort_key=f"{number}",
            search_key=f"{number}",
            kind="other",
            place="outside",
            valid_from=date(2025, 7, 1),
        )
        for number in range(queries.EXPANSION_LIMIT + 1)
    )
    outside = RecipientGroup.objects.create(
        name="Ngoài tỉnh", kind="rule", rule_kind="other", rule_place="outside", valid_from=date(2025, 7, 1)
    )
    expanded = recipients.expand_group(outside)
    assert (len(expanded.dropped), expanded.complete) == (queries.EXPANSION_LIMIT, False)
    with pytest.raises(GroupTooLarge):
        recipients.expand_groups(acting("H50.S01", "clerk"), [outside.pk])
