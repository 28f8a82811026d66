"""The platform as its operators watch it: metadata, never content; what failed, why, and trying it again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from personas import (
    CABINET,
    DONG_HOI,
    HOME_AFFAIRS,
    INTERIOR,
    KHE_SANH,
    System,
    deliver,
    document,
    queries_of,
)

from hienluong.exchange import policy
from hienluong.exchange.channels.mailbox import FILE_MISSING
from hienluong.exchange.models import Delivery, DeliveryEvent, Recipient
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry
from hienluong.monitoring.queries import PAGE

pytestmark = pytest.mark.django_db

Visit = Callable[..., Client]
Failed = Callable[..., Delivery]

PATH = "/exchange/monitor/"
MONITOR_QUERIES = 21
FAILURES_QUERIES = 6
REASON = {"reason": "Đã sửa xong.", "step": "send"}


def _text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def test_operator_sees_what_waits_and_what_failed_why_and_what_to_do(
    visit: Visit, home_affairs: System, failed: Failed
) -> None:
    failed(failure=FILE_MISSING)
    home_affairs.hand_in(document(16, CABINET, subject="Họp giao ban"))
    page = _text(visit(HOME_AFFAIRS, "operator").get(PATH))
    for shown in ("Văn phòng Chính phủ", "the file is missing from the store", "bring the file back"):
        assert shown in page
    assert f"{PATH}failures/retry/?cause=file-missing&amp;to={DONG_HOI}" in page


def test_operator_sees_no_subject_and_no_number(visit: Visit, home_affairs: System, failed: Failed) -> None:
    delivery = failed(subject="Tập huấn văn thư")
    home_affairs.hand_in(document(16, CABINET, subject="Họp giao ban"))
    operator = visit(HOME_AFFAIRS, "operator")
    for place in ("", "waiting/", "failures/", "failures/groups/", f"failures/{delivery.pk}/"):
        page = _text(operator.get(PATH + place))
        for content in ("Tập huấn văn thư", "Họp giao ban", "16/SNV-VP", "15/SNV-VP"):
            assert content not in page


@pytest.mark.parametrize("role", ["clerk", "head", "deputy", "officer", "secrecy_officer"])
def test_those_who_handle_documents_do_not_watch_the_axis(visit: Visit, role: str) -> None:
    browser = visit(DONG_HOI, role)
    for place in ("", "waiting/", "failures/", "failures/groups/", "failures/7/", "alarms/"):
        assert browser.get(PATH + place).status_code == 403


def test_moving_part_comes_alone_when_the_page_asks_for_it(visit: Visit) -> None:
    operator = visit(HOME_AFFAIRS, "operator")
    whole, part = _text(operator.get(PATH)), _text(operator.get(PATH, headers={"HX-Request": "true"}))
    assert 'hx-trigger="every 5s"' in whole
    assert "<html" not in part
    assert "Nothing waits" in part


def test_waiting_is_listed_by_recipient_and_age_and_goes_on_from_a_place(
    visit: Visit, home_affairs: System
) -> None:
    for number, code in enumerate((CABINET, INTERIOR, CABINET)):
        home_affairs.hand_in(document(20 + number, code))
    waiting, old = Delivery.objects.get(recipient__code=INTERIOR), clock.now() - timedelta(days=3)
    Delivery.objects.filter(pk=waiting.pk).update(created_at=old)
    others = Recipient.objects.bulk_create(
        Recipient(code=f"G99.{number}", name=f"Cục {number}", channel="") for number in range(1, PAGE)
    )
    Delivery.objects.bulk_create(
        Delivery(
            **{
                name: getattr(waiting, name)
                for name in ("packet", "transmission", "kind", "state", "changed_at")
            },
            recipient=one,
            recipient_code=one.code,
            created_at=old,
        )
        for one in others
    )
    operator = visit(HOME_AFFAIRS, "operator")
    first = _text(operator.get(f"{PATH}waiting/"))
    assert "Bộ Nội vụ" in first
    assert "Văn phòng Chính phủ" not in first
    further = re.search(r'href="([^"]+after=[^"]+)"', first)
    assert further
    second = _text(operator.get(further[1].replace("&amp;", "&")))
    assert "Văn phòng Chính phủ" in second
    assert 'rel="next"' not in second


@pytest.mark.parametrize("place", ["waiting/", "failures/", "failures/groups/", "alarms/"])
def test_cursor_that_is_none_is_refused(visit: Visit, place: str) -> None:
    operator = visit(HOME_AFFAIRS, "operator")
    for cursor in ("x", "Zm9v", "WyJ3YWl0aW5nIiwiMSJd", "%00", "WyJmYWlsdXJlcyIsLTFd"):
        assert operator.get(f"{PATH}{place}?after={cursor}").status_code == 422


def test_failures_are_narrowed_by_cause_and_recipient(visit: Visit, failed: Failed) -> None:
    missing = failed(15, failure=FILE_MISSING)
    refused = failed(16, state="rejected", failure="tệp hỏng")
    operator = visit(HOME_AFFAIRS, "operator")

    def shown(query: str) -> set[int]:
        return {
            int(found)
            for found in re.findall(r'id="delivery-(\d+)"', _text(operator.get(f"{PATH}failures/{query}")))
        }

    assert shown("") == {missing.pk, refused.pk}
    assert shown("?cause=refused") == {refused.pk}
    assert shown(f"?cause=file-missing&to={DONG_HOI}") == {missing.pk}
    assert shown(f"?to={KHE_SANH}") == set()
    assert shown("?to=nobody") == set()


def test_operator_tries_one_again_after_a_check_with_a_reason(visit: Visit, failed: Failed) -> None:
    delivery = failed()
    operator = visit(HOME_AFFAIRS, "operator")
    address = f"{PATH}failures/{delivery.pk}/retry/"
    assert address in _text(operator.get(f"{PATH}failures/{delivery.pk}/"))
    assert operator.post(address, {"step": "send", "reason": ""}).status_code == 422
    assert "Nothing has been changed yet" in _text(operator.post(address, {"reason": "Đã sửa."}))
    delivery.refresh_from_db()
    assert delivery.state == policy.DEAD

    answer = operator.post(address, REASON, follow=True)
    assert "1 delivery is tried again." in _text(answer)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.failure) == (policy.WAITING, "")
    acts = [bytes(row.entry).decode() for row in QueuedEntry.objects.order_by("id")]
    assert sum("Đã sửa xong." in act for act in acts) == 2
    deliver(DONG_HOI)
    delivery.refresh_from_db()
    assert delivery.state == policy.DELIVERED
    assert operator.post(address, REASON).status_code == 404  # it fails no more


def test_operator_tries_all_of_a_cause_again_and_nothing_else(visit: Visit, failed: Failed) -> None:
    missing = [failed(number, failure=FILE_MISSING) for number in (15, 16)]
    refused = failed(17, state="rejected", failure="tệp hỏng")
    operator = visit(HOME_AFFAIRS, "operator")
    address, chosen = f"{PATH}failures/retry/", {"cause": "file-missing", "to": DONG_HOI}
    assert 'name="cause" value="file-missing"' in _text(operator.get(address, chosen))
    assert ">2<" in re.sub(r"\s", "", _text(operator.post(address, {**chosen, "reason": "Đĩa đã sửa."})))
    assert "2 deliveries are tried again." in _text(operator.post(address, {**chosen, **REASON}, follow=True))
    states = dict(Delivery.objects.values_list("pk", "state"))
    assert {states[row.pk] for row in missing} == {policy.WAITING}
    assert states[refused.pk] == policy.REJECTED
    assert "Nothing had to be tried again" in _text(operator.post(address, {**chosen, **REASON}, follow=True))
    assert DeliveryEvent.objects.filter(after=policy.WAITING).count() == 2


@pytest.mark.parametrize("chosen", [{}, {"cause": "nothing"}, {"to": "nobody"}])
def test_bulk_retry_without_a_choice_is_not_there(visit: Visit, chosen: dict[str, str]) -> None:
    operator = visit(HOME_AFFAIRS, "operator")
    assert operator.get(f"{PATH}failures/retry/", chosen).status_code == 404
    assert operator.post(f"{PATH}failures/retry/", {**chosen, **REASON}).status_code == 404


def test_auditor_watches_but_may_not_retry(visit: Visit, failed: Failed) -> None:
    delivery = failed()
    auditor = visit(HOME_AFFAIRS, "auditor")
    for place in ("", "failures/", f"failures/{delivery.pk}/"):
        assert "/retry/" not in _text(auditor.get(PATH + place))
    for place in (f"failures/{delivery.pk}/retry/", "failures/retry/?cause=other"):
        assert auditor.post(PATH + place, REASON).status_code == 403
    delivery.refresh_from_db()
    assert delivery.state == policy.DEAD


def test_pages_ask_the_database_a_fixed_number_of_times(
    visit: Visit, home_affairs: System, failed: Failed
) -> None:
    operator = visit(HOME_AFFAIRS, "operator")
    failed(1)
    home_affairs.hand_in(document(2, CABINET))
    places = {"": MONITOR_QUERIES, "failures/": FAILURES_QUERIES}
    for place in places:
        operator.get(PATH + place)
    assert {place: queries_of(lambda place=place: operator.get(PATH + place)) for place in places} == places
    for number in range(3, 7):
        failed(number, failure=FILE_MISSING)
        home_affairs.hand_in(document(10 + number, CABINET, INTERIOR))
    assert {place: queries_of(lambda place=place: operator.get(PATH + place)) for place in places} == places
