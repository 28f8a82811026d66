"""The signatures of what a packet carries: checked for who may read it, each file once a day; every look is an entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from django.test import Client
from tests.exchange.pages.conftest import _in_english, visit  # noqa: F401 - its browsers
from tests.exchange.personas import DONG_HOI, FINANCE, System, deliver, document
from world import NOW, World

from hienluong.evidence import commands, tasks
from hienluong.evidence.commands.signatures import PASSING
from hienluong.evidence.models import CheckedFile
from hienluong.exchange.models import Packet
from hienluong.kit import clock
from hienluong.kit.errors import NotFound
from hienluong.ledger.models import QueuedEntry
from hienluong.signing.formats import cades
from hienluong.signing.formats.levels import Level

pytestmark = pytest.mark.django_db


@pytest.fixture
def packet(home_affairs: System, dong_hoi: System, world: World, signed: Mapping[Level, bytes]) -> Packet:
    """A letter that is signed, a table and its signature in a file of its own, in one packet."""
    files = [
        ("cong-van.pdf", signed[Level.LTA]),
        ("bang.csv", b"a,b"),
        ("bang.csv.p7s", cades.sign(b"a,b", world.person, now=NOW)),
    ]
    answer = home_affairs.hand_in(document(15, DONG_HOI, files=files))
    assert answer.status_code == 201, answer.content
    deliver()
    packet = Packet.objects.get(pk=answer.json()["packet"])
    mine = packet.deliveries.get(recipient__code=DONG_HOI)
    assert dong_hoi.get(f"/inbox/{mine.pk}/packet").status_code == 200
    return packet


def test_recipients_system_gets_what_is_found_of_every_attachment(dong_hoi: System, packet: Packet) -> None:
    answer = dong_hoi.get(f"/packets/{packet.pk}/signatures")
    found = [
        (one["position"], one["signatures"]["name"], one["signatures"]["reasons"]) for one in answer.json()
    ]
    assert answer.status_code == 200
    assert found == [
        (0, "cong-van.pdf", ["demonstration"]),
        (1, "bang.csv", []),
        (2, "bang.csv.p7s", ["demonstration"]),
    ], "the last one was checked together with its file"


def test_file_is_checked_once_a_day_and_again_when_the_trust_list_changed(
    dong_hoi: System, packet: Packet, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, now = dong_hoi.clerk(), clock.now()
    first = commands.check_packet(actor=reader, packet_id=packet.pk, now=now)
    assert CheckedFile.objects.count() == 3
    assert commands.check_packet(actor=reader, packet_id=packet.pk, now=now) == first
    assert CheckedFile.objects.count() == 3
    commands.check_packet(actor=reader, packet_id=packet.pk, now=now + timedelta(days=1))
    assert CheckedFile.objects.count() == 6
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=1, hours=1))
    tasks.sweep_checked(timestamp=0)
    assert CheckedFile.objects.count() == 3


def test_what_may_be_known_in_a_minute_is_not_kept(dong_hoi: System, packet: Packet, believed: World) -> None:
    """Whether the certificate was revoked is not known yet."""
    _packet, parts = commands.check_packet(actor=dong_hoi.clerk(), packet_id=packet.pk, now=clock.now())
    passing = [one.position for one in parts if PASSING & set(one.report.reasons)]
    assert CheckedFile.objects.count() == 3 - len(passing)


def test_looking_is_an_entry_and_reading_the_files_anew_is_one_each(dong_hoi: System, packet: Packet) -> None:
    reader, now = dong_hoi.clerk(), clock.now()
    for _ in range(2):
        commands.check_packet(actor=reader, packet_id=packet.pk, now=now)
    acts = list(QueuedEntry.objects.values_list("action", flat=True))
    assert acts.count("evidence.signatures-checked") == 2
    assert acts.count("exchange.part-read") == 4, (
        "three files and the one that a signature is over, the first time"
    )


def test_who_has_nothing_to_do_with_the_packet_sees_nothing(finance: System, packet: Packet) -> None:
    assert finance.get(f"/packets/{packet.pk}/signatures").status_code == 404
    with pytest.raises(NotFound):
        commands.check_packet(actor=finance.clerk(), packet_id=packet.pk, now=clock.now())


def test_clerk_finds_the_check_on_the_page_of_the_packet(
    visit: Callable[..., Client],  # noqa: F811 - the fixture
    packet: Packet,
) -> None:
    clerk = visit(DONG_HOI)
    page = clerk.get(f"/exchange/packets/{packet.pk}/").content.decode()
    address = f"/evidence/packets/{packet.pk}/signatures/"
    assert address in page
    found = clerk.get(address).content.decode()
    for words in (
        "cong-van.pdf",
        "Not valid",
        "Signed by Nguyễn Văn An",
        "The file is not signed",
        "bang.csv.p7s",
    ):
        assert words in found
    assert visit(FINANCE).get(address).status_code == 404
