"""Every main page meets WCAG 2.2 AA as far as axe-core can tell: wide and narrow, light and dark, in both languages."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.journeys.looks import EVERY_LOOK, Look, examine, open_context, visit

from hienluong.access import service as access
from hienluong.access.models import ReviewLine, RightsAlert
from hienluong.access.service import Decided
from hienluong.directory import service as directory
from hienluong.directory.service import Actor, User
from hienluong.exchange import service as exchange
from hienluong.exchange.commands import drain_recipients
from hienluong.exchange.models import Delivery, Recipient
from hienluong.exchange.service import Attached, Draft
from hienluong.identity.commands import register_sign_on_client
from hienluong.imports import commands as imports
from hienluong.kit import clock
from hienluong.recipients import service as recipients
from hienluong.staff import service as staff

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

OFFICE, COMMUNE, OUTSIDE = "H50.VP", "H50.C18880", "G22"
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is signed in where (session keys), and what there is to look at."""

    sender: str
    recipient: str
    operator: str
    administrator: str
    packet: str
    delivery: int
    account: int
    system: str
    sign_on: str
    agency: str
    imports: tuple[str, ...]
    access: tuple[str, ...]


def _person(code: str, role: str) -> tuple[Actor, str]:
    """Returns a new person in a post, and the key of a session in which that person is signed in."""
    setup, found = Actor.platform("specification"), directory.agency_by_code(code)
    assert found is not None
    person = directory.create_person(
        actor=setup, full_name="Nguyễn Thị Hạnh", username=f"visitor{next(_numbers)}", now=clock.now()
    )
    directory.assign_post(
        actor=setup, person=person, agency=found.agency, role=role, title="Văn thư", now=clock.now()
    )
    assert person.user is not None
    browser = Client()
    browser.force_login(person.user)
    return directory.actor_of(directory.posts_of(person.user)[0]), browser.cookies[
        settings.SESSION_COOKIE_NAME
    ].value


def _carry() -> None:
    for recipient in Recipient.objects.exclude(agency=None):
        drain_recipients(recipient_ids=[recipient.pk], now=clock.now())


def _checked_import(actor: Actor, table: str) -> str:
    """Returns the id of a file of agencies that was handed in and checked."""
    row = imports.stage_import(
        actor=actor,
        source=io.BytesIO(table.encode()),
        file_name="danh-ba.csv",
        format="csv",
        effective_on=date(2026, 11, 24),
        now=clock.now(),
    )
    return str(imports.check_import(import_id=row.pk, now=clock.now()).pk)


@pytest.fixture
def cast(live: str) -> Iterator[Cast]:
    """A province in which a document was sent, received, registered, and one delivery failed."""
    directory.forget()
    cache.clear()
    directory.load_reference_data(now=clock.now())
    sender, sender_key = _person(OFFICE, "clerk")
    recipient, recipient_key = _person(COMMUNE, "clerk")
    packets = [
        exchange.send_document(
            actor=sender,
            draft=Draft(
                recipients=[COMMUNE, OUTSIDE],
                type_name="Công văn",
                number=str(number),
                notation="VP-TH",
                issued_on=date(2026, 11, 20),
                subject="Về việc triển khai kế hoạch chuyển đổi số năm 2027 trên địa bàn tỉnh",
                signer_name="Lê Quang Ánh",
                priority=number % 5,
                attachments=[Attached("Công văn.pdf", PDF), Attached("Phụ lục.pdf", PDF)],
            ),
            declared_not_secret=True,
            now=clock.now(),
        ).packet_id
        for number in range(1, 4)
    ]
    _carry()
    delivery = Delivery.objects.get(packet_id=packets[0], recipient__code=COMMUNE)
    exchange.open_entry(actor=recipient, delivery_id=delivery.pk, now=clock.now())
    exchange.report_status(
        actor=recipient, delivery_id=delivery.pk, status="03", note="Số đến: 126", now=clock.now()
    )
    failed = Delivery.objects.get(packet_id=packets[1], recipient__code=COMMUNE)
    Delivery.objects.filter(pk=failed.pk).update(
        state="dead", failure="The recipient's system answered 500.", attempts=6
    )
    agency = directory.agency_by_code(OFFICE)
    assert agency is not None
    system, client_id, _secret = register_sign_on_client(
        actor=Actor.platform("specification"), agency=agency.agency, name="Phần mềm quản lý văn bản",
        redirect_uris=["https://qlvb.example.org/callback"], now=clock.now(),
    )  # fmt: skip
    asked = {
        "client_id": client_id, "redirect_uri": "https://qlvb.example.org/callback", "response_type": "code",
        "scope": "openid profile post", "code_challenge": "c" * 43, "code_challenge_method": "S256",
    }  # fmt: skip
    operator, operator_key = _person("H50", "operator")
    administrator, administrator_key = _person("H50", "administrator")
    renamed = directory.agency_by_code("H50.S01")
    assert renamed is not None
    directory.rename_agency(
        actor=administrator,
        agency_id=renamed.agency.pk,
        name="Sở Nội vụ và Lao động",
        on=date(2026, 3, 1),
        now=clock.now(),
    )
    yield Cast(
        account=User.objects.order_by("pk")[0].pk,
        system=str(system.pk),
        sign_on=f"/sign-on/authorize/?{urlencode(asked)}",
        sender=sender_key,
        recipient=recipient_key,
        operator=operator_key,
        administrator=administrator_key,
        packet=str(packets[0]),
        delivery=delivery.pk,
        agency=str(renamed.agency.pk),
        imports=tuple(
            _checked_import(administrator, table)
            for table in ("code,name,parent\nH50.98,Mới,H50\nH50.S02,Khác,H50.VP\n", "code,name\nH50.97,=1\n")
        ),
        access=_access_pages(operator, administrator, sender, packets[0]),
    )
    directory.forget()


