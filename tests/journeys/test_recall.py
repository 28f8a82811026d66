"""Two clerks: one asks a document back, the other agrees; and a document that went to the wrong agency goes to the right one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, expect

from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.exchange import service as exchange
from hienluong.exchange.commands import drain_recipients
from hienluong.exchange.models import Delivery, Recipient
from hienluong.exchange.service import Attached, Draft
from hienluong.files import service as files
from hienluong.kit import clock
from hienluong.ledger import service as ledger

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
OFFICE, COMMUNE, OTHER = "H50.VP", "H50.C18880", "H50.C19429"


@dataclass(frozen=True, slots=True)
class Clerks:
    """The two clerks: who sends and who receives, with the keys of their sessions."""

    sender: Actor
    sender_session: str
    receiver: Actor
    receiver_session: str


def _person(code: str, name: str) -> tuple[Actor, str]:
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
def clerks(live: str) -> Iterator[Clerks]:
    """The clerk of the provincial office and the clerk of a ward."""
    directory.forget()
    cache.clear()
    directory.load_reference_data(now=clock.now())
    yield Clerks(*_person(OFFICE, "Nguyễn Thị Hạnh"), *_person(COMMUNE, "Lê Văn Nhận"))
    directory.forget()


def _send(clerks: Clerks, number: int) -> Delivery:
    """Sends a document to the ward and lets it arrive."""
    receipt = exchange.send_document(
        actor=clerks.sender,
        draft=Draft(
            recipients=[COMMUNE],
            type_name="Công văn",
            number=str(number),
            notation="VP-TH",
            issued_on=date(2026, 11, 20),
            subject="Về việc tổng kết công tác văn thư, lưu trữ năm 2026",
            signer_name="Lê Quang Ánh",
            attachments=[Attached("Công văn.pdf", PDF)],
        ),
        declared_not_secret=True,
        now=clock.now(),
    )
    _carry()
    return Delivery.objects.get(packet_id=receipt.packet_id)


def _carry() -> None:
    drain_recipients(
        recipient_ids=list(Recipient.objects.exclude(agency=None).values_list("pk", flat=True)),
        now=clock.now(),
    )


def _browser(chromium: Browser, live: str, session: str, width: int, language: str) -> BrowserContext:
    context = chromium.new_context(viewport={"width": width, "height": 900})
    context.add_cookies(
        [
            {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live},
            {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live},
        ]
    )
    return context


@pytest.mark.parametrize(("width", "language"), [(1440, "vi"), (360, "en")])
def test_document_is_asked_back_by_one_clerk_and_given_back_by_the_other(
    chromium: Browser, live: str, clerks: Clerks, width: int, language: str
) -> None:
    delivery = _send(clerks, 15)
    vi = language == "vi"
    exchange.open_entry(actor=clerks.receiver, delivery_id=delivery.pk, now=clock.now())
    with (
        _browser(chromium, live, clerks.sender_session, width, language) as sending,
        _browser(chromium, live, clerks.receiver_session, width, language) as receiving,
    ):
        page = sending.new_page()
        page.goto(f"{live}/exchange/packets/{delivery.packet_id}/")
        page.locator(f"a[href$='/report/{delivery.pk}/13/']").click()
        page.click("main button[value=check]")
        expect(page.locator("[data-error-summary]")).to_be_focused()
        page.select_option("[name=reason]", "wrong-file")
        page.fill("[name=note]", "Tệp của năm 2025")
        page.click("main button[value=check]")
        expect(page.locator("main")).to_contain_text(
            "Đính kèm nhầm tệp" if vi else "The wrong file was attached"
        )
        page.click("main button[value=send]")
        expect(page.locator("main")).to_contain_text("đóng băng" if vi else "frozen")
        _carry()

        other = receiving.new_page()
        other.goto(f"{live}/corrections/recalls/?side=received&state=asked")
        row = other.locator("tbody tr")
        expect(row).to_have_count(1)
        expect(row).to_contain_text("Đính kèm nhầm tệp: Tệp của năm 2025")
        row.get_by_role("link").click()
        other.locator(f"a[href$='/report/{delivery.pk}/15/']").click()
        other.click("main button[value=check]")
        other.click("main button[value=send]")
        expect(other).to_have_url(f"{live}/exchange/inbox/")
        other.goto(f"{live}/corrections/recalls/")
        expect(other.locator("tbody tr")).to_contain_text(
            "bản sao đã bị hủy" if vi else "the copy is destroyed"
        )
        assert other.locator("tbody tr a").count() == 0, "the document is gone from here"

        page.reload()
        expect(page.locator("main")).to_contain_text(
            "bản sao của nơi nhận đã bị hủy" if vi else "copy is destroyed"
        )
    delivery.refresh_from_db()
    assert delivery.state == "withdrawn"
    holders = files.holders_of(delivery.transmission.file_id)
    assert clerks.receiver.agency_id not in holders
    assert clerks.sender.agency_id in holders
    ledger.sequence_waiting(now=clock.now())
    assert [fault.text() for fault in ledger.verify_ledger().faults] == []


def test_returned_document_is_sent_to_the_right_agency_in_one_act(
    chromium: Browser, live: str, clerks: Clerks
) -> None:
    delivery = _send(clerks, 16)
    exchange.open_entry(actor=clerks.receiver, delivery_id=delivery.pk, now=clock.now())
    exchange.report_status(
        actor=clerks.receiver, delivery_id=delivery.pk, status="02", reason="wrong-recipient", now=clock.now()
    )
    with _browser(chromium, live, clerks.sender_session, 1440, "vi") as context:
        page = context.new_page()
        page.goto(f"{live}/exchange/packets/{delivery.packet_id}/")
        expect(page.locator("main")).to_contain_text("gửi nhầm cơ quan")
        page.locator(f"a[href$='/deliveries/{delivery.pk}/correct/']").click()
        page.fill("[name=to]", OTHER)
        page.click("main button[value=check]")
        page.click("main button[value=send]")
        expect(page).to_have_url(f"{live}/exchange/packets/{delivery.packet_id}/")
        expect(page.locator("main")).to_contain_text("thay thế nơi nhận sai")
    codes = (
        Delivery.objects.filter(packet=delivery.packet).order_by("id").values_list("recipient__code", "state")
    )
    assert list(codes) == [(COMMUNE, "withdrawn"), (OTHER, "waiting")]


def test_document_is_updated_with_the_form_that_begins_with_the_earlier_one(
    chromium: Browser, live: str, clerks: Clerks
) -> None:
    delivery = _send(clerks, 17)
    with _browser(chromium, live, clerks.sender_session, 1440, "en") as context:
        page = context.new_page()
        page.goto(f"{live}/exchange/packets/{delivery.packet_id}/")
        page.get_by_role("link", name="Update it").click()
        assert page.input_value("[name=number]") == "17"
        page.fill("[name=change_reason]", "Sửa ngày họp")
        page.fill("[name=signer_name]", "Lê Quang Ánh")
        page.set_input_files(
            "[name=attachments]",
            {"name": "Công văn.pdf", "mimeType": "application/pdf", "buffer": PDF + b"2"},
        )
        page.check("[name=not_secret]")
        page.click("main button[value=check]")
        expect(page.locator("main")).to_contain_text("Sửa ngày họp")
        page.click("main button[value=send]")
        expect(page.locator("main")).to_contain_text("This document updates document 17/VP-TH")
    delivery.refresh_from_db()
    assert delivery.standing == "updated"
