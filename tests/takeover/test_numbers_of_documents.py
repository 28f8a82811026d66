"""A document that is written takes its number from the agency's books: no gap when it is refused, no number twice."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from personas import DONG_HOI, HOME_AFFAIRS, PDF, System

from hienluong.composing.commands import send_numbered
from hienluong.composing.numbering import Book
from hienluong.directory.service import Actor
from hienluong.exchange.models import Packet
from hienluong.exchange.service import Attached, Draft
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry
from hienluong.takeover import commands
from hienluong.takeover.models import GivenNumber, NumberBook

pytestmark = pytest.mark.django_db
Visit = Callable[..., Client]
PATH = "/exchange/send/"
YEAR = clock.in_vietnam(clock.now()).year
ANSWERS: Mapping[str, Any] = {
    "codes": [DONG_HOI],
    "type_name": "Công văn",
    "notation": "SNV-VP",
    "issued_on": f"24/11/{YEAR}",
    "subject": "Tập huấn văn thư",
    "signer_name": "Lê Quang Ánh",
    "priority": "0",
    "not_secret": "on",
    "draft": "01935280000070008000000000000001",
    "page": "01935280000070008000000000000002",
}

ANOTHER = "01935280000070008000000000000003"


@pytest.fixture
def books(home_affairs: System) -> Callable[..., NumberBook]:
    """Lets books of Sở Nội vụ continue from a number."""

    def begin(series: str = "Công văn", number: int = 1241, year: int = YEAR) -> NumberBook:
        return commands.continue_book(
            actor=home_affairs.clerk(), series=series, year=year, number=number, now=clock.now()
        )

    return begin


def _check(clerk: Client, **changes: Any) -> str:
    file = SimpleUploadedFile("cv.pdf", PDF)
    answer = clerk.post(PATH, {**ANSWERS, "attachments": [file], "step": "check", **changes})
    return str(answer.content.decode())


def _send(clerk: Client, page: str, **changes: Any) -> Any:
    kept = re.findall(r'name="kept" value="([^"]+)"', page)
    return clerk.post(PATH, {**ANSWERS, "kept": kept, "step": "send", **changes})


def test_without_books_the_number_is_typed(visit: Visit) -> None:
    clerk = visit(HOME_AFFAIRS)
    assert 'name="book"' not in clerk.get(PATH).content.decode()
    assert 'href="#id_number"' in _check(clerk)


def test_type_of_document_suggests_the_book_and_sending_takes_the_number(
    visit: Visit, books: Callable[..., NumberBook]
) -> None:
    books("Quyết định", 8)
    books()
    clerk = visit(HOME_AFFAIRS)
    assert "Quyết định: next is 08" in clerk.get(PATH).content.decode()
    page = _check(clerk)
    assert "1241/SNV-VP" in page
    assert not GivenNumber.objects.exists()
    assert _send(clerk, page).status_code == 302
    assert "08/SNV-VP" in _check(clerk, book="Quyết định", draft=ANOTHER)
    packet = Packet.objects.get()
    assert (packet.code_number, packet.document_id) == ("1241", f"H50.S01,{YEAR}/11/24,1241/SNV-VP")
    given = GivenNumber.objects.get()
    assert (given.number, given.purpose) == (1241, "Tập huấn văn thư")


def test_same_form_sent_twice_takes_one_number(visit: Visit, books: Callable[..., NumberBook]) -> None:
    book, clerk = books(), visit(HOME_AFFAIRS)
    page = _check(clerk)
    _send(clerk, page)
    _send(clerk, page)
    book.refresh_from_db()
    assert (Packet.objects.count(), GivenNumber.objects.count(), book.next) == (1, 1, 1242)


def test_document_that_is_refused_gives_its_number_back_and_the_refusal_is_recorded(
    visit: Visit, books: Callable[..., NumberBook]
) -> None:
    book, clerk = books(), visit(HOME_AFFAIRS)
    answer = _send(clerk, _check(clerk), subject="MẬT: kế hoạch")
    book.refresh_from_db()
    assert (answer.status_code, book.next, GivenNumber.objects.count()) == (403, 1241, 0)
    refusals = QueuedEntry.objects.filter(action="composing.document-refused")
    assert '"outcome":"refused"' in bytes(refusals.get().entry).decode()
    assert _send(clerk, _check(clerk)).status_code == 302
    assert Packet.objects.get().code_number == "1241"


def test_number_can_be_typed_all_the_same(visit: Visit, books: Callable[..., NumberBook]) -> None:
    book, clerk = books(), visit(HOME_AFFAIRS)
    _send(clerk, _check(clerk, number="77"), number="77")
    book.refresh_from_db()
    assert (Packet.objects.get().code_number, book.next) == ("77", 1241)
    both = _check(clerk, number="78", book="Công văn", draft=ANOTHER)
    assert "Leave the number empty, or choose no book." in both


def test_book_is_that_of_the_year_of_the_document(visit: Visit, books: Callable[..., NumberBook]) -> None:
    books(year=YEAR - 1, number=900)
    books("Báo cáo", 3, YEAR)
    clerk = visit(HOME_AFFAIRS)
    assert "01/SNV-VP" in _check(clerk), "a series of last year begins with 1"
    assert "900/SNV-VP" in _check(clerk, issued_on=f"31/12/{YEAR - 1}")
    page = _check(clerk, book="Báo cáo", issued_on=f"31/12/{YEAR - 1}")
    assert "This book gives no numbers in the year of the document." in page
    assert "Give the number, or choose the book" in _check(clerk, type_name="Giấy mời")


@pytest.mark.django_db(transaction=True)
def test_clerks_who_send_at_once_get_numbers_without_a_gap(
    books: Callable[..., NumberBook], home_affairs: System, dong_hoi: System
) -> None:
    books()
    actor: Actor = home_affairs.clerk()
    failed: list[BaseException] = []

    def send(number: int) -> None:
        subject = "MẬT: không gửi được" if number % 3 == 0 else f"Việc {number}"
        draft = Draft(
            recipients=[dong_hoi.code],
            type_name="Công văn",
            number="",
            notation="SNV-VP",
            issued_on=date(YEAR, 11, 24),
            subject=subject,
            signer_name="Lê Quang Ánh",
            attachments=[Attached("cv.pdf", PDF)],
        )
        try:
            send_numbered(
                actor=actor,
                draft=draft,
                book=Book("Công văn", YEAR, ""),
                declared_not_secret=True,
                idempotency_key=f"k{number}",
                now=clock.now(),
            )
        except Exception as problem:  # noqa: BLE001 - counted below
            failed.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(failed) == 2
    sent = sorted(Packet.objects.values_list("code_number", flat=True))
    assert sent == [str(1241 + number) for number in range(4)]