def _access_pages(operator: Actor, administrator: Actor, sender: Actor, packet: UUID) -> tuple[str, ...]:
    """Returns the pages about rights that an administrator sees, each with something on it."""
    now = clock.now()
    review = access.open_review(actor=administrator, now=now)
    alert = RightsAlert.objects.filter(reader=sender.person_id).latest("pk")
    case = access.dispute_alert(actor=sender, alert_id=alert.pk, note="Tôi không nhận việc này.", now=now)
    grant = access.request_break_glass(
        actor=operator,
        kind="packet",
        object_id=str(packet),
        reason="Gói tin không đến nơi nhận dù đã thử lại nhiều lần.",
        legal_basis="Quyết định 28/2018/QĐ-TTg, điều 16",
        hours=4,
        now=now,
    )
    auditor, _key = _person("H50", "auditor")
    opened = access.request_break_glass(
        actor=auditor,
        kind="packet",
        object_id=str(packet),
        reason="Kiểm tra theo kế hoạch.",
        legal_basis="Kế hoạch kiểm tra số 12/KH-VP",
        hours=4,
        now=now,
    )
    access.approve_break_glass(actor=administrator, grant_id=opened.pk, note="Đồng ý", now=now)
    access.record_look(actor=auditor, kind="packet", object_id=str(packet), what="page", now=now)
    line = ReviewLine.objects.get(review=review, post=sender.post_id)
    decided = {line.pk: Decided("end", "Chuyển công tác")}
    access.decide_lines(actor=administrator, quarter=review.quarter, decisions=decided, now=now)
    mine = RightsAlert.objects.filter(reader=administrator.person_id).latest("pk")
    reviews = f"/access/reviews/{review.quarter}/"
    return (
        "/",
        "/access/alerts/",
        f"/access/alerts/{mine.pk}/wrong/",
        "/access/cases/",
        f"/access/cases/{case.pk}/",
        "/access/roles/",
        "/access/reviews/",
        reviews,
        f"{reviews}agencies/{sender.agency_id}/",
        "/access/break-glass/",
        f"/access/break-glass/{grant.pk}/",
        f"/access/break-glass/{opened.pk}/",
        f"/access/break-glass/ask/?kind=packet&id={packet}",
    )


def _look_at_accounts(administrator: BrowserContext, live: str, look: Look, cast: Cast) -> None:
    account = f"/accounts/{cast.account}/"
    system = f"/sign-on/clients/{cast.system}/"
    page = visit(administrator, live, look, "/", "/accounts/", "/accounts/?q=nobody")
    page = visit(administrator, live, look, account, f"{account}second-factor/")
    page = visit(
        administrator, live, look, "/sign-on/clients/", system, f"{system}end/", "/sign-on/clients/new/"
    )
    page.click("main button[type=submit]")
    examine(page, look, "sign-on client with errors")
    visit(administrator, live, look, cast.sign_on)


def _look_at_agencies(administrator: BrowserContext, live: str, look: Look, cast: Cast) -> None:
    agency = f"/directory/agencies/{cast.agency}/"
    page = visit(
        administrator,
        live,
        look,
        "/directory/agencies/",
        "/directory/agencies/?q=nothing",
        agency,
        "/directory/agencies/new/?parent=H50.S01",
        "/directory/communes/",
        "/imports/",
        "/imports/new/",
        *(f"/imports/{one}/" for one in cast.imports),
        f"/imports/{cast.imports[0]}/undo/",
        f"/directory/agencies/tree/{cast.agency}/",
        f"{agency}merge/",
    )
    page.click("main button[value=check]")
    examine(page, look, "merge with errors")
    page.fill("[name=successor]", "H50.S02")
    page.fill("[name=on]", "01/01/2027")
    page.click("main button[value=check]")
    examine(page, look, "merge, to be checked")


