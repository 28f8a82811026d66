"""The pages of the operators, looked at as the other main pages are (`test_axe`)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser
from tests.journeys.looks import EVERY_LOOK, Look, examine, open_context, visit
from tests.journeys.test_axe import Cast, cast

from hienluong.directory.service import Actor
from hienluong.exchange.channels.mailbox import FILE_MISSING
from hienluong.exchange.models import Delivery
from hienluong.kit import clock
from hienluong.ledger import service as ledger
from hienluong.monitoring import commands
from hienluong.monitoring.models import Alarm, DiskSample

__all__ = ["cast"]  # the fixture
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PLACE = "/exchange/monitor/"


@pytest.fixture
def trouble(cast: Cast) -> int:
    """A platform that is not well: failures of two causes, a disk that fills, rows changed past the application, alarms, a silence; gives a failure."""
    now = clock.now()
    failing = list(Delivery.objects.filter(recipient__agency__place="province").order_by("pk")[:2])
    Delivery.objects.filter(pk=failing[0].pk).update(state="dead", failure=FILE_MISSING, attempts=6)
    Delivery.objects.filter(pk=failing[1].pk).update(
        state="rejected", failure="Tệp đính kèm không mở được: sai định dạng, đề nghị gửi lại.", attempts=1
    )
    Delivery.objects.filter(state="unrouted").update(created_at=now - timedelta(days=2))
    DiskSample.objects.bulk_create(
        DiskSample(
            at=now - timedelta(hours=hours),
            place="data",
            free=(60 + hours) * 10**9,
            total=500 * 10**9,
            database=48 * 10**9,
        )
        for hours in range(72)
    )
    Alarm.objects.create(
        condition="backup",
        raised_at=now - timedelta(days=2),
        limit=48,
        value=20,
        worst=61,
        seen_at=now - timedelta(days=1),
        told=3,
        cleared_at=now - timedelta(days=1),
    )
    commands.silence_condition(
        actor=Actor.platform("specification"),
        condition="disk_days",
        until=now + timedelta(hours=8),
        reason="Đã đặt ổ đĩa lớn hơn, lắp trong tuần này.",
        now=now,
    )
    ledger.check_log(now=now)  # finds what was changed above past the application
    commands.evaluate_alarms(now=now)
    return int(failing[0].pk)


@EVERY_LOOK
def test_pages_of_operators_have_no_fault_that_axe_knows(
    chromium: Browser, live: str, cast: Cast, trouble: int, look: Look
) -> None:
    with open_context(chromium, live, look, cast.operator) as operator:
        page = visit(
            operator,
            live,
            look,
            PLACE,
            f"{PLACE}waiting/",
            f"{PLACE}communes/",
            f"{PLACE}failures/",
            f"{PLACE}failures/{trouble}/",
            f"{PLACE}failures/{trouble}/retry/",
            f"{PLACE}alarms/",
            f"{PLACE}alarms/waiting/limit/",
            f"{PLACE}alarms/waiting/silence/",
            f"{PLACE}failures/retry/?cause=file-missing",
        )
        page.click("main button[value=check]")
        examine(page, look, "trying several again without a reason")
        page.fill("[name=reason]", "Đã khôi phục tệp từ bản sao lưu.")
        page.click("main button[value=check]")
        examine(page, look, "trying several again, to be checked")
        page.click("main button[value=send]")
        assert page.url == f"{live}{PLACE}"
        visit(operator, live, look, f"{PLACE}again/")
        page.goto(f"{live}{PLACE}again/")
        for name, given in {
            "to": "H50.C18880",
            "since": "01/11/2026",
            "until": "25/11/2026",
            "reason": "Máy chủ khôi phục từ bản cũ.",
        }.items():
            page.fill(f"[name={name}]", given)
        page.click("main button[value=check]")
        examine(page, look, "giving packets again, to be checked")
