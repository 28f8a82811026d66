"""The mailbox and what was sent, as a clerk reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from personas import CABINET, DONG_HOI, FINANCE, HOME_AFFAIRS, System, deliver, document, queries_of

from hienluong.exchange import policy
from hienluong.exchange.models import Delivery

pytestmark = pytest.mark.django_db

Visit = Callable[..., Client]
Received = Callable[..., Delivery]

INBOX_QUERIES = 7
SENT_QUERIES = 7


def _text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


@pytest.mark.parametrize("path", ["/exchange/inbox/", "/exchange/sent/"])
def test_stranger_is_led_to_the_sign_in_and_back(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/sign-in/?next={path}"


@pytest.mark.parametrize("path", ["/exchange/inbox/", "/exchange/sent/"])
def test_operator_sees_no_content_of_any_agency(visit: Visit, path: str) -> None:
    assert visit(HOME_AFFAIRS, "operator").get(path).status_code == 403


def test_inbox_shows_what_arrived_newest_first(visit: Visit, received: Received) -> None:
    received(15, subject="Tập huấn văn thư")
    received(16, subject="Họp giao ban")
    page = _text(visit(DONG_HOI).get("/exchange/inbox/"))
    assert page.index("Họp giao ban") < page.index("Tập huấn văn thư")
    for shown in ("Sở Nội vụ", "16/SNV-VP", "24/11/2026"):
        assert shown in page


def test_inbox_of_another_agency_stays_empty_and_says_what_comes_there(
    visit: Visit, received: Received
) -> None:
    received(15, subject="Tập huấn văn thư")
    page = _text(visit(FINANCE).get("/exchange/inbox/"))
    assert "Tập huấn văn thư" not in page
    assert "The inbox is empty" in page


def test_search_needs_no_diacritics_and_an_empty_answer_offers_the_way_back(
    visit: Visit, received: Received
) -> None:
    received(15, subject="Phòng, chống đuối nước")
    clerk = visit(DONG_HOI)
    assert "Phòng, chống đuối nước" in _text(clerk.get("/exchange/inbox/", {"q": "duoi nuoc"}))
    nothing = _text(clerk.get("/exchange/inbox/", {"q": "cháy rừng"}))
    assert "Nothing matches" in nothing
    assert 'href="/exchange/inbox/"' in nothing


def test_inbox_can_be_narrowed_to_what_is_new(visit: Visit, received: Received) -> None:
    received(15, subject="Tập huấn văn thư")
    opened = received(16, subject="Họp giao ban")
    clerk = visit(DONG_HOI)
    clerk.get(f"/exchange/inbox/{opened.pk}/")
    page = _text(clerk.get("/exchange/inbox/", {"show": "new"}))
    assert "Tập huấn văn thư" in page
    assert "Họp giao ban" not in page


def test_opening_confirms_reports_arrival_and_leads_to_the_document(visit: Visit, received: Received) -> None:
    delivery = received()
    answer = visit(DONG_HOI).get(f"/exchange/inbox/{delivery.pk}/")
    assert answer.headers["Location"] == f"/exchange/packets/{delivery.packet_id}/"
    delivery.refresh_from_db()
    assert (delivery.state, delivery.business_state) == (policy.CONFIRMED, policy.ARRIVED)


def test_head_who_opens_a_document_reports_nothing(visit: Visit, received: Received) -> None:
    delivery = received()
    assert visit(DONG_HOI, "head").get(f"/exchange/inbox/{delivery.pk}/").status_code == 302
    delivery.refresh_from_db()
    assert (delivery.state, delivery.business_state) == (policy.DELIVERED, "")


def test_entry_of_another_agency_cannot_be_opened(visit: Visit, received: Received) -> None:
    delivery = received()
    assert visit(FINANCE).get(f"/exchange/inbox/{delivery.pk}/").status_code == 404
    delivery.refresh_from_db()
    assert delivery.state == policy.DELIVERED


def test_long_inbox_is_paged_by_cursor_and_keeps_its_filters(visit: Visit, received: Received) -> None:
    first = received(1, subject="Lịch trực")
    for number in range(2, 53):
        received(number, subject="Lịch trực")
    clerk = visit(DONG_HOI)
    page = _text(clerk.get("/exchange/inbox/", {"q": "lich truc"}))
    assert f"/exchange/inbox/{first.pk}/" not in page
    third = Delivery.objects.order_by("position")[2].position
    older = f"/exchange/inbox/?q=lich+truc&amp;before={third}"
    assert older in page
    last = _text(clerk.get(older.replace("&amp;", "&")))
    assert f"/exchange/inbox/{first.pk}/" in last
    assert 'rel="next"' not in last
    assert 'href="/exchange/inbox/?q=lich+truc"' in last


def test_inbox_asks_the_database_a_fixed_number_of_times(visit: Visit, received: Received) -> None:
    clerk = visit(DONG_HOI)
    received(1)
    clerk.get("/exchange/inbox/")
    assert queries_of(lambda: clerk.get("/exchange/inbox/")) == INBOX_QUERIES
    for number in range(2, 8):
        received(number)
    assert queries_of(lambda: clerk.get("/exchange/inbox/")) == INBOX_QUERIES


def test_sent_shows_how_far_each_document_is(visit: Visit, home_affairs: System, dong_hoi: System) -> None:
    home_affairs.hand_in(document(15, DONG_HOI, CABINET, subject="Tập huấn văn thư"))
    deliver()
    page = _text(visit(HOME_AFFAIRS).get("/exchange/sent/"))
    for shown in ("Tập huấn văn thư", "15/SNV-VP", "1 × in the mailbox", "1 × waiting for a route"):
        assert shown in page
    assert "Tập huấn văn thư" not in _text(visit(DONG_HOI).get("/exchange/sent/"))
    assert dong_hoi.code == DONG_HOI


def test_sent_asks_the_database_a_fixed_number_of_times(visit: Visit, home_affairs: System) -> None:
    clerk = visit(HOME_AFFAIRS)
    home_affairs.hand_in(document(1, DONG_HOI))
    clerk.get("/exchange/sent/")
    assert queries_of(lambda: clerk.get("/exchange/sent/")) == SENT_QUERIES
    for number in range(2, 8):
        home_affairs.hand_in(document(number, DONG_HOI, FINANCE, CABINET))
    assert queries_of(lambda: clerk.get("/exchange/sent/")) == SENT_QUERIES
