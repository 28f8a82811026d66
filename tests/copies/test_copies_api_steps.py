"""Every step of a copy over the API: the agency's system numbers it, has it signed for the agency, gives it up."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from desk import NEEDS_PDFSIG, Desk, entries, pdfsig
from django.test import Client
from tests.exchange.personas import System, problem
from tests.signing.world import World

from hienluong.copies.models import Copy
from hienluong.kit import clock
from hienluong.kit.clock import in_vietnam
from hienluong.ledger.models import QueuedEntry
from hienluong.signing.models import PreparedSignature

pytestmark = pytest.mark.django_db
REASON = {"reason": "Nhầm tệp"}


class Caller:
    """A system with one copy at hand."""

    def __init__(self, desk: Desk, system: System, copy: Copy | None = None) -> None:
        self.desk, self.system = desk, system
        self.copy = copy or desk.hand_in(actor=system.actor)
        self.path = f"/copies/{self.copy.pk}"

    def step(self, name: str, body: dict[str, Any]) -> Any:
        """Takes a step."""
        return self.system.post(f"{self.path}/{name}", body)

    def certificates(self) -> list[dict[str, Any]]:
        """Returns with what it can be signed."""
        found: list[dict[str, Any]] = self.system.get(f"{self.path}/certificates").json()["items"]
        return found

    def certificate(self, name: str) -> dict[str, str]:
        """Names a certificate of the house."""
        return {"certificate": str(self.desk.house.rows[name].pk)}

    def prepare(self) -> dict[str, Any]:
        """Prepares it for the agency's device."""
        answer = self.step("seal/prepared", self.certificate("device"))
        assert answer.status_code == 201, answer.content
        found: dict[str, Any] = answer.json()
        return found

    def bring(self, prepared: dict[str, Any], by: str = "device", times: int = 1) -> Any:
        """Lets a device sign, and brings the signature, perhaps several times."""
        signature = self.desk.house.device(PreparedSignature.objects.get(pk=prepared["id"]), by)
        body = {"signature": base64.b64encode(signature).decode()}
        for _time in range(times):
            answer = self.step(f"seal/prepared/{prepared['id']}", body)
        return answer


@pytest.fixture
def caller(desk: Desk, home_affairs: System) -> Caller:
    """The system of Sở Nội vụ."""
    return Caller(desk, home_affairs)


@NEEDS_PDFSIG
def test_system_numbers_a_copy_and_the_agency_s_device_signs_it_in_two_halves(
    caller: Caller, believed: World, tmp_path: Path
) -> None:
    numbered = caller.step("number", {"number": "7"}).json()
    assert (numbered["number"], numbered["step"]) == ("07", "prepared")
    assert caller.step("number", {"number": "7"}).json() == numbered, "again it harms nothing"
    assert [one["place"] for one in caller.certificates()] == ["device"]

    sealed = caller.bring(caller.prepare(), times=2)

    assert sealed.json()["step"] == "sealed", sealed.content
    assert Copy.objects.get().sealed_by == caller.system.actor.name
    assert entries().count(("copies.copy-sealed", "done")) == 1, "again it harms nothing"
    assert entries()[-2:] == [("copies.copy-numbered", "done"), ("copies.copy-sealed", "done")]
    entry = json.loads(bytes(QueuedEntry.objects.filter(action="copies.copy-sealed").get().entry))
    assert entry["actor"]["kind"] == "system"
    file = tmp_path / "copy.pdf"
    file.write_bytes(caller.system.get(f"{caller.path}/file").content)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == sealed.json()["file_sha256"]
    assert pdfsig(file, believed).count("Signature is Valid.") == 1


def test_signature_of_another_key_is_refused_and_recorded(caller: Caller) -> None:
    prepared = caller.prepare()

    assert problem(caller.bring(prepared, "head"))["code"] == "signing.signature-wrong"
    no_base64 = caller.step(f"seal/prepared/{prepared['id']}", {"signature": "%%"})
    assert problem(no_base64)["code"] == "signing.signature-wrong"
    assert entries()[-2:] == [("copies.copy-sealed", "refused")] * 2
    assert caller.bring(prepared).json()["step"] == "sealed"


