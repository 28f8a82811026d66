"""Each role signs in, sees on the home page what waits, does it to its end, and the home page says so."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.core.cache import cache
from playwright.sync_api import Browser, Locator, Page, expect

from hienluong.access import service as access
from hienluong.access.models import RightsAlert
from hienluong.antivirus.models import Scan
from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.exchange import service as exchange
from hienluong.exchange.commands import drain_recipients
from hienluong.exchange.models import Delivery, Packet, Recipient
from hienluong.exchange.service import Attached, Draft
from hienluong.identity.models import AccountState
from hienluong.kit import clock
from hienluong.retention import service as retention

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PASSWORD = "đò ngang qua sông Bến Hải"
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
OFFICE, COMMUNE, PROVINCE = "H50.VP", "H50.C18880", "H50"
SETUP = Actor.platform("specification")
CALM = "Everything is done"


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody with an account and a post; `secret` is that of the app that makes their codes, if their post wants one."""

    actor: Actor
    username: str
    secret: str


def _employ(code: str, role: str, name: str) -> Employee:
    found = directory.agency_by_code(code)
    assert found is not None
    person = directory.create_person(
        actor=SETUP, full_name=name, username=f"{role}-{code}".lower(), password=PASSWORD, now=clock.now()
    )
    directory.assign_post(
        actor=SETUP, person=person, agency=found.agency, role=role, title=role, now=clock.now()
    )
    user, secret = person.user, ""
    assert user is not None
    AccountState.objects.filter(user=user).update(must_change_password=False)
    if role in settings.SECOND_FACTOR_ROLES:
        secret = totp.generate_totp_secret()
        totp.TOTP.activate(user, secret)
    return Employee(directory.actor_of(directory.posts_of(user)[0]), user.username, secret)


@pytest.fixture
def province(live: str) -> Iterator[str]:
    """The province of the reference data, served; gives its address."""
    directory.forget()
    cache.clear()
    directory.load_reference_data(now=clock.now())
    yield live
    directory.forget()


