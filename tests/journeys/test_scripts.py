"""What pages do by script, and with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from tests.journeys.looks import Look
from tests.journeys.test_axe import Cast, _context, _visit, cast  # noqa: F401 - its province

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_page_can_be_used_with_the_keyboard_alone(
    chromium: Browser,
    live: str,
    cast: Cast,  # noqa: F811 - the fixture
) -> None:
    look = Look(360, "en", "light")
    with _context(chromium, live, look, cast.recipient) as context:
        page = _visit(context, live, look, "/exchange/inbox/")
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


def test_error_summary_takes_the_focus_and_leads_to_the_field(
    chromium: Browser,
    live: str,
    cast: Cast,  # noqa: F811 - the fixture
) -> None:
    look = Look(1440, "vi", "light")
    with _context(chromium, live, look, cast.sender) as context:
        page = _visit(context, live, look, "/exchange/send/")
        page.click("main button[value=check]")
        expect(page.locator("[data-error-summary]")).to_be_focused()  # the click does not wait for the script
        page.click('a[href="#id_number"]')
        assert page.evaluate("document.activeElement.id") == "id_number"


def test_list_of_agencies_is_narrowed_without_diacritics(
    chromium: Browser,
    live: str,
    cast: Cast,  # noqa: F811 - the fixture
) -> None:
    look = Look(1440, "vi", "light")
    with _context(chromium, live, look, cast.sender) as context:
        page = _visit(context, live, look, "/exchange/send/")
        page.fill("[data-picker-search]", "phuong dong ha")
        shown = page.locator("[data-picker-choice]:visible").all_inner_texts()
        assert any("phường Đông Hà" in text for text in shown)
        assert len(shown) < 5
        page.locator("[data-picker-choice]:visible input").first.check()
        page.fill("[data-picker-search]", "so tai chinh")
        assert "1" in page.inner_text("[data-picker-count]")
        assert any(
            "Đông Hà" in text for text in page.locator("[data-picker-choice]:visible").all_inner_texts()
        )


def test_monitor_moves_by_itself(
    chromium: Browser,
    live: str,
    cast: Cast,  # noqa: F811 - the fixture
) -> None:
    look = Look(1440, "en", "light")
    with _context(chromium, live, look, cast.operator) as context:
        page = _visit(context, live, look, "/exchange/monitor/")
        before = page.inner_text(".live")
        expect(page.locator(".live")).not_to_have_text(before, timeout=15_000)
        assert page.locator("h1").count() == 1
