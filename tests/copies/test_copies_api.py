"""Copies for agencies' own systems, and the commands on the server."""

from __future__ import annotations

import hashlib
import json
from contextlib import nullcontext
from typing import Any

import pytest
from click.testing import CliRunner
from desk import Desk, paper
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.exchange.personas import System, problem

from hienluong.copies.cli import list_copies
from hienluong.copies.cli import show as show_copy
from hienluong.copies.models import Copy

pytestmark = pytest.mark.django_db
PATH = "/api/v1/copies"
WANTED = {
    "kind": "TrS",
    "of_agency": "UBND tỉnh Quảng Trị",
    "of_subject": "Lịch nghỉ",
    "pages": "2-3",
    "key": "01935280-0000-7000-8000-000000000009",
}


def hand_in(system: System, **given: Any) -> Any:
    file = SimpleUploadedFile("qd.pdf", paper())
    return Client().post(PATH, {**given, "file": file}, headers=system.authorised)


def test_system_hands_in_and_fetches_what_a_clerk_signed(
    desk: Desk, home_affairs: System, finance: System
) -> None:
    made = hand_in(home_affairs, **WANTED)
    assert made.status_code == 201, made.content
    assert hand_in(home_affairs, **WANTED).json() == made.json(), "sent twice, kept once"
    facts = made.json()
    assert (facts["step"], facts["pages"], facts["number"]) == ("prepared", "2-3", "")
    assert facts["source_sha256"] == hashlib.sha256(paper()).hexdigest()
    desk.seal(Copy.objects.get())
    path = f"/copies/{facts['id']}"
    assert home_affairs.get(path).json()["step"] == "sealed"
    assert [one["id"] for one in home_affairs.get("/copies", {"kind": "TrS"}).json()["items"]] == [
        facts["id"]
    ]
    assert home_affairs.get("/copies", {"step": "prepared"}).json()["items"] == []
    content = home_affairs.get(f"{path}/file").content
    assert hashlib.sha256(content).hexdigest() == home_affairs.get(path).json()["file_sha256"]
    for address in (path, f"{path}/file"):
        assert finance.get(address).status_code == 404
    assert finance.get("/copies").json()["items"] == []
    assert Client().get(PATH).status_code == 401


def test_what_does_not_fit_is_refused(desk: Desk, home_affairs: System) -> None:
    assert problem(hand_in(home_affairs, **{**WANTED, "pages": "9"}))["code"] == "invalid-input"
    assert hand_in(home_affairs, **{**WANTED, "kind": "XX"}).status_code == 422
    assert home_affairs.get("/copies", {"after": "x"}).status_code == 422
    assert not Copy.objects.exists()


def test_key_of_another_agency_is_another_key(desk: Desk, home_affairs: System, finance: System) -> None:
    assert hand_in(home_affairs, **WANTED).status_code == 201
    other = hand_in(finance, **{**WANTED, "of_subject": "Của Sở Tài chính"}).json()
    assert other["of_subject"] == "Của Sở Tài chính"
    assert {one.agency for one in Copy.objects.all()} == {home_affairs.agency, finance.agency}


def test_server_lists_and_shows_without_content(desk: Desk) -> None:
    one = desk.seal(desk.number(desk.hand_in()))
    listed = CliRunner().invoke(list_copies, ["--json", "--kind", "SY"], obj=nullcontext)
    assert listed.exit_code == 0, listed.output
    assert [(row["id"], row["number"], row["step"]) for row in json.loads(listed.output)] == [
        (str(one.pk), "07", "sealed")
    ]
    shown = CliRunner().invoke(show_copy, [str(one.pk)], obj=nullcontext)
    assert one.sealed_sha256 in shown.output
    assert one.of_subject not in shown.output
    none = CliRunner().invoke(list_copies, ["--step", "given-up"], obj=nullcontext)
    assert "no such copy" in none.output