def _look_at_drafts(sender: BrowserContext, live: str, look: Look) -> None:
    page = visit(sender, live, look, "/exchange/drafts/")
    page.click("main td a.btn")
    examine(page, look, "draft to be discarded")
    page.click("main form a.btn")
    first, second = page, sender.new_page()
    second.goto(first.url)
    first.fill("[name=place]", "Đông Hà")
    expect(first.locator("[data-draft-state]")).to_have_attribute("data-now", "saved", timeout=15_000)
    second.fill("[name=place]", "Đồng Hới")
    expect(second.locator("[data-draft-other]")).to_be_visible(timeout=15_000)
    sender.set_offline(offline=True)
    second.fill("[name=place]", "Khe Sanh")
    expect(second.locator("[data-draft-state]")).to_have_attribute("data-now", "line", timeout=15_000)
    examine(second, look, "draft of two pages without a line")
    sender.set_offline(offline=False)


def _look_at_batches(page: Page, live: str, look: Look) -> None:
    page.goto(f"{live}/exchange/inbox/")
    page.keyboard.press("?")
    examine(page, look, "keyboard shortcuts")
    page.keyboard.press("Escape")
    page.check("[data-tick-all]")
    examine(page, look, "inbox with ticks")
    page.select_option("[name=act]", "03")
    page.click("[data-batch] button")
    examine(page, look, "several to be registered")
    page.click("main button[value=check]")
    examine(page, look, "several to be registered, with errors")
    for number in page.locator("[name^=number_]").all():
        number.fill("12")
    page.click("main button[value=check]")
    examine(page, look, "several, to be checked")
    page.click("main button[value=send]")
    examine(page, look, "several, done")


@EVERY_LOOK
def test_main_pages_have_no_fault_that_axe_knows(
    chromium: Browser, live: str, cast: Cast, look: Look
) -> None:
    packet = f"/exchange/packets/{cast.packet}/"

    with open_context(chromium, live, look, None) as visitor:
        page = visit(visitor, live, look, "/sign-in/", "/nowhere/")
        page.goto(f"{live}/sign-in/")
        page.fill("[name=login]", "nobody")
        page.fill("[name=password]", "wrong")
        page.click("main button[type=submit]")
        examine(page, look, "sign-in with an error")

    with open_context(chromium, live, look, cast.sender) as sender:
        page = visit(
            sender,
            live,
            look,
            "/",
            "/exchange/sent/",
            "/exchange/sent/?q=nothing",
            packet,
            "/exchange/send/",
            "/acting-for/",
            "/account/",
            "/account/password/",
            "/account/second-factor/",
            "/account/app/",
            "/account/passkeys/add/",
        )
        page.goto(f"{live}/exchange/send/")
        page.click("main button[value=check]")
        examine(page, look, "send with errors")
        page.check(f'input[value="{COMMUNE}"]')
        answers = {
            "number": "77",
            "notation": "VP-TH",
            "issued_on": "24/11/2026",
            "subject": "Thử",
            "signer_name": "An",
        }
        for name, answer in {"type_name": "Công văn", **answers}.items():
            page.fill(f"[name={name}]", answer)
        page.set_input_files(
            "[name=attachments]", {"name": "Công văn.pdf", "mimeType": "application/pdf", "buffer": PDF}
        )
        page.check("[name=not_secret]")
        page.click("main button[value=check]")
        examine(page, look, "send, to be checked")
        _look_at_drafts(sender, live, look)

    with open_context(chromium, live, look, cast.recipient) as recipient:
        paths = (
            "/",
            "/exchange/inbox/",
            "/exchange/inbox/?q=nothing",
            packet,
            "/notices/?show=unread",
            "/directory/calendar/",
        )
        page = visit(
            recipient, live, look, *paths, f"{packet}quarantine/", f"{packet}report/{cast.delivery}/06/"
        )
        page.click("main button[value=check]")
        examine(page, look, "report, to be checked")
        _look_at_batches(page, live, look)
        page.goto(f"{live}{packet}")
        page.click("details.frame-menu summary")
        examine(page, look, "account menu")
        if look.width < 992:
            page.keyboard.press("Escape")
            page.click("[data-menu-button]")
            examine(page, look, "menu")

    with open_context(chromium, live, look, cast.operator) as operator:
        visit(operator, live, look, "/", "/exchange/monitor/")
    with open_context(chromium, live, look, cast.administrator) as administrator:
        _look_at_accounts(administrator, live, look, cast)
        _look_at_agencies(administrator, live, look, cast)


