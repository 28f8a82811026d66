"""The pages about webhooks, looked at as the other main pages are (`test_axe`)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from tests.journeys.looks import EVERY_LOOK, Look, examine, open_context, visit
from tests.journeys.test_axe import OFFICE, Cast, cast

from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.systems import service as systems
from hienluong.webhooks import service as webhooks
from hienluong.webhooks.models import Attempt, Message, Webhook

__all__ = ["cast"]  # the fixture
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def hook(cast: Cast) -> Webhook:
    """A webhook of the office that fails: messages that were taken, that wait and that failed."""
    setup, office, now = Actor.platform("specification"), directory.agency_by_code(OFFICE), clock.now()
    assert office is not None
    system, _client, _secret = systems.register_system(
        actor=setup, agency=office.agency, name="Phần mềm quản lý văn bản và điều hành dùng chung", now=now
    )
    made, _shown = webhooks.register_webhook(
        actor=setup,
        system=system,
        url="https://app.example.vn/hien-luong/mot-dia-chi-rat-dai-cua-phan-mem-quan-ly-van-ban",
        kinds=webhooks.KINDS,
        now=now,
    )
    webhooks.rotate_webhook_secret(actor=setup, webhook=made, now=now)
    Webhook.objects.update(state="active", verified_at=now, failing_since=now, failures=3)
    for state in ("delivered", "waiting", "failed"):
        message = Message.objects.create(
            webhook=made,
            kind="packet.delivered",
            data={"entry": 4711, "packet": "x"},
            occurred_at=now,
            state=state,
            due_at=now if state == "waiting" else None,
            attempts=1,
            give_up_at=now,
        )
        error = "" if state == "delivered" else "http.peer-unreachable"
        Attempt.objects.create(
            message=message, at=now, status=None if error else 204, milliseconds=120, error=error
        )
    return made


@EVERY_LOOK
def test_pages_about_webhooks_have_no_fault_that_axe_knows(
    chromium: Browser, live: str, cast: Cast, hook: Webhook, look: Look
) -> None:
    own = f"/webhooks/{hook.pk}/"
    with open_context(chromium, live, look, cast.sender) as clerk:
        page = visit(
            clerk,
            live,
            look,
            "/webhooks/",
            own,
            f"{own}kinds/",
            f"{own}secret/",
            f"{own}replay/",
            f"{own}end/",
        )
        page.click("main button[type=submit]")
        examine(page, look, "the end of a webhook, to be checked")
        page = visit(clerk, live, look, "/webhooks/register/")
        page.fill("[name=url]", "http://app.example.vn/")
        page.click("main button[type=submit]")
        examine(page, look, "a webhook with errors")
        page.fill("[name=url]", "https://app.example.vn/another")
        page.check("[name=kinds] >> nth=0")
        page.click("main button[type=submit]")
        examine(page, look, "the new secret")
