"""A document is sent to groups: each agency by itself, with its own outcome, as the group was at that moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import pytest
from personas import CABINET, DONG_HOI, FINANCE, HOME_AFFAIRS, KHE_SANH, PDF, System, deliver, problem

from hienluong.directory import service as directory
from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.exchange import service as exchange
from hienluong.exchange.models import Audience, Delivery, Packet
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry
from hienluong.recipients import service as recipients
from hienluong.recipients.models import RecipientGroup

pytestmark = pytest.mark.django_db
FIELDS: Mapping[str, Any] = {
    "type_name": "Công văn",
    "number": "15",
    "notation": "SNV-VP",
    "issued_on": "2026-11-24",
    "subject": "V/v tập huấn công tác văn thư",
    "signer_name": "Lê Quang Ánh",
}


@pytest.fixture
def group(agencies: Mapping[str, Agency]) -> Callable[..., RecipientGroup]:
    """Makes a group of the province."""

    def make(name: str, *codes: str) -> RecipientGroup:
        return recipients.create_group(
            actor=Actor.platform("specification"),
            owner=None,
            name=name,
            members=[agencies[code] for code in codes],
            now=clock.now(),
        )

    return make


def _end(agency: Agency, successor: Agency | None = None) -> None:
    Agency.objects.filter(pk=agency.pk).update(valid_to=directory.today(), successor=successor)
    directory.forget()


def _send(system: System, *groups: RecipientGroup, key: str | None = None, **changes: Any) -> Any:
    fields = {**FIELDS, "groups": [str(one.pk) for one in groups], **changes}
    return system.send(fields, ("cong-van.pdf", PDF), key=key)


def test_group_comes_to_a_receiver_for_each_agency_in_it(
    home_affairs: System, group: Callable[..., RecipientGroup]
) -> None:
    answer = _send(home_affairs, group("Hai xã", DONG_HOI, KHE_SANH), recipients=[FINANCE])
    assert answer.status_code == 201, answer.content
    assert {one["code"] for one in answer.json()["recipients"]} == {DONG_HOI, KHE_SANH, FINANCE}


def test_agency_in_two_groups_and_named_gets_the_document_once(
    home_affairs: System, group: Callable[..., RecipientGroup]
) -> None:
    both = group("Một", DONG_HOI, KHE_SANH), group("Hai", DONG_HOI, CABINET)
    answer = _send(home_affairs, *both, recipients=[DONG_HOI])
    assert sorted(one["code"] for one in answer.json()["recipients"]) == sorted([DONG_HOI, KHE_SANH, CABINET])
    assert Audience.objects.count() == 2


def test_outcome_of_each_recipient_is_followed_by_group(
    home_affairs: System, dong_hoi: System, group: Callable[..., RecipientGroup]
) -> None:
    made = group("Hai xã", DONG_HOI, KHE_SANH)
    packet = _send(home_affairs, made).json()["packet"]
    deliver(DONG_HOI)
    delivery = Delivery.objects.get(recipient__code=DONG_HOI)
    dong_hoi.get(f"/inbox/{delivery.pk}/packet")
    journey = exchange.journey(home_affairs.actor, Packet.objects.get().pk)
    audience = journey.audiences[0]
    states = {
        row.recipient_code: row.state for row in journey.deliveries if row.recipient_code in audience.codes
    }
    assert (str(journey.packet.pk), audience.name) == (packet, "Hai xã")
    assert states == {DONG_HOI: "fetched", KHE_SANH: "waiting"}


def test_recipient_learns_nothing_of_the_groups(
    home_affairs: System, dong_hoi: System, group: Callable[..., RecipientGroup]
) -> None:
    packet = _send(home_affairs, group("Hai xã", DONG_HOI, KHE_SANH)).json()["packet"]
    deliver()
    journey = exchange.journey(dong_hoi.actor, Packet.objects.get(pk=packet).pk)
    assert journey.audiences == []


def test_what_was_sent_keeps_the_group_as_it_was(
    home_affairs: System, group: Callable[..., RecipientGroup], agencies: Mapping[str, Agency]
) -> None:
    made = group("Hai xã", DONG_HOI, KHE_SANH)
    _send(home_affairs, made)
    setup = Actor.platform("specification")
    recipients.change_group(
        actor=setup, group=made, name="Khác", members=[agencies[FINANCE]], now=clock.now()
    )
    recipients.end_group(actor=setup, group=made, now=clock.now())
    audience = Audience.objects.get()
    assert (audience.name, set(audience.codes)) == ("Hai xã", {DONG_HOI, KHE_SANH})


def test_ended_agency_and_the_sender_itself_drop_out_and_are_said_so(
    home_affairs: System, group: Callable[..., RecipientGroup], agencies: Mapping[str, Agency]
) -> None:
    made = group("Ba nơi", DONG_HOI, KHE_SANH, HOME_AFFAIRS)
    _end(agencies[KHE_SANH], agencies[DONG_HOI])
    answer = _send(home_affairs, made)
    assert [one["code"] for one in answer.json()["recipients"]] == [DONG_HOI]
    assert {(one["name"], one["why"]) for one in Audience.objects.get().dropped} == {
        ("Ủy ban nhân dân xã Khe Sanh", "ended"),
        ("Sở Nội vụ", "own"),
    }


def test_same_request_again_gives_the_first_receipt_whoever_came_or_went(
    home_affairs: System, group: Callable[..., RecipientGroup], agencies: Mapping[str, Agency]
) -> None:
    made = group("Hai xã", DONG_HOI, KHE_SANH)
    first = _send(home_affairs, made, key="k1")
    recipients.change_group(
        actor=Actor.platform("specification"),
        group=made,
        name="Hai xã",
        members=[agencies[FINANCE]],
        now=clock.now(),
    )
    again = _send(home_affairs, made, key="k1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (Packet.objects.count(), Audience.objects.count()) == (1, 1)


def test_key_of_one_group_used_with_another_is_refused(
    home_affairs: System, group: Callable[..., RecipientGroup]
) -> None:
    _send(home_affairs, group("Một", DONG_HOI), key="k1")
    answer = _send(home_affairs, group("Hai", KHE_SANH), key="k1")
    assert problem(answer)["code"] == "exchange.idempotency-key-reused"


@pytest.mark.parametrize("whose", ["another agency's", "nobody's"])
def test_group_that_is_not_the_senders_is_refused(
    home_affairs: System, agencies: Mapping[str, Agency], whose: str
) -> None:
    made = recipients.create_group(
        actor=Actor.platform("specification"),
        owner=agencies[FINANCE],
        name="Riêng",
        members=[agencies[DONG_HOI]],
        now=clock.now(),
    )
    if whose == "nobody's":
        made.pk = uuid4()
    answer = _send(home_affairs, made)
    assert (answer.status_code, problem(answer)["code"]) == (404, "recipients.group-unknown")
    assert not Packet.objects.exists()


def test_group_in_which_nobody_is_left_is_refused(
    home_affairs: System, group: Callable[..., RecipientGroup], agencies: Mapping[str, Agency]
) -> None:
    made = group("Một xã", KHE_SANH)
    _end(agencies[KHE_SANH])
    answer = _send(home_affairs, made)
    assert answer.status_code == 422
    assert problem(answer)["errors"][0]["pointer"] == "/groups"


def test_document_without_any_recipient_is_refused(home_affairs: System) -> None:
    answer = _send(home_affairs)
    assert answer.status_code == 422
    assert problem(answer)["errors"][0]["pointer"] == "/recipients"


def test_ledger_says_which_group_was_addressed_and_how_many_it_came_to(
    home_affairs: System, group: Callable[..., RecipientGroup]
) -> None:
    made = group("Hai xã", DONG_HOI, KHE_SANH)
    packet = _send(home_affairs, made).json()["packet"]
    entry = json.loads(bytes(QueuedEntry.objects.get(action="exchange.group-addressed").entry))
    assert entry["subject"] == f"packet:{packet}"
    assert (entry["details"]["group"], entry["details"]["recipients"]) == (str(made.pk), 2)
