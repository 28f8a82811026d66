"""One packet as its sender and its recipients see it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from personas import (
    CABINET,
    DONG_HOI,
    FINANCE,
    HOME_AFFAIRS,
    KHE_SANH,
    PDF,
    System,
    deliver,
    document,
    queries_of,
)

from hienluong.exchange.models import Delivery

pytestmark = pytest.mark.django_db

Visit = Callable[..., Client]
Received = Callable[..., Delivery]

PACKET_QUERIES = 18  # four of them by what stands above: clocks, a scan, holds, a destruction


def _page(browser: Client, packet_id: object) -> str:
    answer = browser.get(f"/exchange/packets/{packet_id}/")
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def test_recipient_reads_what_the_document_says(visit: Visit, received: Received) -> None:
    delivery = received(15, subject="Tập huấn <văn thư>")
    page = _page(visit(DONG_HOI), delivery.packet_id)
    for shown in ("Tập huấn &lt;văn thư&gt;", "15/SNV-VP", "24/11/2026", "Công văn", "Sở Nội vụ", "H50.S01"):
        assert shown in page


def test_attachment_is_listed_with_its_real_type_size_and_digest(visit: Visit, received: Received) -> None:
    delivery = received(15, files=[("Công văn.pdf", PDF)])
    page = _page(visit(DONG_HOI), delivery.packet_id)
    for shown in ("Công văn.pdf", "application/pdf", f"{len(PDF)} B", hashlib.sha256(PDF).hexdigest()):
        assert shown in page


def test_attachment_is_handed_out_as_a_download_that_cannot_act(visit: Visit, received: Received) -> None:
    delivery = received(15, files=[("Công văn.pdf", PDF)])
    answer: Any = visit(DONG_HOI).get(f"/exchange/packets/{delivery.packet_id}/attachments/0/")
    assert answer.content == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''C%C3%B4ng")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["", "attachments/0/"])
def test_agency_that_has_nothing_to_do_with_it_sees_nothing(
    visit: Visit, received: Received, path: str
) -> None:
    delivery = received()
    assert visit(FINANCE).get(f"/exchange/packets/{delivery.packet_id}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "attachments/0/"])
def test_operator_sees_no_content(visit: Visit, received: Received, path: str) -> None:
    delivery = received()
    assert (
        visit(HOME_AFFAIRS, "operator").get(f"/exchange/packets/{delivery.packet_id}/{path}").status_code
        == 403
    )


def test_sender_follows_every_recipient_and_a_recipient_only_itself(
    visit: Visit, received: Received, khe_sanh: System
) -> None:
    delivery = received(15, DONG_HOI, KHE_SANH, CABINET)
    sender, recipient = (
        _page(visit(HOME_AFFAIRS), delivery.packet_id),
        _page(visit(DONG_HOI), delivery.packet_id),
    )
    assert khe_sanh.agency.name in sender
    assert "waiting for a route" in sender
    assert "no route leads there yet" in sender
    assert khe_sanh.agency.name not in recipient


def test_journey_shows_who_did_what_in_the_order_of_time(visit: Visit, received: Received) -> None:
    delivery = received()
    clerk = visit(DONG_HOI, name="Lê Văn Bình")
    clerk.get(f"/exchange/inbox/{delivery.pk}/")
    page = _page(visit(HOME_AFFAIRS), delivery.packet_id)
    journey = page[page.index("Journey") :]
    steps = ["Passed through", "Accepted by the axis", "In the mailbox", "Fetched", "Confirmed", "Arrived"]
    assert [journey.index(f">{step}<") for step in steps] == sorted(
        journey.index(f">{step}<") for step in steps
    )
    assert "Lê Văn Bình" in journey


def test_recipient_is_offered_what_the_state_allows_and_nothing_else(
    visit: Visit, received: Received
) -> None:
    delivery = received()
    clerk = visit(DONG_HOI)
    fresh = _page(clerk, delivery.packet_id)
    assert "Open and confirm arrival" in fresh
    assert "Accept into the register" not in fresh
    clerk.get(f"/exchange/inbox/{delivery.pk}/")
    opened = _page(clerk, delivery.packet_id)
    assert "Accept into the register" in opened
    assert "Refuse the document" in opened
    assert "Finish" not in opened
    assert "Accept into the register" not in _page(visit(DONG_HOI, "head"), delivery.packet_id)


def test_sender_is_offered_to_ask_it_back_and_gets_its_receipt(visit: Visit, received: Received) -> None:
    delivery = received()
    clerk = visit(HOME_AFFAIRS)
    page = _page(clerk, delivery.packet_id)
    assert f"/report/{delivery.pk}/13/" in page
    answer = clerk.get(f"/exchange/receipts/{delivery.transmission_id}/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(answer.content)["packet"] == str(delivery.packet_id)


def test_receipt_is_given_to_nobody_else(visit: Visit, received: Received) -> None:
    delivery = received()
    assert visit(DONG_HOI).get(f"/exchange/receipts/{delivery.transmission_id}/").status_code == 404


def test_what_was_tolerated_in_reading_is_said(visit: Visit, received: Received) -> None:
    delivery = received(15, files=[("bang.xlsx", PDF)])
    assert "Read with tolerance" in _page(visit(DONG_HOI), delivery.packet_id)


def test_packet_page_asks_the_database_a_fixed_number_of_times(
    visit: Visit, home_affairs: System, received: Received
) -> None:
    clerk = visit(HOME_AFFAIRS)
    small = received(1)
    clerk.get("/")
    assert queries_of(lambda: _page(clerk, small.packet_id)) == PACKET_QUERIES
    files = [(f"phu-luc-{number}.pdf", PDF) for number in range(5)]
    answer = home_affairs.hand_in(document(2, DONG_HOI, KHE_SANH, FINANCE, CABINET, files=files))
    deliver()
    assert queries_of(lambda: _page(clerk, answer.json()["packet"])) == PACKET_QUERIES
