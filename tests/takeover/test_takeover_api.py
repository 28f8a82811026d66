"""What was taken over and the books of numbers, for agencies' own systems; and each document found once."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.test import Client
from earlier import csv_file
from personas import DONG_HOI, HOME_AFFAIRS, KHE_SANH, System, problem, queries_of

from hienluong.exchange.models import Delivery
from hienluong.kit import clock
from hienluong.takeover import commands
from hienluong.takeover.models import NumberBook, TakenDocument

pytestmark = pytest.mark.django_db
Visit = Callable[..., Client]
LIST_QUERIES = 3
ROW = ("1", "25/11/2026", "Sở Nội vụ", "15/SNV-VP", "24/11/2026", "Công văn V/v tập huấn công tác văn thư")


def take(system: System, rows: Sequence[Sequence[str]], direction: str = "incoming") -> None:
    """Lets the agency take a register over."""
    source: io.BytesIO = csv_file(rows)
    commands.take_register(
        actor=system.clerk(),
        source=source,
        file_name="so.csv",
        direction=direction,
        system="iOffice",
        now=clock.now(),
    )


def row(
    number: int, subject: str = "Công văn cũ", sender: str = "Sở Nội vụ", day: str = "24/11/2026"
) -> Sequence[str]:
    """Returns a line of a register."""
    return (str(number), "25/11/2026", sender, f"{number}/SNV-VP", day, subject)


def test_system_reads_what_its_agency_took_over_page_by_page(dong_hoi: System, khe_sanh: System) -> None:
    take(dong_hoi, [row(number, day=f"{number:02}/10/2026") for number in range(1, 6)])
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = dong_hoi.get("/taken-documents", {"limit": 2, "after": after}).json()
        seen, after = seen + [one["number"] for one in page["items"]], page["next"]
    assert seen == ["5", "4", "3", "2", "1"]
    (found,) = dong_hoi.get("/taken-documents", {"number": 3, "direction": "incoming"}).json()["items"]
    assert (found["system"], found["dated_on"], found["parts"]) == ("iOffice", "2026-10-03", [])
    assert dong_hoi.get(f"/taken-documents/{found['id']}").json() == found
    assert khe_sanh.get("/taken-documents").json()["items"] == []
    assert problem(khe_sanh.get(f"/taken-documents/{found['id']}"))["code"] == "takeover.unknown"
    assert problem(dong_hoi.get("/taken-documents", {"after": "x"}))["status"] == 422


def test_list_costs_the_same_however_long(dong_hoi: System) -> None:
    take(dong_hoi, [row(number) for number in range(1, 30)])
    dong_hoi.get("/taken-documents", {"limit": 1})
    one = queries_of(lambda: dong_hoi.get("/taken-documents", {"limit": 1}))
    assert queries_of(lambda: dong_hoi.get("/taken-documents", {"limit": 29})) == one


def test_system_reads_books_and_takes_the_next_number_once_per_key(
    dong_hoi: System, khe_sanh: System
) -> None:
    for series, number in (("Công văn", 1241), ("Quyết định", 8)):
        commands.continue_book(
            actor=dong_hoi.clerk(), series=series, year=2026, number=number, now=clock.now()
        )
    first = dong_hoi.get("/number-books", {"limit": 1}).json()
    second = dong_hoi.get("/number-books", {"limit": 1, "before": first["next"]}).json()
    (decisions,), (letters,) = first["items"], second["items"]
    assert (decisions["series"], letters["series"], letters["next"]) == ("Quyết định", "Công văn", 1241)
    assert second["next"] is None
    body = {"series": "Quyết định", "year": 2026, "purpose": "Bổ nhiệm"}
    taken = dong_hoi.post("/numbers", body, **{"Idempotency-Key": "k1"})
    again = dong_hoi.post("/numbers", body, **{"Idempotency-Key": "k1"})
    other = dong_hoi.post("/numbers", body)
    assert (taken.status_code, taken.json()["written"]) == (201, "08")
    assert (again.json(), other.json()["written"]) == (taken.json(), "09")
    given = dong_hoi.get(f"/number-books/{decisions['id']}/numbers", {"limit": 1}).json()
    rest = dong_hoi.get(f"/number-books/{decisions['id']}/numbers", {"before": given["next"]}).json()
    assert [one["number"] for one in given["items"] + rest["items"]] == [9, 8]
    assert (
        problem(khe_sanh.get(f"/number-books/{decisions['id']}/numbers"))["code"] == "takeover.book-unknown"
    )
    assert problem(khe_sanh.post("/numbers", body))["code"] == "takeover.no-book"
    assert khe_sanh.get("/number-books").json()["items"] == []
    assert NumberBook.objects.get(series="Công văn").next == 1241


def _search(clerk: Client, query: str, page: str = "inbox") -> str:
    return str(clerk.get(f"/exchange/{page}/?{query}").content.decode())


@pytest.mark.parametrize(
    ("line", "also"),
    [
        (ROW, True),
        (("1", "25/11/2026", "So Noi vu", "015/SNV-VP", "24/11/2026", ROW[-1]), True),
        ((*ROW[:2], "Văn phòng Sở", *ROW[3:]), True),
        ((*ROW[:4], "23/11/2026", ROW[-1]), False),
        ((*ROW[:3], "16/SNV-VP", *ROW[4:]), False),
    ],
    ids=["same", "number written otherwise", "once on both sides", "another day", "another number"],
)
def test_document_that_is_a_packet_too_is_found_once(
    received: Callable[..., Delivery],
    dong_hoi: System,
    visit: Visit,
    line: Sequence[str],
    also: bool,
) -> None:
    received(15)
    take(dong_hoi, [line])
    page = _search(visit(DONG_HOI), "q=tap+huan")
    assert ("Taken over from an earlier system" not in page) is also


def test_packet_that_the_search_does_not_find_hides_nothing(
    received: Callable[..., Delivery], dong_hoi: System, visit: Visit
) -> None:
    received(15)
    take(dong_hoi, [(*ROW[:-1], "Công văn về lưu trữ")])
    clerk = visit(DONG_HOI)
    assert "lưu trữ" in _search(clerk, "q=luu+tru")
    assert "Taken over from" not in _search(clerk, "number=15")
    assert TakenDocument.objects.count() == 1


def test_packet_of_others_hides_nothing(
    received: Callable[..., Delivery], khe_sanh: System, home_affairs: System, visit: Visit
) -> None:
    received(15)
    take(khe_sanh, [ROW])
    take(home_affairs, [ROW], "outgoing")
    assert "Taken over from" in _search(visit(KHE_SANH), "q=tap+huan")
    assert "Taken over from" not in _search(visit(HOME_AFFAIRS), "q=tap+huan", "sent")


def test_auditor_reads_nothing_of_it(visit: Visit, dong_hoi: System) -> None:
    take(dong_hoi, [ROW])
    answer: Any = visit(DONG_HOI, "auditor").get("/takeover/documents/")
    assert answer.status_code == 403
