"""Recall (13 → 15 or 16), and the wrong recipient: frozen at the sender, destroyed at the receiver, kept as a record."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))  # its own packets, by their name

from changing import holds, standing
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

from hienluong.corrections import commands
from hienluong.corrections.models import Recall
from hienluong.directory.errors import PermissionMissing
from hienluong.exchange import policy, service
from hienluong.exchange.models import Delivery, Packet
from hienluong.files import service as files
from hienluong.files.models import Destruction
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry
from hienluong.notices.models import Notice

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Delivery]
WHY = {"note": "gửi nhầm"}


def _recall(system: System, packet: uuid.UUID, body: dict[str, Any] | None = None, **headers: str) -> Any:
    return system.post(f"/packets/{packet}/recall", body or WHY, **headers)


def _answer(system: System, delivery: Delivery, status: str, note: str = "") -> Any:
    return system.post(f"/deliveries/{delivery.pk}/statuses", {"status": status, "note": note})


# --- asking -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_delivered", [False, True])
def test_document_that_nobody_fetched_is_withdrawn_at_once(
    home_affairs: System, dong_hoi: System, is_delivered: bool
) -> None:
    receipt = home_affairs.hand_in(document()).json()
    if is_delivered:
        deliver()

    answer = _recall(home_affairs, receipt["packet"])
    deliver()

    assert answer.status_code == 200, answer.content
    [asked] = answer.json()["items"]
    assert (asked["state"], asked["business_state"], asked["recall"]["state"]) == (
        "withdrawn",
        "13",
        "withdrawn",
    )
    delivery = Delivery.objects.get(pk=asked["delivery_id"])
    assert not holds(dong_hoi, delivery)
    assert holds(home_affairs, delivery)
    # Of what never reached it the recipient hears nothing; of what lay in its mailbox it does.
    assert len(dong_hoi.inbox()) == (1 if is_delivered else 0)


def test_document_that_waits_for_a_route_is_withdrawn_with_its_recall(
    home_affairs: System, agencies: Any
) -> None:
    receipt = home_affairs.hand_in(document(15, CABINET)).json()

    _recall(home_affairs, receipt["packet"])

    assert set(Delivery.objects.values_list("state", flat=True)) == {"withdrawn"}


def test_fetched_document_is_frozen_and_shown_as_asked_back_until_it_is_answered(
    fetched: Arrive, home_affairs: System, dong_hoi: System
) -> None:
    delivery = fetched()

    _recall(home_affairs, delivery.packet_id)
    deliver()

    assert standing(delivery) == ("", "confirmed")
    assert delivery.business_state == policy.ASKED_BACK
    [shown] = home_affairs.get("/recalls", {"side": "sent", "state": "asked"}).json()["items"]
    assert (shown["state"], shown["reason"], shown["recipient_code"]) == ("asked", "gửi nhầm", DONG_HOI)
    assert [one["packet"]["status_code"] for one in dong_hoi.inbox(kind="status")] == ["13"]
    assert holds(dong_hoi, delivery)


def test_agreed_recall_destroys_the_recipients_copy_and_keeps_a_record_on_both_sides(
    fetched: Arrive, home_affairs: System, dong_hoi: System
) -> None:
    delivery = fetched()
    _recall(home_affairs, delivery.packet_id)

    assert _answer(dong_hoi, delivery, "15", "đã xóa").status_code == 201

    assert standing(delivery) == ("", "withdrawn")
    assert not holds(dong_hoi, delivery)
    assert dong_hoi.get(f"/inbox/{delivery.pk}/packet").status_code == 404
    for system in (home_affairs, dong_hoi):
        [record] = system.get("/recalls").json()["items"]
        assert (record["state"], record["answer"], record["code_number"]) == ("agreed", "đã xóa", "15")
        assert "subject" not in record
    actions = list(QueuedEntry.objects.order_by("pk").values_list("action", flat=True))
    assert "corrections.document-asked-back" in actions
    assert actions.count("exchange.delivery-withdrawn") == 1


def test_clerks_are_told_of_every_document_and_of_every_answer(
    fetched: Arrive, received: Arrive, home_affairs: System, dong_hoi: System, khe_sanh: System, visit: Any
) -> None:
    visit(DONG_HOI, "clerk"), visit(HOME_AFFAIRS, "clerk")
    for number in (1, 2):
        _recall(home_affairs, received(number).packet_id)
    delivery = fetched(3, DONG_HOI, KHE_SANH)
    other = Delivery.objects.get(packet=delivery.packet_id, recipient__code=KHE_SANH)
    assert khe_sanh.get(f"/inbox/{other.pk}/packet").status_code == 200
    for why in ("lần một", "lần hai"):
        _recall(home_affairs, delivery.packet_id, {"note": why})
        _answer(dong_hoi, delivery, "16", why), _answer(khe_sanh, other, "16", why)

    refused = fetched(4, DONG_HOI, KHE_SANH)
    for system, one in zip((dong_hoi, khe_sanh), refused.packet.deliveries.order_by("pk"), strict=True):
        assert _answer(system, one, "02", "nhầm nơi nhận").status_code == 201
    assert Notice.objects.filter(code="exchange.refused", values__document="4/SNV-VP").count() == 2

    told = Notice.objects.filter(code__startswith="corrections").values_list("code", "values__document")
    assert sorted(told) == [
        *[("corrections.kept", "3/SNV-VP")] * 4,
        ("corrections.withdrawn", "1/SNV-VP"),
        ("corrections.withdrawn", "2/SNV-VP"),
    ]


def test_destroyed_copy_is_destroyed_again_after_a_restore(
    fetched: Arrive, home_affairs: System, dong_hoi: System
) -> None:
    delivery = fetched()
    _recall(home_affairs, delivery.packet_id)
    _answer(dong_hoi, delivery, "15")
    file_id = delivery.transmission.file_id
    # An older backup brings the key back.
    files.share(file_id=file_id, holder=home_affairs.agency.pk, others=[dong_hoi.agency.pk])
    assert holds(dong_hoi, delivery)

    assert files.reapply_destructions() >= 1

    assert not holds(dong_hoi, delivery)
    assert Destruction.objects.get(file_id=file_id).reason == "taken back by its sender"


def test_refused_recall_leaves_the_document_where_it_was_and_shows_why(
    fetched: Arrive, home_affairs: System, dong_hoi: System
) -> None:
    delivery = fetched()
    _answer(dong_hoi, delivery, "03")
    _recall(home_affairs, delivery.packet_id)

    _answer(dong_hoi, delivery, "16", "đang xử lý")

    delivery.refresh_from_db()
    assert (delivery.business_state, delivery.state) == ("03", "confirmed")
    assert holds(dong_hoi, delivery)
    [record] = home_affairs.get("/recalls").json()["items"]
    assert (record["state"], record["answer"]) == ("refused", "đang xử lý")


def test_refused_recall_may_be_asked_again(fetched: Arrive, home_affairs: System, dong_hoi: System) -> None:
    delivery = fetched()
    _recall(home_affairs, delivery.packet_id)
    _answer(dong_hoi, delivery, "16", "giữ")

    again = _recall(home_affairs, delivery.packet_id, {"note": "vẫn là gửi nhầm"})

    assert again.json()["items"][0]["recall"]["state"] == "asked"
    assert sorted(Recall.objects.values_list("state", flat=True)) == ["asked", "refused"]


def test_asking_again_is_harmless(fetched: Arrive, home_affairs: System, dong_hoi: System) -> None:
    delivery = fetched()
    key = {"Idempotency-Key": "recall-15"}

    first = _recall(home_affairs, delivery.packet_id, **key)
    again = _recall(home_affairs, delivery.packet_id, **key)
    other_key = _recall(home_affairs, delivery.packet_id)

    assert first.json() == again.json() == other_key.json()
    assert Packet.objects.filter(kind="status").count() == 1
    assert Recall.objects.count() == 1


def test_document_is_asked_back_from_those_named_only(
    fetched: Arrive, home_affairs: System, khe_sanh: System
) -> None:
    delivery = fetched(15, DONG_HOI, KHE_SANH)

    answer = _recall(home_affairs, delivery.packet_id, {"recipients": [KHE_SANH], **WHY})

    assert [one["recipient_code"] for one in answer.json()["items"]] == [KHE_SANH]
    delivery.refresh_from_db()
    assert delivery.business_state == ""


def test_recall_from_all_leaves_out_who_has_finished(
    fetched: Arrive, home_affairs: System, dong_hoi: System, khe_sanh: System
) -> None:
    delivery = fetched(15, DONG_HOI, KHE_SANH)
    for status in ("03", "06"):
        assert _answer(dong_hoi, delivery, status).status_code == 201

    answer = _recall(home_affairs, delivery.packet_id)

    assert [(one["recipient_code"], one["recall"] is None) for one in answer.json()["items"]] == [
        (DONG_HOI, True),
        (KHE_SANH, False),
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"note": " "}, "/note"),
        ({"recipients": [FINANCE], **WHY}, "/recipients"),
        ({"recipients": ["nobody"], **WHY}, "/recipients"),
    ],
)
def test_recall_without_a_reason_or_from_a_stranger_is_refused(
    fetched: Arrive, home_affairs: System, finance: System, body: dict[str, Any], pointer: str
) -> None:
    delivery = fetched()

    answer = _recall(home_affairs, delivery.packet_id, body)

    assert (answer.status_code, problem(answer)["errors"][0]["pointer"]) == (422, pointer)
    assert Packet.objects.filter(kind="status").count() == 0


def test_finished_document_can_no_longer_be_asked_back(
    fetched: Arrive, home_affairs: System, dong_hoi: System
) -> None:
    delivery = fetched()
    for status in ("03", "06"):
        _answer(dong_hoi, delivery, status)

    answer = _recall(home_affairs, delivery.packet_id)

    assert problem(answer)["code"] == "corrections.recall-refused"


def test_operator_does_not_retry_what_is_being_asked_back(fetched: Arrive, home_affairs: System) -> None:
    delivery = fetched()
    _recall(home_affairs, delivery.packet_id)
    Delivery.objects.filter(pk=delivery.pk).update(state="rejected")

    again = service.retry_deliveries(
        actor=home_affairs.clerk("operator"), delivery_ids=[delivery.pk], reason="x", now=clock.now()
    )

    assert again == []


def test_reading_an_attachment_counts_as_fetching(
    received: Arrive, home_affairs: System, dong_hoi: System
) -> None:
    delivery = received()
    part = service.read_part(
        actor=dong_hoi.clerk("head"), packet_id=delivery.packet_id, position=0, now=clock.now()
    )
    assert part.size > 0

    _recall(home_affairs, delivery.packet_id)

    assert standing(delivery) == ("", "fetched")
    assert Recall.objects.get().state == "asked"


# --- who may ------------------------------------------------------------------------------------------------------


def test_stranger_outsider_and_recipient_cannot_ask_back(
    fetched: Arrive, finance: System, dong_hoi: System
) -> None:
    delivery = fetched()

    assert finance.post(f"/packets/{delivery.packet_id}/recall", WHY).status_code == 404
    assert dong_hoi.post(f"/packets/{delivery.packet_id}/recall", WHY).status_code == 404
    assert finance.post(f"/packets/{delivery.packet_id}/revocation", {"reason": "x"}).status_code == 404
    assert dong_hoi.post(f"/deliveries/{delivery.pk}/correction", {"to": KHE_SANH}).status_code == 404


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("clerk", True),
        ("head", False),
        ("officer", False),
        ("administrator", False),
        ("operator", False),
        ("auditor", False),
    ],
)
def test_only_a_clerk_takes_documents_back(
    fetched: Arrive, home_affairs: System, role: str, allowed: bool
) -> None:
    delivery = fetched()
    actor = home_affairs.clerk(role)

    def act() -> object:
        return commands.recall_document(
            actor=actor, packet_id=delivery.packet_id, note="gửi nhầm", now=clock.now()
        )

    if allowed:
        assert act()
    else:
        with pytest.raises(PermissionMissing):
            act()


def test_outsider_sees_no_recalls_of_others(fetched: Arrive, home_affairs: System, finance: System) -> None:
    delivery = fetched()
    _recall(home_affairs, delivery.packet_id)

    assert finance.get("/recalls").json()["items"] == []


def test_list_of_recalls_asks_as_many_questions_for_thirty_as_for_one_and_goes_on(
    received: Arrive, home_affairs: System
) -> None:
    _recall(home_affairs, received(1).packet_id)
    home_affairs.get("/recalls")
    few = queries_of(lambda: home_affairs.get("/recalls"))
    for number in range(2, 31):
        _recall(home_affairs, received(number).packet_id)

    home_affairs.get("/recalls")
    assert queries_of(lambda: home_affairs.get("/recalls")) == few == 1
    first = home_affairs.get("/recalls", {"limit": 20}).json()
    rest = home_affairs.get("/recalls", {"limit": 20, "before": first["next"]}).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (20, 10, None)


# --- the wrong recipient ------------------------------------------------------------------------------------------


def test_returned_document_goes_to_the_right_agency_in_one_act(
    fetched: Arrive, home_affairs: System, dong_hoi: System, khe_sanh: System, offered: None
) -> None:
    delivery = fetched()
    returned = dong_hoi.post(
        f"/deliveries/{delivery.pk}/statuses",
        {"status": "02", "reason": "wrong-recipient", "note": "gửi xã khác"},
    )
    assert returned.status_code == 201, returned.content
    key = {"Idempotency-Key": "correct-15"}

    first = home_affairs.post(f"/deliveries/{delivery.pk}/correction", {"to": KHE_SANH}, **key)
    again = home_affairs.post(f"/deliveries/{delivery.pk}/correction", {"to": KHE_SANH}, **key)
    deliver()

    assert (first.status_code, first.json()) == (200, again.json()), first.content
    assert (first.json()["state"], first.json()["cause"]) == ("returned", "returned")
    assert first.json()["reason"] == "Gửi nhầm nơi nhận: gửi xã khác"
    assert standing(delivery) == ("", "withdrawn")
    assert not holds(dong_hoi, delivery)
    [entry] = khe_sanh.inbox()
    assert (entry["id"], entry["packet"]["id"]) == (first.json()["sent_instead"], str(delivery.packet_id))
    source = khe_sanh.get(f"/inbox/{entry['id']}/packet")
    assert source.status_code == 200
    assert KHE_SANH.encode() in source.content
    assert (
        DONG_HOI.encode()
        not in source.content.split(b"<edXML:TraceHeaderList>")[0].split(b"</edXML:From>")[1]
    )
    assert QueuedEntry.objects.filter(action="corrections.recipient-corrected").count() == 1


def test_wrong_recipient_that_has_fetched_it_is_asked_back(
    fetched: Arrive, home_affairs: System, dong_hoi: System, khe_sanh: System, offered: None
) -> None:
    delivery = fetched()

    answer = home_affairs.post(f"/deliveries/{delivery.pk}/correction", {"to": KHE_SANH, "note": "xin lỗi"})
    deliver()

    assert (answer.json()["state"], answer.json()["reason"]) == ("asked", "Gửi nhầm nơi nhận: xin lỗi")
    assert len(khe_sanh.inbox()) == 1
    _answer(dong_hoi, delivery, "15")
    assert not holds(dong_hoi, delivery)


def test_wrong_recipient_that_has_not_fetched_it_never_sees_it(
    received: Arrive, home_affairs: System, dong_hoi: System, khe_sanh: System, offered: None
) -> None:
    delivery = received()

    answer = home_affairs.post(f"/deliveries/{delivery.pk}/correction", {"to": KHE_SANH})

    assert answer.json()["state"] == "withdrawn"
    assert dong_hoi.inbox(kind="edoc") == []


def test_document_is_not_sent_to_who_has_it_nor_to_nobody(
    fetched: Arrive, home_affairs: System, offered: None
) -> None:
    delivery = fetched(15, DONG_HOI, KHE_SANH)
    path = f"/deliveries/{delivery.pk}/correction"

    assert problem(home_affairs.post(path, {"to": KHE_SANH}))["code"] == "corrections.correction-refused"
    assert problem(home_affairs.post(path, {"to": "H50.NOBODY"}))["code"] == "exchange.recipient-unknown"
    assert standing(delivery) == ("", "confirmed")


def test_resent_document_after_a_correction_reaches_nobody_twice(
    received: Arrive, home_affairs: System, dong_hoi: System, khe_sanh: System, offered: None
) -> None:
    delivery = received()
    home_affairs.post(f"/deliveries/{delivery.pk}/correction", {"to": KHE_SANH})

    again = home_affairs.hand_in(document(15, DONG_HOI, KHE_SANH, hop=clock.now() + timedelta(hours=1)))
    deliver()

    assert again.status_code == 201
    assert dong_hoi.inbox(kind="edoc") == []
    assert len(khe_sanh.inbox()) == 1
