"""The client of the axis against a real server: it waits, follows, and fetches and confirms many at once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as django_connection
from personas import System, deliver, document
from pytest_django.live_server_helper import LiveServer

from hienluong.client import connection
from hienluong.client.service import Credentials, ExchangeClient, FetchRefused
from hienluong.jobs import waiting


def test_mailbox_is_followed_as_packets_arrive(
    live_server: LiveServer, tmp_path: Path, home_affairs: System, dong_hoi: System
) -> None:
    home_affairs.hand_in(document(1))
    deliver()
    seen: list[str] = []
    client = ExchangeClient(
        live_server.url, Credentials(dong_hoi.client_id, dong_hoi.client_secret, "specification")
    )
    try:
        with client:
            for page in client.follow(wait=10):
                seen += [entry["packet"]["code_number"] for entry in page.items]
                if len(seen) == 1:
                    arriving = threading.Timer(0.5, _arrive, [home_affairs, 2])
                    arriving.start()
                elif len(seen) == 2:
                    break
        arriving.join(10)
    finally:
        waiting.room.close()

    assert seen == ["1", "2"]


def _arrive(sender: System, number: int) -> None:
    try:
        sender.hand_in(document(number))
        deliver()
    finally:
        django_connection.close()


def test_page_that_did_not_change_does_not_travel_again(
    live_server: LiveServer, home_affairs: System, dong_hoi: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    home_affairs.hand_in(document(1))
    deliver()
    statuses: list[int] = []
    call = connection.Connection.call

    def watched(self: Any, *arguments: Any, **named: Any) -> Any:
        answer = call(self, *arguments, **named)
        statuses.append(answer.status)
        return answer

    monkeypatch.setattr(connection.Connection, "call", watched)
    with ExchangeClient(
        live_server.url, Credentials(dong_hoi.client_id, dong_hoi.client_secret, "specification")
    ) as client:
        first, again = client.mailbox_page(), client.mailbox_page()
        home_affairs.hand_in(document(2))
        deliver()
        changed = client.mailbox_page()

    assert statuses == [200, 304, 200]
    assert again == first
    assert [len(page.items) for page in (first, again, changed)] == [1, 1, 2]


def test_packets_that_do_not_fit_into_one_answer_are_asked_for_again(
    live_server: LiveServer, home_affairs: System, dong_hoi: System, settings: Any
) -> None:
    settings.BATCH_MAX_BYTES = 1
    for number in range(1, 4):
        home_affairs.hand_in(document(number))
    deliver()
    entries = [entry["id"] for entry in dong_hoi.inbox()]
    with ExchangeClient(
        live_server.url, Credentials(dong_hoi.client_id, dong_hoi.client_secret, "specification")
    ) as client:
        fetched = list(client.fetch_several([*entries, 10**12]))
        told = client.confirm_several([(number, "done", "") for number in [*entries, 10**12]])

    assert [one.entry for one in fetched] == [*entries, 10**12]
    assert isinstance(fetched[-1], FetchRefused)
    assert [one["state"] for one in told] == ["confirmed"] * 3 + [None]
