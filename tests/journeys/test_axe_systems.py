"""The pages about agencies' systems and for developers, looked at as the other main pages are (`test_axe`)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.journeys.looks import EVERY_LOOK, Look, examine, open_context, visit
from tests.journeys.test_axe import COMMUNE, OFFICE, Cast, cast

from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.systems import service as systems

__all__ = ["cast"]  # the fixture
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def registered(cast: Cast) -> dict[str, Any]:
    """A system of the office with two secrets, networks, a right to send for a commune, and what it was refused."""
    setup, office, commune = (
        Actor.platform("specification"),
        directory.agency_by_code(OFFICE),
        directory.agency_by_code(COMMUNE),
    )
    assert office is not None
    assert commune is not None
    system, _client, secret = systems.register_system(
        actor=setup,
        agency=office.agency,
        name="Phần mềm quản lý văn bản và điều hành dùng chung",
        networks=["203.113.128.0/18", "2001:ee0:4040::/48"],
        now=clock.now(),
    )
    right = systems.grant_sending_right(
        actor=setup,
        system=system,
        agency=commune.agency,
        reason="Hệ thống dùng chung của tỉnh",
        document="15/QĐ-UBND",
        document_date=date(2026, 11, 20),
        now=clock.now(),
    )
    systems.rotate_system_secret(actor=setup, system=system, now=clock.now())
    systems.note_refusal(
        system=system.pk, code="exchange.sender-not-allowed", detail="POST /api/v1/packets", now=clock.now()
    )
    systems.note_deprecated_call(system=system.pk, operation="GET /api/v1/sent", now=clock.now())
    return {"system": str(system.pk), "secret": secret.split("_")[1], "right": right.pk}


@EVERY_LOOK
def test_pages_about_systems_have_no_fault_that_axe_knows(
    chromium: Browser,
    live: str,
    cast: Cast,
    registered: dict[str, Any],
    look: Look,
) -> None:
    system = f"/systems/{registered['system']}/"
    with open_context(chromium, live, look, None) as visitor:
        visit(visitor, live, look, "/developers/", "/developers/errors/", "/developers/deprecation/")
    with open_context(chromium, live, look, cast.sender) as clerk:
        page = visit(clerk, live, look, "/systems/", system, "/sending-rights/", "/systems/sandbox/")
        page.click("main button[type=submit]")
        examine(page, look, "sandbox with an error")
        page.fill("[name=name]", "Phần mềm thử")
        page.click("main button[type=submit]")
        examine(page, look, "the new secret")
    with open_context(chromium, live, look, cast.administrator) as administrator:
        page = visit(
            administrator,
            live,
            look,
            "/systems/",
            "/systems/?state=sandbox",
            "/systems/?q=nothing",
            system,
            f"{system}rotate/",
            f"{system}networks/",
            f"{system}end/",
            f"{system}secrets/{registered['secret']}/end/",
            "/sending-rights/",
            f"/sending-rights/{registered['right']}/end/",
            "/systems/register/",
        )
        page.click("main button[type=submit]")
        examine(page, look, "register with errors")
        page.goto(f"{live}{system}rotate/")
        page.check("[name=former][value=now]")
        page.click("main button[type=submit]")
        examine(page, look, "rotate, to be checked")
        page.goto(f"{live}{system}rights/grant/")
        examine(page, look, "grant")
        page.check(f'input[value="{COMMUNE}"]')
        for name, answer in {"reason": "Thử", "document": "15/QĐ", "document_date": "20/11/2026"}.items():
            page.fill(f"[name={name}]", answer)
        page.click("main button[value=check]")
        examine(page, look, "grant, to be checked")
