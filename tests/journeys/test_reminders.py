"""A browser is woken: our worker shows what came, leads to the page, and the policy of the pages lets it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, expect
from tests.journeys.looks import Look, open_context
from tests.journeys.test_axe import OFFICE, _person

from hienluong.directory import service as directory
from hienluong.kit import clock
from hienluong.notices import service as notices

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def clerk(chromium: Browser, live: str) -> Iterator[BrowserContext]:
    """A clerk's browser, in which messages of this site are allowed."""
    directory.forget()
    cache.clear()
    directory.load_reference_data(now=clock.now())
    _actor, session = _person(OFFICE, "clerk")
    with open_context(chromium, live, Look(1440, "en", "light"), session) as context:
        context.grant_permissions(["notifications"], origin=live)
        yield context
    directory.forget()


def test_worker_shows_what_came_and_stands_for_the_whole_site(clerk: BrowserContext, live: str) -> None:
    page = clerk.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"{live}/account/reminders/")
    page.evaluate(
        "async () => { await navigator.serviceWorker.register('/worker.js'); await navigator.serviceWorker.ready; }"
    )
    devtools = clerk.new_cdp_session(page)
    registrations: list[dict[str, Any]] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(event["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    [registration] = {one["registrationId"]: one for one in registrations}.values()
    assert registration["scopeURL"] == f"{live}/"

    said = {
        "title": "Hiền Lương",
        "text": "3 documents wait.",
        "link": "/deadlines/",
        "tag": "deadlines.reminder",
    }
    push = {"origin": live, "registrationId": registration["registrationId"], "data": json.dumps(said)}
    shown = None
    for attempt in range(100):
        if attempt % 20 == 0:  # a busy browser may drop one; the tag makes of many a single notification
            devtools.send("ServiceWorker.deliverPushMessage", push)
        shown = page.evaluate(
            "async () => (await (await navigator.serviceWorker.ready).getNotifications())"
            ".map((one) => [one.title, one.body, one.tag, one.data.link])"
        )
        if shown:
            break
        page.wait_for_timeout(100)
    assert shown == [["Hiền Lương", "3 documents wait.", "deadlines.reminder", "/deadlines/"]]
    assert faults == []


def test_browser_that_gives_a_subscription_is_listed_and_removed(clerk: BrowserContext, live: str) -> None:
    """The push service of the maker cannot be reached here: what the browser gives is put into the form."""
    from tests.matrix.things import browser_given  # noqa: PLC0415 - keys as a browser makes them

    page = clerk.new_page()
    page.goto(f"{live}/account/")
    page.click("text=Choose how")
    page.uncheck("[name=mail]")
    page.click("text=Save")
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.locator("[name=mail]")).not_to_be_checked()

    page.evaluate(
        "(given) => { const form = document.querySelector('form[data-push]');"
        " for (const name in given) form.elements[name].value = given[name]; form.submit(); }",
        browser_given("journey"),
    )
    expect(page.get_by_text("This browser reminds you from now on.")).to_be_visible()
    expect(page.get_by_role("rowheader", name=re.compile("Chrom"))).to_be_visible()
    page.click("text=Remove")
    expect(page.get_by_text("no longer reminds you")).to_be_visible()
    expect(page.get_by_text("No browser reminds you yet")).to_be_visible()
    assert notices.push_key()
