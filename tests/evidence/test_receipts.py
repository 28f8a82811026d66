"""Receipts and proofs: at once, and under a checkpoint as soon as there is one; for sender, recipient and nobody else."""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from personas import DONG_HOI, FINANCE, HOME_AFFAIRS, KHE_SANH, System, problem, queries_of
from pypdf import PdfReader

from hienluong.evidence.queries import receipts
from hienluong.evidence.receipt_pdf import proof_address
from hienluong.exchange.models import Packet, Transmission
from hienluong.kit import clock
from hienluong.ledger import service as ledger
from hienluong.ledger.service import TlogProof, verify_proof

pytestmark = pytest.mark.django_db
Grow = Callable[[], int]


def receipt_of(packet: Packet) -> Transmission:
    return packet.transmissions.get()


def entry_of(packet: Packet) -> str:
    return str(receipt_of(packet).receipt["ledger_entry"])


def text_of(answer: Any) -> str:
    """Returns the words of a PDF."""
    assert answer["Content-Type"] == "application/pdf"
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


def test_proof_that_no_checkpoint_covers_is_promised_and_can_be_asked_for_again(
    home_affairs: System, packet: Packet, grow: Grow
) -> None:
    state = home_affairs.get(f"/entries/{entry_of(packet)}").json()
    assert (state["covered"], state["index"]) == (False, None)
    assert state["expected_at"] > clock.now().isoformat()
    answer = home_affairs.get(f"/entries/{entry_of(packet)}/proof")
    assert (answer.status_code, answer["Retry-After"]) == (409, "20")
    assert problem(answer)["code"] == "ledger.not-in-checkpoint"
    assert problem(answer)["retryable"] is True
    assert home_affairs.get(f"/receipts/{receipt_of(packet).pk}/proof").status_code == 409
    grow()
    state = home_affairs.get(f"/entries/{entry_of(packet)}").json()
    assert (state["covered"], state["expected_at"]) == (True, None)


def test_sender_gets_a_proof_that_anybody_can_check(home_affairs: System, packet: Packet, grow: Grow) -> None:
    grow()
    for path in (f"/entries/{entry_of(packet)}/proof", f"/receipts/{receipt_of(packet).pk}/proof"):
        answer = home_affairs.get(path)
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        proof = TlogProof.read(answer.content.decode())
        assert verify_proof(proof, ledger.verifier()).size == ledger.head()
        assert entry_of(packet).encode() in proof.entry


def test_sender_sees_every_delivery_and_a_recipient_its_own(
    home_affairs: System, dong_hoi: System, khe_sanh: System, packet: Packet, grow: Grow
) -> None:
    grow()

    def acts(system: System) -> list[tuple[str, str]]:
        items = system.get(f"/packets/{packet.pk}/entries").json()["items"]
        return sorted((one["action"], str(one["details"].get("recipient", ""))) for one in items)

    delivered, fetched = "exchange.packet-delivered", ("exchange.packet-fetched", "")
    assert acts(home_affairs) == [
        ("exchange.packet-accepted", ""),
        (delivered, DONG_HOI),
        (delivered, KHE_SANH),
        fetched,
    ]
    assert acts(dong_hoi) == [(delivered, DONG_HOI), fetched]
    assert acts(khe_sanh) == [(delivered, KHE_SANH)]


def test_stranger_and_unrelated_agency_get_nothing(finance: System, packet: Packet, grow: Grow) -> None:
    grow()
    for path in (
        f"/packets/{packet.pk}/entries",
        f"/entries/{entry_of(packet)}",
        f"/entries/{entry_of(packet)}/proof",
        f"/entries/{entry_of(packet)}/document",
        f"/receipts/{receipt_of(packet).pk}/proof",
        f"/receipts/{receipt_of(packet).pk}/document",
    ):
        assert finance.get(path).status_code == 404, path
        assert Client().get(f"/api/v1{path}").status_code == 401, path


