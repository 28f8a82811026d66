"""The commands `hienluong exchange recall | revoke | correct | recalls | reasons`, against a real server over HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from personas import CABINET, DONG_HOI, KHE_SANH, PDF, System, deliver
from tests.exchange.test_cli import Call

from hienluong.exchange.models import Delivery, Packet
from hienluong.kit import clock
from hienluong.reasons.commands import add_standard_reasons


@pytest.fixture
def sent_to_two(call: Call, home_affairs: System, packet_file: Path, dong_hoi: System) -> str:
    """The packet that Sở Nội vụ sent, which Đồng Hới has fetched and Khe Sanh has not; its id."""
    receipt = json.loads(call(home_affairs, "send", packet_file, "--not-secret", "--json").stdout)
    deliver()
    for entry in dong_hoi.inbox():
        dong_hoi.get(f"/inbox/{entry['id']}/packet")
    return str(receipt["packet"])


def test_document_is_asked_back_and_the_recall_is_listed_on_both_sides(
    call: Call, home_affairs: System, dong_hoi: System, sent_to_two: str
) -> None:
    asked = call(home_affairs, "recall", sent_to_two, "--note", "gửi nhầm", "--json")
    shown = call(home_affairs, "recall", sent_to_two, "--note", "gửi nhầm")
    listed = call(dong_hoi, "recalls", "--side", "received", "--state", "asked", "--json")

    assert asked.exit_code == 0, asked.output
    states = {one["recipient_code"]: one["recall"]["state"] for one in json.loads(asked.stdout)["items"]}
    assert states == {DONG_HOI: "asked", KHE_SANH: "withdrawn", CABINET: "withdrawn"}
    assert "not answered yet" in shown.output
    assert [one["code_number"] for one in json.loads(listed.stdout)["items"]] == ["15"]


def test_document_is_revoked_and_the_wrong_recipient_corrected(
    call: Call, home_affairs: System, finance: System, sent_to_two: str
) -> None:
    wrong = Delivery.objects.get(packet_id=sent_to_two, recipient__code=KHE_SANH)

    corrected = call(home_affairs, "correct", wrong.pk, finance.code, "--json")
    revoked = call(home_affairs, "revoke", sent_to_two, "--reason", "Ban hành sai", "--json")

    assert json.loads(corrected.stdout)["state"] == "withdrawn", corrected.output
    assert json.loads(revoked.stdout)["business"] == 1, revoked.output
    trace = call(home_affairs, "trace", sent_to_two)
    assert "revoked" in trace.output


def test_reasons_are_listed_and_given_by_their_code(call: Call, dong_hoi: System, sent_to_two: str) -> None:
    add_standard_reasons(now=clock.now())
    delivery = Delivery.objects.get(packet_id=sent_to_two, recipient__code=DONG_HOI)

    listed = call(dong_hoi, "reasons", "--for", "02", "--json")
    refused = call(dong_hoi, "status", delivery.pk, "02", "--reason", "wrong-recipient", "--json")

    assert "wrong-recipient" in {one["code"] for one in json.loads(listed.stdout)["items"]}
    assert refused.exit_code == 0, refused.output
    delivery.refresh_from_db()
    assert delivery.business_state == "02"


def test_document_is_replaced_by_one_that_is_written_here(
    call: Call, home_affairs: System, sent_to_two: str, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(PDF)
    replaced = Packet.objects.get(pk=sent_to_two)

    sent = call(
        home_affairs, "send", "--to", DONG_HOI, "--type", "Công văn", "--number", "16", "--notation", "SNV-VP",
        "--date", "2026-11-24", "--subject", "V/v", "--signer", "An", "--replaces", replaced.document_id,
        "--change-reason", "Sai số liệu", "--not-secret", "--json", letter,
    )  # fmt: skip

    assert sent.exit_code == 0, sent.output
    assert json.loads(sent.stdout)["business"] == 3
    assert Delivery.objects.get(packet=replaced, recipient__code=DONG_HOI).standing == "replaced"