@EVERY_LOOK
def test_pages_about_rights_have_no_fault_that_axe_knows(
    chromium: Browser, live: str, cast: Cast, look: Look
) -> None:
    with open_context(chromium, live, look, cast.administrator) as administrator:
        page = visit(administrator, live, look, *cast.access)
        page.click("main button[type=submit]")
        examine(page, look, "break-glass with errors")


@pytest.fixture
def office(cast: Cast) -> dict[str, Any]:
    """At the office of the sender: a head, a deputy, a leave, a delegation, a group with an agency that has ended."""
    setup, found = Actor.platform("specification"), directory.agency_by_code(OFFICE)
    assert found is not None
    today = directory.today()
    actors = {role: _person(OFFICE, role)[0] for role in ("head", "deputy", "clerk")}
    posts = {role: directory.Post.objects.get(pk=actor.post_id) for role, actor in actors.items()}
    leave = staff.enter_leave(
        actor=setup,
        post=posts["head"],
        stand_in=posts["deputy"],
        valid_from=today,
        valid_to=today + timedelta(days=3),
        now=clock.now(),
    )
    delegation = staff.grant_delegation(
        actor=setup,
        giver=posts["head"],
        taker=posts["deputy"],
        kind="kt",
        scope="Công văn thuộc lĩnh vực văn thư, lưu trữ",
        document_number="15/QĐ-VP",
        document_date=today,
        valid_from=today,
        now=clock.now(),
    )
    members = list(
        directory.Agency.objects.filter(kind="department", place="province")
        .exclude(pk=found.agency.pk)
        .order_by("sort_key")[:5]
    )
    group = recipients.create_group(
        actor=setup, owner=found.agency, name="Khối nội chính", members=members, now=clock.now()
    )
    directory.Agency.objects.filter(pk=members[0].pk).update(valid_to=today, successor=members[1])
    directory.forget()
    return {
        "person": actors["head"].id,
        "post": posts["head"].pk,
        "leave": leave.pk,
        "delegation": delegation.pk,
        "group": group.pk,
    }


@EVERY_LOOK
def test_pages_about_people_and_groups_have_no_fault_that_axe_knows(
    chromium: Browser,
    live: str,
    cast: Cast,
    office: dict[str, Any],
    look: Look,
) -> None:
    with open_context(chromium, live, look, cast.administrator) as administrator:
        page = visit(
            administrator,
            live,
            look,
            "/staff/people/",
            "/staff/people/?q=nobody+at+all",
            f"/staff/people/{office['person']}/",
            "/staff/people/new/",
            "/staff/people/import/",
            f"/staff/people/{office['person']}/posts/new/",
            f"/staff/people/{office['person']}/leave-service/",
            f"/staff/posts/{office['post']}/hand-over/",
            "/staff/delegations/new/",
            f"/staff/delegations/new/{office['post']}/",
        )
        page.click("main button[value=check]")
        examine(page, look, "delegation with errors")
        page.goto(f"{live}/staff/people/new/")
        page.fill("[name=full_name]", "Nguyễn Thị Mới")
        page.click("main button[value=check]")
        examine(page, look, "person, to be checked")
    with open_context(chromium, live, look, cast.sender) as sender:
        page = visit(
            sender,
            live,
            look,
            "/staff/people/",
            "/staff/leaves/",
            "/staff/leaves/?when=past",
            "/staff/leaves/new/",
            f"/staff/delegations/{office['delegation']}/",
            "/staff/delegations/",
            "/groups/",
            f"/groups/{office['group']}/",
            f"/groups/{office['group']}/change/",
            "/groups/new/",
        )
        page.click("main button[value=check]")
        examine(page, look, "group with errors")
        page.goto(f"{live}/exchange/send/")
        page.check(f"#group-{office['group']}")
        for name, answer in {
            "type_name": "Công văn",
            "number": "78",
            "notation": "VP-TH",
            "issued_on": "24/11/2026",
            "subject": "Thử gửi theo nhóm",
            "signer_name": "An",
        }.items():
            page.fill(f"[name={name}]", answer)
        page.set_input_files(
            "[name=attachments]", {"name": "Công văn.pdf", "mimeType": "application/pdf", "buffer": PDF}
        )
        page.check("[name=not_secret]")
        page.click("main button[value=check]")
        examine(page, look, "send to a group, to be checked")
        page.click("main button[value=send]")
        examine(page, look, "sent to a group")