def test_recipient_cannot_prove_what_another_one_did(
    khe_sanh: System, dong_hoi: System, packet: Packet, grow: Grow
) -> None:
    grow()
    items = dong_hoi.get(f"/packets/{packet.pk}/entries").json()["items"]
    fetched = next(one["id"] for one in items if one["action"] == "exchange.packet-fetched")
    assert dong_hoi.get(f"/entries/{fetched}/proof").status_code == 200
    assert khe_sanh.get(f"/entries/{fetched}/proof").status_code == 404
    assert khe_sanh.get(f"/entries/{entry_of(packet)}/proof").status_code == 404


def test_list_of_entries_is_paged_by_cursor_and_a_made_up_one_is_refused(
    home_affairs: System, packet: Packet, grow: Grow
) -> None:
    grow()
    seen, before = [], ""
    for _page in range(4):
        answer = home_affairs.get(f"/packets/{packet.pk}/entries", {"limit": 1, "before": before}).json()
        seen += [one["id"] for one in answer["items"]]
        before = answer["next"] or ""
    assert len(set(seen)) == 4
    assert before == ""
    assert home_affairs.get(f"/packets/{packet.pk}/entries", {"before": "zzz"}).status_code == 422


def test_receipt_is_a_page_in_both_languages_at_once_and_with_the_proof_later(
    home_affairs: System, packet: Packet, grow: Grow
) -> None:
    path = f"/receipts/{receipt_of(packet).pk}/document"
    early = text_of(home_affairs.get(path))
    assert "Biên nhận của trục" in early
    assert "Receipt of the axis" in early
    assert "Under a checkpoint by" in early
    assert str(receipt_of(packet).receipt["sha256"])[:40] in early.replace("\n", "")
    grow()
    late = text_of(home_affairs.get(path))
    assert "Checkpoint signed" in late
    assert "Scan it to check this entry" in late


def test_code_of_a_receipt_holds_the_whole_proof_where_no_browser_sends_it(
    home_affairs: System, packet: Packet, grow: Grow
) -> None:
    grow()
    found = receipts.proven_receipt(home_affairs.actor, receipt_of(packet).pk, now=clock.now())
    page, _hash, packed = proof_address(found).partition("#p=")
    assert page.endswith("/log/")
    text = zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), -15).decode()
    assert found.proof is not None
    assert text == found.proof.text()


def test_page_of_a_packet_leads_to_its_evidence(
    visit: Callable[..., Client], packet: Packet, grow: Grow
) -> None:
    clerk = visit(HOME_AFFAIRS)
    assert f"/evidence/packets/{packet.pk}/" in clerk.get(f"/exchange/packets/{packet.pk}/").content.decode()
    page = clerk.get(f"/evidence/packets/{packet.pk}/").content.decode()
    assert "a checkpoint covers it by" in page
    grow()
    page = clerk.get(f"/evidence/packets/{packet.pk}/").content.decode()
    assert "The axis accepted the packet" in page
    assert "Receipt as PDF" in page
    assert clerk.get(f"/evidence/entries/{entry_of(packet)}/proof.tlog-proof").status_code == 200
    assert "Entry of the ledger" in text_of(clerk.get(f"/evidence/entries/{entry_of(packet)}/proof.pdf"))
    assert clerk.get(f"/evidence/receipts/{receipt_of(packet).pk}/receipt.pdf").status_code == 200
    assert visit(FINANCE).get(f"/evidence/packets/{packet.pk}/").status_code == 404


def test_entries_of_a_packet_cost_the_same_however_many_they_are(
    home_affairs: System, packet: Packet, grow: Grow
) -> None:
    grow()
    path = f"/packets/{packet.pk}/entries"
    few = queries_of(lambda: home_affairs.get(path))
    for number in range(30):
        ledger.record(
            actor=home_affairs.actor.ref,
            action="exchange.part-read",
            subject=f"packet:{packet.pk}",
            details={"position": number},
            now=clock.now(),
        )
    grow()
    assert queries_of(lambda: home_affairs.get(path)) == few
