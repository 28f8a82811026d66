"""The mailbox: who sees what, fetching, confirming, reporting, and what is taken out of it (decisions 1, 3 and 5)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from personas import (
    CABINET,
    DONG_HOI,
    HOME_AFFAIRS,
    KHE_SANH,
    PDF,
    SENT_AT,
    System,
    deliver,
    document,
    problem,
    queries_of,
)

from hienluong.edxml.packet import DocumentPacket
from hienluong.edxml.reader import read_packet
from hienluong.exchange import service
from hienluong.exchange.models import Delivery, DeliveryEvent, Packet
from hienluong.kit import clock
from hienluong.kit.errors import Forbidden
from hienluong.ledger.models import QueuedEntry

pytestmark = pytest.mark.django_db
Received = Callable[..., Delivery]


# --- who sees what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/inbox"),
        ("get", "/sent"),
        ("get", "/inbox/1/packet"),
        ("post", "/inbox/1/confirm"),
        ("post", "/deliveries/1/statuses"),
        ("get", f"/packets/{uuid.UUID(int=1)}"),
        ("get", f"/receipts/{uuid.UUID(int=1)}"),
    ],
)
def test_nothing_is_shown_without_a_token(method: str, path: str) -> None:
    answer = getattr(Client(), method)(f"/api/v1{path}")

    assert (answer.status_code, problem(answer)["code"]) == (401, "not-authenticated")


@pytest.mark.parametrize("persona", ["finance", "khe_sanh", "upstream"])
def test_nobody_else_sees_fetches_confirms_or_reports(
    received: Received, persona: str, request: pytest.FixtureRequest
) -> None:
    delivery = received()
    outsider: System = request.getfixturevalue(persona)

    answers = [
        outsider.get(f"/inbox/{delivery.pk}/packet"),
        outsider.post(f"/inbox/{delivery.pk}/confirm", {"outcome": "done"}),
        outsider.post(f"/deliveries/{delivery.pk}/statuses", {"status": "01"}),
        outsider.get(f"/packets/{delivery.packet_id}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert all(problem(answer)["code"].endswith("-not-found") for answer in answers)
    assert (outsider.inbox(), outsider.get("/sent").json()["items"]) == ([], [])
    delivery.refresh_from_db()
    assert delivery.state == "delivered"


def test_sender_follows_all_recipients_and_a_recipient_only_itself(
    received: Received, home_affairs: System, dong_hoi: System, khe_sanh: System
) -> None:
    delivery = received(15, DONG_HOI, KHE_SANH, CABINET)
    path = f"/packets/{delivery.packet_id}"

    def seen_by(system: System) -> list[str]:
        trace = system.get(path).json()
        parties = {hop["party"] for hop in trace["hops"] if hop["step"] == "delivered"}
        assert len(parties) <= len(trace["deliveries"])
        return [row["recipient_code"] for row in trace["deliveries"]]

    assert seen_by(home_affairs) == [DONG_HOI, KHE_SANH, CABINET]
    assert seen_by(dong_hoi) == [DONG_HOI]
    assert seen_by(khe_sanh) == [KHE_SANH]


def test_packet_is_not_in_the_mailbox_before_it_is_delivered(home_affairs: System, dong_hoi: System) -> None:
    home_affairs.hand_in(document())

    assert dong_hoi.inbox() == []
    deliver()
    assert len(dong_hoi.inbox()) == 1


# --- lists --------------------------------------------------------------------------------------------------------


def test_inbox_is_read_oldest_first_page_by_page_without_a_gap(received: Received, dong_hoi: System) -> None:
    ids = [received(number).pk for number in range(1, 6)]

    seen: list[int] = []
    after: str | None = ""
    while after is not None:
        page = dong_hoi.get("/inbox", {"after": after, "limit": 2}).json()
        seen += [entry["id"] for entry in page["items"]]
        after = page["next"]

    assert seen == ids


def test_inbox_shows_what_is_not_confirmed_unless_a_state_is_asked_for(
    received: Received, dong_hoi: System
) -> None:
    confirmed, waiting = received(1), received(2)
    dong_hoi.post(f"/inbox/{confirmed.pk}/confirm", {"outcome": "done"})

    assert [entry["id"] for entry in dong_hoi.inbox()] == [waiting.pk]
    assert [entry["id"] for entry in dong_hoi.inbox(state="confirmed")] == [confirmed.pk]
    assert [entry["id"] for entry in dong_hoi.inbox(state=["confirmed", "delivered"])] == [
        confirmed.pk,
        waiting.pk,
    ]


def test_inbox_is_searched_without_diacritics_and_narrowed_by_kind(
    received: Received, dong_hoi: System
) -> None:
    training = received(1, subject="V/v tập huấn công tác văn thư")
    received(2, subject="Đề nghị báo cáo")

    assert [entry["id"] for entry in dong_hoi.inbox(q="tap huan")] == [training.pk]
    assert dong_hoi.inbox(kind="status") == []


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 501}, {"state": "lost"}, {"after": "x"}, {"kind": "mail"}]
)
def test_question_that_makes_no_sense_is_refused(dong_hoi: System, query: dict[str, Any]) -> None:
    answer = dong_hoi.get("/inbox", query)

    assert (answer.status_code, problem(answer)["code"]) == (422, "invalid-input")
    assert problem(answer)["errors"]


def test_sent_shows_documents_with_their_deliveries_newest_first(
    received: Received, home_affairs: System
) -> None:
    received(1), received(2, DONG_HOI, CABINET)

    items = home_affairs.get("/sent").json()["items"]

    assert [item["packet"]["code_number"] for item in items] == ["2", "1"]
    assert [row["state"] for row in items[0]["deliveries"]] == ["delivered", "unrouted"]


@pytest.mark.parametrize(("list_path", "most"), [("/inbox", 1), ("/sent", 2)])
def test_list_asks_as_many_questions_for_thirty_as_for_one(
    received: Received, home_affairs: System, dong_hoi: System, list_path: str, most: int
) -> None:
    system = dong_hoi if list_path == "/inbox" else home_affairs
    received(1, DONG_HOI, KHE_SANH)
    system.get(list_path)  # the token is remembered from here on
    few = queries_of(lambda: system.get(list_path))
    for number in range(2, 31):
        received(number, DONG_HOI, KHE_SANH)

    system.get(list_path)  # for five seconds only, and the thirty may have taken longer
    many = queries_of(lambda: system.get(list_path))

    assert few == many == most


# --- fetching -----------------------------------------------------------------------------------------------------


def test_fetched_packet_is_the_senders_file_with_one_trace_more(
    home_affairs: System, dong_hoi: System
) -> None:
    source = document(files=[("cong-van.pdf", PDF), ("phu-luc.txt", b"mot, hai")])
    home_affairs.hand_in(source)
    deliver()
    entry = dong_hoi.inbox()[0]

    answer = dong_hoi.get(f"/inbox/{entry['id']}/packet")

    fetched = answer.content
    assert answer.headers["Content-Type"] == "application/xml"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{entry["packet"]["id"]}.edxml"'
    start = next(i for i, (a, b) in enumerate(zip(source, fetched, strict=False)) if a != b)
    added = len(fetched) - len(source)
    assert source[start:] == fetched[start + added :], "no other byte differs"
    before, after = read_packet(source), read_packet(fetched)
    assert isinstance(before, DocumentPacket)
    assert isinstance(after, DocumentPacket)
    assert before.trace is not None
    assert after.trace is not None
    assert [hop.organ_id for hop in after.trace.hops] == [HOME_AFFAIRS, "H50"]
    assert after.trace.hops[:1] == before.trace.hops
    assert (after.header, after.attachments) == (before.header, before.attachments)


def test_fetching_again_gives_the_same_bytes_and_one_event(received: Received, dong_hoi: System) -> None:
    delivery = received()

    first = dong_hoi.get(f"/inbox/{delivery.pk}/packet")
    again = dong_hoi.get(f"/inbox/{delivery.pk}/packet")

    assert first.content == again.content
    assert first.headers["ETag"] == again.headers["ETag"]
    assert DeliveryEvent.objects.filter(delivery=delivery, after="fetched").count() == 1
    assert QueuedEntry.objects.filter(action="exchange.packet-fetched").count() == 1


def test_packet_at_hand_is_not_sent_again(received: Received, dong_hoi: System) -> None:
    delivery = received()
    etag = dong_hoi.get(f"/inbox/{delivery.pk}/packet").headers["ETag"]

    same = dong_hoi.get(f"/inbox/{delivery.pk}/packet", **{"If-None-Match": etag})
    other = dong_hoi.get(f"/inbox/{delivery.pk}/packet", **{"If-None-Match": '"another"'})

    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", etag)
    assert other.status_code == 200


def test_added_recipient_gets_the_file_that_named_it(home_affairs: System, khe_sanh: System) -> None:
    home_affairs.hand_in(document(15, DONG_HOI))
    home_affairs.hand_in(document(15, DONG_HOI, KHE_SANH))
    deliver()

    fetched = read_packet(khe_sanh.get(f"/inbox/{khe_sanh.inbox()[0]['id']}/packet").content)

    assert isinstance(fetched, DocumentPacket)
    assert [organ.organ_id for organ in fetched.receivers] == [DONG_HOI, KHE_SANH]


# --- confirming: the mailbox plane --------------------------------------------------------------------------------


def test_confirming_again_is_harmless(received: Received, dong_hoi: System) -> None:
    delivery = received()
    dong_hoi.get(f"/inbox/{delivery.pk}/packet")

    first = dong_hoi.post(f"/inbox/{delivery.pk}/confirm", {"outcome": "done"})
    again = dong_hoi.post(f"/inbox/{delivery.pk}/confirm", {"outcome": "done"})

    assert (first.status_code, first.json()["state"]) == (200, "confirmed")
    assert again.json() == first.json()
    assert DeliveryEvent.objects.filter(delivery=delivery, after="confirmed").count() == 1


def test_packet_that_cannot_be_taken_stays_visible_with_its_reason(
    received: Received, home_affairs: System, dong_hoi: System
) -> None:
    delivery = received()

    answer = dong_hoi.post(f"/inbox/{delivery.pk}/confirm", {"outcome": "fail", "note": "tệp đính kèm hỏng"})

    assert answer.json()["state"] == "rejected"
    shown = home_affairs.get(f"/packets/{delivery.packet_id}").json()["deliveries"][0]
    assert (shown["state"], shown["failure"]) == ("rejected", "tệp đính kèm hỏng")


def test_other_outcome_after_the_first_is_refused(received: Received, dong_hoi: System) -> None:
    delivery = received()
    dong_hoi.post(f"/inbox/{delivery.pk}/confirm", {"outcome": "done"})

    answer = dong_hoi.post(f"/inbox/{delivery.pk}/confirm", {"outcome": "fail"})

    assert (answer.status_code, problem(answer)["code"]) == (409, "exchange.transition-refused")


def test_confirming_says_nothing_of_the_business(received: Received, dong_hoi: System) -> None:
    delivery = received()

    assert dong_hoi.post(f"/inbox/{delivery.pk}/confirm", {"outcome": "done"}).json()["business_state"] == ""


# --- reporting: the business plane --------------------------------------------------------------------------------


def report(system: System, delivery: Delivery, code: str, note: str = "", **headers: str) -> Any:
    """Reports a status about a delivery."""
    return system.post(f"/deliveries/{delivery.pk}/statuses", {"status": code, "note": note}, **headers)


def test_statuses_go_their_way_and_reach_the_sender_in_order(
    received: Received, home_affairs: System, dong_hoi: System
) -> None:
    delivery = received()

    codes = ["01", "03", "04", "05", "05", "06"]
    answers = [report(dong_hoi, delivery, code, f"bước {number}") for number, code in enumerate(codes)]
    deliver()

    assert [answer.status_code for answer in answers] == [201] * 6
    statuses = home_affairs.inbox(kind="status")
    assert [entry["packet"]["status_code"] for entry in statuses] == codes
    assert statuses[1]["packet"]["status_note"] == "bước 1"
    assert statuses[0]["packet"]["sender_code"] == DONG_HOI
    shown = home_affairs.get(f"/packets/{delivery.packet_id}").json()["deliveries"][0]
    assert shown["business_state"] == "06"


@pytest.mark.parametrize(
    ("before", "code"),
    [([], "06"), ([], "15"), (["01"], "04"), (["01", "03"], "02"), (["03", "06"], "05"), (["03"], "01")],
)
def test_status_out_of_its_order_is_refused_with_what_is_allowed(
    received: Received, dong_hoi: System, before: list[str], code: str
) -> None:
    delivery = received()
    for earlier in before:
        assert report(dong_hoi, delivery, earlier).status_code == 201

    answer = report(dong_hoi, delivery, code, "vì sao")

    refusal = problem(answer)
    assert (answer.status_code, refusal["code"]) == (422, "exchange.status-refused")
    assert refusal["errors"][0]["pointer"] == "/status"
    assert Packet.objects.filter(kind="status").count() == len(before)


def test_refusing_and_asking_back_need_a_reason(
    received: Received, home_affairs: System, dong_hoi: System
) -> None:
    delivery = received()

    refused = report(dong_hoi, delivery, "02", "  ")
    asked_back = report(home_affairs, delivery, "13")

    assert problem(refused)["errors"][0]["pointer"] == problem(asked_back)["errors"][0]["pointer"] == "/note"
    assert report(dong_hoi, delivery, "02", "không thuộc thẩm quyền").status_code == 201


def test_sender_cannot_report_for_the_recipient_nor_the_recipient_for_the_sender(
    received: Received, home_affairs: System, dong_hoi: System
) -> None:
    delivery = received()

    assert problem(report(home_affairs, delivery, "03"))["code"] == "exchange.status-refused"
    assert problem(report(dong_hoi, delivery, "13", "nhầm"))["code"] == "exchange.status-refused"


def test_document_asked_back_and_given_back_is_withdrawn(
    received: Received, home_affairs: System, dong_hoi: System
) -> None:
    delivery = received()
    report(dong_hoi, delivery, "01")

    assert report(home_affairs, delivery, "13", "gửi nhầm").status_code == 201
    deliver()
    assert [entry["packet"]["status_code"] for entry in dong_hoi.inbox(kind="status")] == ["13"]
    assert report(dong_hoi, delivery, "15").status_code == 201

    delivery.refresh_from_db()
    assert (delivery.state, delivery.business_state) == ("withdrawn", "15")


def test_document_asked_back_in_vain_goes_on_where_it_was(
    received: Received, home_affairs: System, dong_hoi: System
) -> None:
    delivery = received()
    report(dong_hoi, delivery, "03")
    report(home_affairs, delivery, "13", "gửi nhầm")

    report(dong_hoi, delivery, "16", "đang xử lý rồi")

    delivery.refresh_from_db()
    assert delivery.business_state == "03"
    assert report(dong_hoi, delivery, "04").status_code == 201


def test_report_repeated_under_its_key_is_one_report(
    received: Received, home_affairs: System, dong_hoi: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = received()
    key = {"Idempotency-Key": "report-1"}

    first = report(dong_hoi, delivery, "03", "Số đến 125", **key)
    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    again = report(dong_hoi, delivery, "03", "Số đến 125", **key)
    other = report(dong_hoi, delivery, "03", "Số đến 126", **key)
    deliver()

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert problem(other)["code"] == "exchange.idempotency-key-reused"
    assert len(home_affairs.inbox(kind="status")) == 1


# --- taken out ----------------------------------------------------------------------------------------------------


def test_packet_that_a_clerk_takes_out_is_gone_for_every_system(
    received: Received, home_affairs: System, dong_hoi: System, khe_sanh: System
) -> None:
    delivery = received(15, DONG_HOI, KHE_SANH)
    entry = khe_sanh.inbox()[0]["id"]

    service.quarantine_packet(
        actor=dong_hoi.clerk(), packet_id=delivery.packet_id, reason="dấu mật trên ảnh quét", now=clock.now()
    )

    assert (dong_hoi.inbox(), khe_sanh.inbox(), home_affairs.get("/sent").json()["items"]) == ([], [], [])
    assert khe_sanh.get(f"/inbox/{entry}/packet").status_code == 404
    for system in (home_affairs, dong_hoi, khe_sanh):
        answer = system.get(f"/packets/{delivery.packet_id}")
        assert (answer.status_code, problem(answer)["code"]) == (403, "exchange.packet-quarantined")
    assert problem(report(dong_hoi, delivery, "03"))["code"] == "exchange.packet-quarantined"


def test_packet_that_waits_is_not_delivered_once_it_is_taken_out(
    home_affairs: System, dong_hoi: System
) -> None:
    receipt = home_affairs.hand_in(document()).json()

    service.quarantine_packet(
        actor=home_affairs.clerk(), packet_id=uuid.UUID(receipt["packet"]), reason="nhầm", now=clock.now()
    )
    deliver()

    assert dong_hoi.inbox() == []
    assert Delivery.objects.get().state == "waiting"


def test_secrecy_officer_destroys_it_everywhere_and_the_record_stays(
    received: Received, home_affairs: System, dong_hoi: System, khe_sanh: System
) -> None:
    delivery = received(15, DONG_HOI, KHE_SANH, subject="Kế hoạch phòng thủ dân sự")
    source = document(15, DONG_HOI, KHE_SANH, subject="Kế hoạch phòng thủ dân sự")
    receipt = delivery.transmission.receipt
    officer = dong_hoi.clerk("secrecy_officer")
    service.quarantine_packet(actor=officer, packet_id=delivery.packet_id, reason="mật", now=clock.now())
    with pytest.raises(Forbidden):
        service.destroy_packet(
            actor=dong_hoi.clerk(), packet_id=delivery.packet_id, reason="mật", now=clock.now()
        )

    service.destroy_packet(actor=officer, packet_id=delivery.packet_id, reason="mật", now=clock.now())

    packet = Packet.objects.get(pk=delivery.packet_id)
    assert (packet.secrecy, packet.subject, packet.search_key) == ("destroyed", "", "")
    assert [part.name for part in packet.parts.all()] == [""]
    again = home_affairs.hand_in(source)
    carried = home_affairs.hand_in(
        document(15, DONG_HOI, subject="Kế hoạch phòng thủ dân sự", hop=SENT_AT + timedelta(hours=1))
    )
    read = home_affairs.get(f"/receipts/{receipt['receipt']}")
    assert problem(again)["code"] == problem(carried)["code"] == "exchange.secret-content"
    assert problem(read)["code"] == "exchange.packet-quarantined"
    actions = set(QueuedEntry.objects.values_list("action", flat=True))
    assert {"exchange.packet-accepted", "exchange.packet-quarantined", "exchange.packet-destroyed"} <= actions
    written = b"".join(bytes(entry.entry) for entry in QueuedEntry.objects.all())
    assert "phòng thủ".encode() not in written


# --- answers ------------------------------------------------------------------------------------------------------


def test_refusal_speaks_the_callers_language(dong_hoi: System) -> None:
    english = dong_hoi.get("/inbox/1/packet", **{"Accept-Language": "en"})
    vietnamese = dong_hoi.get("/inbox/1/packet", **{"Accept-Language": "vi"})

    assert (english.headers["Content-Language"], vietnamese.headers["Content-Language"]) == ("en", "vi")
    assert problem(english)["title"] == "Not in your mailbox"


@pytest.mark.parametrize("path", ["/nothing", "/inbox/1", "/packets/not-an-id"])
def test_address_that_leads_nowhere_is_a_problem_document_too(dong_hoi: System, path: str) -> None:
    assert dong_hoi.get(path).status_code in {404, 422}
    problem(dong_hoi.get(path))


def test_method_that_is_not_offered_is_a_problem_document_too(dong_hoi: System) -> None:
    answer = Client().delete("/api/v1/inbox", headers=dong_hoi.authorised)

    assert answer.status_code == 405
    problem(answer)


@pytest.mark.parametrize(
    "body", ["", "{", "{}", "[]", "null", '"x"', '{"outcome": "perhaps"}', '{"outcome": "done", "note": 5}']
)
def test_body_that_is_not_right_is_refused(received: Received, dong_hoi: System, body: str) -> None:
    delivery = received()

    answer = Client().post(
        f"/api/v1/inbox/{delivery.pk}/confirm",
        body,
        content_type="application/json",
        headers=dong_hoi.authorised,
    )

    assert answer.status_code in {400, 422}
    problem(answer)


def test_letter_that_the_database_cannot_hold_is_refused(received: Received, dong_hoi: System) -> None:
    delivery = received()
    codes = [
        dong_hoi.get("/inbox", {"q": "\x00"}).status_code,
        dong_hoi.post(f"/inbox/{delivery.pk}/confirm", {"outcome": "fail", "note": "a\x00b"}).status_code,
        dong_hoi.post(f"/deliveries/{delivery.pk}/statuses", {"status": "01", "note": "a\x00b"}).status_code,
        dong_hoi.get(f"/inbox/{10**30}/packet").status_code,
        dong_hoi.get("/inbox", {"after": 10**30}).status_code,
        dong_hoi.get("/agencies/%00").status_code,
        dong_hoi.hand_in(document(2), key="\x00").status_code,
    ]

    assert [code for code in codes if code >= 500] == []
