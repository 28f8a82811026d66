"""The commands `hienluong issuing …` of an agency's system: against a real server, with real signers on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from house import TODAY, House, decision, key_of
from pytest_django.live_server_helper import LiveServer
from terminal import Call, Owner, Serve, owner, signer, terminal_of, told
from tests.exchange.personas import CABINET, System
from tests.signing.world import row_of

from hienluong.issuing.models import Document

__all__ = ["owner", "signer"]
DAY = TODAY.isoformat()


@pytest.fixture
def call(live_server: LiveServer, house: House, home_affairs: System, tmp_path: Path) -> Call:
    """Runs a command as the system of Sở Nội vụ."""
    return terminal_of(home_affairs, "issuing", live_server.url, tmp_path)


def handed_in(call: Call, tmp_path: Path, *, beside: bool = False) -> str:
    """Hands a decision in, and returns its id."""
    file = tmp_path / "quyet-dinh.pdf"
    file.write_bytes(decision())
    head = next(one for one in told(call("signers", "--json")) if one["authority"] == "own")
    facts = ("--type", "Quyết định (cá biệt)", "--notation", "QĐ-SNV", "--subject", "Tập huấn")
    more = ("--attach", file) if beside else ()
    found = told(
        call("hand-in", file, *facts, "--signer", head["signer"], "--authority", "own", *more, "--json")
    )
    return str(found["id"])


def test_document_goes_from_the_pdf_to_the_recipient_by_commands_alone(
    call: Call, house: House, signer: Serve, owner: Owner, tmp_path: Path
) -> None:
    house.keys["device"] = key_of(house.world, "Sở Nội vụ")
    row_of(house.keys["device"], agency=house.agency)
    document = handed_in(call, tmp_path, beside=True)
    numbered = call("number", document, "--number", "15", "--date", DAY)
    assert f"{document}  numbered  15/QĐ-SNV" in numbered.output
    signed = call("sign", document, "--device", signer(house.keys["head"]))
    assert "signed" in signed.output, signed.output
    sealed = call("seal", document, "--device", signer(house.keys["device"]))
    assert "sealed" in sealed.output, sealed.output
    issued = told(call("issue", document, "--to", CABINET, "--not-secret", "--json"))

    assert issued["packet"]
    title = "15/QĐ-SNV Tập huấn"
    assert [titles for _origin, titles in owner.shown] == [[title], [title, title]]
    target = tmp_path / "ban-hanh.pdf"
    assert call("fetch", document, "--output", target).exit_code == 0
    assert target.read_bytes().count(b"/ByteRange") == 2  # the person's and the agency's


def test_several_are_signed_after_one_question_each_with_its_outcome(
    call: Call, house: House, signer: Serve, owner: Owner, tmp_path: Path
) -> None:
    first, second, unnumbered = (handed_in(call, tmp_path) for _ in range(3))
    for number, document in enumerate((first, second), start=1):
        call("number", document, "--number", number, "--date", DAY)

    result = call("sign", first, unnumbered, second, "--device", signer(house.keys["head"]))

    assert result.exit_code == 1
    assert [line.split()[0] for line in result.output.splitlines()] == [unnumbered, first, second]
    assert "does not follow on that" in result.output
    assert [titles for _origin, titles in owner.shown] == [["1/QĐ-SNV Tập huấn", "2/QĐ-SNV Tập huấn"]]
    assert Document.objects.filter(step="signed").count() == 2


def test_owner_who_does_not_agree_signs_nothing(
    call: Call, house: House, signer: Serve, owner: Owner, tmp_path: Path
) -> None:
    document = handed_in(call, tmp_path)
    call("number", document, "--number", "15", "--date", DAY)
    owner.agrees = False

    refused = call("sign", document, "--device", signer(house.keys["head"]))

    assert (refused.exit_code, "did not sign" in refused.output) == (1, True)
    assert Document.objects.get().step == "numbered"


def test_signer_of_somebody_else_or_of_another_axis_is_told_apart(
    call: Call, house: House, signer: Serve, tmp_path: Path
) -> None:
    document = handed_in(call, tmp_path)
    call("number", document, "--number", "15", "--date", DAY)

    foreign = call("sign", document, "--device", signer(house.keys["deputy"]))
    stranger = call("sign", document, "--device", signer(house.keys["head"], origin="https://other.example"))
    nobody = call("sign", document, "--device", "http://127.0.0.1:9")

    assert "None of the signer's certificates may sign" in foreign.output
    assert "with the status 403" in stranger.output
    assert (foreign.exit_code, stranger.exit_code, nobody.exit_code) == (1, 1, 3)


def test_key_of_the_platform_seals_without_a_device(call: Call, house: House, tmp_path: Path) -> None:
    document = house.sign(house.number(house.hand_in()))

    refused = call("seal", document.pk)
    house.rows["seal"].for_systems = True
    house.rows["seal"].save()
    sealed = call("seal", document.pk)

    assert (refused.exit_code, "No key of the platform" in refused.output) == (2, True)
    assert "sealed" in sealed.output, sealed.output
    assert told(call("issue", document.pk, "--without-sending", "--json"))["step"] == "issued"


def test_returned_corrected_and_given_up(call: Call, house: House, tmp_path: Path) -> None:
    document = handed_in(call, tmp_path)
    assert "returned" in call("return", document, "--reason", "Sai thể thức").output
    again = told(call("resubmit", document, tmp_path / "quyet-dinh.pdf", "--subject", "Đã sửa", "--json"))
    assert (again["step"], again["subject"]) == ("prepared", "Đã sửa")
    call("return", document, "--reason", "Sai nữa")
    assert told(call("resubmit", document, "--json"))["subject"] == "Đã sửa"
    assert "given-up" in call("give-up", document, "--reason", "Không ban hành nữa").output
