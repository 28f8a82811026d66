"""The pages about people and groups: who may open which, and the way from a question to the act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from hienluong.directory.models import Leave, Person, Post
from hienluong.recipients import service as recipients
from hienluong.staff.models import Delegation

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """The specifications read the pages' source texts."""
    with translation.override("en"):
        yield


@pytest.fixture
def signed_in() -> Callable[[Person], Client]:
    """Gives a browser in which the person is signed in and which asks for English."""

    def browser(person: Person) -> Client:
        assert person.user is not None
        client = Client(headers={"accept-language": "en"})
        client.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return browser


@pytest.fixture
def visit(employ: Callable[..., Person], signed_in: Callable[[Person], Client]) -> Callable[..., Client]:
    """Signs a new person in a post in, and gives the browser."""

    def sign_in(role: str, code: str = "H50.S01") -> Client:
        return signed_in(employ("Ngô Thị Khách", (code, role)))

    return sign_in


def _walk(browser: Client, path: str, answers: dict[str, Any]) -> Any:
    """Checks the answers, which changes nothing, and then acts."""
    check = browser.post(path, {**answers, "step": "check"})
    assert check.status_code == 200, check.content.decode()[:3000]
    assert "Nothing has been changed yet" in check.content.decode()
    return browser.post(path, {**answers, "step": "send"})


def test_person_is_recorded_given_a_post_changed_and_let_go(
    visit: Callable[..., Client], today: date
) -> None:
    browser = visit("administrator", "H50")
    made = _walk(
        browser,
        "/staff/people/new/",
        {"full_name": "Lê Mới", "username": "lemoi", "email": "", "telephone": ""},
    )
    person = Person.objects.get(full_name="Lê Mới")
    assert made.headers["Location"] == f"/staff/people/{person.pk}/posts/new/"
    answers = {
        "agency": "000.00.19.H50",
        "role": "clerk",
        "title": "Văn thư",
        "unit": "Văn phòng",
        "leads_unit": "on",
        "valid_from": f"{today + DAY:%d/%m/%Y}",
        "last_day": f"{today + 9 * DAY:%d/%m/%Y}",
    }
    wrong = browser.post(f"/staff/people/{person.pk}/posts/new/", {**answers, "step": "check"})
    assert wrong.status_code == 422
    assert "No agency has or ever had this code" in wrong.content.decode()
    _walk(browser, f"/staff/people/{person.pk}/posts/new/", {**answers, "agency": "h50.s01"})
    post = person.posts.get()
    assert (post.valid_from, post.valid_to, post.leads_unit) == (today + DAY, today + 10 * DAY, True)
    _walk(browser, f"/staff/people/{person.pk}/change/", {"full_name": "Lê Cũ", "telephone": "0233"})
    _walk(browser, f"/staff/people/{person.pk}/leave-service/", {"reason": "nghỉ hưu"})
    page = browser.get(f"/staff/people/{person.pk}/").content.decode()
    assert "Lê Cũ" in page
    assert "closed" in page
    _walk(browser, f"/staff/people/{person.pk}/account/", {})
    assert Person.objects.get(pk=person.pk).user.is_active  # type: ignore[union-attr]  # it has an account


def test_refusal_of_the_command_stands_at_its_field(
    office: Any, visit: Callable[..., Client], today: date
) -> None:
    browser = visit("administrator", "H50")
    day = f"{today - DAY:%d/%m/%Y}"
    answer = browser.post(
        f"/staff/posts/{office.clerk.pk}/end/", {"last_day": f"{today - 2 * DAY:%d/%m/%Y}", "step": "send"}
    )
    assert answer.status_code == 422
    answer = browser.post(
        f"/staff/posts/{office.clerk.pk}/hand-over/",
        {"successor": str(office.officer.person_id), "from_day": day, "step": "send"},
    )
    assert answer.status_code == 422
    assert 'href="#id_from_day"' in answer.content.decode()


def test_leave_is_entered_by_the_head_with_those_who_may_stand_in(
    office: Any, signed_in: Callable[[Person], Client], today: date
) -> None:
    browser = signed_in(office.head.person)
    path = f"/staff/posts/{office.clerk.pk}/leave/"
    offered = browser.get(path).content.decode()
    assert "Phạm Văn Dân" in offered
    assert "Trần Thị Bích" not in offered
    answers = {
        "valid_from": f"{today:%d/%m/%Y}",
        "last_day": f"{today + DAY:%d/%m/%Y}",
        "stand_in": str(office.second_clerk.pk),
    }
    _walk(browser, path, answers)
    leave = Leave.objects.get()
    assert (leave.stand_in_id, leave.valid_to) == (office.second_clerk.pk, today + 2 * DAY)
    assert "Phạm Văn Dân" in browser.get("/staff/leaves/").content.decode()
    again = browser.post(path, {**answers, "step": "send"})
    assert again.status_code == 409
    _walk(browser, f"/staff/leaves/{leave.pk}/end/", {})
    assert Leave.objects.get().valid_to == today


