"""What came in and what was sent, taken along as a table."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.test import Client
from personas import DONG_HOI, FINANCE, HOME_AFFAIRS, System, document

from hienluong.exchange.models import Delivery
from hienluong.ledger.models import QueuedEntry
from hienluong.mailbox import queries
from hienluong.mailbox.queries import Words

pytestmark = pytest.mark.django_db

Visit = Callable[..., Client]
Received = Callable[..., Delivery]


def _rows(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200, getattr(answer, "content", answer)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def _acts() -> list[dict[str, Any]]:
    entries = [json.loads(bytes(one.entry)) for one in QueuedEntry.objects.order_by("pk")]
    return [one for one in entries if str(one["action"]).startswith("mailbox.")]


def test_stranger_and_whoever_sees_no_content_get_no_table(visit: Visit, received: Received) -> None:
    received(15)
    for path in ("/exchange/inbox/export.csv", "/exchange/sent/export.xlsx"):
        assert Client().get(path).status_code == 302
        for role in ("administrator", "operator", "auditor"):
            assert visit(DONG_HOI, role).get(path).status_code == 403
    assert _acts() == []


def test_clerk_takes_the_inbox_along_as_csv_narrowed_as_the_page_is(visit: Visit, received: Received) -> None:
    received(15, subject="Tập huấn văn thư")
    received(16, subject="Họp giao ban")
    heading, *rows = _rows(visit(DONG_HOI).get("/exchange/inbox/export.csv?q=tap+huan"))
    assert heading[:5] == ["Number", "Notation", "Date", "Type", "Subject"]
    assert [row[:8] for row in rows] == [
        ["15", "SNV-VP", "24/11/2026", "Công văn", "Tập huấn văn thư", "normal", "Sở Nội vụ", HOME_AFFAIRS]
    ]
    [act] = _acts()
    assert act["action"] == "mailbox.inbox-exported"
    assert act["details"]["narrowed_by"] == ["text"]
    assert "huan" not in str(act)  # the words looked for are content


def test_other_agency_takes_an_empty_table_along(visit: Visit, received: Received) -> None:
    received(15)
    assert len(_rows(visit(FINANCE).get("/exchange/inbox/export.csv"))) == 1


def test_sent_as_a_workbook_names_every_recipient_and_how_far_it_is(visit: Visit, received: Received) -> None:
    received(15)
    answer: Any = visit(HOME_AFFAIRS).get("/exchange/sent/export.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[1][:2] == ("15", "SNV-VP")
    assert "Ủy ban nhân dân phường Đồng Hới: in the mailbox" in rows[1]
    assert [act["action"] for act in _acts()] == ["mailbox.sent-exported"]


def test_cell_is_never_a_formula(visit: Visit, received: Received) -> None:
    received(15, subject='=HYPERLINK("http://x";"y")')
    [_heading, row] = _rows(visit(DONG_HOI).get("/exchange/inbox/export.csv"))
    assert row[4].startswith("'=")
    answer: Any = visit(DONG_HOI).get("/exchange/inbox/export.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    assert sheet["E2"].data_type == "s"


def test_unknown_form_of_table_is_not_there(visit: Visit) -> None:
    assert visit(DONG_HOI).get("/exchange/inbox/export.pdf").status_code == 404


def test_system_takes_its_lists_along_by_api(
    dong_hoi: System, home_affairs: System, received: Received
) -> None:
    received(15, subject="Tập huấn văn thư")
    [_heading, row] = _rows(dong_hoi.get("/inbox/export", {"q": "van thu"}, **{"Accept-Language": "en"}))
    assert row[4] == "Tập huấn văn thư"
    assert len(_rows(dong_hoi.get("/inbox/export", {"number": "16"}))) == 1
    assert len(_rows(home_affairs.get("/sent/export"))) == 2
    assert dong_hoi.get("/inbox/export", {"format": "pdf"}).status_code == 422


def test_rows_are_read_page_by_page(received: Received, dong_hoi: System, home_affairs: System) -> None:
    for number in range(1, 6):
        received(number)
    words: Words = defaultdict(dict)
    inbox = queries.inbox_rows(dong_hoi.clerk(), {}, words, at_once=2)
    sent = queries.sent_rows(home_affairs.clerk(), {}, words, at_once=2)
    numbers = ["5", "4", "3", "2", "1"]
    assert ([row[0] for row in inbox], [row[0] for row in sent]) == (numbers, numbers)
    assert home_affairs.hand_in(document(6)).status_code == 201
