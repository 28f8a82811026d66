"""A clerk sends a document to all communes and sees what becomes of it at each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, expect

from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.exchange import service as exchange
from hienluong.exchange.commands import drain_recipients
from hienluong.exchange.models import Delivery, Packet, Recipient
from hienluong.kit import clock

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
OFFICE, COMMUNE = "H50.VP", "H50.C18880"
COMMUNES = 78


def _person(code: str, name: str) -> tuple[Actor, str]:
    """Returns a new clerk and the key of a session in which they are signed in."""
    setup, found = Actor.platform("specification"), directory.agency_by_code(code)
    assert found is not None
    person = directory.create_person(actor=setup, full_name=name, username=f"clerk-{code}", now=clock.now())
    directory.assign_post(
        actor=setup, person=person, agency=found.agency, role="clerk", title="Văn thư", now=clock.now()
    )
    assert person.user is not None
    browser = Client()
    browser.force_login(person.user)
    actor = directory.actor_of(directory.posts_of(person.user)[0])
    return actor, browser.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def clerks(live: str) -> Iterator[tuple[str, Actor]]:
    """The session of the sending clerk, and the clerk of one commune."""
    directory.forget()
    cache.clear()
    directory.load_reference_data(now=clock.now())
    yield _person(OFFICE, "Nguyễn Thị Hạnh")[1], _person(COMMUNE, "Lê Văn Nhận")[0]
    directory.forget()


def test_clerk_sends_to_all_communes_and_sees_the_outcome_at_each(
    chromium: Browser, live: str, clerks: tuple[str, Actor]
) -> None:
    session, receiver = clerks
    with chromium.new_context(viewport={"width": 1440, "height": 900}) as context:
        context.add_cookies(
            [
                {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live},
                {"name": settings.LANGUAGE_COOKIE_NAME, "value": "vi", "url": live},
            ]
        )
        page = context.new_page()
        page.goto(f"{live}/exchange/send/")
        page.get_by_label("Tất cả UBND xã, phường, đặc khu").check()
        for name, answer in {
            "type_name": "Công văn",
            "number": "78",
            "notation": "VP-TH",
            "issued_on": "24/11/2026",
            "subject": "V/v tổng kết công tác văn thư",
            "signer_name": "Lê Quang Ánh",
        }.items():
            page.fill(f"[name={name}]", answer)
        page.set_input_files(
            "[name=attachments]", {"name": "Công văn.pdf", "mimeType": "application/pdf", "buffer": PDF}
        )
        page.check("[name=not_secret]")
        page.click("main button[value=check]")
        expect(page.locator("main")).to_contain_text(f"{COMMUNES} cơ quan")
        page.click("main button[value=send]")
        packet = Packet.objects.get()
        expect(page).to_have_url(f"{live}/exchange/packets/{packet.pk}/")
        assert packet.deliveries.count() == COMMUNES

        mailboxes = list(Recipient.objects.exclude(agency=None).values_list("pk", flat=True))
        assert drain_recipients(recipient_ids=mailboxes, now=clock.now())
        delivery = Delivery.objects.get(recipient__code=COMMUNE)
        exchange.open_entry(actor=receiver, delivery_id=delivery.pk, now=clock.now())
        exchange.report_status(
            actor=receiver, delivery_id=delivery.pk, status="02", note="Gửi nhầm nơi", now=clock.now()
        )

        page.reload()
        outcome = page.locator("section.card", has_text="Kết quả tại từng nơi nhận").first
        expect(outcome).to_contain_text(f"{COMMUNES} nơi nhận")
        outcome.locator("summary").click()
        rows = outcome.locator("tbody tr")
        expect(rows).to_have_count(COMMUNES)
        expect(rows.filter(has_text=COMMUNE)).to_contain_text("từ chối")
        expect(rows.filter(has_text="H50.C19429")).to_contain_text("đã vào hộp thư")
