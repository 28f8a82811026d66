"""`make demo`: the main job over HTTP, as three agencies' own systems do it, with a worker beside the server."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pypdf
import pytest
from django.db import connection
from personas import System, deliver
from pytest_django.live_server_helper import LiveServer

from hienluong.client.service import Credentials, ExchangeClient
from hienluong.demo import server
from hienluong.demo.letter import issued_letter
from hienluong.demo.main_job import Demonstration, Office, Protocol
from hienluong.exchange.commands import answer


@pytest.fixture
def offices(
    live_server: LiveServer, home_affairs: System, dong_hoi: System, khe_sanh: System
) -> Iterator[list[Office]]:
    """The three agencies with a client each."""
    made = [
        Office(
            one.code,
            one.agency.name,
            ExchangeClient(live_server.url, Credentials(one.client_id, one.client_secret)),
        )
        for one in (home_affairs, dong_hoi, khe_sanh)
    ]
    yield made
    for office in made:
        with office.client:
            pass


@pytest.fixture
def _worker() -> Iterator[None]:
    """Carries what is due, beside the server."""
    ends = threading.Event()

    def work() -> None:
        try:
            while not ends.wait(0.05):
                deliver()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    ends.set()
    thread.join()


def play(offices: list[Office]) -> tuple[Protocol, list[str]]:
    """Runs the main job and returns what was compared and said."""
    lines: list[str] = []
    protocol = Protocol(lines.append)
    Demonstration(protocol, *offices).run()
    return protocol, lines


@pytest.mark.usefixtures("_worker")
def test_main_job_holds_and_holds_again_with_the_next_number(offices: list[Office]) -> None:
    first, lines = play(offices)
    second, more = play(offices)

    assert (first.differences, second.differences) == (0, 0), "\n".join(
        line for line in [*lines, *more] if "✗" in line
    )
    assert first.compared == second.compared == 25
    assert any("letter 01/SNV-VP" in line for line in lines)
    assert any("letter 02/SNV-VP" in line for line in more)
    assert sum("  business  " in line for line in lines) == 7
    assert any("G09 Bộ Nội vụ: unrouted" in line for line in lines)


@pytest.mark.usefixtures("_worker")
def test_step_that_differs_is_noticed(offices: list[Office], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "find_trace_place", lambda *_: None)

    protocol, lines = play(offices)

    assert protocol.differences == 2, "both communes find that the axis left no trace"
    assert [line for line in lines if "✗" in line and "one trace was added" in line]


def test_letter_carries_its_number_and_its_date() -> None:
    page = pypdf.PdfReader(io.BytesIO(issued_letter("0123", date(2026, 2, 9)))).pages[0]
    placed: dict[str, tuple[float, float]] = {}

    def note(text: str, matrix: Any, place: Any, *_: object) -> None:
        if text.strip():
            placed[text.strip()] = (place[4] * matrix[0] + matrix[4], place[5] * matrix[3] + matrix[5])

    page.extract_text(visitor_text=note)

    assert "Đề nghị Ủy ban nhân dân" in page.extract_text()
    heights = {round(placed[text][1], 0) for text in ("Số:", "0123", "/SNV-VP", "09", "02", "2026")}
    assert len(heights) == 1, "all on one line"
    order = ["Số:", "0123", "/SNV-VP", "Quảng Trị, ngày", "09", "tháng", "02", "năm", "2026"]
    assert order == sorted(order, key=lambda text: placed[text][0])


def test_address_that_nobody_serves_does_not_answer() -> None:
    assert not server._answers(f"http://127.0.0.1:{server._free_port()}")
