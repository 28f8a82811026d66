"""The pages about deadlines and reminders, looked at as the other main pages are (`test_axe`)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser
from tests.journeys.looks import EVERY_LOOK, Look, examine, open_context, visit
from tests.journeys.test_axe import COMMUNE, OFFICE, Cast, cast
from tests.matrix.things import browser_given

from hienluong.deadlines import service as deadlines
from hienluong.deadlines.models import Clock
from hienluong.directory import service as directory
from hienluong.directory.models import Person
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.notices import service as notices

__all__ = ["cast"]  # the fixture
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def noted(cast: Cast) -> Clock:
    """A signed document of the office that waits; of others some are late and one was; its people have browsers."""
    now, office = clock.now(), directory.agency_by_code(OFFICE)
    assert office is not None
    actor = Actor(
        kind="system",
        id=office.agency.pk,
        name="Phần mềm quản lý văn bản và điều hành dùng chung",
        agency_id=office.agency.pk,
    )
    for number, priority in (("127", 0), ("128", 1)):
        made = deadlines.announce_document(
            actor=actor, number=number, notation="VP-TH", signed_at=now, priority=priority, now=now
        )
    Clock.objects.filter(duty="receipt").update(due_at=now - timedelta(hours=3))
    Clock.objects.filter(duty="receipt", outcome="done").update(late=True)
    for place, person in enumerate(Person.objects.all()):
        notices.subscribe(reader=person.pk, browser="Firefox, Windows", now=now, **browser_given(str(place)))
    return made


@EVERY_LOOK
def test_pages_about_deadlines_have_no_fault_that_axe_knows(
    chromium: Browser, live: str, cast: Cast, noted: Clock, look: Look
) -> None:
    commune = directory.agency_by_code(COMMUNE)
    assert commune is not None
    with open_context(chromium, live, look, cast.sender) as clerk:
        page = visit(
            clerk,
            live,
            look,
            "/deadlines/?state=running",
            "/deadlines/",
            f"/deadlines/{noted.pk}/cancel/",
            "/account/reminders/",
            "/deadlines/announce/",
        )
        page.click("main button[type=submit]")
        examine(page, look, "a signed document with errors")
    with open_context(chromium, live, look, cast.recipient) as clerk:
        visit(clerk, live, look, "/exchange/inbox/", "/deadlines/")
    with open_context(chromium, live, look, cast.operator) as operator:
        visit(operator, live, look, "/deadlines/agencies/", f"/deadlines/agencies/{commune.agency.pk}/")
