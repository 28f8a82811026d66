"""The commands `hienluong copies …` of an agency's system: against a real server, with a real signer on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import Desk, paper
from pytest_django.live_server_helper import LiveServer
from tests.exchange.personas import System
from tests.issuing.terminal import Call, Owner, Serve, owner, signer, terminal_of, told

from hienluong.copies.models import Copy

__all__ = ["owner", "signer"]


@pytest.fixture
def call(live_server: LiveServer, desk: Desk, home_affairs: System, tmp_path: Path) -> Call:
    """Runs a command as the system of Sở Nội vụ."""
    return terminal_of(home_affairs, "copies", live_server.url, tmp_path)


def handed_in(call: Call, place: Path, *more: str) -> str:
    """Hands a document in to be copied, and returns the id of the copy."""
    file = place / "quyet-dinh.pdf"
    file.write_bytes(paper())
    facts = ("--kind", "SY", "--agency", "UBND tỉnh", "--subject", "Tập huấn", "--reference", "15/QĐ-UBND")
    return str(told(call("hand-in", file, *facts, *more, "--json"))["id"])


def test_copy_goes_from_the_pdf_to_the_signed_file_by_commands_alone(
    call: Call, desk: Desk, signer: Serve, owner: Owner, tmp_path: Path
) -> None:
    one = handed_in(call, tmp_path, "--date", "2026-11-20", "--for", "UBND xã Hướng Hiệp")
    assert f"{one}  SY  07  prepared" in call("number", one, "--number", "7").output
    sealed = call("seal", one, "--device", signer(desk.house.keys["device"]))
    assert f"{one}  SY  07  sealed" in sealed.output, sealed.output

    assert [titles for _origin, titles in owner.shown] == [["SY 15/QĐ-UBND Tập huấn"]]
    target = tmp_path / "ban-sao.pdf"
    assert call("fetch", one, "--output", target).exit_code == 0
    assert target.read_bytes().startswith(paper())
    assert target.read_bytes().count(b"/ByteRange") == 1
    assert call("seal", one, "--device", signer(desk.house.keys["device"])).exit_code == 1


def test_several_are_signed_after_one_question_each_with_its_outcome(
    call: Call, desk: Desk, signer: Serve, owner: Owner, tmp_path: Path
) -> None:
    first, second, given_up = (handed_in(call, tmp_path) for _ in range(3))
    assert "given-up" in call("give-up", given_up, "--reason", "Nhầm tệp").output

    result = call("seal", first, given_up, second, "--device", signer(desk.house.keys["device"]))

    assert result.exit_code == 1
    assert [line.split()[0] for line in result.output.splitlines()] == [given_up, first, second]
    assert [len(titles) for _origin, titles in owner.shown] == [2]
    assert Copy.objects.filter(step="sealed").count() == 2


def test_owner_who_does_not_agree_and_the_signer_of_somebody_else_sign_nothing(
    call: Call, desk: Desk, signer: Serve, owner: Owner, tmp_path: Path
) -> None:
    one = handed_in(call, tmp_path)
    owner.agrees = False

    refused = call("seal", one, "--device", signer(desk.house.keys["device"]))
    foreign = call("seal", one, "--device", signer(desk.house.keys["head"]))

    assert (refused.exit_code, "did not sign" in refused.output) == (1, True)
    assert (foreign.exit_code, "None of the signer's certificates" in foreign.output) == (1, True)
    assert Copy.objects.get().step == "prepared"


def test_same_key_hands_nothing_in_twice(call: Call, tmp_path: Path) -> None:
    key = ("--key", "01935280-0000-7000-8000-000000000019")
    assert handed_in(call, tmp_path, *key) == handed_in(call, tmp_path, *key)
    assert Copy.objects.count() == 1
