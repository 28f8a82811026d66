"""A clerk writes while the line is lost, the server is gone, the session ends and a second page is open: nothing is lost."""

from __future__ import annotations

import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect

from hienluong.composing.models import Draft
from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.exchange.models import Packet
from hienluong.kit import clock

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
COMMUNE = "H50.C18880"
STATE = "[data-draft-state]"
SAVED, NO_LINE = re.compile(r"Saved at \d\d:\d\d"), "Not saved: no line"
_numbers = itertools.count(1)


def _session(user: directory.User) -> str:
    browser = Client()
    browser.force_login(user)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def clerk(live: str) -> Iterator[directory.User]:
    """The clerk of the province's office."""
    directory.forget()
    cache.clear()
    directory.load_reference_data(now=clock.now())
    setup, found = Actor.platform("specification"), directory.agency_by_code("H50.VP")
    assert found is not None
    person = directory.create_person(
        actor=setup, full_name="Nguyễn Thị Hạnh", username=f"writer{next(_numbers)}", now=clock.now()
    )
    directory.assign_post(
        actor=setup, person=person, agency=found.agency, role="clerk", title="Văn thư", now=clock.now()
    )
    assert person.user is not None
    yield person.user
    directory.forget()


def _sign_in(context: BrowserContext, live: str, user: directory.User) -> None:
    context.add_cookies(
        [
            {"name": settings.SESSION_COOKIE_NAME, "value": _session(user), "url": live},
            {"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": live},
        ]
    )


@pytest.fixture
def browser(chromium: Browser, live: str, clerk: directory.User) -> Iterator[BrowserContext]:
    """The clerk's browser."""
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        _sign_in(context, live, clerk)
        yield context


def _write(page: Page, name: str, text: str) -> None:
    field = page.locator(f"[name={name}]")
    field.press("End")
    field.press_sequentially(text, delay=2)


def _left(page: Page, count: int) -> None:
    """Waits until so many texts lie in this browser."""
    names: list[str] = []
    for _ in range(150):
        names = page.evaluate("Object.keys(localStorage)")
        if len(names) == count:
            return
        page.wait_for_timeout(100)
    pytest.fail(f"{names}")


def _says(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator(STATE)).to_contain_text(words, timeout=15_000)


