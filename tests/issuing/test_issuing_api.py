"""Documents to be issued for agencies' own systems, and the commands on the server."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from house import House, decision, employ
from tests.exchange.personas import System, problem

from hienluong.issuing.cli import list_documents, renew
from hienluong.issuing.cli import show as show_document
from hienluong.issuing.models import Document

pytestmark = pytest.mark.django_db
PATH = "/api/v1/issuing-documents"


def hand_in(system: System, **given: Any) -> Any:
    files = {
        "file": SimpleUploadedFile("qd.pdf", decision()),
        "attachments": [SimpleUploadedFile("phu-luc.pdf", decision())],
    }
    return Client().post(PATH, {**given, **files}, headers=system.authorised)


def test_system_hands_in_follows_and_fetches(house: House, home_affairs: System, finance: System) -> None:
    signers = home_affairs.get("/issuing-signers").json()["items"]
    assert [(one["name"], one["authority"]) for one in signers] == [
        ("Lê Quang Ánh", "own"),
        ("Lê Quang Ánh", "tm"),
        ("Trần Minh Châu", "kt"),
        ("Trần Minh Châu", "tm_kt"),
    ]
    assert signers[2]["delegation_document"] == "2/QĐ-SNV"
    wanted = {
        "type_name": "Thông báo",
        "subject": "Lịch nghỉ",
        "notation": "TB-SNV",
        "signer": signers[0]["signer"],
        "authority": "own",
        "key": "01935280-0000-7000-8000-000000000009",
    }
    made = hand_in(home_affairs, **wanted)
    assert made.status_code == 201, made.content
    assert hand_in(home_affairs, **wanted).json()["id"] == made.json()["id"]
    document = Document.objects.get()
    assert home_affairs.get("/issuing-documents").json()["items"][0]["step"] == "prepared"
    house.number(document)
    house.sign(document)
    house.seal(document)
    whole = home_affairs.get(f"/issuing-documents/{document.pk}").json()
    assert [one["step"] for one in whole["passages"]] == ["prepared", "numbered", "signed", "sealed"]
    assert whole["files"][0]["sealed"] is True
    for path in ("file", "files/0"):
        answer = home_affairs.get(f"/issuing-documents/{document.pk}/{path}")
        assert b"/Type /Sig" in answer.content.replace(b"\n", b" ")
        assert finance.get(f"/issuing-documents/{document.pk}/{path}").status_code == 404
    assert finance.get("/issuing-documents").json()["items"] == []
    assert problem(hand_in(finance, **wanted))["code"] == "issuing.signer-unknown"
    assert home_affairs.get("/issuing-documents", {"after": "x"}).status_code == 422


def test_key_of_a_request_is_the_agencys_own(house: House, home_affairs: System, finance: System) -> None:
    """Another agency that happens upon the same key has a document of its own."""
    key = "01935280-0000-7000-8000-000000000009"
    wanted = {
        "type_name": "Thông báo",
        "subject": "Lịch nghỉ",
        "notation": "TB",
        "authority": "own",
        "key": key,
    }
    _head, _acting = employ(finance.agency, finance.code, "head", "Đỗ Văn Giang", "Giám đốc")

    made = [
        hand_in(system, **wanted, signer=system.get("/issuing-signers").json()["items"][0]["signer"])
        for system in (home_affairs, finance, home_affairs)
    ]

    assert [one.status_code for one in made] == [201, 201, 201]
    ours, theirs, again = (one.json()["id"] for one in made)
    assert ours == again != theirs
    assert key not in (ours, theirs)


def test_server_lists_shows_and_renews(house: House) -> None:
    document = house.number(house.hand_in())
    listed = CliRunner().invoke(list_documents, ["--json"], obj=nullcontext)
    assert listed.exit_code == 0, listed.output
    assert [(one["step"], one["reference"]) for one in json.loads(listed.output)] == [
        ("numbered", "15/QĐ-SNV")
    ]
    shown = CliRunner().invoke(show_document, [str(document.pk)], obj=nullcontext)
    assert "15/QĐ-SNV" in shown.output
    assert document.subject not in shown.output
    assert json.loads(CliRunner().invoke(renew, ["--json"], obj=nullcontext).output) == {
        "renewed": 0,
        "failed": 0,
    }
