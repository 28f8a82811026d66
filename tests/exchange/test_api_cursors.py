"""Cursors of the mailbox: whatever commits when, nobody who reads on passes over an entry."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes

import pytest
from django.db import connection, transaction
from personas import DONG_HOI, System, deliver, document

from hienluong.exchange import commands
from hienluong.exchange.commands import drain_recipients
from hienluong.exchange.models import Delivery, Recipient
from hienluong.jobs import waiting
from hienluong.kit import clock
from hienluong.kit.cursors import write_cursor

Received = Callable[..., Delivery]


@pytest.mark.django_db(transaction=True)
def test_entry_that_commits_later_with_a_lower_id_is_not_passed_over(
    home_affairs: System, dong_hoi: System
) -> None:
    """Two transactions interleave: the first takes the lower id and commits after the second was delivered and read."""
    home_affairs.hand_in(document(1))
    deliver()  # the mailbox exists
    resume = dong_hoi.get("/inbox").json()["resume"]
    has_id, may_commit = threading.Event(), threading.Event()

    def hand_in_slowly() -> None:
        try:
            with transaction.atomic():
                home_affairs.hand_in(document(2))
                has_id.set()
                may_commit.wait(20)
        finally:
            connection.close()

    slow = threading.Thread(target=hand_in_slowly)
    slow.start()
    try:
        assert has_id.wait(20)
        home_affairs.hand_in(document(3))
        deliver()
        page = dong_hoi.get("/inbox", {"after": resume}).json()
        assert [entry["packet"]["code_number"] for entry in page["items"]] == ["3"]
    finally:
        may_commit.set()
        slow.join(20)
    deliver()
    rest = dong_hoi.get("/inbox", {"after": page["resume"]}).json()["items"]

    assert [entry["packet"]["code_number"] for entry in rest] == ["2"]
    assert rest[0]["id"] < page["items"][0]["id"]


@pytest.mark.django_db(transaction=True)
def test_two_drainers_of_a_mailbox_give_places_in_the_order_of_their_commits(
    home_affairs: System, dong_hoi: System
) -> None:
    home_affairs.hand_in(document(1))
    recipient = Recipient.objects.get(code=DONG_HOI)
    drained, may_commit, told = threading.Event(), threading.Event(), []

    def drain_slowly() -> None:
        try:
            with transaction.atomic():
                told.append(drain_recipients(recipient_ids=[recipient.pk], now=clock.now()))
                drained.set()
                may_commit.wait(20)
        finally:
            connection.close()

    slow = threading.Thread(target=drain_slowly)
    slow.start()
    try:
        assert drained.wait(20)
        home_affairs.hand_in(document(2))
        assert drain_recipients(recipient_ids=[recipient.pk], now=clock.now()) is False
        assert dong_hoi.get("/inbox").json()["items"] == []
    finally:
        may_commit.set()
        slow.join(20)
    deliver()

    assert told == [True]
    assert [entry["packet"]["code_number"] for entry in dong_hoi.inbox()] == ["1", "2"]


@pytest.mark.django_db
def test_order_in_the_mailbox_is_the_order_of_handing_in(home_affairs: System, dong_hoi: System) -> None:
    for number in range(1, 13):
        home_affairs.hand_in(document(number))
    deliver()

    assert [entry["packet"]["code_number"] for entry in dong_hoi.inbox()] == [str(n) for n in range(1, 13)]


@pytest.mark.django_db
def test_packet_delivered_again_comes_behind_what_was_read(
    received: Received, dong_hoi: System, home_affairs: System
) -> None:
    first = received(1)
    received(2)
    dong_hoi.post(f"/inbox/{first.pk}/confirm", {"outcome": "fail", "note": "tệp hỏng"})
    resume = dong_hoi.get("/inbox").json()["resume"]
    operator = replace(home_affairs.clerk(), role="operator")
    commands.retry_deliveries(actor=operator, delivery_ids=[first.pk], reason="mended", now=clock.now())
    deliver()

    assert [entry["id"] for entry in dong_hoi.get("/inbox", {"after": resume}).json()["items"]] == [first.pk]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "cursor",
    [
        "0",
        "x",
        "é",
        write_cursor("sent", 5),
        write_cursor("inbox", -1),
        write_cursor("inbox", 2**70),
        "A" * 300,
    ],
)
def test_cursor_of_no_list_or_another_is_refused(dong_hoi: System, cursor: str) -> None:
    answer = dong_hoi.get("/inbox", {"after": cursor})

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/after"]


@pytest.mark.django_db
def test_sent_is_read_newest_first_page_by_page_without_a_gap(
    home_affairs: System, received: Received
) -> None:
    for number in range(1, 6):
        received(number)
    seen: list[str] = []
    before: str | None = ""
    while before is not None:
        page = home_affairs.get("/sent", {"before": before, "limit": 2}).json()
        seen += [item["packet"]["code_number"] for item in page["items"]]
        before = page["next"]

    assert seen == ["5", "4", "3", "2", "1"]
    assert home_affairs.get("/sent", {"before": write_cursor("sent", "x")}).status_code == 422


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/inbox", "/sent", "/me", "packet", "trace", "receipt"])
def test_unchanged_answer_is_not_sent_twice(
    received: Received, home_affairs: System, dong_hoi: System, path: str
) -> None:
    delivery = received()
    system = home_affairs if path in {"/sent", "trace", "receipt"} else dong_hoi
    address = {
        "packet": f"/inbox/{delivery.pk}/packet",
        "trace": f"/packets/{delivery.packet_id}",
        "receipt": f"/receipts/{delivery.transmission_id}",
    }.get(path, path)
    first = system.get(address)
    same = system.get(address, **{"If-None-Match": first.headers["ETag"]})
    weak = system.get(address, **{"If-None-Match": f'"other", W/{first.headers["ETag"]}'})
    other = system.get(address, **{"If-None-Match": '"other"'})

    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert (weak.status_code, other.status_code, other.content) == (304, 200, first.content)
    assert first.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.django_db
def test_answer_that_changed_has_another_tag(received: Received, dong_hoi: System) -> None:
    first, _second = received(1), received(2)
    tag = dong_hoi.get("/inbox").headers["ETag"]
    dong_hoi.post(f"/inbox/{first.pk}/confirm", {"outcome": "done"})

    assert dong_hoi.get("/inbox", **{"If-None-Match": tag}).status_code == 200


# --- long polling -------------------------------------------------------------------------------------------------


@pytest.fixture
def room() -> object:
    """The waiting requests of this process; nobody listens any more when the specification ends."""
    yield waiting.room
    waiting.room.close()


def _arrives_while_waiting(sender: System, wanted: int = 1) -> threading.Thread:
    def hand_in() -> None:
        try:
            until = clock.now().timestamp() + 10
            while waiting.room.taken() < wanted and clock.now().timestamp() < until:
                threading.Event().wait(0.02)
            threading.Event().wait(0.3)
            sender.hand_in(document(7))
            deliver()
        finally:
            connection.close()

    thread = threading.Thread(target=hand_in)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_waiting_request_is_answered_when_something_arrives(
    home_affairs: System, dong_hoi: System, room: waiting.WaitingRoom
) -> None:
    began = clock.now()
    arriving = _arrives_while_waiting(home_affairs)
    answer = dong_hoi.get("/inbox", Prefer="wait=20")
    took = (clock.now() - began).total_seconds()
    arriving.join(20)

    assert [entry["packet"]["code_number"] for entry in answer.json()["items"]] == ["7"]
    assert answer.headers["Preference-Applied"] == "wait=20"
    assert took < 10
    assert room.taken() == 0


@pytest.mark.django_db(transaction=True)
def test_waiting_request_holds_no_connection_and_no_transaction(
    home_affairs: System, dong_hoi: System, room: waiting.WaitingRoom
) -> None:
    seen: list[bool] = []
    original = waiting._Place

    class Watched(original):  # type: ignore[misc, valid-type]  # a place that looks before it sleeps
        def __init__(self, topic: str, key: str) -> None:
            super().__init__(topic, key)
            wait = self.woken.wait

            def look_and_wait(timeout: float | None = None) -> bool:
                seen.append(connection.connection is None)
                return wait(timeout)

            self.woken.wait = look_and_wait  # type: ignore[method-assign]  # looks on

    waiting._Place = Watched  # type: ignore[misc]  # put back below
    try:
        answer = dong_hoi.get("/inbox", Prefer="wait=1")
    finally:
        waiting._Place = original  # type: ignore[misc]  # as it was

    assert answer.json()["items"] == []
    assert seen
    assert all(seen)


@pytest.mark.django_db(transaction=True)
def test_waiting_request_ends_with_nothing_when_its_time_is_over(
    dong_hoi: System, room: waiting.WaitingRoom, settings: object
) -> None:
    settings.LONG_POLL_SECONDS = 1  # type: ignore[attr-defined]  # pytest-django's
    began = clock.now()
    answer = dong_hoi.get("/inbox", Prefer="respond-async, wait=600")

    assert answer.json()["items"] == []
    assert answer.headers["Preference-Applied"] == "wait=1"
    assert 1 <= (clock.now() - began).total_seconds() < 5


@pytest.mark.django_db(transaction=True)
def test_request_that_finds_no_place_is_answered_at_once(
    dong_hoi: System, room: waiting.WaitingRoom, settings: object
) -> None:
    settings.LONG_POLL_PLACES = 0  # type: ignore[attr-defined]  # pytest-django's
    answer = dong_hoi.get("/inbox", Prefer="wait=20")

    assert (answer.status_code, answer.json()["items"]) == (200, [])
    assert answer.headers["Retry-After"] == "5"
    assert "Preference-Applied" not in answer.headers


def test_one_agency_cannot_take_every_place(room: waiting.WaitingRoom, db: None) -> None:
    with (
        room.place("t", "a", most=5) as first,
        room.place("t", "a", most=5) as second,
        room.place("t", "a", most=5) as third,
        room.place("t", "b", most=5) as other,
    ):
        assert (bool(first), bool(second), third, bool(other)) == (True, True, None, True)


# --- several at once ----------------------------------------------------------------------------------------------


def _parts(answer: object) -> list[tuple[dict[str, str], bytes]]:
    """Reads multipart/mixed with the library of the language, as an agency's system would."""
    whole = b"Content-Type: " + answer.headers["Content-Type"].encode() + b"\r\n\r\n" + answer.content  # type: ignore[attr-defined]  # Django's
    message = message_from_bytes(whole)
    return [(dict(part.items()), part.get_payload(decode=True)) for part in message.get_payload()]  # type: ignore[misc, union-attr]  # parts


