"""The pages of documents to be issued, looked at as the other main pages are (`test_axe`)."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Browser
from tests.issuing.house import House, decision, session_of
from tests.journeys.looks import EVERY_LOOK, Look, examine, open_context, visit
from tests.journeys.opening import answering, believed, demonstration, in_thread, opened

from hienluong.issuing import commands
from hienluong.issuing.models import Document
from hienluong.kit import clock

__all__ = ["answering", "believed", "demonstration", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def house(opened: House) -> House:
    """An agency with documents at every step."""
    in_thread(lambda: _furnish(opened))
    return opened


def _furnish(made: House) -> None:
    made.hand_in(
        subject="Kế hoạch kiểm tra cải cách hành chính năm 2027 tại các xã, phường trên địa bàn tỉnh"
    )
    made.number(
        made.hand_in(subject="Về việc cử công chức tham gia bồi dưỡng nghiệp vụ văn thư, lưu trữ"), "14"
    )
    for number in (15, 16):
        signed = made.number(
            made.hand_in(
                subject=f"Thành lập Tổ công tác số {number} về chuyển đổi số",
                attachments=[("Phụ lục danh sách.pdf", decision()), ("Số liệu.txt", "số liệu".encode())],
            ),
            str(number),
        )
        made.sign(signed)
    sealed = made.number(made.hand_in(subject="Ban hành Quy chế làm việc của Sở"), "17")
    made.sign(sealed)
    made.seal(sealed)
    issued = made.number(made.hand_in(subject="Phân công trực Tết Dương lịch"), "18")
    made.sign(issued)
    made.seal(issued)
    made.issue(issued)
    back = made.number(made.hand_in(subject="Khen thưởng tập thể, cá nhân có thành tích"), "19")
    commands.return_document(
        actor=made.head,
        document_id=back.pk,
        reason="Danh sách kèm theo còn thiếu hai người.",
        now=clock.now(),
    )


def _read(house: House) -> tuple[dict[str, str], dict[str, UUID]]:
    """Returns the keys of sessions by role, and a document at each step."""
    keys = {role: session_of(post) for role, post in house.posts.items()}
    steps = {one.step: one.pk for one in Document.objects.order_by("-pk")}
    return keys, steps


@EVERY_LOOK
def test_pages_of_documents_to_be_issued_have_no_fault_that_axe_knows(
    chromium: Browser, live: str, house: House, look: Look
) -> None:
    keys, steps = in_thread(lambda: _read(house))
    at = {step: f"/issuing/{pk}/" for step, pk in steps.items()}
    with open_context(chromium, live, look, keys["officer"]) as officer:
        visit(
            officer,
            live,
            look,
            "/issuing/",
            "/issuing/new/",
            at["returned"],
            f"{at['returned']}resubmit/",
            f"{at['prepared']}give-up/",
            "/issuing/?show=mine",
        )
    with open_context(chromium, live, look, keys["head"]) as head:
        page = visit(
            head,
            live,
            look,
            "/",
            "/issuing/?show=sign",
            at["numbered"],
            f"{at['numbered']}place/person/",
            f"{at['numbered']}return/",
            f"/issuing/many/?what=sign&entry={steps['numbered']}",
            "/issuing/answer/sign/",
        )
        page.goto(f"{live}{at['numbered']}place/person/")
        page.wait_for_selector("[data-place-bound]")
        page.focus("[data-place-handle]")
        before = float(page.input_value("[name=left]"))
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowRight")
        assert float(page.input_value("[name=left]")) == pytest.approx(before + 11)
        page.locator("[data-place-box]").scroll_into_view_if_needed()
        frame = page.locator("[data-place-box]").bounding_box()
        assert frame is not None
        page.mouse.move(frame["x"] + 5, frame["y"] + 5)
        page.mouse.down()
        page.mouse.move(frame["x"] - 25, frame["y"] + 5)
        page.mouse.up()
        assert float(page.input_value("[name=left]")) < before + 11
    with open_context(chromium, live, look, keys["clerk"]) as clerk:
        page = visit(
            clerk,
            live,
            look,
            "/issuing/?show=number",
            at["prepared"],
            f"{at['prepared']}number/",
            "/issuing/?show=seal",
            at["signed"],
            f"{at['signed']}place/seal/",
            at["sealed"],
            f"{at['sealed']}issue/",
            at["issued"],
            "/issuing/?show=all",
        )
        page.goto(f"{live}{at['sealed']}issue/")
        page.check("[name=way][value=none]")
        page.click("main form button[value=check]")
        page.wait_for_load_state()
        examine(page, look, "issue, to check")
        page.goto(f"{live}/issuing/?show=seal")
        page.check("[data-tick-all]")
        page.click("main form button[type=submit]")
        page.wait_for_load_state()
        examine(page, look, "many to seal")
        page.click("main form[action] button[type=submit]")
        page.wait_for_load_state()
        examine(page, look, "a run")
