"""Every step of a document over the API: the agency's system does the clerk's part, people's and agencies' devices sign."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from house import SETUP, TODAY, House, days, decision, key_of
from tests.exchange.personas import CABINET, System, problem
from tests.signing.world import row_of

from hienluong.issuing.models import Authority, Document
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry
from hienluong.signing.models import PreparedSignature
from hienluong.staff import service as staff

pytestmark = pytest.mark.django_db
REASON = {"reason": "Sai thể thức"}


class Desk:
    """One document at the system of Sở Nội vụ."""

    def __init__(self, house: House, system: System, document: Document) -> None:
        self.house, self.system, self.document = house, system, document
        self.path = f"/issuing-documents/{document.pk}"

    def step(self, name: str, body: dict[str, Any]) -> Any:
        """Takes a step."""
        return self.system.post(f"{self.path}/{name}", body)

    def certificates(self, what: str) -> list[dict[str, Any]]:
        """Returns with what it can be signed or sealed."""
        found: list[dict[str, Any]] = self.system.get(f"{self.path}/certificates").json()[what]
        return found

    def number(self) -> Any:
        """Gives it a number."""
        return self.step("number", {"dated_on": TODAY.isoformat(), "number": "15"})

    def prepare(self, part: str, certificate: object, **more: Any) -> Any:
        """Prepares it for a device."""
        return self.step(f"{part}/prepared", {"certificate": str(certificate), **more})

    def bring(self, part: str, prepared: dict[str, Any], by: str, query: str = "", times: int = 1) -> Any:
        """Lets somebody's device sign, and brings the signature, perhaps several times."""
        row = PreparedSignature.objects.get(pk=prepared["id"])
        body = {"signature": base64.b64encode(self.house.device(row, by)).decode()}
        for _time in range(times):
            answer = self.step(f"{part}/prepared/{prepared['id']}{query}", body)
        return answer

    def sign(self, by: str = "head") -> Any:
        """Has it signed on somebody's device."""
        prepared = self.prepare("signature", self.house.rows[by].pk)
        assert prepared.status_code == 201, prepared.content
        return self.bring("signature", prepared.json(), by)


def entries(action: str) -> list[dict[str, Any]]:
    """Returns the entries of the ledger about an act."""
    rows = QueuedEntry.objects.filter(action=action).order_by("queued_at", "id")
    return [json.loads(bytes(one.entry)) for one in rows]


@pytest.fixture
def desk(house: House, home_affairs: System) -> Desk:
    """A decision with a PDF beside it, handed in."""
    return Desk(
        house, home_affairs, house.hand_in(attachments=[("phu-luc.pdf", decision()), ("so.txt", b"1")])
    )


def test_system_takes_a_document_through_every_step(desk: Desk, house: House) -> None:
    seal = house.rows["seal"]
    seal.for_systems = True
    seal.save()

    numbered = desk.number().json()
    assert (numbered["number"], numbered["wrote_number"], numbered["says_date"]) == ("15", True, True)
    assert [one["holder"] for one in desk.certificates("sign")] == ["Lê Quang Ánh"]
    signed = desk.sign()
    assert signed.json()["step"] == "signed", signed.content
    assert [one["place"] for one in desk.certificates("seal")] == ["module"]
    sealed = desk.step("seal", {"certificate": str(seal.pk)})
    assert sealed.json()["step"] == "sealed", sealed.content
    wanted = {"recipients": [CABINET], "not_secret": True}
    issued = desk.step("issue", wanted).json()
    assert (issued["step"], issued["packet"] is not None) == ("issued", True)
    assert desk.step("issue", wanted).json()["packet"] == issued["packet"]
    whole = desk.system.get(desk.path).json()
    assert [(one["step"], one["by"]) for one in whole["passages"]] == [
        ("prepared", "Phạm Văn Dũng"),
        ("numbered", desk.system.actor.name),
        ("signed", "Lê Quang Ánh"),
        ("sealed", desk.system.actor.name),
        ("issued", desk.system.actor.name),
    ]
    assert [(one["is_pdf"], one["sealed"]) for one in whole["files"]] == [(True, True), (False, False)]
    (entry,) = entries("issuing.document-signed")
    assert entry["actor"]["kind"] == "system"
    assert entry["details"]["person"] == f"person:{house.posts['head'].person_id}"


def test_device_of_the_agency_seals_what_is_beside_first(desk: Desk, house: House) -> None:
    house.keys["device"] = key_of(house.world, "Sở Nội vụ")
    row = row_of(house.keys["device"], agency=house.agency)
    desk.number()
    desk.sign()
    assert desk.certificates("seal")[0]["place"] == "device"

    main = desk.prepare("seal", row.pk).json()
    early = desk.bring("seal", main, "device")
    assert problem(early)["code"] == "issuing.files-first"
    beside = desk.prepare("seal", row.pk, position=0).json()
    assert desk.bring("seal", beside, "device", "?position=0").json()["step"] == "signed"
    assert desk.bring("seal", main, "device", times=2).json()["step"] == "sealed"


def test_key_of_the_platform_seals_for_systems_only_where_an_administrator_said_so(
    desk: Desk, house: House
) -> None:
    desk.number()
    desk.sign()

    refused = desk.step("seal", {"certificate": str(house.rows["seal"].pk)})

    assert problem(refused)["code"] == "signing.certificate-not-found"
    assert desk.certificates("seal") == []
    assert Document.objects.get().step == "signed"


