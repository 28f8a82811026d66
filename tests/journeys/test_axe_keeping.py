"""The pages about malware and about keeping and destroying, looked at as the other main pages are (`test_axe`)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser
from tests.journeys.looks import EVERY_LOOK, Look, examine, open_context, visit
from tests.journeys.test_axe import OFFICE, Cast, _person, cast

from hienluong.antivirus.models import Engine, Scan, Sweep
from hienluong.directory.service import Actor
from hienluong.exchange.models import Packet
from hienluong.kit import clock
from hienluong.retention import commands
from hienluong.retention.models import Disposal, Hold, Period

__all__ = ["cast"]  # the fixture
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

FINDING = {
    "signature": "Win.Test.EICAR_HDB-1",
    "sha256": bytes(32),
    "size": 482_113,
    "media_type": "application/pdf",
}


@pytest.fixture
def kept(cast: Cast) -> dict[str, str]:
    """A packet kept apart and one that cannot be scanned, periods, a hold, a disposal that waits and one that is done."""
    setup, now = Actor.platform("specification"), clock.now()
    head, head_key = _person(OFFICE, "head")
    clerk, _key = _person(OFFICE, "clerk")
    for months, kind, source in (
        (120, "Công văn", ""),
        (None, "Quyết định", "Quyết định 15/2026/QĐ-UBND, điều 4"),
    ):
        commands.set_period(
            actor=setup, type_name=kind, months=months, valid_from=date(2000, 1, 1), source=source, now=now
        )
    packets = list(Packet.objects.filter(kind="edoc").order_by("pk"))
    infected, unscannable = packets[1:3]
    scan = Scan.objects.create(
        packet=infected, state="infected", asked_at=now, scanned_at=now, engine="ClamAV 1.4.6/27801"
    )
    scan.findings.create(position=0, **FINDING)
    trouble = "ClamAV said: INSTREAM size limit exceeded. ERROR."
    Scan.objects.create(packet=unscannable, state="unscannable", asked_at=now, trouble=trouble)
    Sweep.objects.create(pk=1, place=packets[0].pk, begun_at=now, reached_at=now, asked=1840)
    Engine.objects.create(pk=1, answers=False, since=now, problem="Connection refused")
    held = commands.place_hold(actor=head, packet_id=packets[0].pk, reason="Đơn khiếu nại số 12/KN", now=now)
    made = []
    for packet in packets[1:3]:
        Packet.objects.filter(pk=packet.pk).update(accepted_at=now - timedelta(days=4000))
        made.append(commands.propose_disposal(actor=clerk, note="Đợt 1 năm 2026", now=now))
    commands.approve_disposal(actor=head, disposal_id=made[0].pk, now=now)
    while commands.carry_out_disposal(disposal_id=made[0].pk, now=now):
        pass
    assert Disposal.objects.filter(state="done").count() == 1
    return {
        "head": head_key,
        "infected": str(infected.pk),
        "unscannable": str(unscannable.pk),
        "hold": str(held.pk),
        "done": str(made[0].pk),
        "proposed": str(made[1].pk),
        "period": str(Period.objects.all()[0].pk),
        "packet": str(packets[0].pk),
    }


@EVERY_LOOK
def test_pages_about_malware_and_destruction_have_no_fault_that_axe_knows(
    chromium: Browser, live: str, cast: Cast, kept: dict[str, str], look: Look
) -> None:
    with open_context(chromium, live, look, cast.operator) as operator:
        page = visit(
            operator,
            live,
            look,
            "/antivirus/",
            "/antivirus/?show=waiting",
            f"/antivirus/{kept['unscannable']}/",
            f"/antivirus/{kept['infected']}/",
            f"/antivirus/{kept['infected']}/release/",
        )
        page.click("main button[type=submit]")
        examine(page, look, "release without a reason")
        page.fill("[name=reason]", "Báo động giả, nhà cung cấp xác nhận")
        page.click("main button[type=submit]")
        examine(page, look, "release, to be checked")
    disposal = f"/retention/disposals/{kept['proposed']}/"
    with open_context(chromium, live, look, kept["head"]) as head:
        page = visit(
            head,
            live,
            look,
            f"/exchange/packets/{kept['packet']}/",
            "/retention/",
            disposal,
            f"/retention/disposals/{kept['done']}/",
            f"/retention/disposals/{kept['done']}/certificate/",
            "/retention/holds/",
            "/retention/holds/?show=lifted",
            f"/retention/holds/{kept['hold']}/",
            "/retention/periods/",
            f"{disposal}approve/",
        )
        page.click("main button[type=submit]")
        examine(page, look, "approval, to be checked")
    with open_context(chromium, live, look, cast.administrator) as administrator:
        page = visit(
            administrator,
            live,
            look,
            "/retention/",
            "/retention/periods/",
            "/retention/periods/set/",
            f"/retention/periods/{kept['period']}/end/",
        )
    assert Hold.objects.get().lifted_at is None
