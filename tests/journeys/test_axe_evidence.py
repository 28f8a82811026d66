"""The pages about evidence, looked at as the other main pages are (`test_axe`)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from pytest_django import Settings
from tests.journeys.looks import EVERY_LOOK, Look, examine, open_context, visit
from tests.journeys.test_axe import OFFICE, Cast, _person, cast

from hienluong.directory.models import Person
from hienluong.exchange.models import Packet
from hienluong.kit import clock
from hienluong.ledger import service as ledger

__all__ = ["cast"]  # the fixture
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@EVERY_LOOK
def test_pages_about_evidence_have_no_fault_that_axe_knows(
    chromium: Browser, live: str, cast: Cast, look: Look, settings: Settings
) -> None:
    settings.AUDIT_AGENCIES = [OFFICE]
    _auditor, auditor_key = _person(OFFICE, "auditor")
    packet = Packet.objects.filter(kind="edoc", sender_id__isnull=False).order_by("pk")[0]
    accepted = packet.transmissions.all()[0].receipt["ledger_entry"]
    with open_context(chromium, live, look, cast.sender) as sender:
        visit(sender, live, look, f"/evidence/packets/{packet.pk}/", f"/evidence/entries/{accepted}/")
        visit(sender, live, look, f"/evidence/packets/{packet.pk}/signatures/")
    ledger.sequence_waiting(now=clock.now(), sign=True)
    proof = ledger.prove(accepted).text()
    with open_context(chromium, live, look, None) as stranger:
        page = visit(stranger, live, look, "/log/")
        for text, name in ((proof, "holds"), (proof.replace("index ", "index 1"), "fails")):
            page.fill("[data-proof-text]", text)
            page.click("[data-proof-form] button[type=submit]")
            expect(page.locator(f"[data-proof-verdict={name}]")).to_be_visible()
            examine(page, look, f"a proof that {name}")
    with open_context(chromium, live, look, auditor_key) as auditor:
        visit(
            auditor,
            live,
            look,
            "/evidence/",
            f"/evidence/?subject=packet:{packet.pk}",
            "/evidence/?subject=nobody",
            f"/evidence/entries/{accepted}/",
            f"/evidence/packets/{packet.pk}/",
        )
    with open_context(chromium, live, look, cast.sender) as sender:
        visit(sender, live, look, f"/evidence/packets/{packet.pk}/", f"/evidence/entries/{accepted}/")
    somebody = Person.objects.exclude(user=None).order_by("pk")[0]
    with open_context(chromium, live, look, cast.administrator) as administrator:
        page = visit(administrator, live, look, "/staff/people/", f"/evidence/looks/{somebody.pk}/")
        page.fill("[name=request]", "Đơn số 12, ngày 25/11/2026")
        page.click("main button[type=submit]")
        ledger.sequence_waiting(now=clock.now(), sign=True)
        page.reload()
        examine(page, look, "looks at a person")
    with open_context(chromium, live, look, cast.sender) as sender:
        visit(sender, live, look, "/account/looks/")