@contextmanager
def _at_home(chromium: Browser, live: str, who: Employee) -> Iterator[Page]:
    """Signs somebody in and gives the home page; a fault of a script or of the policy fails the journey."""
    faults: list[str] = []
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": live}])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.goto(f"{live}/sign-in/")
        page.fill("[name=login]", who.username)
        page.fill("[name=password]", PASSWORD)
        page.click("main form:not([data-passkey]) button[type=submit]")
        if who.secret:
            code = totp.format_hotp_value(totp.hotp_value(who.secret, int(time.time()) // 30))
            page.fill("[name=code]", code)
            page.click("main form:not([data-passkey]) button[type=submit]")
        expect(page).to_have_url(f"{live}/")
        yield page
    assert faults == []


def _task(page: Page, name: str) -> Locator:
    return page.locator(".task", has=page.get_by_role("link", name=name, exact=True))


def _open(page: Page, name: str, count: int) -> None:
    """Opens the list of what the home page tells of: so many of it."""
    expect(_task(page, name).locator(".task-number")).to_have_text(str(count))
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.locator(".task")).to_have_count(0)
    expect(page.locator("tbody tr")).to_have_count(count)


def _home(page: Page) -> None:
    page.locator(".frame-name").click()
    expect(page.get_by_role("heading", name="To do")).to_be_visible()


def _check_and_send(page: Page) -> None:
    page.click("main button[value=check]")
    page.click("main button[value=send]")


def _send(sender: Actor, number: int, **more: Any) -> Packet:
    draft = Draft(
        recipients=[OFFICE],
        type_name="Công văn",
        number=str(number),
        notation="UBND",
        issued_on=date(2026, 11, 20),
        subject="Về việc tổng kết công tác văn thư, lưu trữ năm 2026",
        signer_name="Lê Quang Ánh",
        attachments=[Attached("Công văn.pdf", PDF)],
        **more,
    )
    sent = exchange.send_document(actor=sender, draft=draft, declared_not_secret=True, now=clock.now())
    drain_recipients(
        recipient_ids=list(Recipient.objects.exclude(agency=None).values_list("pk", flat=True)),
        now=clock.now(),
    )
    return Packet.objects.get(pk=sent.packet_id)


def test_people_of_an_agency_do_what_their_home_page_tells_them(chromium: Browser, province: str) -> None:
    clerk = _employ(OFFICE, "clerk", "Nguyễn Thị Hạnh")
    head, deputy = _employ(OFFICE, "head", "Trần Văn Định"), _employ(OFFICE, "deputy", "Lê Thị Hòa")
    sender = _employ(COMMUNE, "clerk", "Lê Văn Nhận").actor
    retention.set_period(
        actor=SETUP, type_name="Công văn", months=12, valid_from=date(2020, 1, 1), now=clock.now()
    )
    old = _send(sender, 1)
    exchange.open_entry(actor=clerk.actor, delivery_id=Delivery.objects.get(packet=old).pk, now=clock.now())
    exchange.report_status(
        actor=clerk.actor,
        delivery_id=Delivery.objects.get(packet=old).pk,
        status="03",
        note="1",
        now=clock.now(),
    )
    Packet.objects.filter(pk=old.pk).update(accepted_at=clock.now() - timedelta(days=800))
    retention.propose_disposal(actor=clerk.actor, now=clock.now())
    _send(sender, 2, priority=1)
    RightsAlert.objects.update(state=RightsAlert.State.ACKNOWLEDGED)
    officer = _employ(OFFICE, "officer", "Phan Văn Chuyên")
    RightsAlert.objects.exclude(reader=officer.actor.person_id).update(state=RightsAlert.State.ACKNOWLEDGED)
    access.open_review(actor=SETUP, now=clock.now())

    with _at_home(chromium, province, clerk) as page:
        expect(_task(page, "New in the inbox")).to_contain_text("1 of these urgent")
        _open(page, "New in the inbox", 1)
        page.locator("tbody a").first.click()
        _home(page)
        expect(_task(page, "New in the inbox")).to_have_count(0)
        _open(page, "To be entered in the register", 1)
        page.locator("tbody a").first.click()
        page.locator("a[href$='/03/']").click()
        page.fill("[name=arrival_number]", "126")
        _check_and_send(page)
        _home(page)
        expect(page.locator("main")).to_contain_text(CALM)

    with _at_home(chromium, province, officer) as page:
        _open(page, "Changes of rights to confirm", 1)
        page.get_by_role("button", name="Confirm everything on this page").click()
        _home(page)
        expect(page.locator("main")).to_contain_text(CALM)
        page.locator("tbody a").first.click()
        expect(page.locator("h1")).to_contain_text("tổng kết công tác văn thư")

    with _at_home(chromium, province, head) as page:
        page.get_by_role("link", name="Rights to decide in the review").click()
        keep = page.locator("input[value=keep]")
        expect(keep).to_have_count(4)
        for one in keep.all():
            one.check()
        page.get_by_role("button", name="Save the decisions").click()
        _home(page)
        expect(_task(page, "Disposals to approve")).to_be_visible()
        expect(page.get_by_role("link", name="Rights to decide in the review")).to_have_count(0)

    with _at_home(chromium, province, deputy) as page:
        _open(page, "Disposals to approve", 1)
        page.locator("tbody th a").click()
        page.locator("a[href$='/approve/']").click()
        _check_and_send(page)
        _home(page)
        expect(page.locator("main")).to_contain_text(CALM)


@pytest.mark.prove  # ten seconds; what the figures lead to is held by the persona matrix
def test_those_who_watch_do_what_their_home_page_tells_them(chromium: Browser, province: str) -> None:
    operator = _employ(PROVINCE, "operator", "Hoàng Văn Trực")
    auditor = _employ(PROVINCE, "auditor", "Đỗ Thị Soát")
    administrator = _employ(PROVINCE, "administrator", "Bùi Văn Quản")
    clerk = _employ(OFFICE, "clerk", "Nguyễn Thị Hạnh")
    sender = _employ(COMMUNE, "clerk", "Lê Văn Nhận").actor
    failed, infected = _send(sender, 1), _send(sender, 2)
    Delivery.objects.filter(packet=failed).update(state="dead", failure="answered 500", attempts=6)
    scan = Scan.objects.create(packet=infected, state="infected", asked_at=clock.now())
    scan.findings.create(
        position=0, signature="Eicar", sha256=bytes(32), size=68, media_type="application/pdf"
    )
    access.request_break_glass(
        actor=operator.actor,
        kind="packet",
        object_id=str(failed.pk),
        reason="Gói tin không đến nơi nhận.",
        legal_basis="Quyết định 28/2018/QĐ-TTg",
        hours=2,
        now=clock.now(),
    )
    locked = directory.User.objects.get(username=clerk.username)
    AccountState.objects.update_or_create(
        user=locked, defaults={"locked_until": clock.now() + timedelta(hours=1)}
    )
    RightsAlert.objects.update(state=RightsAlert.State.ACKNOWLEDGED)

    with _at_home(chromium, province, operator) as page:
        _open(page, "Kept apart for malware, to be decided", 1)
        page.locator("tbody a").first.click()
        page.locator("a[href$='/refuse/']").click()
        page.fill("[name=reason]", "Có mã độc.")
        _check_and_send(page)
        _home(page)
        _open(page, "Failing deliveries", 1)
        page.locator("tbody a[href$='/retry/']").click()
        page.fill("[name=reason]", "Hệ thống bên nhận đã chạy lại.")
        _check_and_send(page)
        _home(page)
        expect(page.locator("main")).to_contain_text(CALM)

    with _at_home(chromium, province, auditor) as page:
        _open(page, "Break-glass requests to answer", 1)
        page.locator("tbody a").first.click()
        page.fill("[name=note]", "Đồng ý kiểm tra.")
        page.click("[name=approve]")
        _home(page)
        expect(page.locator("main")).to_contain_text(CALM)
        expect(page.locator("main")).to_contain_text("The axis")

    with _at_home(chromium, province, administrator) as page:
        _open(page, "Accounts locked after wrong passwords", 1)
        page.locator("tbody th a").click()
        page.get_by_role("button", name="Unlock").click()
        _home(page)
        expect(page.locator("main")).to_contain_text(CALM)
        expect(_task(page, "People without a second factor")).to_be_visible()
