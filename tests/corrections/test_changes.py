"""Revocation (1), update (2) and replacement (3): what they make of earlier documents at each recipient."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))  # its own packets, by their name

from changing import document_id, holds, replacement, revocation, standing, update
from personas import (
    CABINET,
    DONG_HOI,
    FINANCE,
    HOME_AFFAIRS,
    KHE_SANH,
    PDF,
    System,
    deliver,
    document,
    problem,
)

from hienluong.corrections import queries
from hienluong.corrections.commands import settle_references
from hienluong.corrections.models import Recall, Reference
from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.exchange.models import Delivery, DeliveryEvent, Packet
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry

pytestmark = pytest.mark.django_db
Arrive = Callable[..., Delivery]
ID = document_id(15)


def _send(system: System, source: bytes, expected: int = 201) -> dict[str, Any]:
    answer = system.hand_in(source)
    assert answer.status_code == expected, answer.content
    deliver()
    receipt: dict[str, Any] = answer.json()
    return receipt


def _at(system: System, number: int) -> Delivery:
    return Delivery.objects.get(packet__code_number=str(number), kind="edoc", recipient__agency=system.agency)


# --- revocation ---------------------------------------------------------------------------------------------------


def test_revoked_document_that_nobody_fetched_is_withdrawn_and_its_copy_destroyed(
    received: Arrive, home_affairs: System, dong_hoi: System
) -> None:
    delivery = received()

    _send(home_affairs, revocation(16, of=[ID]))

    assert standing(delivery) == ("revoked", "withdrawn")
    assert (holds(dong_hoi, delivery), holds(home_affairs, delivery)) == (False, True)
    assert [entry["packet"]["code_number"] for entry in dong_hoi.inbox()] == ["16"]


def test_revoked_document_that_was_fetched_stays_until_the_recipient_agrees(
    fetched: Arrive, home_affairs: System, dong_hoi: System
) -> None:
    delivery = fetched()
    _send(home_affairs, revocation(16, of=[ID]))
    assert standing(delivery) == ("revoked", "confirmed")
    assert holds(dong_hoi, delivery)

    answer = dong_hoi.post(f"/deliveries/{_at(dong_hoi, 16).pk}/statuses", {"status": "15"})

    assert answer.status_code == 201, answer.content
    assert standing(delivery) == ("revoked", "withdrawn")
    assert not holds(dong_hoi, delivery)
    assert _at(dong_hoi, 16).state == "delivered", "the revocation itself stays in the mailbox"
    assert Recall.objects.get().state == "agreed"


def test_recipient_that_refuses_a_revocation_keeps_its_copy_and_the_mark(
    fetched: Arrive, home_affairs: System, dong_hoi: System
) -> None:
    delivery = fetched()
    _send(home_affairs, revocation(16, of=[ID]))

    dong_hoi.post(f"/deliveries/{_at(dong_hoi, 16).pk}/statuses", {"status": "16", "note": "Đã xử lý"})

    assert standing(delivery) == ("revoked", "confirmed")
    assert holds(dong_hoi, delivery)
    recall = Recall.objects.get()
    assert (recall.cause, recall.state, recall.answer) == ("revoked", "refused", "Đã xử lý")


def test_revocation_reaches_only_the_recipients_that_it_is_sent_to(
    received: Arrive, home_affairs: System, khe_sanh: System
) -> None:
    delivery = received(15, DONG_HOI, KHE_SANH)

    _send(home_affairs, revocation(16, DONG_HOI, of=[ID]))

    assert standing(delivery) == ("revoked", "withdrawn")
    assert standing(_at(khe_sanh, 15)) == ("", "delivered")


def test_revocation_through_the_api_is_written_by_the_axis_and_answers_its_receipt(
    fetched: Arrive, home_affairs: System, dong_hoi: System
) -> None:
    delivery = fetched()
    body, key = {"reason": "Ban hành sai thẩm quyền"}, {"Idempotency-Key": "revoke-15"}

    first = home_affairs.post(f"/packets/{delivery.packet_id}/revocation", body, **key)
    again = home_affairs.post(f"/packets/{delivery.packet_id}/revocation", body, **key)
    deliver()

    assert (first.status_code, again.status_code) == (201, 200), (first.content, again.content)
    assert first.json() == again.json()
    packet = Packet.objects.get(pk=first.json()["packet"])
    assert (packet.business, packet.code_number, packet.parts.count()) == (1, "15", 0)
    assert standing(delivery) == ("revoked", "confirmed")
    assert Packet.objects.filter(business=1).count() == 1


# --- update -------------------------------------------------------------------------------------------------------


def test_updated_document_is_marked_and_linked_both_ways_and_nothing_is_deleted(
    fetched: Arrive, home_affairs: System, dong_hoi: System
) -> None:
    delivery = fetched()

    receipt = _send(home_affairs, update(16, of=ID))

    assert standing(delivery) == ("updated", "confirmed")
    assert holds(dong_hoi, delivery)
    shown = dong_hoi.inbox(state="confirmed")[0]
    assert (shown["standing"], shown["changed_by"]) == ("updated", receipt["packet"])
    back = dong_hoi.get(f"/packets/{delivery.packet_id}/changes").json()["items"]
    forth = dong_hoi.get(f"/packets/{receipt['packet']}/changes").json()["items"]
    assert [(one["what"], one["forward"], one["packet_id"]) for one in back] == [
        ("updated", False, receipt["packet"])
    ]
    assert [(one["what"], one["forward"], one["packet_id"]) for one in forth] == [
        ("updated", True, str(delivery.packet_id))
    ]
    steps = [hop["step"] for hop in dong_hoi.get(f"/packets/{delivery.packet_id}").json()["hops"]]
    assert "updated" in steps


def test_update_agreed_to_takes_nothing_away(fetched: Arrive, home_affairs: System, dong_hoi: System) -> None:
    delivery = fetched()
    _send(home_affairs, update(16, of=ID))

    dong_hoi.post(f"/deliveries/{_at(dong_hoi, 16).pk}/statuses", {"status": "15"})

    assert standing(delivery) == ("updated", "confirmed")
    assert (_at(dong_hoi, 16).state, _at(dong_hoi, 16).business_state) == ("delivered", "15")
    assert holds(dong_hoi, delivery)


def test_update_under_the_id_of_its_document_updates_it(fetched: Arrive, home_affairs: System) -> None:
    delivery = fetched()

    _send(home_affairs, update(15, of=None, subject="V/v tập huấn (đã sửa)"))

    assert standing(delivery) == ("updated", "confirmed")


def test_added_receiver_gets_the_document_and_its_update_though_it_stands_in_no_to(
    received: Arrive, home_affairs: System, khe_sanh: System
) -> None:
    delivery = received()

    _send(home_affairs, update(16, DONG_HOI, of=ID, added=[KHE_SANH]))

    entries = khe_sanh.inbox()
    assert [entry["packet"]["code_number"] for entry in entries] == ["16", "15"]
    first = _at(khe_sanh, 15)
    assert (first.packet_id, first.transmission_id) == (delivery.packet_id, delivery.transmission_id)
    fetched = khe_sanh.get(f"/inbox/{first.pk}/packet")
    assert fetched.status_code == 200
    assert QueuedEntry.objects.filter(action="exchange.recipients-added").count() == 1


def test_removed_receiver_keeps_what_it_fetched_marked_and_is_told(
    fetched: Arrive, home_affairs: System, dong_hoi: System, khe_sanh: System, visit: Any
) -> None:
    clerk = visit(DONG_HOI)
    delivery = fetched(15, DONG_HOI, KHE_SANH)

    _send(home_affairs, update(16, KHE_SANH, of=ID, removed=[DONG_HOI]))

    assert standing(delivery) == ("removed", "confirmed")
    assert holds(dong_hoi, delivery)
    assert standing(_at(khe_sanh, 15)) == ("updated", "delivered")
    assert [entry["packet"]["code_number"] for entry in dong_hoi.inbox()] == []
    assert b"is no longer for your agency" in clerk.get("/notices/").content


def test_removed_receiver_that_fetched_nothing_has_it_no_more(
    received: Arrive, home_affairs: System, dong_hoi: System
) -> None:
    delivery = received(15, DONG_HOI, KHE_SANH)

    _send(home_affairs, update(16, KHE_SANH, of=ID, removed=[DONG_HOI]))

    assert standing(delivery) == ("removed", "withdrawn")
    assert not holds(dong_hoi, delivery)
    [recall] = dong_hoi.get("/recalls").json()["items"]
    assert (recall["cause"], recall["state"], recall["code_number"]) == ("removed", "withdrawn", "15")


def test_update_with_changed_receivers_is_written_by_the_axis(
    received: Arrive, home_affairs: System, dong_hoi: System, khe_sanh: System
) -> None:
    delivery = received(15, DONG_HOI, FINANCE)
    fields = {
        "recipients": [FINANCE],
        "type_name": "Công văn",
        "number": "16",
        "notation": "SNV-VP",
        "issued_on": "2026-11-24",
        "subject": "V/v tập huấn (sửa)",
        "signer_name": "Lê Quang Ánh",
        "updates": ID,
        "change_reason": "Đổi nơi nhận",
        "added": [KHE_SANH],
        "removed": [DONG_HOI],
    }

    answer = home_affairs.send(fields, ("cong-van.pdf", PDF), key="update-15")
    again = home_affairs.send(fields, ("cong-van.pdf", PDF), key="update-15")
    deliver()

    assert (answer.status_code, again.status_code) == (201, 200), (answer.content, again.content)
    assert sorted(one["code"] for one in answer.json()["recipients"]) == [KHE_SANH, FINANCE]
    assert standing(delivery) == ("removed", "withdrawn")
    assert {entry["packet"]["code_number"] for entry in khe_sanh.inbox()} == {"15", "16"}


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"updates": ID, "replaces": [ID], "change_reason": "x"}, "/updates"),
        ({"added": [KHE_SANH]}, "/updates"),
        ({"updates": ID}, "/change_reason"),
    ],
)
def test_change_that_makes_no_sense_is_refused(
    home_affairs: System, dong_hoi: System, fields: dict[str, Any], pointer: str
) -> None:
    document_fields = {
        "recipients": [DONG_HOI],
        "type_name": "Công văn",
        "number": "16",
        "notation": "SNV-VP",
        "issued_on": "2026-11-24",
        "subject": "V/v",
        "signer_name": "An",
    }

    answer = home_affairs.send({**document_fields, **fields}, ("a.pdf", PDF))

    assert (answer.status_code, problem(answer)["errors"][0]["pointer"]) == (422, pointer)


# --- replacement --------------------------------------------------------------------------------------------------


def test_replacement_marks_several_documents_at_the_agencies_named_for_each(
    fetched: Arrive, home_affairs: System, dong_hoi: System, khe_sanh: System
) -> None:
    first, second = fetched(15, DONG_HOI, KHE_SANH), fetched(16, DONG_HOI, KHE_SANH)

    receipt = _send(
        home_affairs,
        replacement(17, DONG_HOI, KHE_SANH, of={document_id(15): [], document_id(16): [DONG_HOI]}),
    )

    assert standing(first) == standing(second) == ("replaced", "confirmed")
    assert standing(_at(khe_sanh, 15)) == ("replaced", "delivered")
    assert standing(_at(khe_sanh, 16)) == ("", "delivered")
    links = home_affairs.get(f"/packets/{receipt['packet']}/changes").json()["items"]
    assert [one["packet_id"] for one in links] == [str(first.packet_id), str(second.packet_id)]


def test_replaced_document_is_not_taken_away(fetched: Arrive, home_affairs: System, dong_hoi: System) -> None:
    delivery = fetched()

    _send(home_affairs, replacement(17, of={ID: []}))

    assert holds(dong_hoi, delivery)
    assert dong_hoi.get(f"/inbox/{delivery.pk}/packet").status_code == 200


def test_revoked_document_is_revoked_for_good(fetched: Arrive, home_affairs: System) -> None:
    delivery = fetched()
    _send(home_affairs, revocation(16, of=[ID]))

    _send(home_affairs, update(17, of=ID))

    assert standing(delivery) == ("revoked", "confirmed")
    late = DeliveryEvent.objects.get(delivery=delivery, after="updated")
    assert not late.in_order


# --- who may, and what is not here --------------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["revocation", "update", "replacement"])
def test_only_the_sender_changes_a_document(received: Arrive, finance: System, of: str) -> None:
    delivery = received()
    source = {
        "revocation": revocation(16, of=[ID], sender=FINANCE),
        "update": update(16, of=ID, sender=FINANCE),
        "replacement": replacement(16, of={ID: []}, sender=FINANCE),
    }[of]

    answer = finance.hand_in(source)

    assert (answer.status_code, problem(answer)["code"]) == (403, "corrections.change-not-allowed")
    assert standing(delivery) == ("", "delivered")
    assert Packet.objects.count() == 1
    assert QueuedEntry.objects.filter(action="exchange.packet-refused").count() == 1


def test_agency_that_took_over_from_the_sender_may_change_its_documents(
    fetched: Arrive, agencies: Any, finance: System, home_affairs: System
) -> None:
    delivery = fetched()
    directory.merge_agencies(
        actor=Actor.platform("specification"),
        agency_ids=[home_affairs.agency.pk],
        successor_id=agencies[FINANCE].pk,
        on=date(2026, 11, 1),
        now=clock.now(),
    )
    directory.forget()

    _send(finance, revocation(16, of=[ID], sender=FINANCE))

    assert standing(delivery) == ("revoked", "confirmed")


def test_change_of_a_document_that_is_not_here_is_kept_and_takes_effect_when_it_comes(
    home_affairs: System, dong_hoi: System
) -> None:
    _send(home_affairs, revocation(16, of=[ID]))
    reference = Reference.objects.get()
    assert (reference.target, reference.settled_at) == (None, None)
    links = home_affairs.get(f"/packets/{reference.packet_id}/changes").json()["items"]
    assert [(one["document_id"], one["packet_id"]) for one in links] == [(ID, None)]
    assert settle_references(now=clock.now()) == 0

    home_affairs.hand_in(document(15))
    assert settle_references(now=clock.now()) == 1
    deliver()

    assert standing(_at(dong_hoi, 15)) == ("revoked", "withdrawn")
    assert settle_references(now=clock.now()) == 0
    assert [entry["packet"]["code_number"] for entry in dong_hoi.inbox()] == ["16"]


def test_later_version_of_a_document_that_never_came_keeps_nobody_looking_for_it(
    home_affairs: System,
) -> None:
    for subject in ("Lần một", "Lần hai"):
        _send(home_affairs, update(15, DONG_HOI, of=None, subject=subject))

    assert Reference.objects.filter(settled_at=None).count() == 1
    assert not queries.has_reference_due()
    home_affairs.hand_in(document(15))
    assert settle_references(now=clock.now()) == 1


def test_document_asked_back_and_then_revoked_is_given_back_by_one_answer(
    fetched: Arrive, home_affairs: System, dong_hoi: System
) -> None:
    delivery = fetched()
    home_affairs.post(f"/packets/{delivery.packet_id}/recall", {"note": "gửi nhầm"})
    _send(home_affairs, revocation(16, DONG_HOI, of=[ID]))
    deliver()

    answer = dong_hoi.post(f"/deliveries/{_at(dong_hoi, 16).pk}/statuses", {"status": "15", "note": "đã xóa"})

    assert answer.status_code == 201, answer.content
    assert standing(delivery) == ("revoked", "withdrawn")
    assert list(Recall.objects.values_list("state", "answer")) == [("agreed", "đã xóa")]


def test_revocation_that_the_axis_refuses_stands_in_the_ledger(
    fetched: Arrive, home_affairs: System, settings: Any
) -> None:
    delivery = fetched()
    settings.SECRECY_MARKERS = ["tập huấn"]  # what it says is a mark of secrecy since then

    answer = home_affairs.post(f"/packets/{delivery.packet_id}/revocation", {"reason": "Thu hồi"})

    assert answer.status_code == 403, answer.content
    entry = QueuedEntry.objects.get(action="corrections.refused")
    assert (entry.subject, problem(answer)["code"]) == (
        f"packet:{delivery.packet_id}",
        "exchange.secret-content",
    )
    assert not Packet.objects.filter(business=1).exists()


def test_added_receiver_gets_a_document_that_comes_after_its_update(
    home_affairs: System, khe_sanh: System
) -> None:
    _send(home_affairs, update(16, DONG_HOI, of=ID, added=[KHE_SANH]))

    home_affairs.hand_in(document(15))
    settle_references(now=clock.now())
    deliver()

    assert [entry["packet"]["code_number"] for entry in khe_sanh.inbox()] == ["16", "15"]


def test_document_of_another_agency_under_the_same_id_is_not_what_was_meant(
    home_affairs: System, finance: System
) -> None:
    _send(home_affairs, revocation(16, of=[ID]))

    _send(finance, document(15, sender=FINANCE))

    assert settle_references(now=clock.now()) == 0
    assert Reference.objects.get().settled_at is None


def test_change_handed_in_again_changes_nothing_twice(fetched: Arrive, home_affairs: System) -> None:
    delivery = fetched()
    source = update(16, DONG_HOI, of=ID, added=[KHE_SANH])

    first = home_affairs.hand_in(source).json()
    again = _send(home_affairs, source, expected=200)

    assert first == again
    assert DeliveryEvent.objects.filter(delivery=delivery, plane="standing").count() == 1
    assert Delivery.objects.filter(packet=delivery.packet).count() == 2


def test_revocation_carried_on_to_another_recipient_takes_effect_there_too(
    received: Arrive, home_affairs: System, khe_sanh: System
) -> None:
    received(15, DONG_HOI, KHE_SANH)
    _send(home_affairs, revocation(16, DONG_HOI, of=[ID]))

    _send(home_affairs, revocation(16, DONG_HOI, KHE_SANH, of=[ID]))

    assert standing(_at(khe_sanh, 15)) == ("revoked", "withdrawn")


def test_agency_outside_changes_its_own_documents_through_the_upstream_axis(
    upstream: System, dong_hoi: System
) -> None:
    _send(upstream, document(15, sender=CABINET))

    _send(upstream, revocation(16, of=[ID], sender=CABINET))

    assert standing(_at(dong_hoi, 15)) == ("revoked", "withdrawn")


def test_waiting_document_for_an_agency_outside_is_withdrawn_by_its_revocation(
    home_affairs: System, agencies: Any
) -> None:
    _send(home_affairs, document(15, CABINET))
    _send(home_affairs, revocation(16, CABINET, of=[ID]))

    delivery = Delivery.objects.get(packet__code_number="15")
    assert standing(delivery) == ("revoked", "withdrawn")


def test_update_of_a_document_that_is_being_asked_back_waits_for_the_answer(
    fetched: Arrive, home_affairs: System, dong_hoi: System
) -> None:
    delivery = fetched()
    home_affairs.post(f"/deliveries/{delivery.pk}/statuses", {"status": "13", "note": "gửi nhầm"})
    fields = {
        "recipients": [DONG_HOI],
        "type_name": "Công văn",
        "number": "16",
        "notation": "SNV-VP",
        "issued_on": "2026-11-24",
        "subject": "V/v",
        "signer_name": "An",
        "updates": ID,
        "change_reason": "Sửa",
    }

    frozen = home_affairs.send(fields, ("a.pdf", PDF))
    dong_hoi.post(f"/deliveries/{delivery.pk}/statuses", {"status": "16", "note": "giữ"})
    thawed = home_affairs.send(fields, ("a.pdf", PDF))

    assert (frozen.status_code, problem(frozen)["code"]) == (409, "exchange.document-frozen")
    assert thawed.status_code == 201
    assert HOME_AFFAIRS in ID