def test_line_is_lost_while_writing_and_everything_is_there_and_goes_out_once(
    browser: BrowserContext, live: str
) -> None:
    page = browser.new_page()
    page.goto(f"{live}/exchange/send/")
    page.check(f'input[value="{COMMUNE}"]')
    _write(page, "type_name", "Công văn")
    _write(page, "number", "77")
    page.set_input_files(
        "[name=attachments]", {"name": "Công văn.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    expect(page.locator("[data-draft-files]")).to_contain_text("Công văn.pdf", timeout=15_000)
    _says(page, SAVED)

    browser.set_offline(True)
    _write(page, "notation", "VP-TH")
    _write(page, "subject", "Viết khi mất mạng")
    _says(page, NO_LINE)
    expect(page.locator("[data-draft-told]")).to_contain_text("kept on this device")
    _write(page, "signer_name", "Lê Quang Ánh")
    _write(page, "issued_on", "24/11/2026")
    _left(page, 1)
    assert "Viết khi" not in Draft.objects.get().subject

    browser.set_offline(False)
    _says(page, SAVED)
    _left(page, 0)
    page.reload()
    for name, text in {"number": "77", "notation": "VP-TH", "signer_name": "Lê Quang Ánh"}.items():
        expect(page.locator(f"[name={name}]")).to_have_value(text)
    expect(page.locator("[name=subject]")).to_have_value("Viết khi mất mạng")
    expect(page.locator(f'input[value="{COMMUNE}"]')).to_be_checked()
    expect(page.get_by_label("Công văn.pdf")).to_be_checked()

    address = page.url
    page.check("[name=not_secret]")
    page.click("main button[value=check]")
    expect(page.locator("h1")).to_have_text("Check before you send")
    page.dblclick("main button[value=send]")
    expect(page.locator("main")).to_contain_text(re.compile("accepted for delivery|not sent twice"))
    page.goto(address)
    expect(page.locator("main")).to_contain_text("not sent twice")
    assert Packet.objects.count() == 1
    assert not Draft.objects.exists()
    _left(page, 0)


@pytest.mark.prove
def test_browser_ended_without_a_line_brings_its_text_up_from_the_next_page_it_opens(
    browser: BrowserContext, live: str
) -> None:
    page = browser.new_page()
    page.goto(f"{live}/exchange/send/")
    browser.set_offline(True)
    _write(page, "subject", "Chưa lên máy chủ bao giờ")
    _left(page, 1)
    address = page.url
    page.close()
    browser.set_offline(False)

    page = browser.new_page()
    page.goto(address)  # the draft that the server does not know yet is shown as soon as it does
    expect(page.locator("[name=subject]")).to_have_value("Chưa lên máy chủ bao giờ", timeout=10_000)
    browser.set_offline(True)
    _write(page, "number", "12")
    _left(page, 1)
    page.close()
    browser.set_offline(False)

    page = browser.new_page()
    page.goto(f"{live}/")
    _left(page, 0)
    assert Draft.objects.get().first("number") == "12"


def test_session_ends_while_writing_and_the_text_is_there_after_signing_in(
    browser: BrowserContext, live: str, clerk: directory.User
) -> None:
    page = browser.new_page()
    page.goto(f"{live}/exchange/send/")
    _write(page, "subject", "Trước khi hết phiên")
    _says(page, SAVED)
    Session.objects.all().delete()
    _write(page, "number", "31")
    _says(page, "not signed in here any more")
    _left(page, 1)
    page.click("[data-draft-again]")
    expect(page).to_have_url(re.compile("/sign-in/"))
    _sign_in(browser, live, clerk)
    page.goto(re.sub(r".*next=", live, page.url).replace("%3F", "?").replace("%3D", "="))
    expect(page.locator("[name=number]")).to_have_value("31", timeout=10_000)
    expect(page.locator("[name=subject]")).to_have_value("Trước khi hết phiên")
    _left(page, 0)


@contextmanager
def _process(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Serves the product from a process of its own, which may be killed, on the database of this specification."""
    database = urlsplit(os.environ["HIENLUONG_DATABASE_URL"])._replace(
        path="/" + str(settings.DATABASES["default"]["NAME"])
    )
    serve = (
        "import sys, wsgiref.simple_server as w; from hienluong.config.wsgi import application as a; "
        "w.make_server('127.0.0.1', int(sys.argv[1]), a).serve_forever()"
    )
    environment = {**os.environ, "HIENLUONG_DATABASE_URL": database.geturl()}
    process = subprocess.Popen(
        [sys.executable, "-c", serve, str(port)], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait(timeout=10)


@pytest.mark.prove
def test_server_is_killed_while_writing_and_the_next_one_gets_everything(
    browser: BrowserContext, clerk: directory.User
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    page = browser.new_page()
    with _process(port) as first:
        page.goto(f"http://127.0.0.1:{port}/exchange/send/")
        _write(page, "subject", "Trước khi máy chủ tắt")
        _says(page, SAVED)
        first.send_signal(signal.SIGKILL)
        first.wait(timeout=10)
        _write(page, "number", "45")
        _says(page, NO_LINE)
    with _process(port):
        _says(page, SAVED)
        page.reload()
        expect(page.locator("[name=subject]")).to_have_value("Trước khi máy chủ tắt")
        expect(page.locator("[name=number]")).to_have_value("45")
    _left(page, 0)


@pytest.mark.prove
def test_two_pages_that_write_the_same_draft_keep_both_texts(browser: BrowserContext, live: str) -> None:
    first = browser.new_page()
    first.goto(f"{live}/exchange/send/")
    _write(first, "subject", "Gốc")
    _says(first, SAVED)
    second = browser.new_page()
    second.goto(first.url)
    _write(first, "subject", ", trang một")
    expect(first.locator(STATE)).to_have_attribute("data-now", "waiting")
    _says(first, SAVED)
    _write(second, "subject", ", trang hai")
    expect(second.locator("[data-draft-other]")).to_contain_text("Both texts are kept", timeout=15_000)
    assert {draft.subject for draft in Draft.objects.all()} == {"Gốc, trang một", "Gốc, trang hai"}
    second.locator("[data-draft-other] a").click()
    expect(second.locator("[name=subject]")).to_have_value("Gốc, trang một")


def test_signing_out_saves_first_and_leaves_nothing_in_the_browser(
    browser: BrowserContext, live: str
) -> None:
    page = browser.new_page()
    page.goto(f"{live}/exchange/send/")
    _write(page, "subject", "Vừa gõ xong")
    _left(page, 1)
    page.click("details.frame-menu summary")
    page.get_by_role("button", name="Sign out").click()
    expect(page).not_to_have_url(re.compile("/exchange/"))
    assert Draft.objects.get().subject == "Vừa gõ xong"
    _left(page, 0)


def test_what_is_typed_while_a_saving_is_under_way_is_saved_before_signing_out(
    browser: BrowserContext, live: str
) -> None:
    page = browser.new_page()
    page.goto(f"{live}/exchange/send/")
    held = _hold_the_first(page)
    _write(page, "subject", "Nửa đầu")
    _until(page, lambda: held)
    _write(page, "subject", ", nửa sau")
    page.click("details.frame-menu summary")
    page.get_by_role("button", name="Sign out").click()
    held[0].continue_()
    expect(page).not_to_have_url(re.compile("/exchange/"))
    assert Draft.objects.get().subject == "Nửa đầu, nửa sau"
    _left(page, 0)


def test_signing_out_without_a_line_asks_before_it_loses_what_was_written(
    browser: BrowserContext, live: str
) -> None:
    page, asked = browser.new_page(), list[str]()
    page.goto(f"{live}/exchange/send/")
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    browser.set_offline(True)
    _write(page, "subject", "Viết khi mất mạng")
    _left(page, 1)
    page.click("details.frame-menu summary")
    page.get_by_role("button", name="Sign out").click()
    _until(page, lambda: asked)
    assert "could not be saved" in asked[0]
    browser.set_offline(False)
    _says(page, SAVED)
    assert Draft.objects.get().subject == "Viết khi mất mạng"


def test_tick_that_is_taken_away_while_another_file_goes_up_stays_away(
    browser: BrowserContext, live: str
) -> None:
    page = browser.new_page()
    page.goto(f"{live}/exchange/send/")
    page.set_input_files(
        "[name=attachments]", {"name": "Nháp.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    first = page.get_by_label("Nháp.pdf")
    expect(first).to_be_checked()
    held = _hold_the_first(page)
    page.set_input_files(
        "[name=attachments]", {"name": "Chính.pdf", "mimeType": "application/pdf", "buffer": PDF + b" "}
    )
    _until(page, lambda: held)
    first.uncheck()
    held[0].continue_()
    expect(page.get_by_label("Chính.pdf")).to_be_checked()
    expect(first).not_to_be_checked()


def test_files_for_a_document_that_was_sent_go_up_once(browser: BrowserContext, live: str) -> None:
    page, asked = browser.new_page(), list[Route]()
    page.goto(f"{live}/exchange/send/")

    def refuse(route: Route) -> None:
        asked.append(route)
        route.fulfill(status=409, json={"sent": "/exchange/sent/", "said": "It was sent."})

    page.route("**/exchange/send/save/", refuse)
    page.set_input_files(
        "[name=attachments]", {"name": "Muộn.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    expect(page.locator("[data-draft-other]")).to_contain_text("It was sent.")
    for _ in range(3):
        page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(200)
    assert len(asked) == 1


def test_text_that_another_page_brought_up_meanwhile_stops_nothing(
    browser: BrowserContext, live: str
) -> None:
    page, wrong = browser.new_page(), list[Error]()
    page.on("pageerror", lambda error: wrong.append(error))  # noqa: PLW0108 - playwright marks the function
    page.goto(f"{live}/exchange/drafts/")
    page.evaluate(
        """() => {
          const mine = `hienluong.draft.${document.body.dataset.account}.`;
          for (const draft of [crypto.randomUUID(), crypto.randomUUID()]) {
            const fields = Object.entries({ draft, page: crypto.randomUUID(), subject: "Bỏ lại" });
            localStorage.setItem(`${mine}${draft}.x`, JSON.stringify({ fields, version: 0, turn: Date.now() }));
          }
        }"""
    )
    held = _hold_the_first(page)
    page.evaluate("dispatchEvent(new Event('online'))")
    _until(page, lambda: held)
    page.evaluate("localStorage.clear()")
    held[0].continue_()
    page.wait_for_timeout(300)
    assert not wrong


def _hold_the_first(page: Page) -> list[Route]:
    """Holds back the next saving until it is told to go on; those after it pass."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/exchange/send/save/", hold)
    return held


def _until(page: Page, condition: Callable[[], object]) -> None:
    for _ in range(100):
        if condition():
            return
        page.wait_for_timeout(50)
    pytest.fail("it never came")
