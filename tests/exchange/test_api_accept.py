"""Handing in: what is taken, what is refused, and that the same again is the same (decisions 1, 4, 5 and 7)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from personas import (
    CABINET,
    DONG_HOI,
    FINANCE,
    HOME_AFFAIRS,
    INTERIOR,
    KHE_SANH,
    PDF,
    SAMPLES,
    SENT_AT,
    System,
    deliver,
    document,
    problem,
    status_file,
)
from pytest_django import Settings

from hienluong.exchange.models import Delivery, Packet, Transmission
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry

pytestmark = pytest.mark.django_db

FIELDS = {
    "recipients": [DONG_HOI],
    "type_name": "Công văn",
    "number": "21",
    "notation": "SNV-VP",
    "issued_on": "2026-11-24",
    "subject": "V/v tập huấn công tác văn thư",
    "signer_name": "Lê Quang Ánh",
}


# --- who ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer not-a-token"}, {"Authorization": "Basic eDp5"}]
)
def test_handing_in_without_a_token_is_refused(headers: dict[str, str]) -> None:
    answer = Client().post("/api/v1/packets", b"<edXML/>", content_type="application/xml", headers=headers)

    assert problem(answer)["code"] == "not-authenticated"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_agency_hands_in_its_own_document_and_gets_its_receipt(home_affairs: System) -> None:
    source = document(15, DONG_HOI, KHE_SANH)

    answer = home_affairs.hand_in(source)

    assert answer.status_code == 201
    receipt = answer.json()
    assert receipt["sender"] == HOME_AFFAIRS
    assert receipt["document_id"] == f"{HOME_AFFAIRS},2026/11/24,15/SNV-VP"
    assert receipt["sha256"] == hashlib.sha256(source).hexdigest()
    assert receipt["size"] == len(source)
    assert [(one["code"], one["state"], one["delivered_before"]) for one in receipt["recipients"]] == [
        (DONG_HOI, "waiting", False),
        (KHE_SANH, "waiting", False),
    ]
    assert QueuedEntry.objects.filter(id=receipt["ledger_entry"], action="exchange.packet-accepted").exists()


def test_agency_may_be_named_by_an_alias_and_is_one_sender(home_affairs: System) -> None:
    receipt = home_affairs.hand_in(document(sender="000.00.19.H50")).json()

    assert receipt["sender"] == HOME_AFFAIRS


def test_document_of_another_agency_is_refused_and_recorded(finance: System) -> None:
    answer = finance.hand_in(document(sender=HOME_AFFAIRS))

    refusal = problem(answer)
    assert (answer.status_code, refusal["code"]) == (403, "exchange.sender-not-allowed")
    assert HOME_AFFAIRS in refusal["detail"]
    assert not Packet.objects.exists()
    refused = QueuedEntry.objects.get(action="exchange.packet-refused")
    assert b'"outcome":"refused"' in bytes(refused.entry)


def test_upstream_axis_sends_for_any_agency_outside_and_for_none_inside(upstream: System) -> None:
    known = upstream.hand_in(document(1, sender=INTERIOR))
    unknown = upstream.hand_in(document(2, sender="000.00.17.H14"))
    inside = upstream.hand_in(document(3, sender=HOME_AFFAIRS))
    pretended = upstream.hand_in(document(4, sender="H50.99"))

    assert [known.status_code, unknown.status_code] == [201, 201]
    assert problem(inside)["code"] == problem(pretended)["code"] == "exchange.sender-not-allowed"


# --- what ---------------------------------------------------------------------------------------------------------


def test_document_that_was_not_declared_is_refused(home_affairs: System) -> None:
    refusal = problem(home_affairs.hand_in(document(), declared=False))

    assert (refusal["status"], refusal["code"]) == (422, "exchange.secrecy-not-declared")
    assert "Declared-Not-Secret" in refusal["todo"]
    assert not Packet.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "MẬT: kế hoạch diễn tập"},
        {"content": "Tài liệu TUYỆT MẬT kèm theo"},
        {"files": [("TỐI MẬT.pdf", PDF)]},
        {"subject": "mật"},
    ],
)
def test_document_with_a_mark_of_secrecy_is_refused_and_leaves_no_word_of_it(
    home_affairs: System, changes: dict[str, Any]
) -> None:
    answer = home_affairs.hand_in(document(**changes))

    assert (answer.status_code, problem(answer)["code"]) == (403, "exchange.secret-content")
    assert not Packet.objects.exists()
    written = b"".join(
        bytes(entry.entry) for entry in QueuedEntry.objects.filter(action__startswith="exchange.")
    )
    assert "diễn tập".encode() not in written


def test_ordinary_words_with_the_syllable_pass(home_affairs: System) -> None:
    answer = home_affairs.hand_in(document(subject="Quy chế BẢO MẬT thông tin, mật khẩu và mật độ dân cư"))

    assert answer.status_code == 201


def test_notation_of_a_series_for_secrets_is_refused(home_affairs: System, settings: Settings) -> None:
    settings.SECRECY_SERIES = ["TM"]

    assert problem(home_affairs.hand_in(document(notation="TM-SNV")))["code"] == "exchange.secret-content"


def test_file_over_the_limit_is_refused(home_affairs: System, settings: Settings) -> None:
    settings.PACKET_MAX_BYTES = 4_000

    answer = home_affairs.hand_in(document(files=[("a.pdf", PDF * 200)]))

    assert (answer.status_code, problem(answer)["code"]) == (413, "exchange.packet-too-large")
    assert "4000" in problem(answer)["detail"]


def test_file_that_is_no_edxml_is_refused_with_element_and_line(home_affairs: System) -> None:
    source = document().replace(
        b"<edXML:CodeNumber>15</edXML:CodeNumber>", b"<edXML:CodeNumber>15</edXML:Code>"
    )
    line = source[: source.index(b"15</edXML:Code>")].count(b"\n") + 1

    answer = home_affairs.hand_in(source)

    refusal = problem(answer)
    assert (answer.status_code, refusal["code"]) == (422, "edxml.refused")
    assert refusal["params"]["line"] == line
    assert f"Line {line}" in refusal["detail"] or f"{line}" in refusal["detail"]


def test_missing_element_is_named_as_the_error_list_of_the_axis_names_it(home_affairs: System) -> None:
    source = re.sub(rb"<edXML:To>.*</edXML:To>", b"", document(), flags=re.DOTALL)

    refusal = problem(home_affairs.hand_in(source))

    assert refusal["params"]["element"] == "MessageHeader.To"
    assert refusal["params"]["wire_code"] == "N.MessageHeader.To"


@pytest.mark.parametrize(
    "source", [b"", b"\x00", b"{}", b"<!DOCTYPE edXML [<!ENTITY a 'b'>]><edXML>&a;</edXML>"]
)
def test_anything_else_is_refused_too(home_affairs: System, source: bytes) -> None:
    assert problem(home_affairs.hand_in(source))["code"] == "edxml.refused"


def test_unknown_code_inside_the_province_is_refused_and_named(home_affairs: System) -> None:
    answer = home_affairs.hand_in(document(15, DONG_HOI, "H50.99"))

    assert (answer.status_code, problem(answer)["code"]) == (422, "exchange.recipient-unknown")
    assert "H50.99" in problem(answer)["detail"]
    assert not Packet.objects.exists()


def test_recipients_outside_wait_visibly_for_a_route_known_or_not(home_affairs: System) -> None:
    receipt = home_affairs.hand_in(document(15, CABINET, "000.00.17.H14", DONG_HOI)).json()
    deliver()

    states = dict(Delivery.objects.values_list("recipient_code", "state"))
    assert {one["code"]: one["state"] for one in receipt["recipients"]} == {
        CABINET: "unrouted",
        "000.00.17.H14": "unrouted",
        DONG_HOI: "waiting",
    }
    assert states == {CABINET: "unrouted", "000.00.17.H14": "unrouted", DONG_HOI: "delivered"}


def test_one_agency_under_two_codes_is_one_recipient(home_affairs: System) -> None:
    receipt = home_affairs.hand_in(document(15, CABINET, "000.00.00.G22")).json()

    assert [one["code"] for one in receipt["recipients"]] == [CABINET]


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.edxml")), ids=lambda path: path.stem)
def test_every_sample_of_the_national_axis_is_taken_from_upstream(upstream: System, path: Any) -> None:
    answer = upstream.hand_in(path.read_bytes())

    assert answer.status_code == 201, answer.content


# --- the same again -----------------------------------------------------------------------------------------------


def test_same_file_again_gets_the_first_receipt_and_nothing_happens_twice(home_affairs: System) -> None:
    first = home_affairs.hand_in(document())
    entries = QueuedEntry.objects.count()

    again = home_affairs.hand_in(document())

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert (Packet.objects.count(), Transmission.objects.count(), Delivery.objects.count()) == (1, 1, 1)
    assert QueuedEntry.objects.count() == entries


def test_receipt_can_be_read_again_by_who_handed_in_and_by_nobody_else(
    home_affairs: System, dong_hoi: System
) -> None:
    receipt = home_affairs.hand_in(document()).json()

    assert home_affairs.get(f"/receipts/{receipt['receipt']}").json() == receipt
    assert dong_hoi.get(f"/receipts/{receipt['receipt']}").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_same_file_from_eight_at_once_is_one_packet_with_one_receipt(home_affairs: System) -> None:
    source = document(15, DONG_HOI, KHE_SANH)

    def hand_in(_number: int) -> tuple[int, Any]:
        try:
            answer = home_affairs.hand_in(source)
            return answer.status_code, answer.json()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(hand_in, range(8)))

    assert sorted(status for status, _ in answers) == [200] * 7 + [201]
    assert all(receipt == answers[0][1] for _, receipt in answers)
    assert (Packet.objects.count(), Transmission.objects.count(), Delivery.objects.count()) == (1, 1, 2)


def test_same_document_carried_by_another_way_is_no_second_document(
    home_affairs: System, dong_hoi: System
) -> None:
    first = home_affairs.hand_in(document()).json()
    deliver()

    relayed = home_affairs.hand_in(document(hop=SENT_AT + timedelta(hours=1), email="vanthu@example.vn"))

    assert relayed.status_code == 201, "another file, so another receipt"
    receipt = relayed.json()
    assert (receipt["packet"], receipt["digest"]) == (first["packet"], first["digest"])
    assert receipt["receipt"] != first["receipt"]
    assert [one["delivered_before"] for one in receipt["recipients"]] == [True]
    assert len(dong_hoi.inbox()) == 1


def test_same_document_to_new_recipients_is_delivered_to_those_only(
    home_affairs: System, khe_sanh: System
) -> None:
    first = home_affairs.hand_in(document(15, DONG_HOI)).json()

    more = home_affairs.hand_in(document(15, DONG_HOI, KHE_SANH)).json()
    deliver()

    assert more["packet"] == first["packet"]
    assert [(one["code"], one["delivered_before"]) for one in more["recipients"]] == [
        (DONG_HOI, True),
        (KHE_SANH, False),
    ]
    assert len(khe_sanh.inbox()) == 1
    assert Delivery.objects.count() == 2


def test_other_content_under_the_same_id_is_refused_with_both_digests(home_affairs: System) -> None:
    first = home_affairs.hand_in(document()).json()

    answer = home_affairs.hand_in(document(subject="V/v hoãn tập huấn"))

    refusal = problem(answer)
    assert (answer.status_code, refusal["code"]) == (409, "exchange.document-conflict")
    assert refusal["params"]["first"] == first["digest"]
    assert re.fullmatch("[0-9a-f]{64}", refusal["params"]["second"])
    assert refusal["params"]["second"] != first["digest"]
    assert first["digest"] in refusal["detail"]


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_revocations_updates_and_replacements_are_events_of_their_own(
    home_affairs: System, kind: int
) -> None:
    home_affairs.hand_in(document())

    first = home_affairs.hand_in(document(kind=kind, subject="Lần một"))
    second = home_affairs.hand_in(document(kind=kind, subject="Lần hai"))
    again = home_affairs.hand_in(document(kind=kind, subject="Lần hai"))

    assert [first.status_code, second.status_code, again.status_code] == [201, 201, 200]
    assert again.json()["packet"] == second.json()["packet"] != first.json()["packet"]
    assert Packet.objects.count() == 3


def test_idempotency_key_of_another_file_is_refused_with_both_digests(home_affairs: System) -> None:
    home_affairs.hand_in(document(15), key="sending-1")

    answer = home_affairs.hand_in(document(16), key="sending-1")

    refusal = problem(answer)
    assert (answer.status_code, refusal["code"]) == (409, "exchange.idempotency-key-reused")
    assert refusal["params"]["first"] == hashlib.sha256(document(15)).hexdigest()
    assert refusal["params"]["second"] == hashlib.sha256(document(16)).hexdigest()


def test_idempotency_keys_of_two_agencies_do_not_meet(home_affairs: System, upstream: System) -> None:
    assert home_affairs.hand_in(document(15), key="1").status_code == 201
    assert upstream.hand_in(document(16, sender=INTERIOR), key="1").status_code == 201


def test_refused_file_may_be_handed_in_again_once_it_is_right(home_affairs: System) -> None:
    assert home_affairs.hand_in(document(), declared=False).status_code == 422
    assert home_affairs.hand_in(document()).status_code == 201


# --- written by the axis ------------------------------------------------------------------------------------------


def test_document_is_written_from_fields_and_files(home_affairs: System, dong_hoi: System) -> None:
    files = [("cong-van.pdf", PDF), ("danh sách.txt", "một\nhai".encode())]

    receipt = home_affairs.send(FIELDS, *files)
    deliver()

    assert receipt.status_code == 201
    trace = dong_hoi.get(f"/packets/{receipt.json()['packet']}").json()
    assert trace["packet"]["subject"] == FIELDS["subject"]
    assert [(part["name"], part["sha256"]) for part in trace["parts"]] == [
        (name, hashlib.sha256(content).hexdigest()) for name, content in files
    ]


def test_document_written_again_under_its_key_gets_the_first_receipt_minutes_later(
    home_affairs: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = home_affairs.send(FIELDS, ("a.pdf", PDF), key="form-1")
    later = clock.now() + timedelta(minutes=30)
    monkeypatch.setattr(clock, "now", lambda: later)

    again = home_affairs.send(FIELDS, ("a.pdf", PDF), key="form-1")
    other = home_affairs.send({**FIELDS, "recipients": [DONG_HOI, KHE_SANH]}, ("a.pdf", PDF), key="form-1")

    assert (again.status_code, again.json()) == (200, first.json())
    assert problem(other)["code"] == "exchange.idempotency-key-reused"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"number": "123456789012"}, "number"),
        ({"subject": ""}, "subject"),
        ({"issued_on": "24/11/2026"}, "issued_on"),
        ({"priority": "5"}, "priority"),
        ({"recipients": []}, "recipients"),
    ],
)
def test_field_that_is_not_right_is_named(
    home_affairs: System, changes: dict[str, Any], pointer: str
) -> None:
    answer = home_affairs.send({**FIELDS, **changes}, ("a.pdf", PDF))

    assert answer.status_code == 422
    assert any(pointer in error["pointer"] for error in problem(answer)["errors"])


def test_document_to_a_code_nobody_has_is_refused(home_affairs: System) -> None:
    answer = home_affairs.send({**FIELDS, "recipients": ["Z99"]}, ("a.pdf", PDF))

    assert problem(answer)["code"] == "exchange.recipient-unknown"


# --- statuses as files --------------------------------------------------------------------------------------------


def test_status_about_a_document_we_never_carried_travels_all_the_same(
    upstream: System, home_affairs: System
) -> None:
    source = status_file("03", of=INTERIOR, to=HOME_AFFAIRS, document_id="H50.S01,2020/01/01,1/SNV")

    assert upstream.hand_in(source).status_code == 201
    deliver()
    assert [entry["packet"]["status_code"] for entry in home_affairs.inbox()] == ["03"]


def test_status_05_repeats_and_the_same_one_does_not(
    received: Callable[..., Delivery], home_affairs: System, dong_hoi: System
) -> None:
    delivery = received()
    document_id = delivery.packet.document_id

    def report(code: str, minutes: int, note: str = "") -> Any:
        at = SENT_AT + timedelta(minutes=minutes)
        return dong_hoi.hand_in(
            status_file(code, of=DONG_HOI, to=HOME_AFFAIRS, document_id=document_id, at=at, note=note)
        )

    answers = [report("01", 1), report("03", 2), report("05", 3, "một nửa"), report("05", 4, "gần xong")]
    again = report("05", 4, "gần xong")
    deliver()

    assert [answer.status_code for answer in answers] == [201] * 4
    assert again.status_code == 200
    assert [entry["packet"]["status_code"] for entry in home_affairs.inbox(kind="status")] == [
        "01",
        "03",
        "05",
        "05",
    ]
    delivery.refresh_from_db()
    assert delivery.business_state == "05"


def test_status_of_another_agency_is_refused(received: Callable[..., Delivery], finance: System) -> None:
    delivery = received()
    source = status_file("06", of=DONG_HOI, to=HOME_AFFAIRS, document_id=delivery.packet.document_id)

    assert problem(finance.hand_in(source))["code"] == "exchange.sender-not-allowed"
    assert FINANCE not in Delivery.objects.values_list("recipient_code", flat=True)
