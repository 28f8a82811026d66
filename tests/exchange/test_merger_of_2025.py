"""The merger of 2025 rehearsed on the real data: 276 communes become 78, and every sender is told who took over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from personas import deliver, document

from hienluong.client.cli.printing import receipt_lines
from hienluong.directory import service as directory
from hienluong.directory.models import AdministrativeUnit, Agency
from hienluong.directory.service import Actor
from hienluong.exchange import service as exchange
from hienluong.exchange.models import Delivery
from hienluong.kit import clock

pytestmark = pytest.mark.django_db

DAY = date(2025, 7, 1)
EVE = DAY - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Merger:
    """The former communes' agencies by their codes, and where each must lead."""

    former: Mapping[str, Agency]
    successor: Mapping[str, Agency]


@pytest.fixture(scope="module")
def merger(django_db_setup: None, django_db_blocker: Any) -> Iterator[Merger]:
    """The merger, rehearsed once; what each specification does afterwards is undone within it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield rehearse()
        transaction.set_rollback(True)
    directory.forget()


def rehearse() -> Merger:
    """Enters the 276 committees of before as the merger finds them, and merges each where its commune went."""
    now, platform = clock.now(), Actor.platform("specification")
    directory.load_reference_data(now=now)
    kind = AdministrativeUnit.Kind.COMMUNE
    units = {unit.pk: unit for unit in AdministrativeUnit.objects.filter(kind=kind)}
    today = {agency.unit_id: agency for agency in Agency.objects.filter(kind="commune")}
    former: dict[str, Agency] = {}
    successor: dict[str, Agency] = {}
    for unit in units.values():
        if unit.valid_to is None:
            continue
        code = f"H50.F{unit.code}"
        former[code] = directory.create_agency(
            actor=platform,
            name=f"Ủy ban nhân dân {unit.full_name}",
            kind="commune",
            code=code,
            valid_from=date(2023, 1, 1),
            now=now,
        )
        last = unit
        while last.successor_id in units:
            last = units[last.successor_id]
        successor[code] = today[last.pk]
    by_successor: dict[Any, list[Any]] = {}
    for code, agency in former.items():
        by_successor.setdefault(successor[code].pk, []).append(agency.pk)
    for successor_id, agency_ids in by_successor.items():
        directory.merge_agencies(
            actor=platform, agency_ids=agency_ids, successor_id=successor_id, on=DAY, now=_at(EVE)
        )
    directory.forget()
    return Merger(former, successor)


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 5, tzinfo=clock.VIETNAM)


def test_codes_lead_to_the_old_communes_before_the_day_and_to_the_successors_from_it_on(
    merger: Merger,
) -> None:
    assert len(merger.former) == 276
    # The 78th, Cồn Cỏ, was a district without communes: nothing of the 276 went into it.
    assert len({agency.pk for agency in merger.successor.values()}) == 77
    assert Agency.objects.filter(kind="commune", valid_to=None).count() == 78
    before = directory.agencies_by_codes(merger.former, on=EVE)
    after = directory.agencies_by_codes(merger.former, on=DAY)
    today = directory.agencies_by_codes(merger.former)

    for code, agency in merger.former.items():
        assert (before[code].agency, before[code].followed) == (agency, ())
        for found in (after[code], today[code]):
            assert (found.agency, found.followed) == (merger.successor[code], (agency,))
            assert found.primary_code == f"H50.C{merger.successor[code].unit.code}"  # type: ignore[union-attr]  # a commune


def test_packets_to_each_of_the_276_arrive_at_the_right_one_of_the_78_and_senders_are_told(
    merger: Merger, sender: Any
) -> None:
    codes = sorted(merger.former)
    told: dict[str, dict[str, Any]] = {}
    for number in range(0, len(codes), 46):
        answer = sender.hand_in(document(number + 1, *codes[number : number + 46]))
        assert answer.status_code == 201, answer.content
        for recipient in answer.json()["recipients"]:
            for fact in recipient["taken_over"]:
                told[fact["asked_code"]] = fact
    deliver()

    assert sorted(told) == codes
    for code in codes:
        fact, successor = told[code], merger.successor[code]
        assert fact["asked_name"] == merger.former[code].name
        assert fact["by_name"] == successor.name
        assert fact["by_code"] == f"H50.C{successor.unit.code}"  # type: ignore[union-attr]  # a commune
        assert fact["ended_on"] == fact["since"] == "2025-07-01"
    arrived = Delivery.objects.select_related("recipient")
    kept = {fact["asked_code"]: row.recipient.agency_id for row in arrived for fact in row.taken_over}
    assert kept == {code: merger.successor[code].pk for code in codes}
    assert {row.state for row in arrived} == {"delivered"}
    assert Counter(row.recipient.agency_id for row in arrived).keys() == {
        agency.pk for agency in merger.successor.values()
    }


@pytest.fixture
def sender(merger: Merger, system: Callable[..., Any]) -> Any:
    """The system of Sở Nội vụ."""
    return system("H50.S01")


@pytest.fixture
def agencies(db: None) -> Mapping[str, Agency]:
    """The agencies whose systems play here, from the reference data."""
    directory.load_reference_data(now=clock.now())
    found = directory.agency_by_code("H50.S01")
    assert found is not None
    return {"H50.S01": found.agency}


def test_sender_reads_who_took_over_on_the_packets_page_and_in_its_list(merger: Merger, sender: Any) -> None:
    code = "H50.F18856"
    answer = sender.hand_in(document(1, code, "H50.C18880"))
    deliver()
    (recipient,) = answer.json()["recipients"]
    assert [fact["asked_code"] for fact in recipient["taken_over"]] == [code]
    trace = sender.get(f"/packets/{answer.json()['packet']}")
    assert trace.status_code == 200, trace.content
    (delivery,) = trace.json()["deliveries"]
    assert delivery["taken_over"] == recipient["taken_over"]

    person = directory.create_person(
        actor=Actor.platform("specification"), full_name="Trần Thị Lựu", username="luu", now=clock.now()
    )
    directory.assign_post(
        actor=Actor.platform("specification"),
        person=person,
        agency=sender.agency,
        role="clerk",
        title="Văn thư",
        now=clock.now(),
    )
    browser = Client()
    assert person.user is not None
    browser.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = browser.get(f"/exchange/packets/{answer.json()['packet']}/").content.decode()
    assert merger.former[code].name in page
    assert "01/07/2025" in page


def test_agency_that_nobody_succeeds_cannot_be_sent_to(merger: Merger, sender: Any) -> None:
    found = directory.agency_by_code("H50.S13")
    assert found is not None
    directory.end_agency(
        actor=Actor.platform("specification"),
        agency_id=found.agency.pk,
        on=DAY + timedelta(days=1),
        now=_at(EVE),
    )
    directory.forget()

    answer = sender.hand_in(document(1, "H50.S13"))

    assert answer.status_code == 422, answer.content
    assert answer.json()["code"] == "exchange.recipient-ended"
    assert not Delivery.objects.exists()


def test_status_to_a_sender_that_has_ended_is_still_recorded(
    merger: Merger, sender: Any, system: Callable[..., Any]
) -> None:
    # Opening a document reports its arrival: that must not fail because its sender is no more.
    answer = sender.hand_in(document(1, "H50.S02"))
    deliver()
    found = directory.agency_by_code("H50.S01")
    assert found is not None
    directory.end_agency(
        actor=Actor.platform("specification"),
        agency_id=found.agency.pk,
        on=DAY + timedelta(days=1),
        now=_at(EVE),
    )
    directory.forget()
    reader = directory.create_person(
        actor=Actor.platform("specification"), full_name="Trần Thị Lựu", username="luu", now=clock.now()
    )
    recipient = directory.agency_by_code("H50.S02")
    assert recipient is not None
    assert reader.user is not None
    directory.assign_post(
        actor=Actor.platform("specification"),
        person=reader,
        agency=recipient.agency,
        role="clerk",
        title="Văn thư",
        now=clock.now(),
    )
    delivery = Delivery.objects.get(packet_id=answer.json()["packet"])
    opened = exchange.open_entry(
        actor=directory.actor_of(directory.posts_of(reader.user)[0]), delivery_id=delivery.pk, now=clock.now()
    )

    assert opened.state == "confirmed"


def test_command_line_prints_who_took_over() -> None:
    fact = {
        "asked_code": "H50.F1",
        "asked_name": "UBND xã Cũ",
        "ended_on": "2025-07-01",
        "by_code": "H50.C1",
        "by_name": "UBND xã Mới",
        "since": "2025-07-01",
    }
    receipt = {
        "accepted_at": "2026-11-24T02:00:00+00:00",
        "packet": "p",
        "receipt": "r",
        "recipients": [
            {
                "code": "H50.F1",
                "name": "UBND xã Mới",
                "state": "waiting",
                "delivered_before": False,
                "taken_over": [fact],
            }
        ],
        "warnings": [],
    }
    printed = "\n".join(receipt_lines(receipt))
    for value in fact.values():
        assert value in printed
    del receipt["recipients"][0]["taken_over"]  # type: ignore[attr-defined]  # a receipt of before
    assert "UBND xã Cũ" not in "\n".join(receipt_lines(receipt))
