"""The pages of agencies' systems: who sees and does what, secrets shown once, every act checked before it is done."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import translation

from hienluong.directory.models import Agency, Person
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.systems import service as systems
from hienluong.systems.models import SendingRight
from hienluong.systems.service import AgencySystem

pytestmark = pytest.mark.django_db
Visit = Callable[[str, str], Browser]
Register = Callable[..., tuple[AgencySystem, str, str]]
Province = Callable[[str], Agency]
SECRET = re.compile(r"hlk_[2-9A-Z]{8}_[\w-]{43}")


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def visit(employ: Callable[..., Person], signed_in: Callable[[Person], Browser]) -> Visit:
    """Signs a new person of the agency in, and gives the browser."""

    def sign_in(code: str, role: str) -> Browser:
        browser = signed_in(employ("Nguyễn Thị Hạnh", (code, role)))
        browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return browser

    return sign_in


@pytest.fixture
def shared(system: Register, province: Province, platform: Actor) -> AgencySystem:
    """The system of Sở Nội vụ, which may send for Sở Tư pháp."""
    registered, _, _ = system("H50.S01", "Phần mềm Nội vụ")
    systems.grant_sending_right(
        actor=platform, system=registered, agency=province("H50.S02"), reason="Dùng chung", now=clock.now()
    )
    return registered


def test_a_system_is_registered_and_its_secret_shown_once(
    visit: Visit, province: Province, token_for: Callable[[str, str], str]
) -> None:
    province("H50")
    browser = visit("H50", "administrator")
    key = re.search(r'name="key" value="(\w+)"', browser.get("/systems/register/").content.decode())
    assert key
    form = {
        "agency": "H50.S01",
        "name": "Phần mềm văn bản",
        "networks": "203.113.0.0/16\n127.0.0.1",
        "secret_ends_on": "31/12/2099",
        "key": key[1],
    }

    answer = browser.post("/systems/register/", form)
    again = browser.post("/systems/register/", form)

    page = answer.content.decode()
    system = AgencySystem.objects.get()
    (secret,) = set(SECRET.findall(page))
    assert answer.status_code == 201
    assert "no-store" in answer["Cache-Control"]
    assert system.client_id in page
    assert token_for(system.client_id, secret)
    assert system.networks == ["203.113.0.0/16", "127.0.0.1/32"]
    assert clock.in_vietnam(system.secrets.get().ends_at).isoformat() == "2100-01-01T00:00:00+07:00"  # type: ignore[arg-type]  # it has one
    assert again.status_code == 409
    assert not SECRET.findall(again.content.decode())
    assert AgencySystem.objects.count() == 1
    assert not SECRET.findall(browser.get(f"/systems/{system.pk}/").content.decode())


def test_what_is_wrong_with_a_registration_is_said_beside_its_field(visit: Visit, province: Province) -> None:
    province("H50")
    browser = visit("H50", "administrator")

    unknown = browser.post("/systems/register/", {"agency": "H50.NONE", "name": "", "key": "1"})
    networks = browser.post(
        "/systems/register/", {"agency": "H50.S01", "name": "x", "networks": "nonsense", "key": "2"}
    )
    corrected = browser.post(
        "/systems/register/", {"agency": "H50.S01", "name": "x", "networks": "", "key": "2"}
    )

    assert (unknown.status_code, networks.status_code, corrected.status_code) == (422, 422, 201)
    assert 'href="#id_agency"' in unknown.content.decode()
    assert "“nonsense” is not a network" in networks.content.decode()


def test_a_secret_is_rotated_with_an_overlap_and_no_check(
    visit: Visit, shared: AgencySystem, token_for: Callable[[str, str], str]
) -> None:
    browser = visit("H50", "administrator")

    answer = browser.post(f"/systems/{shared.pk}/rotate/", {"former": "usual", "key": "1"})

    (secret,) = set(SECRET.findall(answer.content.decode()))
    assert answer.status_code == 201
    assert token_for(shared.client_id, secret)
    assert shared.secrets.filter(ends_at=None).count() == 1
    third = browser.get(f"/systems/{shared.pk}/rotate/").content.decode()
    assert "Two secrets are valid already" in third
    assert 'value="usual"' not in third


def test_ending_the_former_secret_at_once_is_checked_first(visit: Visit, shared: AgencySystem) -> None:
    browser = visit("H50", "administrator")
    address = f"/systems/{shared.pk}/rotate/"

    asked = browser.post(address, {"former": "now", "key": "1"})
    back = browser.post(address, {"former": "now", "key": "1", "step": "edit"})
    assert shared.secrets.count() == 1
    done = browser.post(address, {"former": "now", "key": "1", "step": "send"})

    assert "The system stops working until the new secret is entered there." in asked.content.decode()
    assert not SECRET.findall(asked.content.decode() + back.content.decode())
    assert done.status_code == 201
    assert shared.secrets.filter(ends_at=None).count() == 1
    assert shared.secrets.count() == 2


def test_a_day_must_be_named_when_one_was_chosen(visit: Visit, shared: AgencySystem) -> None:
    browser = visit("H50", "administrator")
    address = f"/systems/{shared.pk}/rotate/"

    missing = browser.post(address, {"former": "day", "key": "1"})
    given = browser.post(address, {"former": "day", "former_ends_on": "31/12/2099", "key": "1"})

    assert missing.status_code == 422
    assert "Enter the day." in missing.content.decode()
    assert given.status_code == 201
    ends = shared.secrets.order_by("pk").first()
    assert ends is not None
    assert ends.ends_at is not None
    assert clock.in_vietnam(ends.ends_at).date().isoformat() == "2100-01-01"


def test_a_secret_and_a_system_end_after_a_check(visit: Visit, shared: AgencySystem) -> None:
    browser = visit("H50", "administrator")
    key = shared.secrets.get().key_id

    looked = browser.get(f"/systems/{shared.pk}/secrets/{key}/end/").content.decode()
    assert "the only valid secret" in looked
    assert browser.post(f"/systems/{shared.pk}/secrets/{key}/end/").status_code == 302
    assert browser.get(f"/systems/{shared.pk}/secrets/{key}/end/").status_code == 404
    assert shared.secrets.get().ends_at is not None
    assert browser.post(f"/systems/{shared.pk}/end/").status_code == 302
    page = browser.get(f"/systems/{shared.pk}/").content.decode()

    assert "This system ended on" in page
    assert f"/systems/{shared.pk}/rotate/" not in page
    assert browser.post(f"/systems/{shared.pk}/end/").status_code == 409


def test_networks_are_shown_changed_and_corrected(visit: Visit, shared: AgencySystem) -> None:
    browser = visit("H50", "administrator")
    address = f"/systems/{shared.pk}/networks/"

    wrong = browser.post(address, {"networks": "10.0.0.1/8"})
    done = browser.post(address, {"networks": "10.0.0.0/8\n\n 192.0.2.1 "})

    assert wrong.status_code == 422
    assert "10.0.0.1/8" in wrong.content.decode()
    assert done.status_code == 302
    page = browser.get(f"/systems/{shared.pk}/").content.decode()
    assert "10.0.0.0/8" in page
    assert "192.0.2.1/32" in page


def test_rights_are_granted_for_many_after_a_check(
    visit: Visit, shared: AgencySystem, province: Province
) -> None:
    browser = visit("H50", "administrator")
    address = f"/systems/{shared.pk}/rights/grant/"
    form = {
        "codes": ["H50.S03", "H50.C18880"],
        "other_codes": "h50.c19429\nH50.S04, 000.00.00.H50",
        "reason": "Hệ thống dùng chung",
        "document": "15/QĐ-UBND",
        "document_date": "20/11/2025",
        "last_day": "31/12/2099",
    }

    asked = browser.post(address, {**form, "step": "check"})
    assert SendingRight.objects.count() == 1
    done = browser.post(address, {**form, "step": "send"})

    page = asked.content.decode()
    assert "Ủy ban nhân dân phường Đồng Hới" in page
    assert "15/QĐ-UBND" in page
    assert done.status_code == 302
    granted = SendingRight.objects.exclude(reason="Dùng chung")
    assert granted.count() == 5
    assert {right.valid_to.isoformat() for right in granted if right.valid_to} == {"2100-01-01"}
    listed = browser.get("/sending-rights/?q=dong+hoi").content.decode()
    assert "Phần mềm Nội vụ" in listed
    assert "15/QĐ-UBND" in listed


def test_what_is_wrong_with_a_grant_is_said_beside_its_field(visit: Visit, shared: AgencySystem) -> None:
    browser = visit("H50", "administrator")
    address = f"/systems/{shared.pk}/rights/grant/"
    basis = {"reason": "x", "document": "1/QĐ", "document_date": "20/11/2025"}

    empty = browser.post(address, {"step": "check"}).content.decode()
    unknown = browser.post(address, {**basis, "other_codes": "H50.NONE", "step": "check"}).content.decode()
    late = browser.post(
        address, {**basis, "codes": ["H50.S03"], "last_day": "01/01/2020", "step": "send"}
    ).content.decode()

    assert "Choose at least one agency." in empty
    assert "H50.NONE" in unknown
    assert 'href="#id_last_day"' in late
    assert SendingRight.objects.count() == 1


def test_a_right_ends_after_a_check(visit: Visit, shared: AgencySystem) -> None:
    browser = visit("H50", "administrator")
    right = SendingRight.objects.get()

    assert "Sở Tư pháp" in browser.get(f"/sending-rights/{right.pk}/end/").content.decode()
    assert browser.post(f"/sending-rights/{right.pk}/end/").status_code == 302

    right.refresh_from_db()
    assert right.valid_to == clock.in_vietnam(clock.now()).date()
    assert "No system sends for others" in browser.get("/sending-rights/").content.decode()
    assert "Dùng chung" in browser.get("/sending-rights/?show=all").content.decode()


def test_an_officer_opens_a_sandbox_system_by_himself_and_changes_its_secret(
    visit: Visit, province: Province, token_for: Callable[[str, str], str]
) -> None:
    province("H50")
    browser = visit("H50.S01", "officer")

    opened = browser.post("/systems/sandbox/", {"name": "Phần mềm thử", "key": "1"})

    (secret,) = set(SECRET.findall(opened.content.decode()))
    system = AgencySystem.objects.get()
    assert opened.status_code == 201
    assert token_for(system.client_id, secret)
    assert "Phần mềm thử" in browser.get("/systems/?state=sandbox").content.decode()
    assert browser.post(f"/systems/{system.pk}/rotate/", {"former": "usual", "key": "2"}).status_code == 201


def test_an_administrator_opens_one_for_any_agency_and_nobody_else_does(
    visit: Visit, province: Province
) -> None:
    province("H50")
    form = {"name": "Phần mềm thử", "agency": "H50.C18880"}

    assert visit("H50", "administrator").post("/systems/sandbox/", {**form, "key": "1"}).status_code == 201
    assert visit("H50.S01", "clerk").post("/systems/sandbox/", {**form, "key": "2"}).status_code == 201
    assert (
        visit("H50", "administrator").post("/systems/sandbox/", {"name": "x", "key": "3"}).status_code == 422
    )

    owners = [row.agency.sandbox.owner for row in AgencySystem.objects.order_by("id")]
    assert owners == [province("H50.C18880"), province("H50.S01")]


def test_the_sixth_sandbox_system_is_refused_on_the_form(visit: Visit, province: Province) -> None:
    province("H50")
    browser = visit("H50.S01", "clerk")
    for number in range(5):
        assert browser.post("/systems/sandbox/", {"name": "x", "key": str(number)}).status_code == 201

    refused = browser.post("/systems/sandbox/", {"name": "x", "key": "six"})

    assert refused.status_code == 422
    assert "as many as one agency may have" in refused.content.decode()


def test_refusals_are_shown_on_the_page_of_their_system(
    visit: Visit, system: Register, token_for: Callable[[str, str], str]
) -> None:
    registered, client_id, secret = system("H50.S01")
    token = token_for(client_id, secret)
    Browser().post(
        "/api/oauth/token",
        {"grant_type": "client_credentials", "client_id": client_id, "client_secret": "wrong"},
    )
    Browser().post(
        "/api/v1/packets",
        b"<edXML/>",
        content_type="application/xml",
        headers={"Authorization": f"Bearer {token}", "Declared-Not-Secret": "true"},
    )

    page = visit("H50", "administrator").get(f"/systems/{registered.pk}/").content.decode()

    assert "oauth.invalid_client" in page
    assert "Nothing was refused" not in page


@pytest.mark.parametrize(
    "address",
    ["/systems/?after=x~y", "/systems/?state=nonsense", "/sending-rights/?before=99999999999999999999"],
)
def test_a_damaged_address_shows_a_list_and_no_fault(
    address: str, visit: Visit, shared: AgencySystem
) -> None:
    assert visit("H50", "administrator").get(address).status_code == 200
