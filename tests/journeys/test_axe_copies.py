"""The pages of copies, looked at as the other main pages are (`test_axe`); a device signs from its page."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import Browser
from pytest_django import Settings
from tests.copies.desk import Desk, scan, second_certificate
from tests.issuing.house import House, session_of
from tests.journeys.looks import EVERY_LOOK, Look, examine, open_context, visit
from tests.journeys.opening import answering, believed, demonstration, in_thread, opened

from hienluong.copies.models import Copy, Kind
from hienluong.signing.formats.device import AgentServer, Device

__all__ = ["answering", "believed", "demonstration", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def desk(opened: House) -> Desk:
    """A clerk's desk with a copy at each step."""
    return in_thread(lambda: _furnish(opened))


def _furnish(house: House) -> Desk:
    second_certificate(house)
    desk = Desk(house)
    desk.seal(desk.number(desk.hand_in(of_subject="Phân công trực Tết Dương lịch"), number="15"))
    desk.give_up(desk.hand_in(kind=Kind.TRICH_SAO, pages="1-2", of_subject="Danh sách kèm theo Quyết định"))
    desk.hand_in(
        kind=Kind.SAO_LUC,
        of_reference="1234/KH-UBND",
        of_subject="Kế hoạch kiểm tra cải cách hành chính năm 2027 tại các xã, phường trên địa bàn tỉnh Quảng Trị",
        file=("Bản quét kế hoạch kiểm tra cải cách hành chính.pdf", scan(dpi=100, mode="L")),
        made_for="Ủy ban nhân dân các xã, phường",
    )
    return desk


def _read(desk: Desk) -> tuple[str, dict[str, str]]:
    """Returns the key of the clerk's session, and the address of a copy at each step."""
    key = session_of(desk.house.posts["clerk"])
    return key, {one.step: f"/copies/{one.pk}/" for one in Copy.objects.all()}


@EVERY_LOOK
def test_pages_of_copies_have_no_fault_that_axe_knows(
    chromium: Browser, live: str, desk: Desk, look: Look, settings: Settings
) -> None:
    session, at = in_thread(lambda: _read(desk))
    agent = AgentServer(Device([desk.house.keys["device"]], lambda _origin, _batch: True), 0, [live])
    settings.SIGNING_DEVICE_URL = f"http://127.0.0.1:{agent.server_port}"
    threading.Thread(target=agent.serve_forever, args=(0.02,), daemon=True).start()
    with open_context(chromium, live, look, session) as clerk:
        page = visit(
            clerk, live, look, "/copies/", "/copies/new/", at["sealed"], at["given-up"],
            f"{at['prepared']}number/", f"{at['prepared']}give-up/", f"{at['prepared']}answer/", at["prepared"],
        )  # fmt: skip
        page.goto(f"{live}/copies/new/")
        page.click("main form button[type=submit]")
        examine(page, look, "handing in, with errors")
        page.goto(f"{live}{at['prepared']}?certificate={desk.house.rows['device'].pk}")
        examine(page, look, "a device to sign with")
        page.click("form[data-device] button[type=submit]")
        page.wait_for_selector("form[data-device]", state="detached")
        page.wait_for_load_state()
        examine(page, look, "a copy that the device signed")
    agent.shutdown()
    agent.server_close()
    steps = in_thread(lambda: sorted(Copy.objects.values_list("step", flat=True)))
    assert steps == ["given-up", "sealed", "sealed"], "the device of the page signed"
