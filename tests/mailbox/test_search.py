"""Documents are found by number, notation, subject, agency and date, alone and together, on pages and by the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.test import Client
from personas import (
    CABINET,
    DONG_HOI,
    FINANCE,
    HOME_AFFAIRS,
    KHE_SANH,
    System,
    deliver,
    document,
    problem,
    queries_of,
)

from hienluong.directory.models import Agency
from hienluong.exchange import search
from hienluong.exchange.models import Delivery, Packet

pytestmark = pytest.mark.django_db

Visit = Callable[..., Client]
Received = Callable[..., Delivery]


@pytest.fixture
def letters(received: Received) -> None:
    """Three letters of Sở Nội vụ to phường Đồng Hới."""
    received(8, subject="Tập huấn công tác văn thư")
    received(80, subject="Phòng, chống bão số 10", notation="QĐ-SNV")
    received(15, subject="Bầu cử đại biểu Hội đồng nhân dân")


def _text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"number": "8"}, 8),
        ({"number": "08"}, 8),
        ({"notation": "qd-snv"}, 80),
        ({"subject": "dai bieu bau cu"}, 15),
        ({"q": "bao chong"}, 80),
        ({"q": "15/SNV-VP"}, 15),
        ({"agency": "so noi vu", "subject": "tập huấn", "number": "8", "dated_from": "24/11/2026"}, 8),
    ],
)
def test_inbox_is_searched_by_every_field(
    visit: Visit, letters: None, query: dict[str, str], number: int
) -> None:
    page = _text(visit(DONG_HOI).get("/exchange/inbox/", query))
    found = {one for one in (8, 80, 15) if f"{one}/SNV-VP" in page or f"{one}/QĐ-SNV" in page}
    assert found == {number}


@pytest.mark.parametrize(
    "query",
    [
        {"subject": "snv-vp"},
        {"agency": "văn thư"},
        {"notation": "tap huan"},
        {"number": "1"},
        {"dated_to": "23/11/2026"},
        {"dated_from": "25/11/2026"},
        {"q": "???"},
        {"q": "bau cu", "number": "8"},
    ],
)
def test_word_in_another_field_or_day_outside_is_not_found(
    visit: Visit, letters: None, query: dict[str, str]
) -> None:
    assert "Nothing matches" in _text(visit(DONG_HOI).get("/exchange/inbox/", query))


def test_search_stays_within_the_own_agency(visit: Visit, letters: None) -> None:
    assert "Nothing matches" in _text(visit(KHE_SANH).get("/exchange/inbox/?q=bau+cu"))
    assert "Nothing matches" in _text(visit(FINANCE).get("/exchange/sent/?q=bau+cu"))


def test_sent_is_searched_by_recipient_inside_and_outside(visit: Visit, home_affairs: System) -> None:
    for number, to in ((1, DONG_HOI), (2, KHE_SANH), (3, CABINET)):
        assert home_affairs.hand_in(document(number, to, subject=f"Thư số {number}")).status_code == 201
    clerk = visit(HOME_AFFAIRS)
    for words, number in (("dong hoi", 1), ("KHE SANH", 2), ("g22", 3), ("noi nhan", None)):
        page = _text(clerk.get("/exchange/sent/", {"agency": words}))
        assert [one for one in (1, 2, 3) if f"Thư số {one}" in page] == ([number] if number else [])


def test_dates_the_wrong_way_round_are_said(visit: Visit, letters: None) -> None:
    page = _text(visit(DONG_HOI).get("/exchange/inbox/?dated_from=25/11/2026&dated_to=24/11/2026"))
    assert "This is before the day the search begins with." in page


def test_api_searches_the_mailbox_and_what_was_sent(
    dong_hoi: System, home_affairs: System, letters: None
) -> None:
    assert [one["packet"]["code_number"] for one in dong_hoi.inbox(subject="bau cu")] == ["15"]
    assert [one["packet"]["code_number"] for one in dong_hoi.inbox(number="08", agency="H50.S01")] == ["8"]
    sent = home_affairs.get("/sent", {"notation": "QĐ", "agency": "đồng hới"}).json()["items"]
    assert [one["packet"]["code_number"] for one in sent] == ["80"]
    assert problem(dong_hoi.get("/inbox", {"dated_from": "yesterday"}))["status"] == 422


def test_pages_of_a_search_follow_each_other(dong_hoi: System, received: Received) -> None:
    for number in range(1, 8):
        received(number, subject="Lịch trực" if number % 2 else "Khác")
    first = dong_hoi.get("/inbox", {"q": "lich truc", "limit": 3}).json()
    second = dong_hoi.get("/inbox", {"q": "lich truc", "limit": 3, "after": first["next"]}).json()
    numbers = [one["packet"]["code_number"] for page in (first, second) for one in page["items"]]
    assert numbers == ["1", "3", "5", "7"]
    assert second["next"] is None


def test_what_lies_beyond_the_newest_entries_is_found_by_the_index(
    dong_hoi: System, visit: Visit, received: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "WALKED", 2)
    for number in range(1, 8):
        received(number, subject="Lịch trực" if number in (1, 2, 5, 7) else "Khác")
    found = [one["packet"]["code_number"] for one in dong_hoi.inbox(q="truc lich")]
    assert found == ["1", "2", "5", "7"]
    page = _text(visit(DONG_HOI).get("/exchange/inbox/?q=lich+truc"))
    assert [page.index(f"{one}/SNV-VP") for one in (7, 5, 2, 1)] == sorted(
        page.index(f"{one}/SNV-VP") for one in (7, 5, 2, 1)
    )
    sent = _text(visit(HOME_AFFAIRS).get("/exchange/sent/?q=lich+truc"))
    assert all(f"{one}/SNV-VP" in sent for one in (1, 2, 5, 7))
    assert "3/SNV-VP" not in sent


@pytest.mark.parametrize("walked", [2, search.WALKED])
def test_days_long_past_are_found_page_by_page_on_pages_and_by_the_api(
    dong_hoi: System, visit: Visit, received: Received, monkeypatch: pytest.MonkeyPatch, walked: int
) -> None:
    """Eleven letters of the days 01 to 11, arrived in another order than they are dated, of which six are asked for."""
    monkeypatch.setattr(search, "WALKED", walked)
    arrived = (3, 9, 1, 6, 11, 4, 2, 10, 5, 8, 7)
    for day in arrived:
        received(day, date=f"2026/11/{day:02}", subject="Lịch trực" if day != 5 else "Khác")
    asked = {"dated_from": "2026-11-02", "dated_to": "2026-11-07"}
    wanted = [str(day) for day in arrived if 2 <= day <= 7]

    numbers: list[str] = []
    query: dict[str, Any] = {**asked, "limit": 2}
    while "after" not in query or query["after"]:
        answer = dong_hoi.get("/inbox", query).json()
        numbers += [one["packet"]["code_number"] for one in answer["items"]]
        query["after"] = answer["next"]
    assert numbers == wanted
    assert [one["packet"]["code_number"] for one in dong_hoi.inbox(**asked, q="lich truc")] == [
        number for number in wanted if number != "5"
    ]

    days = {"dated_from": "02/11/2026", "dated_to": "07/11/2026"}
    for address in ("/exchange/inbox/", "/exchange/sent/"):
        page = _text(visit(DONG_HOI if "inbox" in address else HOME_AFFAIRS).get(address, days))
        places = [page.find(f"{day}/SNV-VP") for day in reversed(arrived) if 2 <= day <= 7]
        assert -1 not in places
        assert places == sorted(places)
        assert not any(f">{day}/SNV-VP" in page for day in (1, 8, 9, 10, 11))


def test_recipient_added_later_finds_the_document_too(
    home_affairs: System, khe_sanh: System, received: Received
) -> None:
    packet = received(15, subject="Thông báo").packet_id
    assert home_affairs.hand_in(document(15, KHE_SANH, subject="Thông báo")).status_code in (200, 201)
    deliver()
    assert {one["packet"]["id"] for one in khe_sanh.inbox(q="thong bao")} == {str(packet)}
    assert khe_sanh.agency.pk in Packet.objects.get().holders


def test_quarantined_packet_is_in_no_search(visit: Visit, received: Received) -> None:
    packet = received(15, subject="Thông báo").packet
    clerk = visit(DONG_HOI)
    assert "15/SNV-VP" in _text(clerk.get("/exchange/inbox/?q=thong+bao"))
    path = f"/exchange/packets/{packet.pk}/quarantine/"
    clerk.post(path, {"reason": "Có dấu chỉ độ mật", "step": "send"})
    assert "15/SNV-VP" not in _text(clerk.get("/exchange/inbox/?q=thong+bao"))


def test_number_of_statements_does_not_depend_on_what_is_asked(visit: Visit, letters: None) -> None:
    clerk = visit(DONG_HOI)
    clerk.get("/exchange/inbox/?q=bao")  # what is loaded once is loaded now
    few = queries_of(lambda: clerk.get("/exchange/inbox/?q=bao"))
    many = queries_of(
        lambda: clerk.get("/exchange/inbox/?q=snv&number=8&subject=tap&agency=so&dated_from=01/01/2026")
    )
    assert few == many
    assert few <= 9


def test_form_keeps_what_was_asked_and_offers_the_way_back(visit: Visit, letters: None) -> None:
    page = _text(visit(DONG_HOI).get("/exchange/inbox/?number=8&subject=tap"))
    assert 'value="8"' in page
    assert '<details class="filters-more" open>' in page
    assert "export.csv?number=8&amp;subject=tap" in page
    assert '<details class="filters-more">' in _text(visit(DONG_HOI).get("/exchange/inbox/"))


def test_agencies_of_a_packet_are_its_sender_and_its_recipients(
    agencies: Mapping[str, Agency], received: Received
) -> None:
    received(15, DONG_HOI, KHE_SANH, CABINET)
    assert set(Packet.objects.get().holders) == {
        agencies[code].pk for code in (HOME_AFFAIRS, DONG_HOI, KHE_SANH)
    }
