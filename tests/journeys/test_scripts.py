"""What pages do by script, and with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from tests.journeys.looks import Look, open_context, visit
from tests.journeys.test_axe import Cast, cast  # noqa: F401 - its province

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

Open = Callable[[Look, str, str], Page]
LIGHT_TEXT = """() => {
  const pot = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const isLight = (colour) => {
    pot.fillStyle = colour;
    pot.fillRect(0, 0, 1, 1);
    const [red, green, blue] = pot.getImageData(0, 0, 1, 1).data;
    return red + green + blue > 450;
  };
  return [...document.querySelectorAll("main *")]
    .filter((one) => one.innerText?.trim() && one.checkVisibility() && isLight(getComputedStyle(one).color))
    .map((one) => one.outerHTML.slice(0, 120));
}"""
"""Which elements of a page have text that would not be read on white paper."""


@pytest.fixture
def opened(chromium: Browser, live: str) -> Iterator[Open]:
    """Opens a page as whoever the session belongs to."""
    with ExitStack() as browsers:

        def at(look: Look, session: str, path: str) -> Page:
            context = browsers.enter_context(open_context(chromium, live, look, session))
            return visit(context, live, look, path)

        yield at


@pytest.fixture
def sending(opened: Open, cast: Cast) -> Page:  # noqa: F811 - the fixture
    """The form of the sender's clerk for a new document, in Vietnamese."""
    return opened(Look(1440, "vi", "light"), cast.sender, "/exchange/send/")


def test_page_can_be_used_with_the_keyboard_alone(opened: Open, live: str, cast: Cast) -> None:  # noqa: F811 - the fixture
    page = opened(Look(360, "en", "light"), cast.recipient, "/exchange/inbox/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.goto(f"{live}/exchange/inbox/")
    page.focus("[data-menu-button]")
    page.keyboard.press("Enter")
    assert page.is_visible("#menu")
    assert page.get_attribute("[data-menu-button]", "aria-expanded") == "true"
    page.focus("details.frame-menu summary")
    page.keyboard.press("Enter")
    assert page.is_visible(".frame-panel")
    page.keyboard.press("Escape")
    assert not page.is_visible(".frame-panel")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_error_summary_takes_the_focus_and_leads_to_the_field(sending: Page) -> None:
    sending.click("main button[value=check]")
    expect(sending.locator("[data-error-summary]")).to_be_focused()  # the click does not wait for the script
    sending.click('a[href="#id_number"]')
    assert sending.evaluate("document.activeElement.id") == "id_number"


def test_list_of_agencies_is_narrowed_without_diacritics(sending: Page) -> None:
    sending.fill("[data-picker-search]", "phuong dong ha")
    shown = sending.locator("[data-picker-choice]:visible").all_inner_texts()
    assert any("phường Đông Hà" in text for text in shown)
    assert len(shown) < 5
    sending.locator("[data-picker-choice]:visible input").first.check()
    sending.fill("[data-picker-search]", "so tai chinh")
    assert "1" in sending.inner_text("[data-picker-count]")
    assert any(
        "Đông Hà" in text for text in sending.locator("[data-picker-choice]:visible").all_inner_texts()
    )


def test_monitor_moves_by_itself(opened: Open, cast: Cast) -> None:  # noqa: F811 - the fixture
    page = opened(Look(1440, "en", "light"), cast.operator, "/exchange/monitor/")
    before = page.inner_text(".live")
    expect(page.locator(".live")).not_to_have_text(before, timeout=15_000)
    assert page.locator("h1").count() == 1


def test_printed_page_is_the_document_alone_in_dark_ink(
    opened: Open,
    cast: Cast,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    page = opened(Look(1440, "vi", "dark"), cast.sender, f"/exchange/packets/{cast.packet}/")
    title = page.inner_text("h1")
    page.emulate_media(media="print")
    for part in (".frame", ".side", ".foot", "main .btn"):
        expect(page.locator(part).first).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    light = page.evaluate(LIGHT_TEXT)
    assert not light, "\n".join(light)
    sheets = PdfReader(BytesIO(page.pdf(path=tmp_path / "packet.pdf", format="A4"))).pages
    text = " ".join(" ".join(sheet.extract_text() for sheet in sheets).split())
    assert title in text
    assert "Đăng xuất" not in text
