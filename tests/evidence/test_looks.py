"""Who has looked at whose data: every look by others is an entry, one look is one, and the person reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from personas import DONG_HOI, HOME_AFFAIRS, KHE_SANH, System
from pytest_django import Settings

from hienluong.directory import service as directory
from hienluong.directory.models import Person
from hienluong.directory.service import Actor, look
from hienluong.evidence.models import Look
from hienluong.evidence.purposes import AUDIT, ON_REQUEST
from hienluong.evidence.tasks import sweep_looks
from hienluong.kit import clock
from hienluong.ledger.models import Entry, QueuedEntry

pytestmark = pytest.mark.django_db
Grow = Callable[[], int]
SEEN = "evidence.person-seen"
PLATFORM = Actor.platform("specification")


@pytest.fixture
def hanh(agencies: object) -> Person:
    """Nguyễn Thị Hạnh, whose data is looked at."""
    return directory.create_person(
        actor=PLATFORM, full_name="Nguyễn Thị Hạnh", username="hanh", now=clock.now()
    )


def looks(person: Person) -> list[str]:
    """Returns for what a person was looked at, as it waits in the ledger."""
    found = QueuedEntry.objects.filter(action=SEEN, subject=f"person:{person.pk}").order_by("queued_at")
    return [json.loads(bytes(row.entry))["details"]["purpose"] for row in found]


def test_look_by_somebody_else_is_an_entry_with_agency_and_purpose(
    hanh: Person, home_affairs: System
) -> None:
    clerk = home_affairs.clerk("administrator")
    look(clerk, [hanh.pk], ON_REQUEST)
    entry = json.loads(bytes(QueuedEntry.objects.get(action=SEEN).entry))
    assert entry["subject"] == f"person:{hanh.pk}"
    assert entry["actor"]["agency"] == str(home_affairs.agency.pk)
    assert entry["details"] == {"purpose": "evidence.request"}


def test_look_that_goes_on_is_one_look_and_another_purpose_another(
    hanh: Person, home_affairs: System, settings: Settings
) -> None:
    clerk = home_affairs.clerk("administrator")
    for _ in range(3):
        look(clerk, [hanh.pk, hanh.pk], ON_REQUEST)
    look(clerk, [hanh.pk], AUDIT)
    look(home_affairs.clerk("auditor"), [hanh.pk], AUDIT)
    assert looks(hanh) == ["evidence.request", "evidence.audit", "evidence.audit"]
    Look.objects.update(seen_at=clock.now() - timedelta(minutes=settings.LOOK_MINUTES, seconds=1))
    look(clerk, [hanh.pk], ON_REQUEST)
    assert len(looks(hanh)) == 4


def test_own_data_is_nobodys_look(hanh: Person, home_affairs: System) -> None:
    look(replace(home_affairs.clerk(), id=hanh.pk), [hanh.pk], AUDIT)
    look(None, [hanh.pk], AUDIT)
    assert looks(hanh) == []


def test_marks_of_looks_are_swept_and_their_entries_stay(hanh: Person, home_affairs: System) -> None:
    look(home_affairs.clerk("auditor"), [hanh.pk], AUDIT)
    Look.objects.update(seen_at=clock.now() - timedelta(days=3))
    sweep_looks(timestamp=0)
    assert not Look.objects.exists()
    assert looks(hanh) == ["evidence.audit"]


@pytest.mark.parametrize(
    ("path", "purpose"),
    [
        ("/staff/people/", "staff.people"),
        ("/staff/people/{person}/", "staff.records"),
        ("/staff/people/{person}/change/", "staff.records"),
        ("/staff/people/{person}/leave-service/", "staff.records"),
        ("/staff/posts/{post}/leave/", "staff.records"),
        ("/accounts/", "identity.accounts"),
        ("/accounts/{user}/", "identity.account"),
        ("/search/?q=hạnh", "staff.people"),
        ("/evidence/looks/{person}/", "evidence.request"),
    ],
)
def test_page_that_shows_a_persons_data_records_the_look(
    visit: Callable[..., Client], hanh: Person, agencies: dict[str, object], path: str, purpose: str
) -> None:
    post = directory.assign_post(
        actor=PLATFORM,
        person=hanh,
        agency=agencies[DONG_HOI],
        role="officer",
        title="Chuyên viên",
        now=clock.now(),
    )
    administrator = visit(HOME_AFFAIRS, "administrator", "Phạm Quản Trị")
    names = {"person": hanh.pk, "post": post.pk, "user": hanh.user_id}
    for _ in range(2):
        assert administrator.get(path.format(**names)).status_code == 200
    assert looks(hanh).count(purpose) == 1


def test_colleague_who_opens_the_list_counts_once_a_day_for_each(
    visit: Callable[..., Client], grow: Grow
) -> None:
    first = visit(KHE_SANH, name="Hồ Thị Một")
    visit(KHE_SANH, name="Hồ Thị Hai")
    for _ in range(3):
        first.get("/staff/people/")
    other, own = Person.objects.get(full_name="Hồ Thị Hai"), Person.objects.get(full_name="Hồ Thị Một")
    assert (looks(other), looks(own)) == (["staff.people"], [])


def test_person_reads_when_from_which_agency_and_for_what_and_not_who(
    visit: Callable[..., Client], grow: Grow
) -> None:
    person = visit(KHE_SANH, name="Hồ Thị Hai")
    hai = Person.objects.get(full_name="Hồ Thị Hai")
    visit(HOME_AFFAIRS, "administrator", "Phạm Quản Trị").get(f"/staff/people/{hai.pk}/")
    grow()
    page = person.get("/account/looks/").content.decode()
    assert "Record of staff: posts, leaves, account" in page
    assert "Sở Nội vụ" in page
    assert "Phạm Quản Trị" not in page
    assert "/account/looks/" in person.get("/account/").content.decode()


def test_administrator_sees_them_for_a_letter_only_and_that_is_recorded(
    visit: Callable[..., Client], grow: Grow
) -> None:
    visit(KHE_SANH, name="Hồ Thị Hai")
    hai = Person.objects.get(full_name="Hồ Thị Hai")
    administrator = visit(HOME_AFFAIRS, "administrator", "Phạm Quản Trị")
    administrator.get(f"/staff/people/{hai.pk}/")
    grow()
    address = f"/evidence/looks/{hai.pk}/"
    assert "Record of staff" not in administrator.get(address).content.decode()
    assert administrator.post(address, {"request": "  "}).status_code == 422
    page = administrator.post(address, {"request": "Đơn số 12, ngày 25/11/2026"})
    assert "Record of staff" in page.content.decode()
    grow()
    answered = Entry.objects.get(action="evidence.request-answered")
    assert "Đơn số 12" in bytes(answered.entry).decode()
    for role in ("clerk", "head", "operator", "auditor"):
        assert visit(HOME_AFFAIRS, role).get(address).status_code == 403
    assert Client().get(address).status_code == 302