@pytest.mark.django_db
def test_several_packets_come_in_one_answer_each_as_when_fetched_alone(
    received: Received, dong_hoi: System
) -> None:
    entries = [received(number, subject="V/v tập huấn “văn thư”\r\n").pk for number in range(1, 4)]
    *packets, (_headers, summary) = _parts(dong_hoi.get("/inbox/packets", {"entry": [*entries, 10**12]}))

    assert [headers["Entry"] for headers, _content in packets] == [str(number) for number in entries]
    for number, (headers, content) in zip(entries, packets, strict=True):
        alone = dong_hoi.get(f"/inbox/{number}/packet")
        assert (content, headers["ETag"]) == (alone.content, alone.headers["ETag"])
        assert headers["Content-Disposition"] == alone.headers["Content-Disposition"]
        assert int(headers["Content-Length"]) == len(content)
    told = json.loads(summary)
    assert told["left_out"] == []
    assert [(one["entry"], one["problem"]["code"]) for one in told["refused"]] == [
        (10**12, "exchange.delivery-not-found")
    ]
    assert {entry["state"] for entry in dong_hoi.inbox()} == {"fetched"}


@pytest.mark.django_db
def test_answer_holds_as_many_packets_as_its_limit_and_always_one(
    received: Received, dong_hoi: System, settings: object
) -> None:
    entries = [received(number).pk for number in range(1, 4)]
    settings.BATCH_MAX_BYTES = 10  # type: ignore[attr-defined]  # pytest-django's
    *packets, (_headers, summary) = _parts(dong_hoi.get("/inbox/packets", {"entry": entries}))

    assert [headers["Entry"] for headers, _content in packets] == [str(entries[0])]
    assert json.loads(summary)["left_out"] == entries[1:]
    assert [entry["state"] for entry in dong_hoi.inbox()] == ["fetched", "delivered", "delivered"]