def test_nothing_is_sealed_over_the_api_that_nobody_signed(desk: Desk, house: House) -> None:
    house.rows["seal"].for_systems = True
    house.rows["seal"].save()
    desk.number()

    refused = desk.step("seal", {"certificate": str(house.rows["seal"].pk)})

    assert problem(refused)["code"] == "issuing.step-refused"


@pytest.mark.parametrize("whose", ["deputy", "officer", "clerk", "seal"])
def test_system_carries_no_signature_of_somebody_else(desk: Desk, house: House, whose: str) -> None:
    desk.number()

    refused = desk.prepare("signature", house.rows[whose].pk)

    assert problem(refused)["code"] == "signing.certificate-not-found"
    assert [one["outcome"] for one in entries("issuing.document-signed")] == ["refused"]


def test_stand_in_of_today_signs_over_the_api(desk: Desk, house: House) -> None:
    staff.enter_leave(
        actor=SETUP,
        post=house.posts["head"],
        stand_in=house.posts["deputy"],
        valid_from=TODAY,
        valid_to=TODAY + days(3),
        now=clock.now(),
    )
    desk.number()

    signed = desk.sign("deputy")

    assert signed.json()["step"] == "signed", signed.content
    assert Document.objects.get().signed_by == house.posts["deputy"].person


def test_certificate_that_ended_meanwhile_signs_nothing(desk: Desk, house: House) -> None:
    desk.number()
    prepared = desk.prepare("signature", house.rows["head"].pk).json()
    house.rows["head"].ended_at = clock.now()
    house.rows["head"].save()

    refused = desk.bring("signature", prepared, "head")

    assert problem(refused)["code"] == "issuing.certificate-unfit"
    assert Document.objects.get().step == "numbered"


def test_signature_of_another_key_or_over_something_else_is_refused(desk: Desk, house: House) -> None:
    desk.number()
    prepared = desk.prepare("signature", house.rows["head"].pk).json()

    other_key = desk.bring("signature", prepared, "deputy")
    no_base64 = desk.step(f"signature/prepared/{prepared['id']}", {"signature": "%%"})

    assert problem(other_key)["code"] == problem(no_base64)["code"] == "signing.signature-wrong"
    assert desk.bring("signature", prepared, "head", times=2).json()["step"] == "signed"


def test_place_is_moved_in_millimetres(desk: Desk, house: House) -> None:
    desk.number()
    place = {"what": "person", "page": 1, "left": 20, "top": 30, "width": 40, "height": 20}

    assert desk.step("places", place).status_code == 200
    kept = Document.objects.get().places["person"]
    assert (kept["page"], round(kept["left"])) == (0, 57)
    assert problem(desk.step("places", {**place, "page": 9}))["code"] == "issuing.page-unreadable"
    assert problem(desk.step("places", {**place, "what": "seal"}))["code"] == "issuing.step-refused"


def test_returned_handed_in_again_and_given_up(desk: Desk, house: House) -> None:
    desk.number()
    assert desk.step("return", REASON).json()["returned_because"] == "Sai thể thức"
    again = Client().post(
        f"/api/v1{desk.path}/resubmit",
        {"subject": "Tập huấn", "file": SimpleUploadedFile("moi.pdf", decision())},
        headers=desk.system.authorised,
    )
    assert (again.json()["step"], again.json()["subject"], again.json()["number"]) == (
        "prepared",
        "Tập huấn",
        "15",
    )
    assert len(desk.system.get(desk.path).json()["files"]) == 2  # those beside it stay
    assert desk.step("give-up", REASON).json()["step"] == "given-up"
    assert problem(desk.step("give-up", REASON))["code"] == "issuing.step-refused"


def test_what_is_issued_without_declaration_or_recipient_waits_on(desk: Desk, house: House) -> None:
    desk.number()
    house.sign(Document.objects.get())
    house.seal(Document.objects.get())

    assert problem(desk.step("issue", {"recipients": [CABINET]}))["status"] == 422
    assert problem(desk.step("issue", {}))["code"] == "issuing.nobody-to-send-to"
    assert Document.objects.get().step == "sealed"
    assert desk.step("issue", {"send": False}).json()["packet"] is None


def test_system_of_another_agency_finds_nothing(desk: Desk, finance: System) -> None:
    stranger = Desk(desk.house, finance, desk.document)
    assert finance.get(f"{desk.path}/certificates").status_code == 404
    for name, body in {
        "number": {"dated_on": TODAY.isoformat(), "number": "15"},
        "places": {"what": "person", "page": 1, "left": 20, "top": 30, "width": 40, "height": 20},
        "signature/prepared": {"certificate": str(desk.house.rows["head"].pk)},
        "seal": {"certificate": str(desk.house.rows["seal"].pk)},
        "seal/prepared": {"certificate": str(desk.house.rows["seal"].pk)},
        "issue": {"send": False},
        "return": REASON,
        "give-up": REASON,
    }.items():
        assert stranger.step(name, body).status_code == 404, name
    assert Document.objects.get().step == "prepared"


def test_document_for_the_deputy_is_signed_by_delegation(house: House, home_affairs: System) -> None:
    desk = Desk(house, home_affairs, house.hand_in(signer="deputy", authority=Authority.KT))
    desk.number()

    assert desk.sign("deputy").json()["step"] == "signed"
    assert desk.system.get(desk.path).json()["passages"][-1]["said"] == "KT. GIÁM ĐỐC"
