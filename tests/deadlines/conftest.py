"""The axis's cast with clerks and heads, documents of any date and urgency, and a moment for everything that happens."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.exchange.conftest import *  # noqa: F403 - its cast, whole
from tests.exchange.pages.conftest import _in_english, visit  # noqa: F401 - its browsers
from tests.exchange.personas import document

from hienluong.directory import service as directory
from hienluong.directory.models import Agency, Person
from hienluong.directory.service import Actor
from hienluong.edxml.packet import DocumentPacket, OtherInfo, PromulgationInfo, ResponseFor
from hienluong.edxml.reader import read_packet
from hienluong.edxml.wire_values import WireDate
from hienluong.edxml.writer import write_packet
from hienluong.exchange.commands import accept_packet, drain_recipients
from hienluong.exchange.models import Delivery, Recipient
from hienluong.exchange.service import report_status
from hienluong.kit.clock import VIETNAM

_numbers = itertools.count(100)
_people = itertools.count(1)


def at(hour: int, minute: int = 0, *, day: int = 24, month: int = 11) -> datetime:
    """Returns a moment of 2026 in Vietnam; 24 November is a Tuesday."""
    return datetime(2026, month, day, hour, minute, tzinfo=VIETNAM)


def paper(
    *to: str,
    number: int | None = None,
    issued: str = "2026/11/24",
    priority: int = 0,
    answer_by: str = "",
    answers: str = "",
    sender: str = "",
) -> bytes:
    """Returns an edXML file of a document with this date, urgency and date for the answer."""
    changes: dict[str, Any] = {"sender": sender} if sender else {}
    made = read_packet(document(number or next(_numbers), *to, **changes))
    assert isinstance(made, DocumentPacket)
    header = replace(
        made.header,
        promulgation=PromulgationInfo(place="Quảng Trị", date=WireDate(issued)),
        other=OtherInfo(priority=str(priority)),
        due_date=WireDate(answer_by) if answer_by else None,
        responses_for=(ResponseFor(document_id=answers),) if answers else (),
        document_id=f"{made.header.document_id},{next(_numbers)}",
    )
    return write_packet(replace(made, header=header))


@dataclass(frozen=True)
class Axis:
    """What happens on the axis, each at its own moment."""

    actors: Mapping[str, Actor]

    def send(self, source: bytes, sent_at: datetime, *, by: str = "H50.S01") -> Any:
        """Hands a file in and returns the id of its packet."""
        receipt = accept_packet(actor=self.actors[by], source=source, declared_not_secret=True, now=sent_at)
        return receipt.packet_id

    def deliver(self, moment: datetime) -> None:
        """Carries what is due."""
        drain_recipients(recipient_ids=list(Recipient.objects.values_list("pk", flat=True)), now=moment)

    def arrive(self, source: bytes, moment: datetime, *, by: str = "H50.S01") -> Delivery:
        """Sends and delivers at once; gives the delivery."""
        packet = self.send(source, moment, by=by)
        self.deliver(moment)
        return Delivery.objects.filter(packet=packet).order_by("pk")[0]

    def report(self, delivery: Delivery, status: str, moment: datetime, *, by: str = "H50.C18880") -> None:
        """Reports a status."""
        report_status(
            actor=self.actors[by], delivery_id=delivery.pk, status=status, note="vì sao", now=moment
        )


@pytest.fixture
def axis(agencies: Mapping[str, Agency]) -> Axis:
    """The axis, and a system of every agency."""
    return Axis(
        {
            code: Actor(
                kind="system",
                id=agency.pk,
                name=f"Phần mềm {agency.name}",
                agency_id=agency.pk,
                agency_code=code,
                agency_name=agency.name,
            )
            for code, agency in agencies.items()
        }
    )


@pytest.fixture
def staffed(agencies: Mapping[str, Agency]) -> Callable[..., Person]:
    """Gives an agency somebody in a post since the summer."""

    def employ(code: str, role: str = "clerk", *, mail: str = "") -> Person:
        setup, since = Actor.platform("specification"), at(8, day=1, month=7)
        person = directory.create_person(
            actor=setup, full_name=f"Nguyễn Thị Hạnh {next(_people)}", email=mail, now=since
        )
        directory.assign_post(
            actor=setup, person=person, agency=agencies[code], role=role, title="Văn thư", now=since
        )
        return person

    return employ


MINUTE = timedelta(minutes=1)
