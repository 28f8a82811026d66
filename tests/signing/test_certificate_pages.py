"""The pages of certificates: what the policy lets them reach, what they say, and the way by files and by commands."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from personas import System
from PIL import Image
from pytest_django import Settings
from tests.matrix.signatures import drawing
from world import NOW, World

from hienluong.directory.models import Agency, Person
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.signing import commands
from hienluong.signing.cli import group
from hienluong.signing.formats.device import Device
from hienluong.signing.formats.keys import MemoryKey
from hienluong.signing.models import SigningCertificate

pytestmark = pytest.mark.django_db
HOME = "H50.S01"


@pytest.fixture
def key(demonstration: World) -> MemoryKey:
    """The key of a person's device."""
    return demonstration.person


@pytest.fixture
def row(key: MemoryKey, employ: Callable[..., Actor]) -> SigningCertificate:
    """A certificate that a head registered."""
    head = employ(HOME, "head", username="head")
    return commands.register_own_certificate(actor=head, content=_pem(key), now=clock.now())


@pytest.fixture
def page(row: SigningCertificate) -> Client:
    """The browser of whose it is."""
    browser = Client(headers={"accept-language": "en"})
    person = Person.objects.get(pk=row.person_id)
    assert person.user is not None
    browser.force_login(person.user)
    return browser


def _pem(key: MemoryKey) -> bytes:
    return Device([key], lambda _origin, _batch: True).describe()["certificates"][0]["pem"].encode()


def _one(row: SigningCertificate, part: str = "") -> str:
    return f"/signing/certificates/{row.pk}/{part}"


@pytest.mark.parametrize("part", ["", "image/", "answer/", "end/"])
def test_menu_marks_ones_own_signature_on_the_pages_of_ones_own_certificate(
    page: Client, row: SigningCertificate, part: str
) -> None:
    shown = page.get(_one(row, part)).content.decode()

    marked = re.findall(r'<a [^>]*href="([^"]+)"[^>]*aria-current="page"', shown)
    assert marked == ["/signing/mine/"]


def test_page_that_signs_may_reach_the_device_and_no_other_page_may(
    page: Client, row: SigningCertificate, settings: Settings
) -> None:
    settings.SIGNING_DEVICE_URL = "http://127.0.0.1:8987"
    reach = {
        path: page.get(path)["Content-Security-Policy"].partition("connect-src ")[2].partition(";")[0]
        for path in (
            _one(row),
            "/signing/mine/",
            "/signing/certificates/",
            "/signing/authorities/",
            "/signatures/",
        )
    }
    wider = "'self' http://127.0.0.1:8987"
    assert reach == {
        _one(row): wider,
        "/signing/mine/": wider,
        "/signing/certificates/": "'self'",
        "/signing/authorities/": "'self'",
        "/signatures/": "'self'",
    }
    settings.SIGNING_DEVICE_URL = ""
    answer = page.get(_one(row))
    assert "connect-src 'self';" in answer["Content-Security-Policy"]
    assert b"data-device-progress" not in answer.content
    assert b"hienluong signing device sign" in answer.content, "files remain"


def test_device_shows_its_key_by_the_script_and_by_files(
    page: Client, row: SigningCertificate, key: MemoryKey
) -> None:
    device = Device([key], lambda _origin, _batch: True)
    asked = page.post(_one(row, "challenge/"), content_type="application/json").json()
    (signed,) = device.sign("", {"requests": [asked]})["signatures"]
    tampered = {**signed, "signature": signed["signature"][::-1]}
    for wrong in (
        tampered,
        {"id": asked["id"]},
        {"id": 1, "signature": ""},
        [],
        {"signature": "AAAA", "id": "x"},
    ):
        refused = page.post(_one(row, "proof/"), json.dumps(wrong), content_type="application/json")
        assert (refused.status_code in {409, 422}, refused.json()["tone"]) == (True, "error")
    row.refresh_from_db()
    assert row.proved_at is None
    done = page.post(_one(row, "proof/"), json.dumps(signed), content_type="application/json")
    assert (done.status_code, done.json()["tone"], done.json()["href"]) == (200, "success", _one(row))

    file = page.get(_one(row, "request/"))
    assert file["Content-Disposition"] == 'attachment; filename="request.json"'
    answer = json.dumps(device.sign("", json.loads(file.content))).encode()
    taken = page.post(
        _one(row, "answer/"), {"file": SimpleUploadedFile("signatures.json", answer)}, follow=True
    )
    assert "The device holds the key" in taken.content.decode()
    for bad in (b"{}", b"[", b'{"signatures": 1}', b"[" * 100_000):
        shown = page.post(_one(row, "answer/"), {"file": SimpleUploadedFile("signatures.json", bad)})
        assert shown.status_code == 422


