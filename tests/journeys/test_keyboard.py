"""A clerk does a day's work without a pointing device: signs in, reads, acts on several documents, writes, sends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.conf import settings
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.exchange import service as exchange
from hienluong.exchange.commands import drain_recipients
from hienluong.exchange.models import Delivery, Packet, Recipient
from hienluong.exchange.service import Attached, Draft
from hienluong.kit import clock

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
COMMUNE = "H50.C18880"
PASSWORD = "mua-dong-khong-lanh-2026"
HAS_RING = """() => {
  const element = document.activeElement, style = getComputedStyle(element);
  const isSeen = element.getClientRects().length > 0;
  return element !== document.body && isSeen && (style.outlineStyle !== "none" || style.boxShadow !== "none");
}"""


def _employ(code: str, name: str) -> Actor:
    setup, found = Actor.platform("specification"), directory.agency_by_code(code)
    assert found is not None
    person = directory.create_person(actor=setup, full_name=name, username=f"keys-{code}", now=clock.now())
    directory.assign_post(
        actor=setup, person=person, agency=found.agency, role="clerk", title="Văn thư", now=clock.now()
    )
    assert person.user is not None
    person.user.set_password(PASSWORD)
    person.user.save()
    return directory.actor_of(directory.posts_of(person.user)[0])


@pytest.fixture
def commune(live: str) -> Iterator[str]:
    """The user name of a commune's clerk, to whom three documents came."""
    directory.forget()
    cache.clear()
    directory.load_reference_data(now=clock.now())
    sender = _employ("H50.VP", "Lê Thị Gửi")
    _employ(COMMUNE, "Nguyễn Thị Hạnh")
    for number in (1, 2, 3):
        exchange.send_document(
            actor=sender,
            draft=Draft(
                recipients=[COMMUNE],
                type_name="Công văn",
                number=str(number),
                notation="VP-TH",
                issued_on=date(2026, 11, 20),
                subject=f"Văn bản {number}",
                signer_name="Lê Quang Ánh",
                attachments=[Attached("Công văn.pdf", PDF)],
            ),
            declared_not_secret=True,
            now=clock.now(),
        )
    for recipient in Recipient.objects.exclude(agency=None):
        drain_recipients(recipient_ids=[recipient.pk], now=clock.now())
    yield f"keys-{COMMUNE}"
    directory.forget()


def _press(page: Page, *keys: str) -> None:
    """Presses keys; after each the focus is to be seen where it is."""
    for key in keys:
        page.keyboard.press(key)
        if key == "Tab":
            assert page.evaluate(HAS_RING), page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def _tab_to(page: Page, css: str) -> None:
    """Goes on with Tab until the focus is there."""
    for _ in range(200):
        if page.evaluate("css => document.activeElement.matches(css)", css):
            return
        _press(page, "Tab")
    pytest.fail(f"no way to {css}")


def _fill(page: Page, name: str, text: str) -> None:
    _tab_to(page, f"[name={name}]")
    page.keyboard.insert_text(text)


def _tab_back_to(page: Page, css: str) -> None:
    for _ in range(30):
        if page.evaluate("css => document.activeElement.matches(css)", css):
            return
        page.keyboard.press("Shift+Tab")
    pytest.fail(f"no way back to {css}")


def _enter(page: Page, css: str, shown: str) -> None:
    """Goes to a link or button, presses it, and waits for what the page has that it leads to."""
    _tab_to(page, css)
    _press(page, "Enter")
    expect(page.locator(shown)).to_be_visible()


def _sign_in(page: Page, live: str, name: str) -> None:
    page.goto(f"{live}/sign-in/?next=/exchange/inbox/")
    _fill(page, "login", name)
    _press(page, "Tab")
    page.keyboard.insert_text(PASSWORD)
    _press(page, "Enter")
    expect(page.locator("h1")).to_have_text("Inbox")


def _read_and_register(page: Page) -> None:
    _press(page, "?")
    expect(page.locator("dialog")).to_be_visible()
    _press(page, "Escape")
    _press(page, "j", "j", "k")
    assert page.evaluate("document.activeElement.textContent") == "Văn bản 3"
    assert page.evaluate(HAS_RING)
    _press(page, "o")  # opening confirms and tells the sender
    expect(page.locator("h1")).to_have_text("Văn bản 3")
    opened = Delivery.objects.get(packet__subject="Văn bản 3")
    assert opened.business_state == "01"
    _enter(page, f'main a[href$="/report/{opened.pk}/03/"]', "[name=arrival_number]")
    _fill(page, "arrival_number", "126")
    _enter(page, "main button[value=check]", "main button[value=send]")
    _tab_to(page, "main button[value=send]")
    _press(page, "Enter")
    expect(page.locator("main")).to_contain_text("Sent to the other agency")


def _act_on_two(page: Page, live: str) -> None:
    page.goto(f"{live}/exchange/inbox/")
    _press(page, "/")
    page.keyboard.insert_text("jxc")  # in a field they are letters
    _press(page, "j")
    expect(page.locator("main input[name=q]")).to_have_value("jxcj")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    _tab_to(page, "main button")
    _press(page, "j", "j", "x", "j", "x")
    expect(page.locator("[data-ticked]")).to_have_text("Ticked: 2")
    _tab_back_to(page, "[name=act]")
    _press(page, "Tab", "Enter")
    expect(page.locator("main")).to_contain_text("Done: 2 documents.")
    assert not Delivery.objects.filter(recipient__code=COMMUNE, business_state="").exists()


def _write_and_send(page: Page) -> None:
    _press(page, "c")
    expect(page.locator("h1")).to_have_text("Send a document")
    for name, text in {
        "other_codes": "H50.VP",
        "type_name": "Công văn",
        "issued_on": "24/11/2026",
        "number": "9",
        "notation": "UBND",
        "subject": "Trả lời",
        "signer_name": "An",
    }.items():
        _fill(page, name, text)
    _tab_to(page, "[name=attachments]")
    # The dialogue of the operating system is beyond a test; what it gives is given here.
    page.set_input_files(
        "[name=attachments]", {"name": "Công văn.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    _tab_to(page, "[name=not_secret]")
    _press(page, "Space")
    _enter(page, "main button[value=check]", "main button[value=send]")
    _tab_to(page, "main button[value=send]")
    _press(page, "Enter")
    expect(page.locator("main")).to_contain_text("accepted for delivery")
    assert Packet.objects.filter(subject="Trả lời").count() == 1


def test_day_of_work_with_the_keyboard_alone(chromium: Browser, live: str, commune: str) -> None:
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": live}])
        page = context.new_page()
        _sign_in(page, live, commune)
        _read_and_register(page)
        _act_on_two(page, live)
        _write_and_send(page)

        page.goto(f"{live}/account/")
        _tab_to(page, "#shortcuts button")
        _press(page, "Enter")
        expect(page.locator("#shortcuts")).to_contain_text("Single keys do nothing")
        page.goto(f"{live}/exchange/inbox/")
        _press(page, "c")
        expect(page).to_have_url(f"{live}/exchange/inbox/")
