"""The frame of every page: who acts, what the menu offers, language, help for keyboards and screen readers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, override_settings

from hienluong.directory.models import Person, Post

pytestmark = pytest.mark.django_db

AGENCIES = ["/directory/agencies/", "/directory/communes/"]
PEOPLE = ["/staff/people/", "/staff/leaves/", "/staff/delegations/", "/groups/", "/directory/calendar/"]
DIRECTORY = [*AGENCIES, *PEOPLE]
REVIEWS, GLASS = "/access/reviews/", "/access/break-glass/"
SYSTEMS = ["/systems/", "/webhooks/", "/sending-rights/"]

Visit = Callable[..., tuple[Client, Person]]


def _text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def _menu(page: str) -> list[str]:
    menu = page[page.index("<nav class") : page.index("</nav>")]
    return re.findall(r'<a href="([^"]+)"', menu)


MAILBOX = ("/", "/exchange/inbox/", "/exchange/sent/")
ISSUING = ("/issuing/", "/copies/")
RECALLS = "/corrections/recalls/"
DEADLINES = "/deadlines/"
TAKEOVER = "/takeover/"
KEEPING = "/retention/"
TRUST = ("/signing/authorities/", "/signatures/")
SIGNING = ("/signing/mine/", "/signing/certificates/", *TRUST)
AXIS = ("/exchange/monitor/", "/antivirus/")


@pytest.mark.parametrize(
    ("role", "entries"),
    [
        (
            "clerk",
            [
                *MAILBOX,
                "/exchange/send/",
                *ISSUING,
                "/exchange/drafts/",
                RECALLS,
                DEADLINES,
                TAKEOVER,
                KEEPING,
                *SIGNING,
                *DIRECTORY,
                *SYSTEMS,
            ],
        ),
        (
            "head",
            [
                *MAILBOX,
                *ISSUING,
                RECALLS,
                DEADLINES,
                TAKEOVER,
                KEEPING,
                *SIGNING,
                *DIRECTORY,
                *SYSTEMS,
                REVIEWS,
            ],
        ),
        ("operator", ["/", DEADLINES, TAKEOVER, *AXIS, "/reasons/", *TRUST, *DIRECTORY, "/webhooks/", GLASS]),
        (
            "auditor",
            [
                "/",
                DEADLINES,
                TAKEOVER,
                *AXIS,
                KEEPING,
                *TRUST,
                *DIRECTORY,
                *SYSTEMS,
                "/access/roles/",
                REVIEWS,
                GLASS,
                "/evidence/",
            ],
        ),
        (
            "administrator",
            [
                *("/", DEADLINES, TAKEOVER, *AXIS, KEEPING, "/reasons/"),
                *("/signing/certificates/", *TRUST, *AGENCIES, "/imports/", *PEOPLE),
                *("/accounts/", "/sign-on/clients/", *SYSTEMS),
                *("/access/roles/", REVIEWS, "/access/cases/", GLASS),
            ],
        ),
    ],
)
def test_menu_offers_what_the_role_may_do(visit: Visit, role: str, entries: list[str]) -> None:
    browser, _ = visit(("Sở Nội vụ", role))
    assert _menu(_text(browser.get("/"))) == entries


def test_menu_marks_the_page_one_is_on(visit: Visit) -> None:
    browser, _ = visit(("Sở Nội vụ", "clerk"))
    assert 'href="/exchange/inbox/" aria-current="page"' in _text(browser.get("/exchange/inbox/"))
    assert 'href="/exchange/inbox/" aria-current="page"' not in _text(browser.get("/"))


def test_form_shows_the_way_back_to_the_list_it_belongs_to(visit: Visit) -> None:
    browser, person = visit(("Ủy ban nhân dân tỉnh", "administrator"))
    post = Post.objects.get(person=person)
    for address in ("/staff/people/new/", f"/staff/posts/{post.pk}/hand-over/"):
        page = _text(browser.get(address))
        assert '<ol><li><a href="/staff/people/">' in page
        assert '<a href="/staff/people/" aria-current="page">' in page


def test_visitor_gets_no_menu_and_no_account() -> None:
    page = _text(Client(headers={"accept-language": "en"}).get("/sign-in/"))
    assert "<nav" not in page
    assert "Sign out" not in page


def test_header_says_who_acts_for_which_agency(visit: Visit) -> None:
    browser, _ = visit(("Sở Nội vụ", "clerk"), name="Trần <b>Văn</b> An")
    page = _text(browser.get("/"))
    assert "Trần &lt;b&gt;Văn&lt;/b&gt; An" in page
    assert "Sở Nội vụ" in page


def test_person_with_two_posts_can_switch_and_one_with_one_cannot(visit: Visit) -> None:
    browser, person = visit(("Sở Nội vụ", "clerk"), ("Sở Tài chính", "operator"))
    assert "Switch to another post" in _text(browser.get("/"))
    other = Post.objects.get(person=person, agency__name="Sở Tài chính")
    page = _text(browser.post("/acting-for/", {"post": other.pk}, follow=True))
    assert "/exchange/monitor/" in _menu(page)
    alone, _ = visit(("Sở Nội vụ", "clerk"))
    assert "Switch to another post" not in _text(alone.get("/"))


def test_language_is_switched_and_stays(visit: Visit) -> None:
    browser, _ = visit(("Sở Nội vụ", "clerk"), language="")
    assert '<html lang="vi">' in _text(browser.get("/"))
    answer = browser.post("/language/", {"language": "en", "next": "/notices/"})
    assert answer.headers["Location"] == "/notices/"
    assert '<html lang="en">' in _text(browser.get("/notices/"))


def test_page_is_vietnamese_where_no_language_is_asked_for() -> None:
    page = _text(Client().get("/sign-in/"))
    assert '<html lang="vi">' in page
    assert "Đăng nhập" in page


def test_page_has_its_landmarks_and_a_way_past_them(visit: Visit) -> None:
    browser, _ = visit(("Sở Nội vụ", "clerk"))
    page = _text(browser.get("/"))
    assert page.index('href="#content"') < page.index("<header")
    assert '<main class="main" id="content"' in page
    assert page.count("<h1") == 1


def test_demonstration_says_that_it_is_one_on_every_page() -> None:
    with override_settings(DEMONSTRATION=True):
        assert "nothing here is official" in _text(Client(headers={"accept-language": "en"}).get("/sign-in/"))
    with override_settings(DEMONSTRATION=False):
        assert "nothing here is official" not in _text(
            Client(headers={"accept-language": "en"}).get("/sign-in/")
        )


def test_styles_scripts_and_pictures_carry_their_hash() -> None:
    page = _text(Client().get("/sign-in/"))
    addresses = re.findall(r'(?:src|href)="(/static/[^"#]+)"', page)
    assert len(addresses) >= 5
    assert [name for name in addresses if not re.search(r"\.[0-9a-f]{12}\.(css|js|svg)$", name)] == []
