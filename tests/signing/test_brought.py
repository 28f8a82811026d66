"""Certificates that somebody else registers: they sign once whoever has the device has signed in and tested it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from personas import System, problem
from PIL import Image
from test_register import ADMINISTRATOR, FINANCE, HOME, Device, drawing
from world import NOW, World

from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Agency, Person
from hienluong.directory.service import Actor
from hienluong.ledger.models import QueuedEntry
from hienluong.notices.models import Notice
from hienluong.signing import commands, queries
from hienluong.signing import service as signing
from hienluong.signing.cli import group
from hienluong.signing.errors import SigningCertificateNotFound
from hienluong.signing.models import SigningCertificate

pytestmark = pytest.mark.django_db
Employ = Callable[..., Actor]
REGISTER = "/signatures/certificates"


def bring(system: System, content: bytes, **given: object) -> Any:
    form = {"certificates": SimpleUploadedFile("own.pem", content), **given}
    return Client().post(f"/api/v1{REGISTER}", form, headers=system.authorised)


def put_image(system: System, certificate: str, png: bytes) -> Any:
    form = {"file": SimpleUploadedFile("seal.png", png)}
    return Client().post(f"/api/v1{REGISTER}/{certificate}/image", form, headers=system.authorised)


@pytest.fixture
def device(believed: World) -> Device:
    """A device that nobody has registered yet."""
    return Device(believed)


def test_system_brings_the_agency_s_certificate_and_a_clerk_tests_it(
    device: Device, home_affairs: System, employ: Employ
) -> None:
    clerk, other = employ(HOME, "clerk"), employ(FINANCE, "clerk", "Cao Thị Dung")
    answer = bring(home_affairs, device.certificates)
    made = answer.json()
    assert (answer.status_code, made["owner"], made["state"], made["tested_at"]) == (
        201,
        "agency",
        "unproved",
        None,
    )
    assert made["registered_by"] == home_affairs.actor.name
    row = SigningCertificate.objects.get(pk=made["id"])
    assert signing.certificates_of(clerk, now=NOW) == [], "the word of a system is not enough"
    assert signing.certificates_of(home_affairs.actor, now=NOW) == []
    assert set(Notice.objects.values_list("code", "reader")) == {("signing.certificate_brought", clerk.id)}
    with pytest.raises(SigningCertificateNotFound):
        device.prove(other, row)
    device.prove(clerk, row)
    assert signing.certificates_of(clerk, now=NOW) == [row]
    assert home_affairs.get(f"{REGISTER}/{row.pk}").json()["state"] == "good"
    entry = QueuedEntry.objects.get(action="signing.certificate-registered")
    assert entry.actor == f"system:{home_affairs.actor.id}"


def test_same_certificate_again_is_the_same_entry_and_nobody_is_told_twice(
    device: Device, home_affairs: System, employ: Employ
) -> None:
    employ(HOME, "clerk")
    first, again = (bring(home_affairs, device.certificates).json() for _time in range(2))
    assert first == again
    assert Notice.objects.count() == 1
    assert QueuedEntry.objects.filter(action="signing.certificate-registered").count() == 1


def test_person_s_certificate_is_tested_by_that_person_alone(
    device: Device, home_affairs: System, employ: Employ
) -> None:
    head, clerk = employ(HOME, "head"), employ(HOME, "clerk", "Cao Thị Dung")
    made = bring(home_affairs, device.certificates, post=head.post_id).json()
    row = SigningCertificate.objects.get(pk=made["id"])
    assert (made["owner"], made["agency"], row.person_id) == ("person", head.name, head.id)
    assert list(Notice.objects.values_list("reader", flat=True)) == [head.id]
    for another in (clerk, ADMINISTRATOR):
        with pytest.raises(SigningCertificateNotFound):
            device.prove(another, row)
    device.prove(head, row)
    assert signing.certificates_of(head, now=NOW) == [row]
    listed = {
        of: [one["id"] for one in home_affairs.get(REGISTER, {"of": of}).json()["certificates"]]
        for of in ("agency", "people")
    }
    assert listed == {"agency": [], "people": [made["id"]]}


@pytest.mark.parametrize("path", ["/challenge", "/proof", "/test"])
def test_no_system_tests_a_device(path: str, device: Device, home_affairs: System) -> None:
    made = bring(home_affairs, device.certificates).json()
    assert home_affairs.post(f"{REGISTER}/{made['id']}{path}", {}).status_code == 404
    with pytest.raises(PermissionMissing):
        queries.challenge(home_affairs.actor, SigningCertificate.objects.get().pk, now=NOW)


def test_system_brings_nothing_for_who_does_not_sign_for_its_agency(
    device: Device, home_affairs: System, employ: Employ
) -> None:
    stranger, auditor = employ(FINANCE, "head", "Cao Thị Dung"), employ(HOME, "auditor")
    for post in (stranger.post_id, auditor.post_id, 2**62):
        answer = bring(home_affairs, device.certificates, post=post)
        assert (answer.status_code, problem(answer)["code"]) == (404, "signing.holder-unknown")
    assert bring(home_affairs, b"no certificate").status_code == 422
    assert not SigningCertificate.objects.exists()


def test_another_agency_s_system_neither_sees_nor_changes_it(
    device: Device, home_affairs: System, finance: System
) -> None:
    one = f"{REGISTER}/{bring(home_affairs, device.certificates).json()['id']}"
    answers = [
        finance.get(one),
        finance.get(f"{one}/image"),
        put_image(finance, one.rpartition("/")[2], drawing((200, 0, 0))),
        finance.post(f"{one}/end", {"reason": "no"}),
        Client().get(f"/api/v1{one}"),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 404, 401]
    assert SigningCertificate.objects.get().ended_at is None


def test_system_gives_the_agency_s_certificate_its_seal_and_ends_it(
    device: Device, home_affairs: System
) -> None:
    made = bring(home_affairs, device.certificates).json()
    one = f"{REGISTER}/{made['id']}"
    assert put_image(home_affairs, made["id"], b"GIF89a").status_code == 422
    assert home_affairs.get(f"{one}/image").status_code == 404
    assert put_image(home_affairs, made["id"], drawing((200, 20, 30))).status_code == 200
    picture = home_affairs.get(f"{one}/image")
    assert (picture["Content-Type"], Image.open(io.BytesIO(picture.content)).size) == ("image/png", (60, 30))
    ended = [home_affairs.post(f"{one}/end", {"reason": "Mất thiết bị"}).json() for _time in range(2)]
    assert ended[0] == ended[1], "again is harmless"
    assert ended[0]["state"] == "ended"
    assert QueuedEntry.objects.filter(action="signing.certificate-ended").count() == 1
    assert home_affairs.get(REGISTER).json()["certificates"] == []
    assert len(home_affairs.get(REGISTER, {"ended": True}).json()["certificates"]) == 1
    assert put_image(home_affairs, made["id"], drawing((200, 20, 30))).status_code == 404


def test_what_is_a_person_s_the_system_sees_and_leaves_alone(
    device: Device, home_affairs: System, employ: Employ
) -> None:
    head = employ(HOME, "head")
    row = commands.register_own_certificate(actor=head, content=device.certificates, now=NOW)
    one = f"{REGISTER}/{row.pk}"
    assert home_affairs.get(one).json()["owner"] == "person"
    answers = [
        put_image(home_affairs, str(row.pk), drawing((0, 0, 200))),
        home_affairs.post(f"{one}/end", {"reason": "no"}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_administrator_registers_a_person_s_certificate_at_the_server(
    device: Device, employ: Employ, agencies: Mapping[str, Agency], tmp_path: Path
) -> None:
    head = employ(HOME, "head")
    Person.objects.filter(pk=head.id).update(email="binh@example.vn")
    file = tmp_path / "own.pem"
    file.write_bytes(device.certificates)

    def add(*more: str) -> Any:
        arguments = ["certificate", "add", HOME, "--certificates", str(file), *more, "--json"]
        return CliRunner().invoke(group, arguments, obj=nullcontext)

    ran = add("--person", "Binh@example.vn")
    assert ran.exit_code == 0, ran.output
    row = SigningCertificate.objects.get(pk=json.loads(ran.output)["id"])
    assert row.person_id == head.id
    device.prove(head, row)
    assert signing.certificates_of(head, now=NOW) == [row]
    nobody = add("--person", "cao@example.vn")
    assert (nobody.exit_code, "cao@example.vn" in nobody.output) == (1, True)
    assert add("--person", "binh@example.vn", "--key", "seal").exit_code == 2