@pytest.mark.django_db
def test_several_confirmations_have_each_their_outcome(
    received: Received, dong_hoi: System, finance: System
) -> None:
    one, two, three = (received(number).pk for number in range(1, 4))
    dong_hoi.post(f"/inbox/{three}/confirm", {"outcome": "done"})
    body = {
        "items": [
            {"entry": one, "outcome": "done"},
            {"entry": two, "outcome": "fail", "note": "tệp hỏng"},
            {"entry": three, "outcome": "fail", "note": "muộn"},
            {"entry": 10**12, "outcome": "done"},
        ]
    }
    answer = dong_hoi.post("/inbox/confirm", body)
    again = dong_hoi.post("/inbox/confirm", body)

    def told(items: list[dict[str, object]]) -> list[tuple[object, object]]:
        return [(item["state"], (item["problem"] or {}).get("code")) for item in items]  # type: ignore[attr-defined]  # a problem is a dict

    assert answer.status_code == 200
    assert (
        told(answer.json()["items"])
        == told(again.json()["items"])
        == [
            ("confirmed", None),
            ("rejected", None),
            (None, "exchange.transition-refused"),
            (None, "exchange.delivery-not-found"),
        ]
    )
    rejected = Delivery.objects.get(pk=two)
    assert (rejected.state, rejected.failure) == ("rejected", "tệp hỏng")
    assert rejected.events.filter(after="rejected").count() == 1
    outsider = finance.post("/inbox/confirm", {"items": [{"entry": one, "outcome": "done"}]})
    assert outsider.json()["items"][0]["problem"]["code"] == "exchange.delivery-not-found"
