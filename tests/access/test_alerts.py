"""A change of rights is shown until confirmed, to whoever it concerns and to administrators other than its author."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from hienluong.access import service as access
from hienluong.access.errors import AlertNotFound, CaseNotYours
from hienluong.access.labels import SENTENCES, sentence
from hienluong.access.models import AccessCase, RightsAlert, RightsChange
from hienluong.directory import service as directory
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Agency, Person, Post
from hienluong.directory.service import Actor
from hienluong.identity import commands as identity
from hienluong.kit import clock
from hienluong.kit.errors import Conflict, InvalidInput
from hienluong.ledger.models import QueuedEntry
from hienluong.notices.models import Notice
from hienluong.staff import service as staff
from hienluong.staff.models import Delegation
from hienluong.systems.service import (
    end_sending_right,
    end_system,
    grant_sending_right,
    register_system,
    rotate_system_secret,
    set_system_networks,
)

pytestmark = pytest.mark.django_db

Acting = Callable[..., Actor]
Employ = Callable[..., Person]
Province = Callable[[str], Agency]
ALERTS_QUERIES = 5
RETURN = "https://qlvb.example.org/callback"


def _readers(kind: str) -> set[Any]:
    return set(RightsAlert.objects.filter(change__kind=kind).values_list("reader", flat=True))


def _last_alert(person: Actor) -> RightsAlert:
    return RightsAlert.objects.filter(reader_id=person.person_id).latest("pk")


def test_new_post_alerts_the_person_and_other_administrators_but_not_its_author(
    acting: Acting, employ: Employ, province: Province, now: datetime
) -> None:
    author, other = acting("H50", "administrator"), acting("H50", "administrator")
    clerk, stranger = employ("Lê An"), acting("H50.S02", "clerk")
    before = RightsAlert.objects.count()

    directory.assign_post(
        actor=author, person=clerk, agency=province("H50.S01"), role="clerk", title="Văn thư", now=now
    )

    new = RightsAlert.objects.order_by("pk")[before:]
    assert {alert.reader_id for alert in new} == {clerk.pk, other.person_id}
    assert author.person_id not in {alert.reader_id for alert in new}
    assert stranger.person_id not in {alert.reader_id for alert in new}
    with translation.override("en"):
        assert sentence(new[0].change) == "Lê An got the post “Văn thư” (clerk) at Sở Nội vụ tỉnh Quảng Trị."


def test_own_change_of_an_administrator_alerts_the_others_only(
    acting: Acting, province: Province, now: datetime
) -> None:
    author, other = acting("H50", "administrator"), acting("H50", "administrator")
    person = Person.objects.get(pk=author.person_id)
    before = RightsAlert.objects.count()

    directory.assign_post(
        actor=author, person=person, agency=province("H50.S01"), role="auditor", title="Tự giao", now=now
    )

    assert [alert.reader_id for alert in RightsAlert.objects.order_by("pk")[before:]] == [other.person_id]


def test_every_command_that_changes_rights_leaves_a_change(
    acting: Acting, employ: Employ, province: Province, platform: Actor, now: datetime
) -> None:
    acting("H50", "administrator")
    person = employ("Lê An", ("H50.S01", "clerk"))
    assert person.user is not None
    directory.set_password(actor=platform, user=person.user, password="sông Thạch Hãn 1972", now=now)
    identity.reset_second_factor(actor=platform, user=person.user, now=now)
    identity.close_account(actor=platform, user=person.user, now=now)
    identity.reopen_account(actor=platform, user=person.user, now=now)
    directory.end_post(actor=platform, post=person.posts.get(), now=now)
    _let_sign_and_stand_in(employ, platform, now)
    system, _, _ = register_system(actor=platform, agency=province("H50.S01"), name="Phần mềm", now=now)
    rotate_system_secret(actor=platform, system=system, now=now)
    set_system_networks(actor=platform, system=system, networks=["203.113.0.0/16"], now=now)
    right = grant_sending_right(actor=platform, system=system, agency=None, reason="Thỏa thuận", now=now)
    end_sending_right(actor=platform, right=right, now=now)
    end_system(actor=platform, system=system, now=now)
    client, _, _ = identity.register_sign_on_client(
        actor=platform, agency=province("H50.S01"), name="Cổng", redirect_uris=[RETURN], now=now
    )
    identity.rotate_sign_on_secret(actor=platform, system=client, now=now)
    identity.end_sign_on_client(actor=platform, system=client, now=now)

    assert set(RightsChange.objects.values_list("kind", flat=True)) == set(RightsChange.Kind.values)
    assert set(SENTENCES) == set(RightsChange.Kind)
    assert [text for change in RightsChange.objects.all() if "{" in (text := sentence(change))] == []


def _let_sign_and_stand_in(employ: Employ, platform: Actor, now: datetime) -> tuple[Person, Person]:
    """A deputy stands in for a head and signs for them, until both are ended; returns the two."""
    head, deputy = employ("Lê Trưởng", ("H50.S01", "head")), employ("Lê Phó", ("H50.S01", "deputy"))
    today = clock.in_vietnam(now).date()
    leave = staff.enter_leave(
        actor=platform,
        post=head.posts.get(),
        stand_in=deputy.posts.get(),
        valid_from=today,
        valid_to=today + timedelta(days=3),
        now=now,
    )
    staff.end_leave(actor=platform, leave=leave, now=now)
    delegation = staff.grant_delegation(
        actor=platform,
        giver=head.posts.get(),
        taker=deputy.posts.get(),
        kind="kt",
        scope="Công văn",
        document_number="15/QĐ-SNV",
        document_date=today,
        valid_from=today,
        now=now,
    )
    staff.revoke_delegation(actor=platform, delegation=delegation, reason="Phân công lại", now=now)
    return head, deputy


def test_delegation_and_stand_in_alert_both_colleagues(
    acting: Acting, employ: Employ, platform: Actor, now: datetime
) -> None:
    administrator, stranger = acting("H50", "administrator"), acting("H50.S01", "clerk")
    head, deputy = _let_sign_and_stand_in(employ, platform, now)

    for kind in ("delegation_granted", "delegation_ended"):
        assert _readers(kind) == {head.pk, deputy.pk, administrator.person_id}
    for kind in ("stand_in_named", "stand_in_ended"):
        assert _readers(kind) == {head.pk, deputy.pk}, "leaves are everyday: no administrator"
    assert stranger.person_id not in _readers("delegation_granted")


def test_end_of_a_delegation_alerts_whom_it_was_handed_on_to(
    acting: Acting, province: Province, platform: Actor, now: datetime
) -> None:
    head, leader, colleague = (acting("H50.S01", role) for role in ("head", "officer", "officer"))
    Post.objects.filter(pk__in=[leader.post_id, colleague.post_id]).update(unit="Phòng Tổ chức")
    Post.objects.filter(pk=leader.post_id).update(leads_unit=True)
    today = clock.in_vietnam(now).date()

    def grant(giver: Actor, taker: Actor, kind: str, basis: Delegation | None = None) -> Delegation:
        return staff.grant_delegation(
            actor=platform,
            giver=Post.objects.get(pk=giver.post_id),
            taker=Post.objects.get(pk=taker.post_id),
            kind=kind,
            scope="Công văn",
            document_number="15/QĐ-SNV",
            document_date=today,
            valid_from=today,
            basis=basis,
            now=now,
        )

    order = grant(head, leader, "tl")
    grant(leader, colleague, "kt", order)
    staff.revoke_delegation(actor=platform, delegation=order, reason="Hết nhiệm vụ", now=now)

    assert _readers("delegation_ended") == {head.person_id, leader.person_id, colleague.person_id}


def test_stand_in_of_an_administrator_alerts_the_other_administrators(
    acting: Acting, platform: Actor, now: datetime
) -> None:
    absent, stand_in, third = (acting("H50", "administrator") for _ in range(3))
    today = clock.in_vietnam(now).date()
    staff.enter_leave(
        actor=platform,
        post=Post.objects.get(pk=absent.post_id),
        stand_in=Post.objects.get(pk=stand_in.post_id),
        valid_from=today,
        valid_to=today + timedelta(days=1),
        now=now,
    )
    assert _readers("stand_in_named") == {absent.person_id, stand_in.person_id, third.person_id}


def test_second_factors_taken_away_alert_the_owner_and_send_one_mail_only(
    acting: Acting, employ: Employ, now: datetime
) -> None:
    author, other = acting("H50", "administrator"), acting("H50", "administrator")
    person = employ("Lê An", ("H50.S01", "clerk"))
    Person.objects.filter(pk=person.pk).update(email="an@example.org")
    assert person.user is not None
    Notice.objects.all().delete()

    identity.reset_second_factor(actor=author, user=person.user, now=now)

    assert _readers("factors_reset") == {person.pk, other.person_id}
    told = Notice.objects.filter(reader=person.pk).values_list("code", flat=True)
    assert list(told) == ["identity.second_factor_reset"]


def test_person_who_leaves_is_alerted_of_as_a_closed_account(
    acting: Acting, employ: Employ, now: datetime
) -> None:
    author, other = acting("H50", "administrator"), acting("H50", "administrator")
    person = employ("Lê An", ("H50.S01", "clerk"))

    directory.deactivate_person(actor=author, person=person, reason="Nghỉ hưu", now=now)
    directory.open_account(actor=author, person=person, now=now)

    assert other.person_id in _readers("post_ended") & _readers("account_closed") & _readers(
        "account_reopened"
    )
    assert author.person_id not in _readers("account_closed")


def test_opened_account_alerts_administrators_only(acting: Acting, employ: Employ) -> None:
    administrator = acting("H50", "administrator")
    person = employ("Lê An")

    assert administrator.person_id in _readers("account_opened")
    assert person.pk not in _readers("account_opened")


def test_system_alerts_the_heads_of_its_agency(
    acting: Acting, province: Province, platform: Actor, now: datetime
) -> None:
    head, other_head, clerk = acting("H50.S01", "head"), acting("H50.S02", "head"), acting("H50.S01", "clerk")
    register_system(actor=platform, agency=province("H50.S01"), name="Phần mềm", now=now)

    identity.register_sign_on_client(
        actor=platform, agency=province("H50.S01"), name="Cổng", redirect_uris=[RETURN], now=now
    )

    for kind in ("system_registered", "sign_on_registered"):
        assert head.person_id in _readers(kind)
        assert not {other_head.person_id, clerk.person_id} & _readers(kind)


def test_confirming_is_an_act_in_the_ledger_and_ends_the_alert(acting: Acting, now: datetime) -> None:
    clerk = acting("H50.S01", "clerk")
    alert = _last_alert(clerk)
    assert clerk.person_id is not None
    assert access.unconfirmed_count(clerk.person_id) == 1

    assert access.confirm_alerts(actor=clerk, alert_ids=[alert.pk], now=now) == 1
    assert access.confirm_alerts(actor=clerk, alert_ids=[alert.pk], now=now) == 0

    assert access.unconfirmed_count(clerk.person_id) == 0
    entries = QueuedEntry.objects.filter(action="access.confirm_alert", subject=f"change:{alert.change_id}")
    assert entries.count() == 1


def test_alert_of_another_is_not_confirmed(acting: Acting, now: datetime) -> None:
    clerk, other = acting("H50.S01", "clerk"), acting("H50.S01", "head")
    with pytest.raises(AlertNotFound):
        access.confirm_alerts(actor=other, alert_ids=[_last_alert(clerk).pk], now=now)
    with pytest.raises(AlertNotFound):
        access.confirm_alerts(actor=clerk, alert_ids=[_last_alert(clerk).pk, _last_alert(other).pk], now=now)
    assert _last_alert(clerk).state == "unconfirmed"


def test_platform_confirms_nothing(platform: Actor, acting: Acting, now: datetime) -> None:
    with pytest.raises(PermissionMissing):
        access.confirm_alerts(actor=platform, alert_ids=[_last_alert(acting("H50.S01", "clerk")).pk], now=now)


def test_report_opens_a_case_and_tells_administrators(acting: Acting, now: datetime) -> None:
    administrator, clerk = acting("H50", "administrator"), acting("H50.S01", "clerk")
    alert = _last_alert(clerk)

    case = access.dispute_alert(actor=clerk, alert_id=alert.pk, note="Tôi không nhận việc này.", now=now)

    assert RightsAlert.objects.get(pk=alert.pk).state == "disputed"
    assert case.closed_at is None
    told = Notice.objects.filter(code="access.case_opened").values_list("reader", flat=True)
    assert list(told) == [administrator.person_id]
    with pytest.raises(Conflict):
        access.dispute_alert(actor=clerk, alert_id=alert.pk, note="Lần nữa.", now=now)


def test_report_without_a_word_is_refused(acting: Acting, now: datetime) -> None:
    clerk = acting("H50.S01", "clerk")
    with pytest.raises(InvalidInput):
        access.dispute_alert(actor=clerk, alert_id=_last_alert(clerk).pk, note="  ", now=now)
    assert AccessCase.objects.count() == 0


def test_case_is_not_closed_by_who_made_the_change_while_there_is_another(
    acting: Acting, employ: Employ, province: Province, now: datetime
) -> None:
    author, other = acting("H50", "administrator"), acting("H50", "administrator")
    person = employ("Lê An")
    directory.assign_post(
        actor=author, person=person, agency=province("H50.S01"), role="clerk", title="Văn thư", now=now
    )
    assert person.user is not None
    clerk = directory.actor_of(directory.posts_of(person.user)[0])
    case = access.dispute_alert(actor=clerk, alert_id=_last_alert(clerk).pk, note="Sai.", now=now)

    with pytest.raises(CaseNotYours):
        access.close_case(actor=author, case_id=case.pk, outcome="Không sao.", now=now)
    with pytest.raises(PermissionMissing):
        access.close_case(actor=clerk, case_id=case.pk, outcome="Xong.", now=now)
    closed = access.close_case(actor=other, case_id=case.pk, outcome="Đã thu hồi.", now=now)

    assert closed.closed_by_id == other.person_id


def test_only_administrator_closes_the_case_about_an_own_change(
    acting: Acting, employ: Employ, province: Province, now: datetime
) -> None:
    author = acting("H50", "administrator")
    person = employ("Lê An")
    directory.assign_post(
        actor=author, person=person, agency=province("H50.S01"), role="clerk", title="Văn thư", now=now
    )
    assert person.user is not None
    clerk = directory.actor_of(directory.posts_of(person.user)[0])
    case = access.dispute_alert(actor=clerk, alert_id=_last_alert(clerk).pk, note="Sai.", now=now)

    assert access.close_case(actor=author, case_id=case.pk, outcome="Đúng.", now=now).closed_at == now


def test_banner_stands_above_every_page_until_confirmed(
    acting: Acting, signed_in: Callable[[Person], Client]
) -> None:
    clerk = acting("H50.S01", "clerk")
    browser = signed_in(Person.objects.get(pk=clerk.person_id))
    english = {"headers": {"accept-language": "en"}}
    assert "one change is not confirmed" in browser.get("/directory/calendar/", **english).content.decode()
    assert "Changes of rights to confirm" in browser.get("/", **english).content.decode()

    answer = browser.post("/access/alerts/confirm/", {"alert": _last_alert(clerk).pk})

    assert answer.status_code == 302
    assert "not confirmed" not in browser.get("/directory/calendar/", **english).content.decode()
    assert "Changes of rights to confirm" not in browser.get("/", **english).content.decode()


def test_reporting_ends_the_other_sessions_and_keeps_this_one(
    acting: Acting, signed_in: Callable[[Person], Client]
) -> None:
    clerk = acting("H50.S01", "clerk")
    person = Person.objects.get(pk=clerk.person_id)
    here, elsewhere = signed_in(person), signed_in(person)
    here.get("/"), elsewhere.get("/")
    alert = _last_alert(clerk)

    here.post(f"/access/alerts/{alert.pk}/wrong/", {"note": "Không phải tôi.", "end_sessions": "on"})

    assert here.get("/access/alerts/").status_code == 200
    assert elsewhere.get("/access/alerts/").status_code == 302
    assert AccessCase.objects.get().sessions_ended


def test_alert_page_asks_a_fixed_number_of_times(
    acting: Acting, signed_in: Callable[[Person], Client], platform: Actor, now: datetime, province: Province
) -> None:
    clerk = acting("H50.S01", "clerk")
    person = Person.objects.get(pk=clerk.person_id)
    browser = signed_in(person)
    browser.get("/access/alerts/")
    for code in ("H50.S02", "H50.VP", "H50"):
        directory.assign_post(
            actor=platform, person=person, agency=province(code), role="officer", title="CV", now=now
        )
    with CaptureQueriesContext(connection) as captured:
        assert browser.get("/access/alerts/").status_code == 200
    assert len(captured) == ALERTS_QUERIES
