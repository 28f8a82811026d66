"""What was stored before ClamAV was turned on is scanned too: bounded, behind what is new, and closed where it must be."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from personas import DONG_HOI, HOME_AFFAIRS, KHE_SANH, PDF, System, deliver, problem
from pytest_django.fixtures import Settings
from tests.antivirus.conftest import EICAR, SIGNATURE
from tests.antivirus.test_antivirus import carry, send

from hienluong.antivirus import commands, queries, tasks
from hienluong.antivirus.cli import group
from hienluong.antivirus.models import Scan, Sweep
from hienluong.directory.errors import PermissionMissing
from hienluong.exchange.models import Packet
from hienluong.files import service as files
from hienluong.kit import clock
from hienluong.notices.models import Notice

pytestmark = pytest.mark.django_db
Visit = Callable[..., Client]


@pytest.fixture
def stored(home_affairs: System, dong_hoi: System, settings: Settings) -> list[Packet]:
    """Three documents that were delivered while scanning was off, the second infected."""
    settings.CLAMD = ""
    made = [send(home_affairs, number, content=PDF + (EICAR if number == 2 else b"")) for number in (1, 2, 3)]
    deliver()
    assert len(dong_hoi.inbox()) == 3
    return made


@pytest.fixture
def turn_on(daemon: str, settings: Settings) -> Callable[[], None]:
    """Turns scanning and the sweep on, two stored packets a minute, when it is called."""
    settings.CLAMD_TIMEOUT_SECONDS = 10

    def turn() -> None:
        settings.CLAMD, settings.CLAMD_SWEEP_PER_MINUTE = daemon, 2

    return turn


def _asked() -> list[Any]:
    return list(Scan.objects.order_by("packet").values_list("packet", flat=True))


def test_stored_packets_are_swept_newest_first_and_malware_is_closed_and_told(
    stored: list[Packet], turn_on: Callable[[], None], dong_hoi: System, visit: Visit
) -> None:
    clerk, sender = visit(DONG_HOI), visit(HOME_AFFAIRS)
    turn_on()
    tasks.sweep_stored(0)
    assert _asked() == [stored[1].pk, stored[2].pk]
    tasks.sweep_stored(0)
    assert len(_asked()) == 2, "no more wait at once than the setting allows"
    assert len(dong_hoi.inbox()) == 3, "nobody waits for a scan of what was delivered"
    carry()
    entry = {one["packet"]["code_number"]: one["id"] for one in dong_hoi.inbox()}
    assert dong_hoi.get(f"/inbox/{entry['3']}/packet").status_code == 200
    refused = problem(dong_hoi.get(f"/inbox/{entry['2']}/packet"))
    assert (refused["status"], refused["code"]) == (403, "antivirus.quarantined")
    told = Notice.objects.filter(code="antivirus.found_late")
    assert {SIGNATURE in one.values["signature"] for one in told} == {True}
    assert told.count() == 2
    assert not Notice.objects.filter(code="antivirus.not_sent").exists()
    for browser in (clerk, sender):
        assert (
            "cannot be downloaded any more"
            in browser.get(f"/exchange/packets/{stored[1].pk}/").content.decode()
        )
    for _minute in range(2):
        tasks.sweep_stored(0)
        carry()
    assert Sweep.objects.get().done_at is not None
    assert dict(Scan.objects.values_list("packet", "state")) == {
        stored[0].pk: "clean",
        stored[1].pk: "infected",
        stored[2].pk: "clean",
    }


def test_new_documents_are_scanned_before_stored_ones(
    stored: list[Packet], turn_on: Callable[[], None], home_affairs: System
) -> None:
    turn_on()
    tasks.sweep_stored(0)
    fresh = send(home_affairs, 9, KHE_SANH)
    deliver()
    assert queries.scans_due(now=clock.now())[0] == fresh.pk


def test_sweep_is_off_until_it_is_turned_on(stored: list[Packet], daemon: str, settings: Settings) -> None:
    assert stored
    for address, per_minute in ((daemon, 0), ("", 5)):
        settings.CLAMD, settings.CLAMD_SWEEP_PER_MINUTE = address, per_minute
        assert commands.sweep_stored(now=clock.now()) == 0
    assert not Sweep.objects.exists()


def test_packet_that_nobody_holds_any_more_is_passed_over(
    stored: list[Packet], turn_on: Callable[[], None], home_affairs: System, dong_hoi: System
) -> None:
    file_id = stored[2].transmissions.get().file_id
    for holder in (home_affairs.agency.pk, dong_hoi.agency.pk):
        files.destroy(file_id=file_id, holder=holder, reason="hết hạn", now=clock.now())
    turn_on()
    tasks.sweep_stored(0)
    assert _asked() == [stored[0].pk, stored[1].pk]


def test_window_is_bounded_and_the_sweep_goes_on_from_its_place(
    stored: list[Packet], turn_on: Callable[[], None]
) -> None:
    turn_on()
    for count in (1, 2):
        assert commands.sweep_stored(now=clock.now(), looked_at=1) == 1
        assert Sweep.objects.get().place == stored[3 - count].pk
    carry()
    assert [commands.sweep_stored(now=clock.now(), looked_at=1) for _ in range(3)] == [1, 0, 0]


def test_progress_stands_on_the_page_and_in_the_command_and_it_can_begin_anew(
    stored: list[Packet], turn_on: Callable[[], None], visit: Visit
) -> None:
    def run(*arguments: str) -> Any:
        answer = CliRunner().invoke(group, arguments, obj=nullcontext)
        assert answer.exit_code == 0, answer.output
        return answer.output

    assert "is not swept" in run("list")
    turn_on()
    operator = visit(HOME_AFFAIRS, "operator")
    tasks.sweep_stored(0)
    carry()
    page = operator.get("/antivirus/").content.decode()
    assert "being swept" in page
    assert "2 asked for, 0 wait, 1 kept apart" in page
    sweep = json.loads(run("list", "--json"))["sweep"]
    assert (sweep["asked"], sweep["apart"], sweep["done_at"]) == (2, 1, None)
    assert "begins within a minute" in run("sweep")
    assert commands.sweep_stored(now=clock.now()) == 1, "only what was never scanned"
    assert _asked() == [one.pk for one in stored]


@pytest.mark.parametrize("role", ["clerk", "head", "administrator", "auditor"])
def test_only_operators_let_it_begin_anew(home_affairs: System, role: str) -> None:
    with pytest.raises(PermissionMissing):
        commands.restart_sweep(actor=home_affairs.clerk(role), now=clock.now())
