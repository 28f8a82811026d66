"""The working calendar: seeded from a public list, changed by administrators, obeyed by every deadline."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client as Browser

from hienluong.directory import service as directory
from hienluong.directory.models import CalendarDay, Person, Post, WorkingHours
from hienluong.ledger.models import QueuedEntry

FOUNDING_DAY = date(2027, 7, 1)
ADDRESS = "/directory/calendar/"

DAY = {"day": "2027-07-01", "kind": "holiday", "name": "Ngày thành lập tỉnh", "source": "01/QĐ-UBND"}
HOURS = {
    "valid_from": "2027-01-01",
    "morning_from": "07:30",
    "morning_to": "11:30",
    "afternoon_from": "13:00",
    "afternoon_to": "17:00",
    "source": "02/QĐ-UBND",
}

SignIn = Callable[[str], Browser]

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Browser:
    """Nobody is signed in yet."""
    return Browser()


@pytest.fixture
def in_role(employ: Callable[..., Person], signed_in: Callable[[Person], Browser]) -> SignIn:
    """Returns a browser in which somebody of the role is signed in."""
    return lambda role: signed_in(employ("Trần Thị Lan", ("H50.S01", role)))


def test_visitor_is_led_to_the_sign_in(browser: Browser) -> None:
    assert browser.get(ADDRESS).status_code == 302
    assert browser.post(f"{ADDRESS}days/", DAY).status_code == 401


@pytest.mark.parametrize("role", [role for role in Post.Role.values if role != "administrator"])
def test_everybody_with_a_post_sees_it_and_only_administrators_change_it(in_role: SignIn, role: str) -> None:
    browser = in_role(role)
    page = browser.get(f"{ADDRESS}?year=2027")
    assert page.status_code == 200
    assert "calendar/days/" not in page.content.decode()
    assert browser.post(f"{ADDRESS}days/", DAY).status_code == 403
    assert browser.post(f"{ADDRESS}hours/", HOURS).status_code == 403
    assert not CalendarDay.objects.filter(day=FOUNDING_DAY).exists()


def test_administrator_adds_a_holiday_and_deadlines_obey_it(in_role: SignIn) -> None:
    assert directory.calendar(FOUNDING_DAY).is_working_day(FOUNDING_DAY)
    browser = in_role("administrator")
    assert browser.post(f"{ADDRESS}days/", DAY).status_code == 302
    assert not directory.calendar(FOUNDING_DAY).is_working_day(FOUNDING_DAY)
    assert "Ngày thành lập tỉnh" in browser.get(f"{ADDRESS}?year=2027").content.decode()
    assert QueuedEntry.objects.filter(action="directory.set_calendar_day").count() == 1


def test_removed_day_is_an_ordinary_one_again_and_stays_so(in_role: SignIn) -> None:
    browser = in_role("administrator")
    browser.post(f"{ADDRESS}days/", DAY)
    day = CalendarDay.objects.get(day=FOUNDING_DAY)
    assert browser.post(f"{ADDRESS}days/{day.pk}/remove/").status_code == 302
    assert directory.calendar(FOUNDING_DAY).is_working_day(FOUNDING_DAY)
    assert browser.post(f"{ADDRESS}days/{day.pk}/remove/").status_code == 404


def test_new_hours_hold_from_their_day_and_the_old_ones_before_it(in_role: SignIn) -> None:
    browser = in_role("administrator")
    assert browser.post(f"{ADDRESS}hours/", HOURS).status_code == 302
    assert list(WorkingHours.objects.order_by("valid_from").values_list("provisional", flat=True)) == [
        True,
        False,
    ]


def test_hours_that_do_not_follow_one_another_are_refused_and_the_input_is_kept(in_role: SignIn) -> None:
    browser = in_role("administrator")
    answer = browser.post(f"{ADDRESS}hours/", {**HOURS, "afternoon_from": "11:00"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="11:00"' in page
    assert "#id_morning_from" in page
    assert not WorkingHours.objects.filter(valid_from=date(2027, 1, 1)).exists()
