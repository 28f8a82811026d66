"""The axis as its operators watch it: metadata, never content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from personas import CABINET, DONG_HOI, HOME_AFFAIRS, System, document, queries_of

from hienluong.exchange import policy
from hienluong.exchange.models import Delivery

pytestmark = pytest.mark.django_db

Visit = Callable[..., Client]
Received = Callable[..., Delivery]

PATH = "/exchange/monitor/"
MONITOR_QUERIES = 16


def _text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


@pytest.fixture
def failed(received: Received) -> Delivery:
    """A delivery that failed for good."""
    delivery = received(15, subject="Tập huấn văn thư")
    Delivery.objects.filter(pk=delivery.pk).update(state=policy.DEAD, failure="answered 500", attempts=6)
    return delivery


def test_operator_sees_what_waits_and_what_failed_and_why(
    visit: Visit, home_affairs: System, failed: Delivery
) -> None:
    home_affairs.hand_in(document(16, CABINET, subject="Họp giao ban"))
    page = _text(visit(HOME_AFFAIRS, "operator").get(PATH))
    for shown in ("Văn phòng Chính phủ", "waiting for a route", "failed for good", "answered 500"):
        assert shown in page
    assert failed.packet.sender_name in page


def test_operator_sees_no_subject_and_no_number(visit: Visit, home_affairs: System, failed: Delivery) -> None:
    home_affairs.hand_in(document(16, CABINET, subject="Họp giao ban"))
    page = _text(visit(HOME_AFFAIRS, "operator").get(PATH))
    for content in (failed.packet.subject, "Họp giao ban", "16/SNV-VP", "15/SNV-VP"):
        assert content not in page


@pytest.mark.parametrize("role", ["clerk", "head"])
def test_those_who_handle_documents_do_not_watch_the_axis(visit: Visit, role: str) -> None:
    assert visit(DONG_HOI, role).get(PATH).status_code == 403


def test_moving_part_comes_alone_when_the_page_asks_for_it(visit: Visit) -> None:
    operator = visit(HOME_AFFAIRS, "operator")
    whole, part = _text(operator.get(PATH)), _text(operator.get(PATH, headers={"HX-Request": "true"}))
    assert 'hx-trigger="every 5s"' in whole
    assert "<html" not in part
    assert "Nothing waits" in part


def test_operator_lets_a_failed_delivery_be_tried_again(visit: Visit, failed: Delivery) -> None:
    operator = visit(HOME_AFFAIRS, "operator")
    assert f"/exchange/monitor/retry/{failed.pk}/" in _text(operator.get(PATH))
    answer = operator.post(f"/exchange/monitor/retry/{failed.pk}/", follow=True)
    assert "is tried again now" in _text(answer)
    failed.refresh_from_db()
    assert (failed.state, failed.failure) == (policy.WAITING, "")


def test_auditor_watches_but_may_not_retry(visit: Visit, failed: Delivery) -> None:
    auditor = visit(HOME_AFFAIRS, "auditor")
    assert "Try again" not in _text(auditor.get(PATH))
    assert auditor.post(f"/exchange/monitor/retry/{failed.pk}/").status_code == 403
    failed.refresh_from_db()
    assert failed.state == policy.DEAD


def test_monitor_asks_the_database_a_fixed_number_of_times(visit: Visit, home_affairs: System) -> None:
    operator = visit(HOME_AFFAIRS, "operator")
    home_affairs.hand_in(document(1, CABINET))
    operator.get(PATH)
    assert queries_of(lambda: operator.get(PATH)) == MONITOR_QUERIES
    for number in range(2, 6):
        home_affairs.hand_in(document(number, DONG_HOI, CABINET))
    assert queries_of(lambda: operator.get(PATH)) == MONITOR_QUERIES