def test_delegation_is_entered_shown_and_revoked_by_the_clerk(
    office: Any, signed_in: Callable[[Person], Client], today: date
) -> None:
    browser = signed_in(office.clerk.person)
    path = f"/staff/delegations/new/{office.head.pk}/"
    answers = {
        "taker": str(office.leader.pk),
        "kind": "tuq",
        "basis": "",
        "scope": "Giấy mời họp",
        "document_number": "20/QĐ-SNV",
        "document_date": f"{today:%d/%m/%Y}",
        "valid_from": f"{today:%d/%m/%Y}",
        "last_day": "",
        "reference": "",
    }
    refused = browser.post(path, {**answers, "step": "send"})
    assert refused.status_code == 422
    assert "limited in time" in refused.content.decode()
    made = _walk(browser, path, {**answers, "last_day": f"{today + 30 * DAY:%d/%m/%Y}"})
    delegation = Delegation.objects.get()
    page = browser.get(made.headers["Location"]).content.decode()
    for shown in ("Giấy mời họp", "20/QĐ-SNV", "in force", "Võ Văn Giang"):
        assert shown in page
    _walk(browser, f"/staff/delegations/{delegation.pk}/revoke/", {"reason": "hết nhiệm vụ"})
    assert "revoked" in browser.get("/staff/delegations/?state=over").content.decode()


def test_group_is_made_changed_and_taken_out_of_use_by_the_clerk(
    office: Any, signed_in: Callable[[Person], Client]
) -> None:
    browser = signed_in(office.clerk.person)
    empty = browser.post("/groups/new/", {"name": "Ven biển", "kind": "listed", "step": "check"})
    assert empty.status_code == 422
    answers = {"name": "Ven biển", "kind": "listed", "codes": ["H50.C18880"], "other_codes": "H50.S02"}
    made = _walk(browser, "/groups/new/", answers)
    group = recipients.groups(office.actor(office.clerk), "ven bien")[0]
    assert (group.count, group.group.owner_id) == (2, office.clerk.agency_id)
    page = browser.get(made.headers["Location"]).content.decode()
    assert "phường Đồng Hới" in page
    form = browser.get(f"/groups/{group.group.pk}/change/").content.decode()
    assert 'id="to-H50.C18880" checked' in form
    _walk(browser, f"/groups/{group.group.pk}/change/", {"name": "Ven biển", "codes": ["H50.S02"]})
    assert recipients.groups(office.actor(office.clerk), "ven bien")[0].count == 1
    _walk(browser, f"/groups/{group.group.pk}/end/", {})
    assert recipients.groups(office.actor(office.clerk), "ven bien") == []


def test_administrator_makes_a_rule_for_the_whole_province(visit: Callable[..., Client]) -> None:
    browser = visit("administrator", "H50")
    answers = {
        "name": "Sở",
        "reach": "province",
        "kind": "rule",
        "rule_place": "province",
        "rule_kind": "department",
    }
    made = _walk(browser, "/groups/new/", answers)
    page = browser.get(made.headers["Location"]).content.decode()
    assert "For the whole province" in page
    assert "A rule: always every agency of this sort" in page


def test_table_is_tried_first_and_then_imported(visit: Callable[..., Client], province: Any) -> None:
    browser = visit("administrator", "H50")
    before = Person.objects.count()

    def hand_in(text: str, step: str) -> Any:
        table = SimpleUploadedFile("people.csv", text.encode())
        return browser.post("/staff/people/import/", {"table": table, "step": step})

    rows = "full_name,username,agency_code,role,title\nLê Bảng,lebang,H50.S01,clerk,Văn thư\n"
    tried = hand_in(rows, "check").content.decode()
    assert "New people: 1" in tried
    assert Person.objects.count() == before
    refused = hand_in(rows + "Lê Sai,lesai,H99,clerk,T\n", "send")
    assert refused.status_code == 422
    assert "2, agency_code" in refused.content.decode()
    assert hand_in(rows, "send").headers["Location"] == "/staff/people/"
    assert Person.objects.count() == before + 1


def test_successor_from_elsewhere_is_named_before_the_post_is_handed_over(
    office: Any, visit: Callable[..., Client], employ: Callable[..., Person], today: date
) -> None:
    browser = visit("administrator", "H50")
    employ("Mai Thị Ly", ("H50.S02", "officer"), username="ly")
    path = f"/staff/posts/{office.clerk.pk}/hand-over/"
    answers = {"username": "nobody", "from_day": f"{today + DAY:%d/%m/%Y}"}
    unknown = browser.post(path, {**answers, "step": "check"})
    assert (unknown.status_code, "Nobody signs in under this name" in unknown.content.decode()) == (422, True)
    checked = browser.post(path, {**answers, "username": "LY", "step": "check"}).content.decode()
    assert "Mai Thị Ly" in checked
    _walk(browser, path, {**answers, "username": "LY"})
    assert Post.objects.get(agency=office.clerk.agency, person__full_name="Mai Thị Ly").role == "clerk"