def test_image_of_another_colour_is_saved_and_said(page: Client, row: SigningCertificate) -> None:
    black = io.BytesIO()
    image = Image.new("RGBA", (9, 9), (0, 0, 0, 0))
    image.putpixel((4, 4), (0, 0, 0, 255))
    image.save(black, "PNG")
    said = [
        page.post(
            _one(row, "image/"), {"file": SimpleUploadedFile("a.png", content)}, follow=True
        ).content.decode()
        for content in (black.getvalue(), drawing())
    ]
    assert ["It is not blue" in one for one in said] == [True, False]
    picture = page.get(_one(row, "picture/"))
    assert (picture["Content-Type"], picture["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert page.post(_one(row, "image/"), {"file": SimpleUploadedFile("a.png", b"GIF89a")}).status_code == 422


def test_agency_s_system_reads_the_register_and_the_trust_list(
    believed: World, home_affairs: System, finance: System, agencies: Mapping[str, Agency]
) -> None:
    row = commands.bring_certificate(
        actor=Actor.platform("specification"), agency=agencies[HOME], content=_pem(believed.seal), now=NOW
    )
    found = home_affairs.get("/signatures/certificates").json()
    assert [(one["sha256"], one["state"], one["place"]) for one in found["certificates"]] == [
        (row.sha256, "unproved", "device")
    ]
    assert (found["next"], len(found["certificates"][0]["authorities"])) == (None, 2)
    assert finance.get("/signatures/certificates").json()["certificates"] == []
    assert home_affairs.get("/signatures/certificates?after=x").status_code == 422
    trusted = home_affairs.get("/signatures/authorities").json()
    assert {one["purpose"] for one in trusted} == {"public-service", "time-stamps"}
    assert trusted[0]["certificate"].startswith("-----BEGIN CERTIFICATE-----")


def test_register_is_kept_on_the_command_line(
    demonstration: World, agencies: Mapping[str, Agency], tmp_path: Path
) -> None:
    (tmp_path / "seal.pem").write_bytes(_pem(demonstration.seal))
    (tmp_path / "seal.png").write_bytes(drawing())

    def run(*arguments: str) -> Any:
        ran = CliRunner().invoke(group, ["certificate", *arguments, "--json"], obj=nullcontext)
        assert ran.exit_code == 0, ran.output
        return json.loads(ran.output)

    made = run(
        "add", HOME, "--certificates", str(tmp_path / "seal.pem"), "--image", str(tmp_path / "seal.png")
    )
    (listed,) = run("list", "--search", "noi vu")
    assert (listed["id"], listed["holder"], listed["state"]) == (made["id"], "Sở Nội vụ", "unproved")
    run("end", made["id"], "--reason", "Mất thiết bị")
    assert (run("list"), len(run("list", "--ended"))) == ([], 1)
    for wrong in (["add", "H99"], ["add", HOME], ["add", "H99", "--key", "x"]):
        assert CliRunner().invoke(group, ["certificate", *wrong], obj=nullcontext).exit_code == 2
    refused = CliRunner().invoke(group, ["certificate", "add", HOME, "--key", "none"], obj=nullcontext)
    assert refused.exit_code == 1
    assert "HIENLUONG_SIGNING_KEYS_FILE" in refused.output
