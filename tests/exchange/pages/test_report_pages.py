"""Reporting a status: asked for what it needs, checked where it cannot be undone, sent once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from personas import DONG_HOI, FINANCE, HOME_AFFAIRS, deliver

from hienluong.exchange import policy
from hienluong.exchange.models import Delivery, DeliveryEvent, Packet

pytestmark = pytest.mark.django_db

Visit = Callable[..., Client]
Received = Callable[..., Delivery]


@pytest.fixture
def opened(visit: Visit, received: Received) -> tuple[Client, Delivery]:
    """A clerk of Đồng Hới, and a document that the clerk has opened."""
    delivery, clerk = received(), visit(DONG_HOI)
    clerk.get(f"/exchange/inbox/{delivery.pk}/")
    delivery.refresh_from_db()
    return clerk, delivery


def _path(delivery: Delivery, status: str) -> str:
    return f"/exchange/packets/{delivery.packet_id}/report/{delivery.pk}/{status}/"


def _state(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.business_state


def _text(answer: Any) -> str:
    return str(answer.content.decode())


def test_accepting_asks_for_the_arrival_number_shows_it_and_sends_it(opened: tuple[Client, Delivery]) -> None:
    clerk, delivery = opened
    answers = {"arrival_number": "126", "note": "Chuyển Văn phòng", "key": "k1"}
    assert "Arrival number" in _text(clerk.get(_path(delivery, "03")))
    check = _text(clerk.post(_path(delivery, "03"), {**answers, "step": "check"}))
    assert "126" in check
    assert 'value="send"' in check
    assert _state(delivery) == policy.ARRIVED
    done = clerk.post(_path(delivery, "03"), {**answers, "step": "send"})
    assert done.headers["Location"] == f"/exchange/packets/{delivery.packet_id}/"
    assert _state(delivery) == policy.REGISTERED
    note = DeliveryEvent.objects.get(delivery=delivery, after="03").note
    assert note == "Số đến: 126. Chuyển Văn phòng"


def test_missing_answer_is_named_and_linked_and_nothing_is_lost(opened: tuple[Client, Delivery]) -> None:
    clerk, delivery = opened
    page = _text(
        clerk.post(_path(delivery, "03"), {"note": "Chuyển Văn phòng", "key": "k1", "step": "check"})
    )
    assert 'href="#id_arrival_number"' in page
    assert "Chuyển Văn phòng" in page
    assert _state(delivery) == policy.ARRIVED


def test_changing_something_brings_the_form_back_as_it_was(opened: tuple[Client, Delivery]) -> None:
    clerk, delivery = opened
    page = _text(clerk.post(_path(delivery, "03"), {"arrival_number": "126", "key": "k1", "step": "edit"}))
    assert 'value="126"' in page
    assert "There is a problem" not in page


def test_refusal_needs_a_reason_which_the_sender_reads(opened: tuple[Client, Delivery], visit: Visit) -> None:
    clerk, delivery = opened
    assert "There is a problem" in _text(clerk.post(_path(delivery, "02"), {"key": "k1", "step": "send"}))
    clerk.post(_path(delivery, "02"), {"note": "Không thuộc thẩm quyền", "key": "k1", "step": "send"})
    assert _state(delivery) == policy.REFUSED
    assert "Không thuộc thẩm quyền" in _text(
        visit(HOME_AFFAIRS).get(f"/exchange/packets/{delivery.packet_id}/")
    )


def test_progress_is_reported_without_a_check_and_again(opened: tuple[Client, Delivery]) -> None:
    clerk, delivery = opened
    clerk.post(_path(delivery, "03"), {"arrival_number": "1", "key": "a", "step": "send"})
    clerk.post(_path(delivery, "05"), {"note": "Đang lấy ý kiến", "key": "b", "step": "check"})
    clerk.post(_path(delivery, "05"), {"note": "Đã có dự thảo", "key": "c", "step": "check"})
    assert DeliveryEvent.objects.filter(delivery=delivery, after="05").count() == 2


def test_same_form_sent_twice_reports_once(opened: tuple[Client, Delivery]) -> None:
    clerk, delivery = opened
    answers = {"arrival_number": "126", "key": "k1", "step": "send"}
    clerk.post(_path(delivery, "03"), answers)
    again = clerk.post(_path(delivery, "03"), answers, follow=True)
    assert "was not reported twice" in _text(again)
    assert Packet.objects.filter(kind="status", status_code="03").count() == 1


def test_status_that_the_state_forbids_is_refused_with_what_it_allows(
    opened: tuple[Client, Delivery],
) -> None:
    clerk, delivery = opened
    answer = clerk.post(_path(delivery, "06"), {"note": "Xong", "key": "k1", "step": "send"})
    assert answer.status_code == 422
    assert "The present state allows: 02, 03" in _text(answer)
    assert "Xong" in _text(answer)
    assert _state(delivery) == policy.ARRIVED


def test_sender_asks_back_and_the_recipient_agrees(opened: tuple[Client, Delivery], visit: Visit) -> None:
    recipient, delivery = opened
    sender = visit(HOME_AFFAIRS)
    check = _text(sender.post(_path(delivery, "13"), {"note": "Gửi nhầm", "key": "k1", "step": "check"}))
    assert "Gửi nhầm" in check
    assert delivery.recipient.name in check
    sender.post(_path(delivery, "13"), {"note": "Gửi nhầm", "key": "k1", "step": "send"})
    deliver()
    assert _state(delivery) == policy.ASKED_BACK
    recipient.post(_path(delivery, "15"), {"key": "k2", "step": "send"})
    assert _state(delivery) == policy.RECALL_AGREED
    assert delivery.state == policy.WITHDRAWN


@pytest.mark.parametrize(("code", "role", "refused"), [(FINANCE, "clerk", 404), (DONG_HOI, "operator", 403)])
def test_nobody_else_may_report(
    opened: tuple[Client, Delivery], visit: Visit, code: str, role: str, refused: int
) -> None:
    _clerk, delivery = opened
    other = visit(code, role)
    assert other.get(_path(delivery, "03")).status_code == refused
    other.post(_path(delivery, "03"), {"arrival_number": "1", "key": "k1", "step": "send"})
    assert _state(delivery) == policy.ARRIVED


def test_status_without_a_page_is_not_found(opened: tuple[Client, Delivery]) -> None:
    clerk, delivery = opened
    assert clerk.get(_path(delivery, "99")).status_code == 404


def test_document_that_may_be_secret_is_taken_out_and_gone_from_view(opened: tuple[Client, Delivery]) -> None:
    clerk, delivery = opened
    path = f"/exchange/packets/{delivery.packet_id}/quarantine/"
    assert "There is a problem" in _text(clerk.post(path))
    assert 'value="send"' in _text(clerk.post(path, {"reason": "Có dấu chỉ độ mật", "step": "check"}))
    answer = clerk.post(path, {"reason": "Có dấu chỉ độ mật", "step": "send"}, follow=True)
    assert "was taken out" in _text(answer)
    assert delivery.packet.subject not in _text(answer)
    assert Packet.objects.get(pk=delivery.packet_id).secrecy == "quarantined"
    assert clerk.get(f"/exchange/packets/{delivery.packet_id}/").status_code in {403, 404}


def test_secrecy_officer_sees_what_was_taken_out_and_destroys_it(
    opened: tuple[Client, Delivery], visit: Visit
) -> None:
    clerk, delivery = opened
    path, answers = f"/exchange/packets/{delivery.packet_id}/", {"reason": "Bí mật nhà nước", "step": "send"}
    clerk.post(f"{path}quarantine/", answers)
    assert clerk.post(f"{path}destroy/", answers).status_code == 403
    officer = visit(DONG_HOI, "secrecy_officer")
    assert f"{path}destroy/" in _text(officer.get(path))
    assert Packet.objects.get(pk=delivery.packet_id).secrecy == "quarantined"
    assert "This cannot be undone." in _text(officer.post(f"{path}destroy/", {**answers, "step": "check"}))
    assert "was destroyed" in _text(officer.post(f"{path}destroy/", answers, follow=True))
    assert Packet.objects.get(pk=delivery.packet_id).secrecy == "destroyed"