@pytest.mark.parametrize("whose", ["seal", "head", "clerk"])
def test_no_person_s_key_and_no_key_of_the_platform_signs_copies_for_a_system(
    caller: Caller, desk: Desk, whose: str
) -> None:
    desk.house.rows["seal"].for_systems = True  # documents that a person signed, yes; copies, no
    desk.house.rows["seal"].save()
    assert [one["place"] for one in caller.certificates()] == ["device"]
    refused = caller.step("seal/prepared", caller.certificate(whose))
    assert problem(refused)["code"] == "signing.certificate-not-found"
    assert caller.step("seal", caller.certificate(whose)).status_code == 404
    assert entries()[-1] == ("copies.copy-sealed", "refused")
    assert Copy.objects.get().step == "prepared"


def test_number_of_another_copy_is_refused_and_recorded(caller: Caller, desk: Desk) -> None:
    other = Caller(desk, caller.system)
    other.step("number", {"number": "15"})

    assert problem(caller.step("number", {"number": "15"}))["code"] == "copies.number-taken"
    assert problem(caller.step("number", {}))["code"] == "invalid-input"
    assert problem(other.step("number", {"number": "16"}))["code"] == "copies.number-fixed"
    assert entries()[-3:] == [("copies.copy-numbered", "refused")] * 3
    assert sorted(Copy.objects.values_list("number", flat=True)) == ["", "15"]


def test_book_gives_the_number_once(caller: Caller, desk: Desk) -> None:
    from hienluong.takeover import commands as takeover  # noqa: PLC0415 - the books that this installation has

    now = clock.now()
    takeover.continue_book(actor=desk.clerk, series="Bản sao", year=in_vietnam(now).year, number=4, now=now)
    for _time in range(2):
        assert caller.step("number", {"book": "Bản sao"}).json()["number"] == "04"
    assert Caller(desk, caller.system).step("number", {"book": "Bản sao"}).json()["number"] == "05"


def test_copy_is_given_up_and_nothing_is_done_with_it_afterwards(caller: Caller) -> None:
    prepared = caller.prepare()
    assert problem(caller.step("give-up", {"reason": " "}))["code"] == "invalid-input"
    for _time in range(2):
        assert caller.step("give-up", REASON).json()["step"] == "given-up"

    for refused in (
        caller.step("number", {"number": "7"}),
        caller.step("seal/prepared", caller.certificate("device")),
        caller.bring(prepared),
    ):
        assert problem(refused)["code"] == "copies.step-refused"
    assert Copy.objects.get().given_up_why == "Nhầm tệp"


def test_signed_copy_is_not_given_up(caller: Caller) -> None:
    caller.bring(caller.prepare())
    assert problem(caller.step("give-up", REASON))["code"] == "copies.step-refused"
    assert entries()[-1] == ("copies.copy-given-up", "refused")


def test_nobody_and_the_system_of_another_agency_find_nothing(caller: Caller, finance: System) -> None:
    prepared = caller.prepare()
    stranger = Caller(caller.desk, finance, caller.copy)
    steps = {
        "number": {"number": "7"},
        "seal/prepared": caller.certificate("device"),
        f"seal/prepared/{prepared['id']}": {"signature": "AA=="},
        "give-up": REASON,
    }
    for name, body in steps.items():
        assert stranger.step(name, body).status_code == 404, name
        nobody = Client().post(f"/api/v1{caller.path}/{name}", body, content_type="application/json")
        assert nobody.status_code == 401, name
    assert finance.get(f"{caller.path}/certificates").status_code == 404
    assert Client().get(f"/api/v1{caller.path}/certificates").status_code == 401
    assert Copy.objects.get().step == "prepared"
